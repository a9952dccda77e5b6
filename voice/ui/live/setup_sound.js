// Measures the microphone and the loudspeaker. Opens the microphone only when asked to, and always lets go of it.

const LISTEN_MS = 6000;
const POLL_MS = 40;
const SPOKEN_DBFS = -35;
const ENOUGH_SPEECH_MS = 1000;
const QUIET_MS = 600;
const FLOOR_DBFS = -100;
const CLIPPED = 0.99;
// An arpeggio of sawtooth tones, as rich as a voice: echo cancellers do not learn from a single pure tone.
const NOTES_HZ = [262, 330, 392, 523, 392, 330, 262];
const NOTE_S = 0.3;
const TONE_GAIN = 0.2;
const MICROPHONE = { audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false } };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function permissionOfMicrophone() {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state;
  } catch {
    return "unknown";
  }
}

async function microphoneGlance() {
  if (!window.isSecureContext) return { refusal: "InsecureContext" };
  if (!navigator.mediaDevices?.getUserMedia) return { refusal: "NotSupportedError" };
  const devices = await navigator.mediaDevices.enumerateDevices();
  const microphones = devices.filter(({ kind }) => kind === "audioinput");
  return { permission: await permissionOfMicrophone(), devices: microphones.length };
}

// One open microphone with its loudness. `close` must be called.
class Ear {
  static async open() {
    const stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
    const ear = new Ear(stream);
    await ear.context.resume();
    return ear;
  }

  constructor(stream) {
    this.stream = stream;
    this.context = new AudioContext();
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048 });
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
    this.seen = 0;
    this.clipped = 0;
  }

  get label() {
    return this.stream.getAudioTracks()[0]?.label ?? "";
  }

  dbfs() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let energy = 0;
    for (const sample of this.samples) {
      energy += sample * sample;
      if (Math.abs(sample) >= CLIPPED) this.clipped += 1;
    }
    this.seen += this.samples.length;
    return Math.max(FLOOR_DBFS, 10 * Math.log10(energy / this.samples.length || 1e-12));
  }

  close() {
    this.stream.getTracks().forEach((track) => track.stop());
    this.context.close();
  }
}

// Listens until enough was said or the time is over; `onLevel` gets the level as it goes.
async function listenToPerson(ear, onLevel, stopped) {
  let loudest = FLOOR_DBFS;
  let spokenMs = 0;
  const until = performance.now() + LISTEN_MS;
  while (performance.now() < until && spokenMs < ENOUGH_SPEECH_MS && !stopped()) {
    await pause(POLL_MS);
    const level = ear.dbfs();
    onLevel(level);
    loudest = Math.max(loudest, level);
    if (level > SPOKEN_DBFS) spokenMs += POLL_MS;
  }
  return {
    permission: "granted",
    label: ear.label,
    rate_hz: ear.context.sampleRate,
    loudest_dbfs: loudest,
    clipped_share: ear.seen ? ear.clipped / ear.seen : 0,
  };
}

async function levelsDuring(ear, ms, stopped) {
  const levels = [];
  const until = performance.now() + ms;
  while (performance.now() < until && !stopped()) {
    await pause(POLL_MS);
    levels.push(ear.dbfs());
  }
  return levels;
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : FLOOR_DBFS;
}

// Plays the tone and, with an ear, tells how much of it comes back: its second half, when a canceller has learnt.
async function playTone(ear, stopped) {
  const context = new AudioContext();
  try {
    // Without a click before, some browsers keep sound suspended for ever.
    await Promise.race([context.resume(), pause(500)]);
    const speaker = { state: context.state, rate_hz: context.sampleRate };
    if (context.state !== "running") return { speaker, levels: null };
    const before = ear ? median(await levelsDuring(ear, QUIET_MS, stopped)) : null;
    const oscillator = scheduleNotes(context);
    const toneMs = 1000 * NOTE_S * NOTES_HZ.length;
    const heard = ear ? await levelsDuring(ear, toneMs, stopped) : await pause(toneMs);
    oscillator.stop();
    const levels = ear && { before_dbfs: before, during_dbfs: median(heard.slice(heard.length / 2)) };
    return { speaker, levels };
  } finally {
    await context.close();
  }
}

function scheduleNotes(context) {
  const oscillator = new OscillatorNode(context, { type: "sawtooth" });
  NOTES_HZ.forEach((hz, index) => oscillator.frequency.setValueAtTime(hz, context.currentTime + index * NOTE_S));
  oscillator.connect(new GainNode(context, { gain: TONE_GAIN })).connect(context.destination);
  oscillator.start();
  return oscillator;
}
