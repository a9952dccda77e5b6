// What happened in a call, as buttons beneath the line of time, each where it happened.

const MARK_ICONS = {
  interruption: "front_hand",
  tool: "build",
  change: "tune",
  error: "error",
  reconnect: "sync_problem",
  notice: "info",
};

function markButton({ kind, at, text }, duration, onPress) {
  const button = element("button", "mark-at", "");
  button.type = "button";
  button.dataset.kind = kind;
  button.style.left = `${Math.min(1, Math.max(0, at / duration)) * 100}%`;
  button.title = `${clockText(at)} · ${text}`;
  button.setAttribute("aria-label", `${text}, at ${clockText(at)}`);
  button.append(icon(MARK_ICONS[kind] ?? MARK_ICONS.notice));
  button.onclick = () => onPress(at);
  return button;
}
