// A call that is kept: its line of time, its sound and its transcript, which move together. It causes no run,
// but for the one that shows a call that was running as one that is over.

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
    this.silent = find(".silent");
    this.transport = find(".transport");
    this.facts = find(".facts");
    this.timeline = new Timeline(this.canvas);
    this.marks = new Marks(find(".marks"), (at) => this.playFrom(at));
    this.turns = new PastTurns(find(".transcript"), (at) => this.playFrom(at));
    this.news = new News({ onNews: (data) => this.told(data), onGone: () => this.over() });
    this.waveform = new News({ onNews: (data) => this.measured(data) });
    this.listen(find);
  }

  listen(find) {
    this.button.onclick = () => this.toggle();
    this.seeker.oninput = () => this.seek(Number(this.seeker.value));
    find(".speed select").onchange = ({ target }) => (this.audio.playbackRate = Number(target.value));
    listenToKeys(find(".history-call"), {
      toggle: () => this.toggle(),
      step: (seconds) => this.step(seconds),
      plays: () => !this.audio.paused,
    });
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.showPlaying());
    this.audio.addEventListener("timeupdate", () => this.moved());
    this.audio.addEventListener("error", () => this.failed());
  }

  close() {
    this.news.stop();
    this.waveform.stop();
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.timeline.close();
    this.marks.close();
  }

  show(data, setTriggerValue) {
    this.tell = setTriggerValue;
    // Streamlit hands over the same again in each run: what plays goes on.
    const written = JSON.stringify(data);
    if (written === this.written) {
      this.timeline.draw();
      return;
    }
    this.written = written;
    this.data = { peaks: null, recorded: 0, ...data };
    this.load(data.audio);
    this.draw();
    this.news.ask(data.news ?? null);
    this.waveform.ask(data.peaks ? null : (data.waveform ?? null));
  }

  draw() {
    const { data } = this;
    data.duration = Math.max(data.duration, data.recorded);
    showFacts(this.facts, data.facts);
    this.timeline.show(data);
    this.seeker.max = data.duration;
    setText(this.length, clockText(data.duration));
    setText(this.silent, data.silent);
    this.canvas.setAttribute("aria-label", `Timeline of ${clockText(data.duration)}: your voice above, the agent's beneath`);
    this.marks.show(data.marks, data.duration);
    this.turns.show(data, Boolean(data.audio));
    this.moved();
  }

  // What came of a call that runs.
  told(data) {
    Object.assign(this.data, data);
    this.draw();
    if (!data.running) this.over();
  }

  over() {
    this.news.stop();
    this.tell("over", this.data.call);
  }

  measured({ problem, ...waveform }) {
    this.waveform.stop();
    Object.assign(this.data, problem ? { silent: problem } : waveform);
    this.draw();
  }

  load(address) {
    this.transport.classList.toggle("mute", !address);
    this.seeker.disabled = !address;
    if (this.address === address) return;
    this.address = address;
    if (address) this.audio.src = addressOf(address).href;
    else this.audio.removeAttribute("src");
  }

  toggle() {
    if (!this.data.audio) return;
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

  step(seconds) {
    if (this.data.audio) this.seek(Math.min(this.data.duration, Math.max(0, this.audio.currentTime + seconds)));
  }

  seek(seconds) {
    this.audio.currentTime = seconds;
    this.moved();
  }

  moved() {
    const at = this.audio.currentTime;
    this.timeline.moveTo(at);
    this.seeker.value = at;
    const words = `${clockText(at)} of ${clockText(this.data.duration)}`;
    if (this.seeker.ariaValueText !== words) this.seeker.ariaValueText = words;
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

export default function ({ data, parentElement, setTriggerValue }) {
  if (!players.has(parentElement)) players.set(parentElement, new CallPlayer(parentElement));
  players.get(parentElement).show(data, setTriggerValue);
  return () => {
    players.get(parentElement)?.close();
    players.delete(parentElement);
  };
}
