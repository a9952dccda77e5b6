// The call panel: takes the view and the clicks to its parts, and sends what the person wants.

const IN_CALL = new Set(["connecting", "listening", "hearing", "thinking", "speaking", "reconnecting"]);
const TICK_MS = 100;
const panels = new WeakMap();

class Panel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.view = null;
    this.asking = false;
    this.clock = new ServerClock();
    this.stateLine = new StateLine(root, this.clock);
    this.visualiser = new Visualiser(this.find(".voices"));
    this.notices = new Notices(root, this.clock, {
      cure: (action) => this.setTriggerValue("cure", { action, at: Date.now() }),
      stay: () => this.send({ do: "stay" }),
    });
    this.microphone = new MicrophoneChoice(root);
    this.push = new PushToTalk(root, () => this.applyPush());
    this.composer = new Composer(root, (text) => this.send({ do: "say", text }));
    this.transcript = new TranscriptView(this.find(".transcript"));
    this.sample = new SampleCall(root, (problem) => this.begin("connect_sample", problem));
    this.media = new MediaStats((command) => this.send(command));
    this.sound = new SoundWatch((stuck) => this.offerSound(stuck));
    this.listen();
    this.ticking = setInterval(() => this.tick(), TICK_MS);
  }

  listen() {
    this.find(".talk").onclick = () => (this.inCall() ? this.hangUp() : this.connect());
    this.find(".mute").onclick = () => this.mute(!this.view.muted);
    this.find(".mute-agent").onclick = () => {
      this.send({ do: this.view.agent_muted ? "unmute_agent" : "mute_agent" });
    };
    this.leaving = new AbortController();
    document.addEventListener("keydown", (event) => this.shortcut(event), { signal: this.leaving.signal });
  }

  // By key code: with Alt held, some keyboards give another letter.
  shortcut(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !this.inCall()) return;
    if (event.code === "KeyM" && !this.pushing()) this.mute(!this.view.muted);
    else if (event.code === "KeyH") this.hangUp();
    else return;
    event.preventDefault();
  }

  // Whether it left the page.
  send(command) {
    return this.connection.send(command);
  }

  inCall() {
    return this.view !== null && IN_CALL.has(this.view.state);
  }

  // A recorded person has no button to hold.
  pushing() {
    return this.push.on && !this.view?.sample;
  }

  async connect() {
    // Until the next view: what a second click would mean is not known before.
    this.find(".talk").disabled = true;
    this.asking = true;
    this.stateLine.askMicrophone();
    this.visualiser.show({ state: "connecting" }, true);
    const { problem, note } = await this.microphone.request();
    this.asking = false;
    this.stateLine.answered(problem !== null);
    this.notices.tell("microphone", problem ? "" : note);
    steerMicrophone(this.microphone.chosen?.id);
    this.begin("connect", problem);
    // Nothing may be heard before the button is held.
    if (!problem && this.push.on) this.send({ do: "mute" });
  }

  begin(command, problem) {
    guardStarts();
    this.send(problem ? { do: "microphone_failed", reason: problem } : { do: command });
  }

  hangUp() {
    this.send({ do: "hang_up" });
  }

  mute(muted) {
    this.send({ do: muted ? "mute" : "unmute" });
  }

  applyPush() {
    const live = this.inCall() && !this.view.sample;
    this.push.show(live);
    if (live) this.mute(this.push.on && !this.push.held);
    if (this.view) this.showControls(this.inCall());
  }

  show(view, patch) {
    this.clock.learn(patch, this.view !== null && !this.reopened);
    this.reopened = false;
    const began = !this.inCall();
    this.view = view;
    const inCall = this.inCall();
    if (!this.asking) {
      this.stateLine.show(view);
      this.visualiser.show(view, inCall);
    }
    this.notices.show(view, this.asking ? "" : this.stateLine.label());
    this.composer.show(view, inCall);
    this.transcript.show(view);
    this.media.show(inCall);
    this.sample.show(view, inCall);
    this.push.show(inCall && !view.sample);
    if (began && inCall && this.pushing() && !view.muted) this.mute(true);
    this.showControls(inCall);
    // The streamer is drawn by the script: it must run once whenever a call begins or ends. And so is the list of
    // voices, which a refusal corrects: it can come so soon that the call was never shown to begin.
    if (this.synced !== inCall || patch.valid_voices?.length) this.sync(inCall);
  }

  sync(inCall) {
    this.synced = inCall;
    this.setTriggerValue("call_changed", { inCall, at: Date.now() });
  }

  showControls(inCall) {
    const { muted, agent_muted: agentMuted } = this.view;
    const talk = this.find(".talk");
    talk.disabled = this.asking;
    talk.classList.toggle("ending", inCall);
    setButton(talk, inCall ? "call_end" : "call", inCall ? "Hang up" : "Connect");
    talk.title = inCall ? "End the call (Alt+H)" : "Call the agent";
    if (inCall) talk.setAttribute("aria-keyshortcuts", "Alt+H");
    else talk.removeAttribute("aria-keyshortcuts");
    setToggle(this.find(".mute"), inCall && !this.pushing(), muted, ["mic", "mic_off"]);
    this.find(".mute").title = muted ? "Let the agent hear you again (Alt+M)" : "Mute your microphone (Alt+M)";
    setToggle(this.find(".mute-agent"), inCall, agentMuted, ["volume_up", "volume_off"]);
    this.find(".device").hidden = inCall;
    this.find(".push").hidden = inCall && this.view.sample;
    this.showBadges(inCall);
  }

  showBadges(inCall) {
    const { muted, agent_muted: agentMuted } = this.view;
    const waits = inCall && this.pushing() && !this.push.held;
    const silent = inCall && muted && !this.pushing();
    if (waits) setBadge(this.find(".voice.you .badge"), "touch_app", "Hold to be heard");
    else setBadge(this.find(".voice.you .badge"), "mic_off", silent ? "Your mic is muted" : "");
    setBadge(this.find(".voice.agent .badge"), "volume_off", inCall && agentMuted ? "Agent is muted" : "");
  }

  tick() {
    if (document.hidden) return;
    if (this.stateLine.moves || this.stateLine.microphone) this.stateLine.tick();
    this.notices.tick();
    this.sound.tick(this.view?.state === "speaking");
  }

  offerSound(stuck) {
    const play = () => streamerSound()?.play().catch(() => {});
    const sentence = "Your browser has not started the agent's sound: tap play in the sidebar, or here.";
    this.notices.tell("sound", stuck ? sentence : "", ["Play the agent's sound", play]);
  }

  showLost(unknown) {
    this.reopened = true;
    this.find(".talk").disabled = true;
    const lost = unknown
      ? { state: "error", icon: "refresh", label: "This page is out of date: reload it" }
      : { state: "reconnecting", icon: "sync_problem", label: "Reconnecting to Parley" };
    this.stateLine.show(lost);
    this.visualiser.show(lost, false);
    this.composer.show(lost, this.inCall() && !unknown);
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

function setButton(button, sign, words) {
  setText(button.querySelector(".icon"), sign);
  setText(button.querySelector(".text"), words);
}

function setToggle(button, shown, pressed, [off, on]) {
  button.hidden = !shown;
  button.setAttribute("aria-pressed", String(Boolean(pressed)));
  setText(button.querySelector(".icon"), pressed ? on : off);
}

function setBadge(badge, sign, words) {
  if (badge.dataset.words === words) return;
  badge.dataset.words = words;
  badge.hidden = !words;
  badge.replaceChildren(icon(sign), element("span", "words", words));
}

export default function ({ data, parentElement, setTriggerValue }) {
  let panel = panels.get(parentElement);
  if (!panel) {
    panel = new Panel(parentElement.querySelector(".panel"));
    panels.set(parentElement, panel);
    panel.synced = data.in_call;
  }
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
