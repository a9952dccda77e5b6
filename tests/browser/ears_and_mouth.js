// Runs in every frame before the page's own scripts. A test speaks at an exact moment through `say`, and
// hears what the browser received through `heard`; times are epoch milliseconds.
(() => {
  const RATE_HZ = 48000;
  const now = () => performance.timeOrigin + performance.now();
  const ears = (window.parley = { constraints: [], blocks: [], samples: [], connections: [], refuse: null });
  let context = null;
  const mouths = [];
  const audio = () => (context ??= new AudioContext({ sampleRate: RATE_HZ }));

  if (navigator.mediaDevices) {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      ears.constraints.push(constraints);
      const refused = ears.refuse ?? window.parent?.parley?.refuse;
      if (refused) throw new DOMException("refused by the test", refused);
      // A page that has no microphone open hides its addresses from the other end.
      await open(constraints);
      const mouth = audio().createMediaStreamDestination();
      mouths.push(mouth);
      // Without a source the node sends nothing at all, where a microphone sends silence.
      const silence = new ConstantSourceNode(audio(), { offset: 0 });
      silence.connect(mouth);
      silence.start();
      await audio().resume();
      return mouth.stream;
    };
  }

  ears.say = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const pcm = new Int16Array(bytes.buffer);
    const buffer = audio().createBuffer(1, pcm.length, RATE_HZ);
    buffer.getChannelData(0).set(Float32Array.from(pcm, (sample) => sample / 32768));
    const source = audio().createBufferSource();
    source.buffer = buffer;
    for (const mouth of mouths) source.connect(mouth);
    const ended = new Promise((resolve) => (source.onended = resolve));
    source.start();
    ears.saidAt = now();
    await ended;
    return ears.saidAt;
  };

  // Says the same over and over while `talking`, into every microphone that is opened meanwhile too.
  ears.talkOn = (base64) => {
    ears.talking = true;
    const again = () => ears.talking && ears.say(base64).then(again);
    again();
  };

  const microphone = () => ears.connections.at(-1).getSenders().find(({ track }) => track)?.track;

  // As the browser does when a device goes away.
  ears.unplug = () => {
    const track = microphone();
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };

  ears.liveMicrophones = () =>
    mouths.flatMap(({ stream }) => stream.getTracks()).filter(({ readyState }) => readyState === "live").length;

  const tap = `registerProcessor("tap", class extends AudioWorkletProcessor {
    constructor() { super(); this.block = new Float32Array(480); this.filled = 0; }
    process([[channel]]) {
      for (const sample of channel ?? []) {
        this.block[this.filled++] = sample;
        if (this.filled === 480) { this.port.postMessage(this.block.slice()); this.filled = 0; }
      }
      return true;
    }
  });`;

  // Of the newest connection only, from its first block.
  let listening = null;
  const listen = async (stream) => {
    if (listening) listening.port.onmessage = null;
    ears.blocks = [];
    ears.samples = [];
    await audio().audioWorklet.addModule(URL.createObjectURL(new Blob([tap], { type: "text/javascript" })));
    await audio().resume();
    listening = new AudioWorkletNode(audio(), "tap");
    audio().createMediaStreamSource(stream).connect(listening);
    listening.port.onmessage = ({ data }) => {
      let energy = 0;
      for (const sample of data) energy += sample * sample;
      ears.blocks.push([now(), Math.sqrt(energy / data.length)]);
      ears.samples.push(Int16Array.from(data, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
    };
  };

  ears.heard = (since) => {
    const bytes = ears.samples.slice(since).flatMap((block) => [...new Uint8Array(block.buffer)]);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.slice(i, i + 8192));
    return btoa(text);
  };

  if (window.RTCPeerConnection) {
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration) {
        // A network that lets nothing through directly.
        super(ears.relayOnly ? { ...configuration, iceTransportPolicy: "relay" } : configuration);
        ears.connections.push(this);
        ears.rtcConfiguration = configuration;
        this.addEventListener("track", ({ track }) => listen(new MediaStream([track])));
      }
    };
  }
})();
