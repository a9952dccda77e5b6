// Runs the checks of the Setup page: measures what only the browser can, and asks Parley for the rest and for
// what all of it means.

const PINGS = 5;
const PONG_TIMEOUT_MS = 5000;
const METER_FLOOR_DBFS = -60;
const setups = new WeakMap();

class Setup {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.find = (selector) => root.querySelector(selector);
    this.rows = new Map();
    for (const check of data.checks) {
      const row = new CheckRow(check, () => this.run(check.name));
      this.rows.set(check.name, row);
      this.find(".checks").append(row.node);
    }
    // What waits for a word of the server's: a pong, an answer, a judgement.
    this.waiting = new Map();
    this.inCall = false;
    this.find(".problems").append(...data.symptoms.map((symptom) => this.chip(symptom)));
    this.find(".all").onclick = () => this.runAll();
    this.find(".copy").onclick = () => this.copy();
    this.service = new ServicePanel(this.find(".service"), data.service, (command) => this.connection.send(command));
  }

  attach(connection) {
    this.connection = connection;
    connection.onBusy = (busy) => this.welcome(busy);
    connection.onPong = (n) => this.resolve("pong", n);
    connection.onAnswer = (sdp) => this.resolve("answer", sdp);
    connection.onFinding = (finding) => this.judged(finding);
    connection.onService = (news) => this.service.receive(news);
    connection.onLost = () => this.lost();
  }

  // The first word of each connection: checks can be asked for.
  welcome(busy) {
    this.inCall = busy;
    this.find(".busy").hidden = !busy;
    for (const name of ["microphone", "speaker", "echo"]) this.rows.get(name).button.disabled = busy;
    if (!this.welcomed) this.runAll();
    this.welcomed = true;
  }

  lost() {
    this.welcomed = false;
    this.service.lost();
    for (const row of this.rows.values()) {
      if (row.state === "running") row.show({ state: "not_run", measured: "The connection to Parley was lost.", cure: "" });
    }
    this.rows.get("live").show({
      state: "failed",
      measured: "This page can't reach Parley over a WebSocket.",
      cure: "See whether Parley runs, and that a proxy between lets WebSockets through.",
    });
    this.summarize();
  }

  // The round trip first and by itself: the other checks would be in its way.
  async runAll() {
    const names = this.data.checks.filter(({ by_itself }) => by_itself).map(({ name }) => name);
    for (const name of names) this.begin(name);
    this.glance();
    if (!(await this.ping())) return;
    // One probe finds out about the media connection and the sound format.
    for (const name of names) if (name !== "live" && name !== "sound") this.run(name);
  }

  async run(name) {
    const work = {
      page: () => this.judge("page", { secure: window.isSecureContext, origin: window.location.origin }),
      browser: () => this.judge("browser", browserFacts()),
      microphone: () => this.listen(),
      speaker: () => this.play(),
      echo: () => this.play(),
      live: () => this.ping(),
      media: () => this.probe(),
      sound: () => this.probe(),
    }[name];
    if (work) return work();
    this.begin(name);
    this.connection.send({ do: "run", check: name });
  }

  begin(name, words) {
    this.rows.get(name).running(words);
    this.summarize();
  }

  judge(check, facts) {
    if (this.rows.get(check).state !== "running") this.begin(check);
    this.connection.send({ do: "judge", check, facts });
    return this.expect(check);
  }

  judged({ check, ...finding }) {
    this.rows.get(check).show(finding);
    this.summarize();
    this.resolve(check, finding);
  }

  expect(what) {
    return new Promise((resolve) => this.waiting.set(what, resolve));
  }

  resolve(what, value) {
    this.waiting.get(what)?.(value);
    this.waiting.delete(what);
  }

  async glance() {
    const row = this.rows.get("microphone");
    if (row.state !== "not_run" || row.busy) return;
    await this.judge("microphone", await microphoneGlance());
  }

  async ping() {
    this.begin("live");
    const round_trips_ms = [];
    for (let n = 0; n < PINGS; n++) {
      const began = performance.now();
      const pong = this.expect("pong");
      this.connection.send({ do: "ping", n });
      if ((await within(PONG_TIMEOUT_MS, pong)) !== n) {
        this.lost();
        return false;
      }
      round_trips_ms.push(performance.now() - began);
    }
    await this.judge("live", { round_trips_ms });
    return true;
  }

  async probe() {
    if (this.probing) return;
    this.probing = true;
    this.begin("media");
    this.begin("sound");
    try {
      await probeMedia({
        iceServers: this.data.ice_servers,
        toneHz: this.data.tone_hz,
        ask: (sdp) => {
          this.connection.send({ do: "probe", sdp });
          return Promise.race([this.expect("answer"), this.expect("media").then(() => null)]);
        },
        tell: (facts) => {
          this.connection.send({ do: "probed", facts });
          return this.expect("sound");
        },
      });
    } finally {
      this.probing = false;
    }
  }

  // Opens the microphone for `use`; a refusal is judged by its name, and `use` gets nothing.
  async withEar(use) {
    if (!navigator.mediaDevices?.getUserMedia) return use(null, (await microphoneGlance()).refusal);
    let ear;
    try {
      ear = await Ear.open();
    } catch (error) {
      return use(null, error.name);
    }
    try {
      return await use(ear, "");
    } finally {
      ear.close();
    }
  }

  async listen() {
    const row = this.rows.get("microphone");
    if (row.busy || this.inCall) return;
    row.busy = true;
    this.begin("microphone", "Say something…");
    const meter = newMeter();
    row.extra.replaceChildren(meter);
    try {
      await this.withEar(async (ear, refusal) => {
        if (!ear) return this.judge("microphone", { refusal });
        const facts = await listenToPerson(ear, (level) => setMeter(meter, level), () => this.inCall);
        await this.judge("microphone", facts);
        // With a microphone open the browser shows its addresses, so what failed before may work now.
        if (this.rows.get("media").state === "failed") await this.probe();
      });
    } finally {
      row.extra.replaceChildren();
      row.busy = false;
    }
  }

  async play() {
    const speaker = this.rows.get("speaker");
    if (speaker.busy || this.inCall) return;
    speaker.busy = true;
    speaker.extra.replaceChildren();
    this.begin("speaker", "Playing a tone…");
    this.begin("echo", "Listening for the tone: be quiet for three seconds…");
    try {
      await this.withEar(async (ear, refusal) => {
        const { speaker: facts, levels } = await playTone(ear, () => this.inCall);
        await this.judge("echo", levels ?? { refusal });
        await this.judge("speaker", facts);
        if (facts.state === "running") this.askWhetherHeard(facts);
      });
    } finally {
      speaker.busy = false;
    }
  }

  askWhetherHeard(facts) {
    const { extra } = this.rows.get("speaker");
    const answers = element("div", "answers", "");
    for (const [words, heard] of [["Yes, I heard it", true], ["No", false]]) {
      const button = element("button", "answer", words);
      button.type = "button";
      button.onclick = () => {
        extra.replaceChildren();
        this.judge("speaker", { ...facts, heard });
      };
      answers.append(button);
    }
    extra.replaceChildren(answers);
  }

  chip({ words, checks }) {
    const button = element("button", "problem", words);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.onclick = () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of this.find(".problems").children) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(on));
      for (const [name, row] of this.rows) row.node.classList.toggle("asked", on && checks.includes(name));
      if (on) this.find(".asked")?.scrollIntoView({ block: "center" });
    };
    return button;
  }

  summarize() {
    const words = summaryOf([...this.rows.values()]);
    if (this.find(".summary").textContent !== words) this.find(".summary").textContent = words;
  }

  async copy() {
    const words = this.find(".copy .text");
    try {
      await copyOrThrow(reportOf([...this.rows.values()], this.data.versions));
      words.textContent = "Copied";
    } catch {
      words.textContent = "The browser did not allow it";
    }
    await pause(2000);
    words.textContent = "Copy report";
  }
}

function browserFacts() {
  const needed = { WebRTC: window.RTCPeerConnection, "Web Audio": window.AudioContext, WebSocket: window.WebSocket };
  return { name: browserName(), missing: Object.keys(needed).filter((name) => !needed[name]) };
}

// Each browser also claims to be those behind it in this list.
function browserName() {
  const names = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", HeadlessChrome: "Chromium", Chrome: "Chrome", Version: "Safari" };
  for (const [token, name] of Object.entries(names)) {
    const version = navigator.userAgent.match(new RegExp(`\\b${token}/(\\d+)`));
    if (version) return `${name} ${version[1]}`;
  }
  return "This browser";
}

function newMeter() {
  const meter = element("div", "meter", "");
  meter.setAttribute("role", "meter");
  meter.setAttribute("aria-label", "Microphone level");
  meter.setAttribute("aria-valuemin", String(METER_FLOOR_DBFS));
  meter.setAttribute("aria-valuemax", "0");
  meter.append(document.createElement("i"));
  setMeter(meter, METER_FLOOR_DBFS);
  return meter;
}

function setMeter(meter, dbfs) {
  const shown = Math.min(0, Math.max(METER_FLOOR_DBFS, dbfs));
  meter.setAttribute("aria-valuenow", String(Math.round(shown)));
  meter.firstElementChild.style.transform = `scaleX(${1 - shown / METER_FLOOR_DBFS})`;
}

export default function ({ data, parentElement }) {
  let setup = setups.get(parentElement);
  if (!setup) {
    setup = new Setup(parentElement.querySelector(".setup"), data);
    setups.set(parentElement, setup);
  }
  const connection = connectionOf(parentElement, data);
  if (setup.connection !== connection) setup.attach(connection);
  return () => {
    setup.inCall = true;
    disconnect(parentElement);
    setups.delete(parentElement);
  };
}
