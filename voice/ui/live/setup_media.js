// One real WebRTC connection to Parley, as a call would make it, which carries a tone that nobody hears.

const MEDIA_TIMEOUT_MS = 10_000;
const GATHER_TIMEOUT_MS = 3000;
const FINDINGS_TIMEOUT_MS = 6000;
const PROBE_GAIN = 0.3;

// `ask(sdp)` gives the answer, `tell(facts)` resolves when the server has judged.
async function probeMedia({ iceServers, toneHz, ask, tell }) {
  if (!window.RTCPeerConnection) return tell({ outcome: "no_webrtc" });
  const began = performance.now();
  const context = new AudioContext();
  const peer = new RTCPeerConnection({ iceServers });
  try {
    await Promise.race([context.resume(), pause(200)]);
    peer.addTrack(toneTrack(context, toneHz));
    const connected = await connectPeer(peer, ask);
    const took_ms = performance.now() - began;
    const sound = { sends_tone: context.state === "running", context_rate_hz: context.sampleRate };
    const facts = connected ? { outcome: "connected", ...(await pairOf(peer)) } : { outcome: "failed" };
    await within(FINDINGS_TIMEOUT_MS, tell({ ...facts, ...sound, took_ms }));
  } finally {
    peer.close();
    await context.close();
  }
}

function within(ms, promise) {
  return Promise.race([promise, pause(ms).then(() => undefined)]);
}

function toneTrack(context, hz) {
  const out = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context, { frequency: hz });
  oscillator.connect(new GainNode(context, { gain: PROBE_GAIN })).connect(out);
  oscillator.start();
  return out.stream.getAudioTracks()[0];
}

async function connectPeer(peer, ask) {
  await peer.setLocalDescription(await peer.createOffer());
  await within(GATHER_TIMEOUT_MS, untilState(peer, "icegatheringstatechange", () => peer.iceGatheringState === "complete"));
  const answer = await within(MEDIA_TIMEOUT_MS, ask(peer.localDescription.sdp));
  if (!answer) return false;
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
  const settled = () => ["connected", "failed", "closed"].includes(peer.connectionState);
  // A browser that found no address of its own reaches nobody, however long one waits.
  const hopeless = peer.iceGatheringState === "complete" && !/^a=candidate:/m.test(peer.localDescription.sdp);
  if (!hopeless) await within(MEDIA_TIMEOUT_MS, untilState(peer, "connectionstatechange", settled));
  return peer.connectionState === "connected";
}

function untilState(target, event, reached) {
  return new Promise((resolve) => {
    const look = () => reached() && resolve();
    target.addEventListener(event, look);
    look();
  });
}

async function pairOf(peer) {
  const stats = [...(await peer.getStats()).values()];
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const transport = stats.find(({ type }) => type === "transport");
  // Firefox marks the pair itself.
  const pair = byId.get(transport?.selectedCandidatePairId) ?? stats.find((stat) => stat.type === "candidate-pair" && stat.selected);
  const local = byId.get(pair?.localCandidateId);
  const remote = byId.get(pair?.remoteCandidateId);
  return {
    local: local?.candidateType ?? "unknown",
    remote: remote?.candidateType ?? "unknown",
    protocol: local?.protocol ?? "udp",
  };
}
