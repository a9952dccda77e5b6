// Looks at the agent's sound from the browser's side: every 2 s of a call it reads the statistics of
// streamlit-webrtc's peer connection and reports them. It changes nothing, and where it can't look it says so.

const REPORT_EVERY_MS = 2000;

class MediaStats {
  constructor(send) {
    this.send = send;
    this.before = null;
  }

  show(inCall) {
    if (inCall && !this.clock) this.clock = setInterval(() => this.report(), REPORT_EVERY_MS);
    if (!inCall) this.leave();
  }

  async report() {
    this.send({ do: "media_stats", stats: await this.read().catch(() => ({})) });
  }

  async read() {
    const peer = callAudio.peer;
    if (!peer || peer.connectionState === "closed") return {};
    const all = [...(await peer.getStats()).values()];
    const sound = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
    return { ...this.soundStats(sound), ...pathStats(all) };
  }

  soundStats(sound) {
    if (!sound) return {};
    const before = this.before?.id === sound.id ? this.before : { jitterBufferDelay: 0, jitterBufferEmittedCount: 0 };
    this.before = sound;
    const waitedS = sound.jitterBufferDelay - before.jitterBufferDelay;
    const played = sound.jitterBufferEmittedCount - before.jitterBufferEmittedCount;
    return {
      jitter_ms: sound.jitter * 1000,
      jitter_buffer_ms: played > 0 ? (waitedS / played) * 1000 : undefined,
      received: sound.packetsReceived,
      // Duplicates make it negative.
      lost: Math.max(0, sound.packetsLost),
      samples: sound.totalSamplesReceived,
      concealed: sound.concealedSamples,
    };
  }

  leave() {
    clearInterval(this.clock);
    this.clock = undefined;
    this.before = null;
  }
}

function pathStats(all) {
  const byId = new Map(all.map((stats) => [stats.id, stats]));
  const transport = all.find(({ type }) => type === "transport");
  const pair =
    byId.get(transport?.selectedCandidatePairId) ??
    all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
  if (!pair) return {};
  const rtt = pair.currentRoundTripTime;
  return {
    round_trip_ms: rtt === undefined ? undefined : rtt * 1000,
    local: byId.get(pair.localCandidateId)?.candidateType,
    remote: byId.get(pair.remoteCandidateId)?.candidateType,
  };
}
