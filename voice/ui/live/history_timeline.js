// Draws both voices over each other along one line of time: the recording's loudness, or, where there is
// no recording, when each spoke. What was heard already is strong, the rest pale.

const TIMELINE = { barPx: 3, gapPx: 1, lanePadPx: 3, thinnestPx: 1.5, restAlpha: 0.4 };
const LANES = [
  { speaker: "user", colour: "--st-green-color" },
  { speaker: "agent", colour: "--st-blue-color" },
];

class Timeline {
  constructor(canvas) {
    this.canvas = canvas;
    this.position = 0;
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(canvas);
  }

  close() {
    this.watcher.disconnect();
  }

  // `peaks` are two lists of loudness from 0 to 255, of the person and of the agent, which tell of the first
  // `recorded` seconds; or null.
  show({ peaks, recorded, turns, duration }) {
    Object.assign(this, { peaks, recorded, turns, duration });
    this.draw();
  }

  moveTo(seconds) {
    const pixel = (at) => Math.round((at / this.duration) * this.canvas.width);
    const moved = pixel(seconds) !== pixel(this.position);
    this.position = seconds;
    // Playing asks for this with every frame, and a long call moves by a pixel in seconds.
    if (moved) this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !this.duration) return;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(this.canvas);
    const lane = height / LANES.length;
    LANES.forEach(({ speaker, colour }, index) => {
      pen.fillStyle = style.getPropertyValue(colour);
      const box = { top: index * lane + TIMELINE.lanePadPx, height: lane - 2 * TIMELINE.lanePadPx, width };
      if (this.peaks) this.drawPeaks(pen, this.peaks[index], box);
      else this.drawSpans(pen, speaker, box);
    });
    pen.globalAlpha = 1;
    pen.fillStyle = style.getPropertyValue("--st-text-color");
    pen.fillRect((this.position / this.duration) * width - 1, 0, 2, height);
  }

  drawPeaks(pen, peaks, { top, height, width }) {
    const step = TIMELINE.barPx + TIMELINE.gapPx;
    const bars = Math.floor((width / step) * Math.min(1, this.recorded / this.duration));
    const heard = (this.position / this.duration) * width;
    for (let bar = 0; bar < bars; bar++) {
      const from = Math.floor((bar / bars) * peaks.length);
      const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * peaks.length));
      const loudest = Math.max(...peaks.slice(from, to), 0) / 255;
      const tall = Math.max(TIMELINE.thinnestPx, loudest * height);
      pen.globalAlpha = bar * step <= heard ? 1 : TIMELINE.restAlpha;
      pen.fillRect(bar * step, top + (height - tall) / 2, TIMELINE.barPx, tall);
    }
  }

  drawSpans(pen, speaker, { top, height, width }) {
    for (const turn of this.turns) {
      if (turn.speaker !== speaker) continue;
      const [from, to] = [turn.from, turn.to].map((at) => (at / this.duration) * width);
      pen.globalAlpha = turn.from <= this.position ? 1 : TIMELINE.restAlpha;
      pen.fillRect(from, top + height / 4, Math.max(2, to - from), height / 2);
    }
  }
}
