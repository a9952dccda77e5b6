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
    this.silentSince ??= Date.now();
    if (Date.now() - this.silentSince >= SILENT_AFTER_MS) this.onStuck(true);
  }
}

function streamerSound() {
  return streamerWindow()?.document.querySelector("audio") ?? null;
}
