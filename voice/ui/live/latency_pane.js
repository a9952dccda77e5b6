// How long replies took to be heard: the percentiles, the last one's parts, the turns of the call.

class LatencyPane {
  constructor(section) {
    const find = (selector) => section.querySelector(selector);
    this.empty = find(".quiet");
    this.known = find(".known");
    this.summary = find(".figure-row");
    this.last = find(".last-turn");
    this.chart = new TrendChart(find(".chart"));
    this.all = find(".all-turns");
    this.table = find(".scroller");
    this.all.ontoggle = () => this.drawTable();
  }

  show() {}

  receive({ figures: { latency, network } }) {
    this.turns = latency.turns;
    const known = this.turns.length > 0;
    this.empty.hidden = known;
    this.known.hidden = !known;
    if (!known) return;
    this.drawSummary(latency, network);
    this.drawLast(this.turns.at(-1));
    this.chart.draw(this.turns, latency.p50_ms);
    this.drawTable();
  }

  drawSummary({ p50_ms: half, p95_ms: most, count }, { media_ms: media }) {
    this.summary.replaceChildren(
      figure("Half within", seconds(half), "p50"),
      figure("95 of 100 within", seconds(most), "p95"),
      figure("Spoken turns", String(count), "measured in this call"),
      figure("Network on top", milliseconds(media), "estimate: round trip and browser's buffer"),
    );
  }

  drawLast(turn) {
    const parts = partsOf(turn);
    const head = element("p", "last-head", "");
    head.append(
      element("strong", "total", seconds(turn.total_ms)),
      ` until the last answer to ${ASKED[turn.asked]} was heard`,
    );
    const bar = element("div", "split", "");
    bar.setAttribute("aria-hidden", "true");
    for (const { name, ms } of parts) {
      const piece = element("i", `part ${name}`, "");
      piece.style.flexGrow = ms;
      bar.append(piece);
    }
    const list = element("ul", "parts", "");
    list.append(...parts.map(partItem));
    const children = [head, bar, list];
    if (turn.asked === "speech" && turn.endpointing_ms === null) {
      children.push(element("p", "quiet", "The end of your voice was not clear, so this one counts from the commit of your turn."));
    }
    this.last.dataset.turn = turn.turn_id;
    this.last.replaceChildren(...children);
  }

  drawTable() {
    if (!this.all.open || !this.turns) return;
    this.table.replaceChildren(latencyTable(this.turns));
  }
}

function partItem({ name, label, help, ms }) {
  const item = element("li", "part-item", "");
  const value = element("span", "ms", milliseconds(ms));
  value.dataset.part = name;
  item.append(element("i", `swatch ${name}`, ""), element("span", "label", label), value, element("span", "help", help));
  return item;
}
