// Stands in for streamlit-webrtc's frame on the harness page: it opens a microphone and makes a connection as that does.

window.streamer = {
  mount() {
    const frame = document.createElement("iframe");
    frame.title = "streamlit_webrtc.streamer";
    document.body.append(frame);
    this.frame = frame.contentWindow;
    this.told = [];
    this.frame.addEventListener("message", ({ data }) => this.told.push(data.args.desired_playing_state));
  },

  // What Streamlit tells the frame in a run.
  tell(plays, more = {}) {
    this.frame.postMessage({ type: "streamlit:render", args: { desired_playing_state: plays, ...more } }, "*");
  },

  // A connection is made before the microphone is asked for, as streamlit-webrtc does.
  async start() {
    const { frame } = this;
    this.peer = new frame.RTCPeerConnection();
    const stream = await frame.navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true } });
    this.sender = this.peer.addTrack(stream.getAudioTracks()[0], stream);
    const agent = new RTCPeerConnection();
    agent.addTransceiver("audio");
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await agent.setRemoteDescription(this.peer.localDescription);
    await agent.setLocalDescription(await agent.createAnswer());
    await this.peer.setRemoteDescription(agent.localDescription);
  },

  get microphone() {
    const { enabled, readyState, label } = this.sender.track;
    return { enabled, readyState, label };
  },

  get agentEnabled() {
    return this.peer.getReceivers()[0].track.enabled;
  },

  // As the browser does when a device goes away.
  unplug() {
    const { track } = this.sender;
    track.stop();
    track.dispatchEvent(new Event("ended"));
  },
};
