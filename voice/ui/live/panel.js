// The call panel: takes the view and the clicks to its parts. What the person wants acts in this browser first, and is
// sent to the server now or when it can be reached again.

const IN_CALL = new Set(["connecting", "listening", "hearing", "thinking", "speaking", "reconnecting"]);
const TICK_MS = 100;
// After which a run that was asked for is asked for again.
const RUN_AGAIN_MS = 3000;
const LOST = {
  lost: { state: "reconnecting", icon: "sync_problem", label: "Reconnecting to Parley" },
  unknown: { state: "error", icon: "refresh", label: "This page is out of date: reload it" },
  blocked: { state: "error", icon: "sync_problem", label: "Can't connect to Parley" },
};
// So many tries without any success are no coincidence while Streamlit's own connection is up.
const BLOCKED_AFTER_TRIES = 3;
const panels = new WeakMap();

class Panel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.view = null;
    this.asking = false;
    // Parley can't be reached: "lost", or "unknown" if it does not know this page.
    this.lost = null;
    this.failedTries = 0;
    this.clock = new ServerClock();
    this.stateLine = new StateLine(root, this.clock);
    this.buttons = new CallButtons(root);
    this.visualiser = new Visualiser(this.find(".voices"));
    this.notices = new Notices(root, this.clock, {
      cure: (action) => this.setTriggerValue("cure", { action, at: Date.now() }),
      stay: () => this.commands.stay(this.view.closing.at),
    });
    this.commands = new CallCommands((command) => this.send(command), () => this.view && this.draw());
    this.microphone = new MicrophoneChoice(root);
    this.push = new PushToTalk(root, () => this.applyPush());
    this.composer = new Composer(root, (text) => this.send({ do: "say", text }));
    this.transcript = new TranscriptView(this.find(".transcript"));
    this.sample = new SampleCall(root, (problem) => this.begin("connect_sample", problem));
    this.media = new MediaStats((command) => this.send(command));
    this.sound = new SoundWatch((stuck) => this.offerSound(stuck));
    callAudio.onNote = () => this.microphoneChanged();
    this.listen();
    this.reachesStreamlit = true;
    this.ticking = setInterval(() => this.tick(), TICK_MS);
  }

  listen() {
    this.find(".talk").onclick = () => (this.inCall() ? this.commands.hangUp() : this.connect());
    this.find(".mute").onclick = () => this.commands.mute(!wishes.isMuted(this.view));
    this.find(".mute-agent").onclick = () => this.commands.muteAgent(!wishes.isAgentMuted(this.view));
    this.leaving = new AbortController();
    document.addEventListener("keydown", (event) => this.shortcut(event), { signal: this.leaving.signal });
  }

  // By key code: with Alt held, some keyboards give another letter.
  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !this.inCall()) return;
    if (event.code === "KeyM" && !this.pushing()) this.commands.mute(!wishes.isMuted(this.view));
    else if (event.code === "KeyH") this.commands.hangUp();
    else return;
    event.preventDefault();
  }

  // Whether it left the page.
  send(command) {
    return this.connection.send(command);
  }

  // The server's word for it; the person may have hung up since.
  runs() {
    return this.view !== null && IN_CALL.has(this.view.state);
  }

  inCall() {
    return this.runs() && !wishes.hungUp && this.lost !== "unknown";
  }

  // A recorded person has no button to hold.
  pushing() {
    return this.push.on && !this.view?.sample;
  }

  async connect() {
    this.buttons.wait();
    this.asking = true;
    this.stateLine.askMicrophone();
    this.visualiser.show({ state: "connecting" }, true);
    const { problem, note } = await this.microphone.request();
    this.asking = false;
    this.stateLine.answered(problem !== null);
    this.notices.tell("microphone", problem ? "" : note);
    this.begin("connect", problem);
  }

  begin(command, problem) {
    const wanted = problem ? { do: "microphone_failed", reason: problem } : { do: command };
    // Nothing may be heard before the button is held.
    const muted = command === "connect" && !problem && this.push.on;
    const told = this.commands.begin(wanted, { deviceId: this.microphone.chosen?.id, muted });
    this.notices.tell("unsent", told ? "" : "The call was not started: Parley could not be reached. Connect again.");
    if (!told) this.draw();
  }

  microphoneChanged() {
    this.draw();
    const { problem } = callAudio.note;
    if (problem && this.inCall()) this.commands.loseMicrophone(problem);
  }

  applyPush() {
    const live = this.inCall() && !this.view.sample;
    this.push.show(live);
    if (live) this.commands.mute(this.push.on && !this.push.held);
    else if (this.view) this.draw();
  }

  show(view, patch) {
    this.clock.learn(patch, this.view !== null && !this.lost);
    const ran = this.runs();
    const lost = this.lost;
    this.lost = null;
    this.view = view;
    callAudio.attach(streamerWindow());
    if (this.runs()) {
      this.commands.follow(view, lost !== null);
      if (!ran && this.pushing() && !this.push.held && !wishes.isMuted(view)) this.commands.mute(true);
    } else if (ran) callAudio.release();
    this.draw();
    // The streamer is drawn by the script: it must run once whenever a call begins or ends. And so is the list of
    // voices, which a refusal corrects: it can come so soon that the call was never shown to begin.
    if (this.synced !== this.runs() || patch.valid_voices?.length) this.sync(this.runs());
  }

  sync(inCall) {
    this.synced = inCall;
    this.syncedAt = performance.now();
    this.setTriggerValue("call_changed", { inCall, at: Date.now() });
  }

  draw() {
    const inCall = this.inCall();
    const view = wishes.applied(this.view);
    const shown = this.lost ? LOST[this.lost] : view;
    if (!this.asking) {
      this.stateLine.show(shown);
      this.visualiser.show(shown, inCall && !this.lost);
    }
    this.tell(view);
    this.composer.show(shown, inCall);
    this.transcript.show(view);
    this.media.show(inCall);
    this.sample.show(view, this.runs());
    this.push.show(inCall && !view.sample);
    // A call begins only once the last is over, and Parley can be reached.
    const mayCall = !this.asking && !this.runs() && this.lost === null && this.reachesStreamlit;
    this.buttons.show(view, { inCall, mayCall, pushing: this.pushing(), held: this.push.held });
  }

  tell(view) {
    const lost = this.lost === "lost" ? this.outOfReach(view) : this.cantCall();
    this.notices.tell("lost", lost);
    this.notices.tell("unplugged", callAudio.note ? unpluggedWords(callAudio.note, this.microphone.chosen) : "");
    this.notices.unsent = Boolean(this.lost) && wishes.stays(view);
    this.notices.show(view, this.asking ? "" : this.stateLine.label(), lost);
  }

  // Streamlit's own connection may come back later than ours. A call needs both.
  cantCall() {
    return this.lost || this.reachesStreamlit || this.runs() ? "" : STILL_RECONNECTING;
  }

  outOfReach({ sample, muted }) {
    const heard = heardNow({ sample, muted, live: callAudio.live, serverMuted: this.view.muted });
    return outOfReach({ inCall: this.runs(), hungUp: wishes.hungUp, heard, pushing: this.pushing(), sample });
  }

  tick() {
    this.watchStreamlit();
    if (document.hidden) return;
    if (this.stateLine.moves || this.stateLine.microphone) this.stateLine.tick();
    this.notices.tick();
    this.sound.tick(this.view?.state === "speaking");
    // What the browser knows of its own sound changes without a view.
    if (this.lost && this.view) this.tell(wishes.applied(this.view));
  }

  watchStreamlit() {
    const reaches = reachesStreamlit();
    const changed = reaches !== this.reachesStreamlit;
    this.reachesStreamlit = reaches;
    if (changed && this.view) this.draw();
    // What is asked while Streamlit is out of reach is lost.
    const missing = this.view && this.drawnInCall !== this.runs() && performance.now() - this.syncedAt > RUN_AGAIN_MS;
    if (reaches && missing) this.sync(this.runs());
  }

  offerSound(stuck) {
    const play = () => streamerSound()?.play().catch(() => {});
    const sentence = "Your browser has not started the agent's sound: tap play in the sidebar, or here.";
    this.notices.tell("sound", stuck ? sentence : "", ["Play the agent's sound", play]);
  }

  // The call may go on, unless Parley knows of none.
  showLost(unknown) {
    this.lost = unknown ? "unknown" : "lost";
    if (unknown) callAudio.release();
    this.buttons.wait();
    if (this.view) this.draw();
    else this.showUnreached();
  }

  showUnreached() {
    this.failedTries += 1;
    const never = this.lost === "lost" && this.connection.view === null;
    const blocked = never && this.failedTries >= BLOCKED_AFTER_TRIES && reachesStreamlit();
    this.stateLine.show(LOST[blocked ? "blocked" : this.lost]);
    this.notices.tell("lost", blocked ? blockedWords(addressOf("/").pathname) : "");
  }

  leave() {
    clearInterval(this.ticking);
    this.leaving.abort();
    this.push.leave();
    this.visualiser.leave();
    this.transcript.stop();
    this.media.leave();
    this.microphone.leave();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let panel = panels.get(parentElement);
  if (!panel) {
    panel = new Panel(parentElement.querySelector(".panel"));
    panels.set(parentElement, panel);
    panel.synced = data.in_call;
    panel.syncedAt = performance.now();
  }
  panel.drawnInCall = data.in_call;
  panel.setTriggerValue = setTriggerValue;
  panel.root.classList.toggle("compact", data.compact);
  panel.connection = connectionOf(parentElement, data);
  panel.connection.onView = (view, patch) => panel.show(view, patch);
  panel.connection.onLevels = (you, agent) => panel.visualiser.push(you, agent);
  panel.connection.onPlayout = (turnId, playedMs) => panel.transcript.playout(turnId, playedMs);
  panel.connection.onLost = (unknown) => panel.showLost(unknown);
  return () => {
    panel.leave();
    disconnect(parentElement);
    panels.delete(parentElement);
  };
}
