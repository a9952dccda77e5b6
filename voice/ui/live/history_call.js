// A past call: its line of time, its sound and its transcript, which move together. It causes no run.

const players = new WeakMap();

class CallPlayer {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.audio = find("audio");
    this.canvas = find(".timeline");
    this.seeker = find(".seek");
    this.button = find(".play");
    this.nowAt = find(".now-at");
    this.length = find(".length");
    this.marks = find(".marks");
    this.silent = find(".silent");
    this.transport = find(".transport");
    this.timeline = new Timeline(this.canvas);
    this.turns = new PastTurns(find(".transcript"), (at) => this.playFrom(at));
    this.button.onclick = () => this.toggle();
    this.seeker.oninput = () => this.seek(Number(this.seeker.value));
    find(".speed select").onchange = ({ target }) => (this.audio.playbackRate = Number(target.value));
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.showPlaying());
    this.audio.addEventListener("timeupdate", () => this.moved());
    this.audio.addEventListener("error", () => this.failed());
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.timeline.close();
  }

  show(data) {
    // Streamlit hands over the same again in each run: what plays goes on.
    const written = JSON.stringify(data);
    if (written === this.written) {
      this.timeline.draw();
      return;
    }
    this.written = written;
    this.data = data;
    this.load(data.audio);
    this.timeline.show(data);
    this.seeker.max = data.duration;
    this.length.textContent = clockText(data.duration);
    this.silent.textContent = data.silent;
    this.canvas.setAttribute("aria-label", `Timeline of ${clockText(data.duration)}: your voice above, the agent's beneath`);
    this.marks.replaceChildren(...data.marks.map((mark) => markButton(mark, data.duration, (at) => this.playFrom(at))));
    this.turns.show(data, Boolean(data.audio));
    this.moved();
  }

  load(address) {
    this.transport.classList.toggle("mute", !address);
    this.seeker.disabled = !address;
    if (this.address === address) return;
    this.address = address;
    if (address) this.audio.src = new URL(address, window.location.href).href;
    else this.audio.removeAttribute("src");
  }

  toggle() {
    if (this.audio.paused) this.play();
    else this.audio.pause();
  }

  play() {
    this.turns.follow();
    // A refusal shows itself as an error of the element, or as a pause.
    this.audio.play().catch(() => this.showPlaying());
  }

  playFrom(seconds) {
    if (!this.data.audio) return;
    this.seek(seconds);
    this.play();
  }

  seek(seconds) {
    this.audio.currentTime = seconds;
    this.moved();
  }

  moved() {
    const at = this.audio.currentTime;
    this.timeline.moveTo(at);
    this.seeker.value = at;
    this.seeker.setAttribute("aria-valuetext", `${clockText(at)} of ${clockText(this.data.duration)}`);
    setText(this.nowAt, clockText(at));
    this.turns.light(this.data.audio && (at > 0 || !this.audio.paused) ? at : null);
  }

  showPlaying() {
    const playing = !this.audio.paused && !this.audio.ended;
    setText(this.button.querySelector(".icon"), playing ? "pause" : "play_arrow");
    setText(this.button.querySelector(".word"), playing ? "Pause" : "Play");
    cancelAnimationFrame(this.frame);
    if (playing) this.animate();
    else this.moved();
  }

  animate() {
    this.moved();
    this.frame = requestAnimationFrame(() => this.animate());
  }

  failed() {
    if (!this.audio.getAttribute("src")) return;
    this.silent.textContent = "The recording can't be played: it is missing, damaged, or of a kind this browser does not know.";
    this.showPlaying();
  }
}

export default function ({ data, parentElement }) {
  if (!players.has(parentElement)) players.set(parentElement, new CallPlayer(parentElement));
  players.get(parentElement).show(data);
  return () => {
    players.get(parentElement)?.close();
    players.delete(parentElement);
  };
}
