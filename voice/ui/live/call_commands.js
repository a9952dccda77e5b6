// What the person wants of the call: done in this browser at once, kept in `wishes`, and sent. What can't be sent now
// is sent when the page has reached Parley again.

class CallCommands {
  // `send` gives back whether a command left the page; `onChange` is called after each wish.
  constructor(send, onChange) {
    this.send = send;
    this.onChange = onChange;
  }

  // Gives back whether Parley was told. A call isn't begun later: a microphone would open when nobody expects it.
  begin(command, { deviceId, muted = false }) {
    wishes.clear();
    callAudio.begin(deviceId);
    callAudio.mute(muted);
    callAudio.muteAgent(false);
    if (!this.send(command)) return false;
    if (muted) {
      wishes.muted = true;
      this.send({ do: "mute" });
    }
    return true;
  }

  hangUp() {
    wishes.hungUp = true;
    callAudio.release();
    this.tell("hang_up");
  }

  mute(muted) {
    wishes.muted = muted;
    callAudio.mute(muted);
    this.tell(muted ? "mute" : "unmute");
  }

  muteAgent(muted) {
    wishes.agentMuted = muted;
    callAudio.muteAgent(muted);
    this.tell(muted ? "mute_agent" : "unmute_agent");
  }

  // Puts off the end that is announced for `moment`.
  stay(moment) {
    wishes.stayedAt = moment;
    this.tell("stay");
  }

  // The call can't go on without a microphone. It ends even if this is not heard, because its connection closes.
  loseMicrophone(reason) {
    this.send({ do: "microphone_lost", reason });
    this.hangUp();
  }

  tell(name) {
    this.send({ do: name });
    this.onChange();
  }

  // A view of the call that runs has come; `again` after the page had lost Parley.
  follow(view, again) {
    callAudio.mute(wishes.isMuted(view));
    callAudio.muteAgent(wishes.isAgentMuted(view));
    if (again) wishes.missing(view).forEach((name) => this.send({ do: name }));
  }
}
