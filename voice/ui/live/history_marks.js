// What happened in a call, as buttons beneath the line of time, each where it happened.

const MARK_ICONS = {
  interruption: "front_hand",
  tool: "build",
  change: "tune",
  error: "error",
  reconnect: "sync_problem",
  notice: "info",
};

class Marks {
  constructor(row, onPress) {
    this.buttons = new Keyed(row, (mark) => markButton(mark, onPress));
  }

  show(marks, duration) {
    this.buttons.show(marks).forEach((button, index) => {
      button.style.left = `${Math.min(1, Math.max(0, marks[index].at / duration)) * 100}%`;
    });
  }
}

function markButton({ kind, at, text }, onPress) {
  const button = element("button", "mark-at", "");
  button.type = "button";
  button.dataset.kind = kind;
  button.title = `${clockText(at)} · ${text}`;
  button.setAttribute("aria-label", `${text}, at ${clockText(at)}`);
  button.append(icon(MARK_ICONS[kind] ?? MARK_ICONS.notice));
  button.onclick = () => onPress(at);
  return button;
}
