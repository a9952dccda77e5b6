// The page's hold on the frame in which streamlit-webrtc keeps the microphone and the agent's sound.
// It is of the same origin; where it is not to be found, nothing happens.

const SILENT_AFTER_MS = 2000;

function streamerWindow() {
  const frame = document.querySelector("iframe[title*='webrtc']");
  try {
    return frame?.contentDocument ? frame.contentWindow : null;
  } catch {
    return null;
  }
}

// streamlit-webrtc 0.79 demands the device of its first start for ever after, over any constraint it is given. So
// its question for the microphone is answered with the device chosen here, or with the default one.
function steerMicrophone(deviceId) {
  const devices = streamerWindow()?.navigator.mediaDevices;
  if (!devices?.getUserMedia) return;
  const steered = devices.parley !== undefined;
  devices.parley = { deviceId };
  if (steered) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    if (!constraints?.audio) return open(constraints);
    const { deviceId: _, ...audio } = constraints.audio === true ? {} : constraints.audio;
    const chosen = devices.parley.deviceId;
    return open({ ...constraints, audio: chosen ? { ...audio, deviceId: { ideal: chosen } } : audio });
  };
}

// Kept in the frame itself, where the next page's panel finds it again.
const GATE = Symbol.for("parley.gate");
// streamlit-webrtc's page takes 500 ms to close a connection; a busy browser more.
const CLOSED_WITHIN_MS = 2000;
const LOOK_IF_CLOSED_MS = 20;

// Stands between Streamlit and the frame, so that streamlit-webrtc 0.79 starts once for each call. Two starts make
// two peer connections, of which the wrong one is answered: the call is dead.
function guardStarts() {
  const frame = streamerWindow();
  if (!frame || GATE in frame) return;
  const tell = frame.postMessage.bind(frame);
  const gate = new StartGate(tell, () => frame[NEWEST_PEER]);
  frame[GATE] = gate;
  frame.postMessage = (message, ...how) => {
    if (message?.type === "streamlit:render") gate.pass(message, how);
    else tell(message, ...how);
  };
}

class StartGate {
  constructor(tell, newestPeer) {
    this.tell = tell;
    this.newestPeer = newestPeer;
    this.plays = false;
    this.turn = Promise.resolve();
  }

  // Streamlit repeats itself in each run and at its end. The frame takes that for a change, and a start that is still
  // loading its script begins once more.
  pass(message, how) {
    const written = JSON.stringify(message);
    if (written === this.written) return;
    this.written = written;
    const next = () => this.deliver(message, how);
    // A message that can't be delivered must not hold up those behind it.
    this.turn = this.turn.then(next, next);
  }

  async deliver(message, how) {
    const plays = message.args?.desired_playing_state === true;
    if (plays && !this.plays) await this.closed();
    this.plays = plays;
    this.tell(message, ...how);
  }

  // A connection that the agent's side closed too says that it has stopped at once, and again when it is closed. What
  // began in between would then stop and begin once more.
  async closed() {
    const until = performance.now() + CLOSED_WITHIN_MS;
    do await new Promise((resolve) => setTimeout(resolve, LOOK_IF_CLOSED_MS));
    while ((this.newestPeer()?.signalingState ?? "closed") !== "closed" && performance.now() < until);
  }
}

// A browser may refuse to start sound by itself. Calls back with whether the person has to help.
class SoundWatch {
  constructor(onStuck) {
    this.onStuck = onStuck;
    this.silentSince = null;
  }

  tick(agentSpeaks) {
    const sound = agentSpeaks ? streamerSound() : null;
    if (!sound?.paused) {
      this.silentSince = null;
      this.onStuck(false);
      return;
    }
    this.silentSince ??= performance.now();
    if (performance.now() - this.silentSince >= SILENT_AFTER_MS) this.onStuck(true);
  }
}

function streamerSound() {
  return streamerWindow()?.document.querySelector("audio") ?? null;
}
