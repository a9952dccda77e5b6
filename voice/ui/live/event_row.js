// One line of the event list, and what an event says. Text of an event is only ever `textContent`.

const WAYS = {
  sent: ["↑", "sent"],
  received: ["↓", "received"],
  own: ["•", "own"],
};

function newRow(entry, choose) {
  const row = element("div", "row", "");
  row.id = `event-${entry.n}`;
  row.role = "option";
  row.ariaSelected = "false";
  row.append(
    element("span", "way", ""),
    element("span", "at", ""),
    element("span", "type", ""),
    element("span", "summary", ""),
  );
  row.onclick = () => choose(entry.n);
  return row;
}

function fillRow(row, entry) {
  const [way, at, type, summary] = row.children;
  const [arrow, word] = WAYS[entry.way];
  row.dataset.way = entry.way;
  row.dataset.kind = entry.kind;
  way.textContent = `${arrow} ${word}`;
  at.textContent = sinceStart(entry.at_ms);
  type.textContent = entry.messages > 1 ? `${entry.type} ×${entry.messages}` : entry.type;
  summary.textContent = entry.summary;
  summary.dir = "auto";
}

// `1:02.345`: minutes, seconds and milliseconds since the call began.
function sinceStart(ms) {
  const seconds = Math.max(0, ms) / 1000;
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(3).padStart(6, "0")}`;
}

// The entry with its JSON as an object. What the server sends as JSON is JSON.
function unpacked({ json, ...entry }) {
  return { ...entry, event: JSON.parse(json) };
}

function matches(entry, words) {
  if (!words) return true;
  const text = `${entry.way} ${entry.type} ${entry.summary} ${entry.json}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
