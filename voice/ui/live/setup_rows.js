// Draws the checks as rows: state, what was measured, cure, button; and tells them as plain text.

const CHECK_STATES = {
  fine: ["check_circle", "Fine"],
  attention: ["warning", "Attention"],
  failed: ["error", "Failed"],
  running: ["progress_activity", "Checking…"],
  not_run: ["radio_button_unchecked", "Not run"],
};

class CheckRow {
  constructor({ name, title, button, by_itself, invite }, onPress) {
    this.name = name;
    this.title = title;
    this.node = element("li", "check", "");
    this.node.dataset.check = name;
    this.sign = element("span", "icon", "");
    this.sign.setAttribute("aria-hidden", "true");
    this.word = element("span", "word", "");
    const sign = element("span", "sign", "");
    sign.append(this.sign, this.word);
    this.measured = element("p", "measured", "");
    this.cure = element("p", "cure", "");
    this.extra = element("div", "extra", "");
    const what = element("div", "what", "");
    what.append(element("h2", "", title), this.measured, this.cure, this.extra);
    this.button = element("button", by_itself ? "again quiet" : "again", button);
    this.button.type = "button";
    this.button.setAttribute("aria-label", `${button}: ${title}`);
    this.button.onclick = onPress;
    this.node.append(sign, what, this.button);
    this.show({ state: "not_run", measured: invite, cure: "" });
  }

  get state() {
    return this.node.dataset.state;
  }

  running(words = "") {
    this.show({ state: "running", measured: words, cure: "" });
  }

  show({ state, measured, cure }) {
    const [icon, word] = CHECK_STATES[state];
    this.node.dataset.state = state;
    this.sign.textContent = icon;
    this.word.textContent = word;
    this.measured.textContent = measured;
    this.cure.textContent = cure;
  }

  report() {
    const cure = this.cure.textContent ? `\n    ${this.cure.textContent}` : "";
    return `[${this.word.textContent}] ${this.title}: ${this.measured.textContent}${cure}`;
  }
}

function summaryOf(rows) {
  const count = (state) => rows.filter((row) => row.state === state).length;
  if (count("running")) return "Checking…";
  const parts = [`${count("fine")} of ${rows.length} fine`];
  for (const [state, words] of [
    ["failed", "failed"],
    ["attention", count("attention") === 1 ? "needs attention" : "need attention"],
    ["not_run", "not run"],
  ]) {
    if (count(state)) parts.push(`${count(state)} ${words}`);
  }
  return parts.join(" · ");
}

function reportOf(rows, versions) {
  const head = ["Parley setup report", new Date().toISOString(), navigator.userAgent, versions];
  return [...head, "", ...rows.map((row) => row.report()), ""].join("\n");
}

// Pages without https have no clipboard of their own.
async function copyOrThrow(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", "", "");
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("the browser did not copy");
}
