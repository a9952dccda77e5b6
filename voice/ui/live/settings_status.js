// Says what became of each setting: pending, applied, refused, or next call.

const NAMES = {
  system_prompt: "System prompt",
  greeting: "Greeting",
  "input.turn_detection": "Turn detection",
  "output.voice": "Voice",
};
const WORDS = {
  pending: ["schedule", "pending"],
  applied: ["check_circle", "applied"],
  refused: ["error", "refused"],
  not_confirmed: ["help", "not confirmed by the agent"],
  next_call: ["event_upcoming", "next call"],
};

function show(list, settings) {
  list.replaceChildren(
    ...Object.entries(settings).map(([path, { status, message }]) => {
      const [icon, words] = WORDS[status];
      const item = document.createElement("li");
      item.dataset.setting = path;
      item.dataset.status = status;
      const sign = document.createElement("span");
      sign.className = "icon";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = icon;
      const text = document.createElement("span");
      text.textContent = `${NAMES[path] ?? path}: ${words}${status === "refused" ? `. ${message}` : ""}`;
      item.append(sign, text);
      return item;
    }),
  );
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".settings");
  const connection = connectionOf(parentElement, data);
  connection.onView = (view, patch) => {
    if (patch.settings) show(list, view.settings);
  };
  return () => disconnect(parentElement);
}
