// Stands between Streamlit and the streamer's frame, so that streamlit-webrtc 0.79 starts once for each call and not
// after the person hung up. Two starts make two peer connections, of which the wrong one is answered: the call is dead.

// Kept in the frame itself, where the next page's panel finds it again.
const GATE = Symbol.for("parley.gate");
// streamlit-webrtc's page takes 500 ms to close a connection; a busy browser more.
const CLOSED_WITHIN_MS = 2000;
const LOOK_IF_CLOSED_MS = 20;

// The gate of a frame, which is put up where there is none.
function startGate(frame, newestPeer) {
  if (GATE in frame) return frame[GATE];
  const gate = new StartGate(frame.postMessage.bind(frame), newestPeer);
  frame[GATE] = gate;
  frame.postMessage = (message, ...how) => {
    if (message?.type === "streamlit:render") gate.pass(message, how);
    else gate.tell(message, ...how);
  };
  return gate;
}

// Named by `voice/ui/streamer.py`, among the attributes of the agent's sound; null before the first call.
function startOf({ args }) {
  return args?.audio_html_attrs?.start ?? null;
}

class StartGate {
  constructor(tell, newestPeer) {
    this.tell = tell;
    this.newestPeer = newestPeer;
    this.plays = false;
    this.shut = false;
    // The start of the last call, by its name.
    this.over = undefined;
    this.turn = Promise.resolve();
  }

  // A call begins: what Streamlit says next is new to the frame, even if it was said before.
  open() {
    this.shut = false;
    if (this.last) this.over = startOf(this.last[0]);
    this.written = undefined;
  }

  // The person hung up. The frame stops now; Streamlit may need a while to hear of it, or be out of reach.
  close() {
    this.shut = true;
    if (this.last) this.follow(...this.last);
  }

  // Streamlit repeats itself in each run and at its end. The frame takes that for a change, and a start that is still
  // loading its script begins once more. Until a run has come that knows of a new call, it also repeats the start of the
  // last one: the new call would begin before its run, which then ends it.
  pass(message, how) {
    if (message.args?.desired_playing_state && startOf(message) === this.over) return;
    const written = JSON.stringify(message);
    if (written === this.written) return;
    this.written = written;
    this.last = [message, how];
    this.follow(message, how);
  }

  follow(message, how) {
    const next = () => this.deliver(message, how);
    // A message that can't be delivered must not hold up those behind it.
    this.turn = this.turn.then(next, next);
  }

  async deliver(message, how) {
    if (this.wantsPlay(message) && !this.plays) await this.closed();
    this.plays = this.wantsPlay(message);
    const args = { ...message.args, desired_playing_state: this.plays };
    this.tell(this.shut ? { ...message, args } : message, ...how);
  }

  wantsPlay({ args }) {
    return !this.shut && args?.desired_playing_state === true;
  }

  // A connection that the agent's side closed too says that it has stopped at once, and again when it is closed. What
  // began in between would then stop and begin once more.
  async closed() {
    const until = performance.now() + CLOSED_WITHIN_MS;
    do await new Promise((resolve) => setTimeout(resolve, LOOK_IF_CLOSED_MS));
    while ((this.newestPeer()?.signalingState ?? "closed") !== "closed" && performance.now() < until);
  }
}
