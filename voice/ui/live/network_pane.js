// How the sound gets through between this browser and the server, in words and figures.

const VERDICTS = {
  good: ["check_circle", "Good", "sound gets through as it should."],
  fair: ["info", "Fair", "you may notice it in the sound."],
  poor: ["warning", "Poor", "words get lost or come late. A wired connection or another network may help."],
  unknown: ["help", "Not known yet", "figures come a few seconds after a call has connected."],
};
const MEASURES = {
  round_trip: "Round trip to the server",
  loss_up: "Your packets lost",
  loss_down: "The agent's packets lost",
  jitter_up: "Jitter of your sound",
  jitter_down: "Jitter of the agent's sound",
  jitter_buffer: "Wait in the browser's buffer",
  concealed_down: "The agent's sound made up for",
};
const COUNTS = [
  ["late_packets", "Your packets that came too late"],
  ["concealed_up_ms", "Your sound made up for", "ms"],
  ["microphone_chunks_dropped", "Pieces of your sound dropped before the agent"],
  ["reply_pushes_dropped", "Pieces of replies dropped, the queue being full"],
  ["reply_frames_skipped", "Frames skipped, the server being late"],
];

class NetworkPane {
  constructor(section) {
    const find = (selector) => section.querySelector(selector);
    this.verdict = find(".verdict");
    this.path = find(".path");
    this.measures = find(".scroller");
    this.counts = find(".count-list");
  }

  show() {}

  receive({ figures: { network } }) {
    const [sign, word, meaning] = VERDICTS[network.word];
    const mark = element("span", "icon", sign);
    mark.setAttribute("aria-hidden", "true");
    this.verdict.dataset.word = network.word;
    const sentence = element("span", "", `: ${meaning}`);
    sentence.prepend(element("strong", "", word));
    this.verdict.replaceChildren(mark, sentence);
    this.path.textContent = pathWords(network.path);
    this.measures.replaceChildren(
      table("The last ten seconds", ["Figure", "Now", "Verdict", "Good up to", "Fair up to"], network.measures.map(measureRow)),
    );
    const counts = COUNTS.map(([name, label, unit = ""]) => figure(label, `${network[name]} ${unit}`.trim()));
    this.counts.replaceChildren(...counts);
  }
}

function measureRow({ name, value, unit, good, fair, word }) {
  const shown = value === null ? "–" : `${value.toFixed(unit === "%" ? 1 : 0)} ${unit}`;
  return [MEASURES[name], shown, VERDICTS[word][1], `${good} ${unit}`, `${fair} ${unit}`];
}

function pathWords(path) {
  if (path === null) return "";
  if (path.includes("relay")) return "The sound goes through a TURN relay.";
  const direct = path.every((kind) => kind === "host");
  return direct ? "The sound goes directly, within this network." : "The sound goes directly, across the internet.";
}
