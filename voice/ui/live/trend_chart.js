// The turns of a call as columns, each made of its parts. An SVG of plain shapes, in the colours of the theme.

const SVG = "http://www.w3.org/2000/svg";
const CHART = { width: 600, height: 170, left: 42, bottom: 20, top: 8 };
const COLUMN_PX = 34;
const GRID_LINES = 4;

// The chart and what it shows in words.
function trendChart(turns, halfMs) {
  const top = roundUp(Math.max(...turns.map(({ total_ms: total }) => total), halfMs ?? 0, 1));
  const chart = shape("svg", {
    viewBox: `0 0 ${CHART.width} ${CHART.height}`,
    role: "img",
    "aria-label": describe(turns),
    class: "chart",
  });
  const y = (ms) => CHART.height - CHART.bottom - (ms / top) * (CHART.height - CHART.bottom - CHART.top);
  chart.append(...gridLines(top, y));
  const step = Math.min(COLUMN_PX, (CHART.width - CHART.left) / turns.length);
  turns.forEach((turn, index) => chart.append(column(turn, CHART.left + index * step, step, y)));
  if (halfMs !== null) chart.append(line(y(halfMs), "half"), words(CHART.width - 4, y(halfMs) - 4, "p50", "end"));
  return [element("h4", "chart-title", "Turns of this call, the latest on the right"), chart];
}

function column(turn, x, step, y) {
  const group = shape("g", {});
  let upTo = 0;
  for (const { name, ms } of partsOf(turn)) {
    const box = { x: x + step * 0.1, width: step * 0.8, y: y(upTo + ms), height: y(upTo) - y(upTo + ms) };
    group.append(shape("rect", { ...box, class: `part ${name}` }));
    upTo += ms;
  }
  return group;
}

function gridLines(top, y) {
  return Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const ms = (top * index) / GRID_LINES;
    const group = shape("g", {});
    group.append(line(y(ms), "grid"), words(CHART.left - 6, y(ms) + 4, `${(ms / 1000).toFixed(1)} s`, "end"));
    return group;
  });
}

function line(y, className) {
  return shape("line", { x1: CHART.left, x2: CHART.width, y1: y, y2: y, class: className });
}

function words(x, y, text, anchor) {
  const node = shape("text", { x, y, "text-anchor": anchor });
  node.textContent = text;
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// To 0.4, 0.8, 1.2 … seconds, so that the lines between have round names.
function roundUp(ms) {
  return Math.ceil(ms / 400) * 400;
}

function describe(turns) {
  const totals = turns.map(({ total_ms: total }) => total);
  const [fastest, slowest] = [Math.min(...totals), Math.max(...totals)];
  return `Latency of ${turns.length} turns: from ${seconds(fastest)} to ${seconds(slowest)}, the last ${seconds(totals.at(-1))}`;
}
