// How long the answers of a past call took: percentiles, each turn's column, and all of it as a table.

export default function ({ data: { turns, summary }, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  find(".figure-row").replaceChildren(
    figure("Half within", seconds(summary.p50_ms), "p50"),
    figure("95 of 100 within", seconds(summary.p95_ms), "p95"),
    figure("Spoken turns", String(summary.count), "measured in this call"),
  );
  new TrendChart(find(".chart")).draw(turns, summary.p50_ms);
  find(".parts").replaceChildren(...LATENCY_PARTS.map(partKey));
  find(".scroller").replaceChildren(latencyTable(turns));
}

function partKey({ name, label, help }) {
  const item = element("li", "part-item", "");
  item.append(element("i", `swatch ${name}`, ""), element("span", "label", label), element("span", "help", help));
  return item;
}
