// Draws both voices and the state as one row of bars on a canvas. Works only while something moves and is seen.

const FLOOR_DBFS = -54;
const LEVEL_PERIOD_MS = 1000 / 15;
const BAR_PX = 4;
const STEP_PX = 10;
const MIDDLE_PX = 28;
const MAX_BARS = 40;
const LINE_PX = 2;
const SHADES = 8;
const FRAME_MS = 1000 / 20;
// How long a frame of the screen is at most waited for.
const SCREEN_MS = 16;
const COLOURS_MS = 1000;
const TELL_MS = 500;
const YOU = { hearing: "green", listening: "green", speaking: "green", interrupted: "orange", reconnecting: "orange" };
const AGENT = { speaking: "blue", thinking: "violet", interrupted: "orange", reconnecting: "orange" };

class Visualiser {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    // Small and drawn often: kept in the page's own memory it costs half.
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.meters = [root.querySelector(".meter.you"), root.querySelector(".meter.agent")];
    this.history = [new Array(MAX_BARS + 1).fill(0), new Array(MAX_BARS + 1).fill(0)];
    this.mode = "loading";
    this.muted = [false, false];
    this.frame = null;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.still.addEventListener("change", () => this.restart(), { signal });
    document.addEventListener("visibilitychange", () => this.restart(), { signal });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.canvas);
  }

  show({ state, interrupted, muted, agent_muted: agentMuted }, inCall) {
    const mode = interrupted ? "interrupted" : state;
    const mutes = [Boolean(inCall && muted), Boolean(inCall && agentMuted)];
    if (mode === this.mode && String(mutes) === String(this.muted)) return;
    if (mode !== this.mode) this.began = performance.now();
    if (!inCall) this.history.forEach((levels) => levels.fill(0));
    this.mode = mode;
    this.muted = mutes;
    this.root.dataset.mode = mode;
    this.coloursAt = undefined;
    this.restart();
  }

  // Levels in dBFS, as pushed.
  push(...dbfs) {
    if (document.hidden) return;
    this.pushedAt = performance.now();
    // What a screen reader asks for needs no more.
    const tells = !(this.pushedAt - this.toldAt < TELL_MS);
    if (tells) this.toldAt = this.pushedAt;
    dbfs.forEach((level, side) => {
      const part = Math.min(1, Math.max(0, 1 - level / FLOOR_DBFS));
      this.history[side].unshift(part);
      this.history[side].length = MAX_BARS + 1;
      const meter = this.meters[side];
      if (tells) meter.setAttribute("aria-valuenow", String(Math.max(-60, Math.round(level))));
      if (this.still.matches) meter.firstElementChild.style.transform = `scaleX(${part.toFixed(2)})`;
    });
  }

  leave() {
    this.leaving.abort();
    this.sizes.disconnect();
    this.halt();
  }

  restart() {
    this.halt();
    this.looks = ["", ""];
    if (document.hidden) return;
    if (this.still.matches || STILL.has(this.mode)) this.draw(performance.now());
    else this.frame = requestAnimationFrame((now) => this.move(now));
  }

  // 20 frames a second: levels come 15 times, and a frame that is only asked for already costs the browser a layout.
  move(now) {
    this.draw(now);
    this.pause = setTimeout(() => {
      this.frame = requestAnimationFrame((later) => this.move(later));
    }, FRAME_MS - SCREEN_MS);
  }

  halt() {
    clearTimeout(this.pause);
    cancelAnimationFrame(this.frame);
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const scale = Math.min(2, window.devicePixelRatio);
    this.canvas.width = clientWidth * scale;
    this.canvas.height = clientHeight * scale;
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.width = clientWidth;
    this.height = clientHeight;
    this.bars = Math.min(MAX_BARS, Math.floor((clientWidth - MIDDLE_PX) / 2 / STEP_PX));
    this.restart();
  }

  draw(now) {
    if (!this.width || this.bars < 1) return;
    this.readColours(now);
    if (this.mode === "ended" || this.mode === "error") this.drawLine();
    else [0, 1].forEach((side) => this.drawSide(side, now));
    this.pen.globalAlpha = 1;
  }

  drawSide(side, now) {
    const bars = this.barsOf(side, now);
    // A side at rest stays as it is.
    const look = `${this.colours[side]} ${this.muted[side]} ${bars.join(" ")}`;
    if (this.looks[side] === look) return;
    this.looks[side] = look;
    this.pen.clearRect(side * (this.width / 2), 0, this.width / 2, this.height);
    this.pen.fillStyle = this.pen.strokeStyle = this.colours[side];
    this.pen.lineWidth = 1;
    this.drawBars(side, bars);
    if (this.muted[side]) this.strike(side);
  }

  // Height in px and shade of each bar of a side, in turns.
  barsOf(side, now) {
    const form = FORMS[this.mode] ?? FORMS.idle;
    const still = this.still.matches;
    const t = still ? STILL_T : (now - (this.began ?? now)) / 1000;
    const part = Math.min(1, (now - (this.pushedAt ?? 0)) / LEVEL_PERIOD_MS);
    const levels = this.history[side];
    const bars = [];
    for (let i = 0; i < this.bars; i += 1) {
      const level = still ? stillLevel(this.mode, side, i) : levels[i + 1] + (levels[i] - levels[i + 1]) * part;
      const [height, opacity] = form({ t, i, n: this.bars, you: side === 0, level });
      bars.push(BAR_PX + 2 * Math.round((height * (this.height - BAR_PX)) / 2), Math.round(opacity * SHADES));
    }
    return bars;
  }

  drawBars(side, bars) {
    for (let i = 0; i < this.bars; i += 1) {
      const [tall, shade] = [bars[2 * i], bars[2 * i + 1]];
      const edge = i * STEP_PX + 1;
      const x = side === 0 ? edge : this.width - edge - BAR_PX;
      const y = Math.round((this.height - tall) / 2);
      this.pen.globalAlpha = shade / SHADES;
      // Hollow: nothing of it goes out.
      if (this.muted[side]) this.pen.strokeRect(x + 0.5, y + 0.5, BAR_PX - 1, tall - 1);
      else this.fillRounded(x, y, tall);
    }
  }

  // Three rectangles on whole pixels are drawn at half the cost of a path with round corners, and look the same.
  fillRounded(x, y, tall) {
    this.pen.fillRect(x + 1, y, BAR_PX - 2, 1);
    this.pen.fillRect(x, y + 1, BAR_PX, tall - 2);
    this.pen.fillRect(x + 1, y + tall - 1, BAR_PX - 2, 1);
  }

  strike(side) {
    const length = this.bars * STEP_PX;
    this.pen.globalAlpha = 0.9;
    this.pen.fillRect(side === 0 ? 0 : this.width - length, this.height / 2 - 1, length, LINE_PX);
  }

  drawLine() {
    this.pen.clearRect(0, 0, this.width, this.height);
    const middle = this.height / 2;
    const gap = this.mode === "error" ? MIDDLE_PX : 0;
    this.pen.fillStyle = this.pen.strokeStyle = this.colours[0];
    this.pen.globalAlpha = this.mode === "error" ? 0.9 : 0.35;
    this.pen.fillRect(0, middle - LINE_PX / 2, this.width / 2 - gap, LINE_PX);
    this.pen.fillRect(this.width / 2 + gap, middle - LINE_PX / 2, this.width / 2 - gap, LINE_PX);
    if (gap) this.cross(this.width / 2, middle, gap / 3);
  }

  cross(x, y, size) {
    this.pen.lineWidth = 3;
    this.pen.lineCap = "round";
    this.pen.beginPath();
    for (const way of [1, -1]) {
      this.pen.moveTo(x - size, y - way * size);
      this.pen.lineTo(x + size, y + way * size);
    }
    this.pen.stroke();
  }

  // The theme may change while the page is open.
  readColours(now) {
    if (this.colours && now - this.coloursAt < COLOURS_MS) return;
    this.coloursAt = now;
    const style = getComputedStyle(this.canvas);
    const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const plain = this.mode === "error" ? read("red-color") : read("text-color");
    this.colours = [YOU, AGENT].map((table, side) => {
      if (this.muted[side]) return read("orange-color");
      return table[this.mode] ? read(`${table[this.mode]}-color`) : plain;
    });
  }
}
