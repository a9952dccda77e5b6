// Says what became of each setting, and offers to begin anew with what waits for the next call.

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
  "input.voice_focus_threshold": "Voice focus",
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
const OVER = new Set(["idle", "ended", "error"]);
// Only a session that is up can be begun anew.
const RESTARTABLE = new Set(["listening", "hearing", "thinking", "speaking"]);

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

function showSettings(root, { settings, state }) {
  const entries = Object.entries(settings).sort(
    ([, one], [, other]) => RANK.indexOf(one.status) - RANK.indexOf(other.status),
  );
  root.hidden = entries.length === 0;
  root.querySelector("h4").textContent = OVER.has(state) ? "In the last call" : "In this call";
  root.querySelector(".settings").replaceChildren(...entries.map(([path, setting]) => settingItem(path, setting)));
  const waiting = entries.some(([, { status }]) => status === "next_call");
  root.querySelector(".later").hidden = !(waiting && RESTARTABLE.has(state));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".status");
  const connection = connectionOf(parentElement, data);
  connection.onView = (view, patch) => {
    if (patch.settings || patch.state) showSettings(root, view);
  };
  root.querySelector(".restart").onclick = () => connection.send({ do: "restart" });
  return () => disconnect(parentElement);
}
