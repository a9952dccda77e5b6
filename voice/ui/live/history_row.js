// One call of the list as a row of the table. Titles and found words are only ever `textContent`.

function callRow(row, chosen, { onOpen, onChoose }) {
  const node = element("tr", "call", "");
  node.dataset.call = row.id;
  const box = element("input", "", "");
  box.type = "checkbox";
  box.checked = chosen;
  box.setAttribute("aria-label", `Choose ${row.title || dayAndTime(row.started_at)}`);
  box.onchange = () => onChoose(row.id, box.checked);
  node.append(
    cell("choose", "", box),
    callCell(row, onOpen),
    cell("number", "Length", lengthText(row.seconds)),
    cell("number", "Turns", String(row.turns)),
    cell("", "Voice", row.voice || "–"),
    cell("", "Persona", row.persona || "–"),
    cell("number", "Latency", row.latency_ms === null ? "–" : `${(row.latency_ms / 1000).toFixed(2)} s`),
    cell("number", "Cut in", String(row.interruptions)),
    endCell(row.ended),
    cell("number", "Cost", row.cost || "–"),
    ratingCell(row.rating),
  );
  return node;
}

function cell(className, name, content) {
  const node = element("td", className, "");
  // What the head of the column says, for where there is none.
  node.dataset.name = name;
  node.append(content);
  return node;
}

function callCell(row, onOpen) {
  const link = element("a", "open", row.title || dayAndTime(row.started_at));
  link.href = `?${new URLSearchParams({ call: row.id })}`;
  link.dir = "auto";
  link.onclick = (event) => {
    // A new tab is the browser's to open; a plain click must not load the page anew, which would end a call.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(row.id);
  };
  const node = cell("what", "", link);
  const facts = element("span", "facts", "");
  if (row.title) facts.append(element("span", "", dayAndTime(row.started_at)));
  if (row.sample) facts.append(element("span", "", "Sample"));
  if (row.has_recording) facts.append(withIcon("with-icon", "graphic_eq", "Recorded"));
  if (facts.childNodes.length) node.append(facts);
  if (row.snippet.length) node.append(snippetOf(row.snippet));
  return node;
}

// `parts` are `[text, found]`.
function snippetOf(parts) {
  const node = element("p", "snippet", "");
  node.dir = "auto";
  node.append(...parts.map(([text, found]) => element(found ? "mark" : "span", "", text)));
  return node;
}

function endCell({ kind, word, icon: name }) {
  const node = cell("ended", "Ended", withIcon("with-icon", name, word));
  node.dataset.kind = kind;
  return node;
}

function ratingCell(rating) {
  const node = cell("rating", "Rating", "–");
  if (rating !== null) node.replaceChildren(withIcon("with-icon", "star", String(rating)));
  return node;
}
