// The turns of a call as columns, each made of its parts: plain shapes in the colours of the theme.

const CHART = { width: 600, height: 170, left: 54, bottom: 20, top: 8 };
const COLUMN_PX = 34;
const GRID_LINES = 4;
// The scale ends at a multiple of this, so that the lines between have round names.
const SCALE_STEP_MS = 400;

class TrendChart {
  constructor(svg) {
    this.svg = svg;
    svg.setAttribute("viewBox", `0 0 ${CHART.width} ${CHART.height}`);
  }

  draw(turns, halfMs) {
    const slowest = Math.max(...turns.map(({ total_ms: total }) => total), halfMs ?? 0, 1);
    this.scaleMs = Math.ceil(slowest / SCALE_STEP_MS) * SCALE_STEP_MS;
    const step = Math.min(COLUMN_PX, (CHART.width - CHART.left) / turns.length);
    const shapes = this.grid();
    turns.forEach((turn, index) => shapes.push(...this.column(turn, CHART.left + index * step, step)));
    if (halfMs !== null) {
      shapes.push(this.level(halfMs, "half"), this.label(CHART.width - 4, this.y(halfMs) - 4, "p50"));
    }
    this.svg.setAttribute("aria-label", trendWords(turns));
    this.svg.replaceChildren(...shapes);
  }

  y(ms) {
    const height = CHART.height - CHART.bottom - CHART.top;
    return CHART.height - CHART.bottom - (ms / this.scaleMs) * height;
  }

  grid() {
    const levels = Array.from({ length: GRID_LINES + 1 }, (_, index) => (this.scaleMs * index) / GRID_LINES);
    return levels.flatMap((ms) => [
      this.level(ms, "grid"),
      this.label(CHART.left - 6, this.y(ms) + 4, `${(ms / 1000).toFixed(1)} s`),
    ]);
  }

  column(turn, x, step) {
    let below = 0;
    return partsOf(turn).map(({ name, ms }) => {
      const [y, foot] = [this.y(below + ms), this.y(below)];
      below += ms;
      return this.shape("rect", { x: x + step * 0.1, width: step * 0.8, y, height: foot - y, class: `part ${name}` });
    });
  }

  level(ms, name) {
    return this.shape("line", { x1: CHART.left, x2: CHART.width, y1: this.y(ms), y2: this.y(ms), class: name });
  }

  label(x, y, text) {
    const node = this.shape("text", { x, y, "text-anchor": "end" });
    node.textContent = text;
    return node;
  }

  shape(name, attributes) {
    const node = document.createElementNS(this.svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }
}

function trendWords(turns) {
  const totals = turns.map(({ total_ms: total }) => total);
  const [fastest, slowest] = [Math.min(...totals), Math.max(...totals)];
  return `Latency of ${turns.length} turns: from ${seconds(fastest)} to ${seconds(slowest)}, the last ${seconds(totals.at(-1))}`;
}
