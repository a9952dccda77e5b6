// The panel's buttons and badges, as the call is now.

class CallButtons {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
  }

  // `mayCall` is whether a call could begin; `pushing` and `held` are about push to talk.
  show({ muted, agent_muted: agentMuted, sample }, { inCall, mayCall, pushing, held }) {
    const talk = this.find(".talk");
    talk.disabled = !inCall && !mayCall;
    talk.classList.toggle("ending", inCall);
    setButton(talk, inCall ? "call_end" : "call", inCall ? "Hang up" : "Connect");
    talk.title = inCall ? "End the call (Alt+H)" : "Call the agent";
    if (inCall) talk.setAttribute("aria-keyshortcuts", "Alt+H");
    else talk.removeAttribute("aria-keyshortcuts");
    setToggle(this.find(".mute"), inCall && !pushing, muted, ["mic", "mic_off"]);
    this.find(".mute").title = muted ? "Let the agent hear you again (Alt+M)" : "Mute your microphone (Alt+M)";
    setToggle(this.find(".mute-agent"), inCall, agentMuted, ["volume_up", "volume_off"]);
    this.find(".device").hidden = inCall;
    this.find(".push").hidden = inCall && sample;
    if (inCall && pushing && !held) setBadge(this.find(".voice.you .badge"), "touch_app", "Hold to be heard");
    else setBadge(this.find(".voice.you .badge"), "mic_off", inCall && muted && !pushing ? "Your mic is muted" : "");
    setBadge(this.find(".voice.agent .badge"), "volume_off", inCall && agentMuted ? "Agent is muted" : "");
  }

  // Until the next view: what a second click would mean is not known before.
  wait() {
    this.find(".talk").disabled = true;
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
