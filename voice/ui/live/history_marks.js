// What happened in a call, as buttons beneath the line of time, each where it happened. What would lie under
// another button shares that one, which tells how many it stands for and names them all.

const MARK_ICONS = {
  error: "error",
  reconnect: "sync_problem",
  interruption: "front_hand",
  change: "tune",
  tool: "build",
  notice: "info",
};
// From the gravest: a shared button looks like that.
const GRAVITY = Object.keys(MARK_ICONS);
// As wide as a shared button of the style sheet.
const MARK_REM = 2.25;

class Marks {
  constructor(row, onPress) {
    this.line = row.parentElement;
    this.marks = [];
    this.buttons = new Keyed(row, (group) => markButton(group, onPress));
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.line);
  }

  close() {
    this.watcher.disconnect();
  }

  // `marks` from the earliest.
  show(marks, duration) {
    Object.assign(this, { marks, duration });
    this.draw();
  }

  draw() {
    if (!this.line.clientWidth) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const groups = marksTogether(this.marks, ((MARK_REM * rem) / this.line.clientWidth) * this.duration);
    this.buttons.show(groups).forEach((button, index) => {
      button.style.left = `${Math.min(1, Math.max(0, groups[index][0].at / this.duration)) * 100}%`;
    });
  }
}

// The marks in groups, each of what happened within `seconds` of its first.
function marksTogether(marks, seconds) {
  const groups = [];
  for (const mark of marks) {
    const last = groups.at(-1);
    if (last && mark.at - last[0].at < seconds) last.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function markButton(group, onPress) {
  const told = group.map(({ at, text }) => `${clockText(at)} · ${text}`);
  const kinds = group.map(({ kind }) => kind);
  const gravest = GRAVITY.find((kind) => kinds.includes(kind)) ?? "notice";
  const button = element("button", "mark-at", "");
  button.type = "button";
  button.dataset.kind = gravest;
  button.title = told.join("\n");
  const names = group.map(({ at, text }) => `${text}, at ${clockText(at)}`).join("; ");
  button.setAttribute("aria-label", group.length > 1 ? `${group.length}: ${names}` : names);
  button.append(icon(MARK_ICONS[gravest]));
  if (group.length > 1) button.append(element("span", "mark-count", String(group.length)));
  button.onclick = () => onPress(group[0].at);
  return button;
}
