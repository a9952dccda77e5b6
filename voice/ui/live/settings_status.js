// Says what became of a group's settings, and offers to begin anew with what waits for the next call.

const NAMES = {
  system_prompt: "System prompt",
  greeting: "Greeting",
  tools: "Tools",
  "input.keyterms": "Key terms",
  "input.language_codes": "Languages",
  "input.transcription_mode": "Recognition",
  "input.transcription_prompt": "Transcription prompt",
  "input.turn_detection": "Turn detection",
  "input.voice_focus": "Microphone distance",
  "input.voice_focus_threshold": "Noise filter",
  "output.voice": "Voice",
  "output.volume": "Volume",
};
// From what asks for a look to what needs none.
const WORDS = {
  refused: ["error", "refused"],
  not_confirmed: ["help", "not confirmed by the agent"],
  next_call: ["event_upcoming", "next call"],
  pending: ["schedule", "pending"],
  applied: ["check_circle", "applied"],
};
const RANK = Object.keys(WORDS);
// Only a session that is up can be begun anew.
const RESTARTABLE = new Set(["listening", "hearing", "thinking", "speaking"]);
// No agent has anything then. Of what was refused it is still told why.
const AT_REST = new Set(["idle", "ended", "error"]);

function settingItem(path, { status, message }) {
  const [iconName, words] = WORDS[status];
  const item = element("li", "", "");
  item.dataset.setting = path;
  item.dataset.status = status;
  const sign = element("span", "icon", iconName);
  sign.setAttribute("aria-hidden", "true");
  const text = element("span", "", NAMES[path] ?? path);
  // What is simply applied has its sign for the eye; ears get the word.
  const reason = status === "refused" ? `. ${message}` : "";
  text.append(element("span", status === "applied" ? "aside" : "", `: ${words}${reason}`));
  item.append(sign, text);
  return item;
}

const waits = (setting) => setting?.status === "next_call";

function showSettings(root, { settings, state }, { paths, before }) {
  const mine = paths
    .filter((path) => settings[path] && (!AT_REST.has(state) || settings[path].status === "refused"))
    .sort((one, other) => RANK.indexOf(settings[one].status) - RANK.indexOf(settings[other].status));
  root.hidden = mine.length === 0;
  root.querySelector(".settings").replaceChildren(...mine.map((path) => settingItem(path, settings[path])));
  // One button is enough: it is about all settings.
  const isFirst = mine.some((path) => waits(settings[path])) && !before.some((path) => waits(settings[path]));
  root.querySelector(".later").hidden = !(isFirst && RESTARTABLE.has(state));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".status");
  const connection = connectionOf(parentElement, data);
  const restart = root.querySelector(".restart");
  connection.onLost = () => (restart.disabled = true);
  connection.onView = (view, patch) => {
    restart.disabled = false;
    if (patch.settings || patch.state) showSettings(root, view, data);
  };
  restart.onclick = () => connection.send({ do: "restart" });
  return () => disconnect(parentElement);
}
