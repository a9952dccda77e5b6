// The call's sound as this browser has it: the microphone's tracks and the agent's. Mute, Sound off and Hang up act
// here at once, whatever the connection to Parley does. streamlit-webrtc 0.79 shows its tracks to nobody, so two
// functions of its frame are stood in for: the one that opens a microphone and the one that makes a connection.

const CALL_AUDIO = Symbol.for("parley.callAudio");

class CallAudio {
  constructor() {
    this.microphones = new Set();
    this.peer = null;
    this.muted = false;
    this.agentMuted = false;
    this.released = false;
    // What became of a microphone that was unplugged in this call, and who is told.
    this.note = null;
    this.onNote = () => {};
  }

  // A frame that was loaded anew is taken hold of anew.
  attach(frame) {
    if (!frame?.RTCPeerConnection || CALL_AUDIO in frame) return;
    frame[CALL_AUDIO] = this;
    this.peer = null;
    this.standInForPeers(frame);
    this.standInForMicrophone(frame.navigator.mediaDevices);
  }

  standInForPeers(frame) {
    const Native = frame.RTCPeerConnection;
    frame.RTCPeerConnection = new Proxy(Native, {
      construct: (target, given, made) => {
        this.peer = Reflect.construct(target, given, made === frame.RTCPeerConnection ? target : made);
        this.peer.addEventListener("track", ({ track }) => (track.enabled = !this.agentMuted));
        return this.peer;
      },
    });
  }

  standInForMicrophone(devices) {
    if (!devices?.getUserMedia) return;
    const open = devices.getUserMedia.bind(devices);
    // Chromium 156 gives a frame at an IPv6 address no microphone, for its permissions policy can't name one. The page
    // has asked for it before, and may open it.
    this.openDevice = (constraints) =>
      open(constraints).catch((error) => {
        if (error.name !== "NotAllowedError") throw error;
        return navigator.mediaDevices.getUserMedia(constraints);
      });
    devices.getUserMedia = (constraints) =>
      constraints?.audio ? this.openMicrophone(constraints) : this.openDevice(constraints);
  }

  // streamlit-webrtc demands the device of its first start for ever after, over any constraint it is given. So its
  // question is answered with the device chosen here, or with the default one.
  async openMicrophone(constraints) {
    const { deviceId: _, ...audio } = constraints.audio === true ? {} : constraints.audio;
    const stream = this.released ? null : await this.openChosen({ ...constraints, audio });
    if (stream && !this.released) {
      stream.getAudioTracks().forEach((track) => this.own(track, audio));
      return stream;
    }
    // The person hung up in between. A start that never gets its microphone goes no further, and says no error.
    stream?.getTracks().forEach((track) => track.stop());
    this.peer?.close();
    return new Promise(() => {});
  }

  // Beside other constraints, Chromium 156 opens the default device for an id that is only `ideal`.
  async openChosen({ audio, ...others }) {
    try {
      if (this.deviceId) return await this.openDevice({ ...others, audio: { ...audio, deviceId: { exact: this.deviceId } } });
    } catch (error) {
      if (!GONE.has(error.name)) throw error;
    }
    return this.openDevice({ ...others, audio });
  }

  // A track is silent from its first sample on if it has to be.
  own(track, audio) {
    track.enabled = !this.muted;
    this.microphones.add(track);
    // Not fired by `stop`.
    track.addEventListener("ended", () => {
      if (this.microphones.delete(track)) replaceMicrophone(this, track, audio);
    });
  }

  tell(note) {
    this.note = note;
    this.onNote();
  }

  mute(muted) {
    this.muted = muted;
    for (const track of this.microphones) track.enabled = !muted;
  }

  muteAgent(muted) {
    this.agentMuted = muted;
    for (const { track } of this.peer?.getReceivers() ?? []) track.enabled = !muted;
  }

  // Whether a microphone is open, be it muted.
  get live() {
    return [...this.microphones].some(({ readyState }) => readyState === "live");
  }

  // A call begins, with this microphone or with the default one.
  begin(deviceId) {
    this.attach(streamerWindow());
    this.deviceId = deviceId;
    this.released = false;
    this.note = null;
    this.gate()?.open();
  }

  // No microphone stays open, and the connection closes.
  release() {
    this.released = true;
    for (const track of this.microphones) track.stop();
    this.microphones.clear();
    this.gate()?.close();
  }

  gate() {
    const frame = streamerWindow();
    return frame && startGate(frame, () => this.peer);
  }
}

// Kept on the page: each mount of the panel may be a module of its own.
const callAudio = (globalThis.parleyCallAudio ??= new CallAudio());
