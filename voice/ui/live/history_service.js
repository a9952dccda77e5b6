// Two transcripts of one call beside each other, ours and the service's. What was said is only ever
// `textContent`.

const BOTH_SPEAKERS = { user: ["person", "You"], agent: ["graphic_eq", "Agent"], tool: ["build", "Tool"] };

function secondsText(ms) {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function whoCell({ speaker, at }, sample) {
  const [iconName, word] = BOTH_SPEAKERS[speaker];
  const node = element("th", "who", "");
  node.scope = "row";
  node.append(withIcon("with-icon", iconName, sample && speaker === "user" ? "Recording" : word));
  if (at !== null) node.append(element("span", "at", clockText(at)));
  return node;
}

// `words` are `[text, differs]`, or null where this side has nothing.
function wordsCell(words, label, nothing) {
  const node = element("td", "words", "");
  node.dataset.label = label;
  if (words === null) {
    node.append(element("span", "nothing", nothing));
    return node;
  }
  node.dir = "auto";
  words.forEach(([text, differs], index) => node.append(index ? " " : "", element(differs ? "mark" : "span", "", text)));
  return node;
}

function sameCell(words) {
  const node = wordsCell(words, "Both", "");
  node.colSpan = 2;
  node.classList.add("same");
  return node;
}

function tookCell({ our_ms: ours, their_ms: theirs }) {
  const node = element("td", "took", "");
  if (ours !== null) node.append(took("here", ours));
  if (theirs !== null) node.append(took("there", theirs));
  if (ours !== null && theirs !== null) {
    const more = ours - theirs;
    node.append(element("span", "more", more ? `${secondsText(Math.abs(more))} ${more > 0 ? "longer" : "shorter"} here` : "equal"));
  }
  return node;
}

// A text that was typed is no speech, and the service's timeline tells of speech only.
function whyNothing({ typed }) {
  return typed ? "typed, so not in it" : "not there";
}

function took(where, ms) {
  const node = element("span", "one", "");
  node.append(element("b", "", secondsText(ms)), ` ${where}`);
  return node;
}

function bothRow(row, { name, sample }) {
  const node = element("tr", "both-row", "");
  node.dataset.speaker = row.speaker;
  node.dataset.same = String(row.same);
  const nothing = whyNothing(row);
  const words = row.same
    ? [sameCell(row.ours)]
    : [wordsCell(row.ours, "Here", nothing), wordsCell(row.theirs, name, nothing)];
  node.append(whoCell(row, sample), ...words, tookCell(row));
  return node;
}

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  setText(find(".summary"), data.summary);
  setText(find("thead .name"), data.name);
  find(".scroller").hidden = !data.rows.length;
  setText(find(".meaning"), data.meaning);
  setText(find(".session"), `Session ${data.session}`);
  find("tbody").replaceChildren(...data.rows.map((row) => bothRow(row, data)));
}
