// Draws the call but for its transcript: state, buttons, levels, failures.

const LEVEL_FLOOR_DBFS = -60;
const IN_CALL = new Set(["connecting", "listening", "hearing", "thinking", "speaking", "reconnecting"]);
const panels = new WeakMap();

class Panel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.state = this.find(".state");
    this.transcript = new TranscriptView(this.find(".transcript"));
    this.media = new MediaStats((command) => this.connection.send(command));
    this.view = null;
    this.find(".talk").onclick = () => (this.inCall() ? this.hangUp() : this.connect());
    this.find(".mute").onclick = () => this.connection.send({ do: this.view.muted ? "unmute" : "mute" });
  }

  inCall() {
    return this.view !== null && IN_CALL.has(this.view.state);
  }

  async connect() {
    const talk = this.find(".talk");
    talk.disabled = true;
    this.showState({ state: "connecting", icon: "mic", label: "Waiting for the microphone: allow it in the browser" });
    const problem = await microphoneProblem();
    this.connection.send(problem ? { do: "microphone_failed", reason: problem } : { do: "connect" });
    talk.disabled = false;
  }

  hangUp() {
    this.connection.send({ do: "hang_up" });
  }

  show(view) {
    this.view = view;
    this.showState(view);
    const inCall = this.inCall();
    const talk = this.find(".talk");
    talk.textContent = inCall ? "Hang up" : "Connect";
    talk.classList.toggle("ending", inCall);
    talk.disabled = false;
    this.find(".meters").hidden = !inCall;
    this.showMute(inCall, view.muted);
    this.showFailure(view);
    this.showNotices(view.notices);
    this.transcript.show(view);
    this.media.show(inCall);
    // The streamer is drawn by the script: it must run once whenever a call begins or ends.
    if (this.synced !== inCall) this.sync(inCall);
  }

  sync(inCall) {
    this.synced = inCall;
    this.setTriggerValue("call_changed", { inCall, at: Date.now() });
  }

  showState({ state, icon, label, since }) {
    this.state.dataset.state = state;
    this.state.querySelector(".icon").textContent = icon.replace(/^:material\/|:$/g, "");
    this.state.querySelector(".label").textContent = label;
    this.since = since;
    this.tick();
  }

  tick() {
    const counts = this.view !== null && (this.view.state === "connecting" || this.view.state === "thinking");
    const seconds = Math.max(0, Date.now() / 1000 - (this.since ?? 0));
    this.state.querySelector(".timer").textContent = counts && this.since ? `${seconds.toFixed(1)} s` : "";
  }

  showMute(inCall, muted) {
    const mute = this.find(".mute");
    mute.hidden = !inCall;
    mute.setAttribute("aria-pressed", String(muted));
    mute.querySelector(".icon").textContent = muted ? "mic_off" : "mic";
    this.find(".muted").hidden = !(inCall && muted);
  }

  showFailure({ failure }) {
    const box = this.find(".announcement");
    const lines = failure
      ? [["what", failure.sentence], ["next", failure.next_step], ["code", failure.code && `Code: ${failure.code}`]]
      : [];
    const text = JSON.stringify(lines);
    if (this.announced === text) return;
    this.announced = text;
    box.replaceChildren(
      ...lines.filter(([, line]) => line).map(([name, line]) => element("span", name, line)),
    );
  }

  showNotices(notices) {
    if (this.notices === notices) return;
    this.notices = notices;
    const lines = notices.map(({ sentence, next_step }) => element("span", "notice", `${sentence} ${next_step}`));
    this.find(".notices").replaceChildren(...lines);
  }

  showLevels(you, agent) {
    setLevel(this.find(".meter.you"), you);
    setLevel(this.find(".meter.agent"), agent);
  }

  showLost(unknown) {
    this.find(".talk").disabled = true;
    this.showState(
      unknown
        ? { state: "error", icon: "refresh", label: "This page is out of date: reload it" }
        : { state: "reconnecting", icon: "sync_problem", label: "Reconnecting to Parley" },
    );
  }
}

function setLevel(meter, dbfs) {
  const part = Math.min(1, Math.max(0, 1 - dbfs / LEVEL_FLOOR_DBFS));
  meter.setAttribute("aria-valuenow", String(Math.max(LEVEL_FLOOR_DBFS, dbfs)));
  meter.firstElementChild.style.transform = `scaleX(${part})`;
}

// The streamer would try again for ever and say nothing, so the microphone is asked for here first.
async function microphoneProblem() {
  if (!window.isSecureContext) return "InsecureContext";
  if (!window.RTCPeerConnection || !navigator.mediaDevices?.getUserMedia) return "NotSupportedError";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
    return null;
  } catch (error) {
    return error.name;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let panel = panels.get(parentElement);
  if (!panel) {
    panel = new Panel(parentElement.querySelector(".panel"));
    panels.set(parentElement, panel);
    panel.synced = data.in_call;
    panel.clock = setInterval(() => panel.tick(), 100);
  }
  panel.setTriggerValue = setTriggerValue;
  panel.root.classList.toggle("compact", data.compact);
  panel.connection = connectionOf(parentElement, data);
  panel.connection.onView = (view) => panel.show(view);
  panel.connection.onLevels = (you, agent) => panel.showLevels(you, agent);
  panel.connection.onPlayout = (turnId, playedMs) => panel.transcript.playout(turnId, playedMs);
  panel.connection.onLost = (unknown) => panel.showLost(unknown);
  return () => {
    clearInterval(panel.clock);
    panel.media.leave();
    disconnect(parentElement);
    panels.delete(parentElement);
  };
}
