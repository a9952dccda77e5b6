// The check of the agent's service: asks before it costs money, shows each row as it comes, saves the report.

const VERDICTS = {
  same: ["fine", "check_circle", "Same"],
  differs: ["failed", "error", "Differs"],
  "not tested": ["not_run", "radio_button_unchecked", "Not tested"],
  "n/a": ["not_run", "radio_button_unchecked", "N/A"],
};
// For what Parley doesn't rely on.
const INFORMS = ["attention", "info", "Differs"];

class ServicePanel {
  constructor(root, offer, send) {
    this.find = (selector) => root.querySelector(selector);
    this.send = send;
    this.report = "";
    this.find(".offer").textContent = offer.words;
    this.find(".start .text").textContent = offer.button;
    this.find(".start").onclick = () => (offer.asks ? this.ask(true) : this.start());
    this.find(".agree").onclick = () => this.start();
    this.find(".decline").onclick = () => this.ask(false);
    this.find(".stop").onclick = () => this.stop();
    this.find(".save").onclick = () => saveText(`parley-probe-${stamp()}.json`, this.report);
    this.running = false;
  }

  ask(on) {
    this.find(".question").hidden = !on;
    this.find(".start").hidden = on;
    this.find(on ? ".agree" : ".start").focus();
  }

  start() {
    this.ask(false);
    if (!this.send({ do: "check_service" })) return this.say("This page can't reach Parley. Try again in a moment.");
    this.shows(true);
    this.find(".stop").focus();
    this.find(".service-rows").replaceChildren();
    this.say("Starting…");
  }

  stop() {
    this.send({ do: "stop_service" });
    this.find(".stop").disabled = true;
    this.say("Stopping: ending and deleting its sessions…");
  }

  shows(running) {
    this.running = running;
    this.find(".start").hidden = running;
    this.find(".stop").hidden = !running;
    this.find(".stop").disabled = false;
    this.find(".save").hidden = running || !this.report;
  }

  receive({ state, words, lines, report }) {
    this.report = report;
    // Once it is told to stop, the words that say so stand until it has.
    if (state === "running" && this.find(".stop").disabled) return;
    this.shows(state === "running");
    if (lines.length || state === "running") this.draw(lines);
    this.say(words);
  }

  // The server ends a check whose page has left.
  lost() {
    if (!this.running) return;
    this.shows(false);
    this.say("The connection to Parley was lost, so the check was stopped.");
  }

  say(words) {
    setText(this.find(".progress"), words);
  }

  draw(lines) {
    let scene = "";
    const nodes = [];
    for (const line of lines) {
      if (line.scene !== scene) nodes.push(element("li", "scene", line.scene));
      scene = line.scene;
      nodes.push(serviceRow(line));
    }
    this.find(".service-rows").replaceChildren(...nodes);
  }
}

function serviceRow({ id, title, expected, seen, verdict, relied_on }) {
  const [state, sign, word] = verdict === "differs" && !relied_on ? INFORMS : VERDICTS[verdict];
  const node = element("li", "check", "");
  node.dataset.row = id;
  node.dataset.state = state;
  const what = element("div", "what", "");
  what.append(element("h3", "", title), element("p", "measured", `Seen: ${seen}`), element("p", "expected", `Expected: ${expected}`));
  if (!relied_on) what.append(element("p", "expected", "For information: Parley works either way."));
  node.append(withIcon("sign", sign, word), what);
  return node;
}
