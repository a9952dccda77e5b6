// What the panes of figures share: numbers as people read them, and the parts a reply's time is made of.

// In the order in which they pass. `name` is the field of a turn without its `_ms`.
const LATENCY_PARTS = [
  { name: "endpointing", label: "End of your turn", help: "from your last sound until the agent takes its turn" },
  { name: "agent", label: "Agent", help: "until its first audio arrives" },
  { name: "tool", label: "Tool", help: "in which the agent waits for a tool" },
  { name: "lead_in", label: "Silent lead-in", help: "silence that the reply's audio begins with" },
  { name: "own", label: "Parley", help: "in which the audio waits here to be played" },
];

const ASKED = { speech: "speech", typed: "a typed message", tool: "a tool's result" };

function milliseconds(value) {
  return value === null || value === undefined ? "–" : `${Math.round(value).toLocaleString("en")} ms`;
}

function seconds(ms) {
  return ms === null || ms === undefined ? "–" : `${(ms / 1000).toFixed(2)} s`;
}

// A number with its name: a pair for a list of `dl`.
function figure(name, value, note = "") {
  const pair = element("div", "figure", "");
  pair.append(element("dt", "name", name), element("dd", "value", value));
  if (note) pair.append(element("dd", "note", note));
  return pair;
}

function table(caption, heads, rows) {
  const made = element("table", "figures-table", "");
  made.append(element("caption", "caption", caption));
  const head = made.createTHead().insertRow();
  for (const words of heads) {
    const cell = element("th", "", words);
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const [first, ...others] of rows) {
    const row = body.insertRow();
    const name = element("th", "", first);
    name.scope = "row";
    row.append(name, ...others.map((words) => element("td", "", words)));
  }
  return made;
}

function partsOf(turn) {
  return LATENCY_PARTS.map((part) => ({ ...part, ms: turn[`${part.name}_ms`] })).filter(
    ({ name, ms }) => ms !== null && (ms > 0 || name !== "tool"),
  );
}

function latencyTable(turns) {
  const heads = ["Answer", "To", ...LATENCY_PARTS.map(({ label }) => label), "Total"];
  const rows = turns.map((turn, index) => [
    String(index + 1),
    ASKED[turn.asked],
    ...LATENCY_PARTS.map(({ name }) => milliseconds(turn[`${name}_ms`])),
    milliseconds(turn.total_ms),
  ]);
  return table("Latency of each turn, and its parts", heads, rows);
}
