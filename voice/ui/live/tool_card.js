// Draws one call of a tool as a card between the bubbles. Arguments and results are only ever `textContent`.

const TOOL_STATUS = {
  running: { icon: "progress_activity", word: "Running…" },
  done: { icon: "check_circle", word: "Done" },
  failed: { icon: "error", word: "Failed" },
  dropped: { icon: "block", word: "Dropped: you spoke first" },
};
// Reading and writing such a number again would change it.
const TOO_LONG_A_NUMBER = /\d{16}/;

function newToolCard() {
  const node = element("div", "turn tool", "");
  const details = element("details", "", "");
  details.append(element("summary", "", "Arguments and result"), element("div", "exchanged", ""));
  node.append(element("div", "tool-head", ""), details);
  node.dataset.testid = "tool";
  return node;
}

function fillToolCard(node, { speaker, tool }) {
  const { icon, word } = TOOL_STATUS[tool.status] ?? TOOL_STATUS.running;
  node.dataset.speaker = speaker;
  node.dataset.status = tool.status;
  const took = tool.took_ms == null ? "" : ` · ${durationText(tool.took_ms)}`;
  node.querySelector(".tool-head").replaceChildren(
    withIcon("tool-name", "build", tool.name),
    withIcon("status", icon, word + took),
  );
  const blocks = [exchanged("Arguments", tool.arguments), exchanged("Result", tool.result)];
  node.querySelector(".exchanged").replaceChildren(...blocks.flat());
}

function exchanged(title, text) {
  if (!text) return [];
  const block = element("pre", "", indented(text));
  block.dir = "auto";
  return [element("div", "title", title), block];
}

function indented(text) {
  if (TOO_LONG_A_NUMBER.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function durationText(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
