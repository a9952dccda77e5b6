// Push to talk: muted unless a button or the space bar is held. Tells by `onChange` when that changes.

const PUSH_KEY = "parley.push_to_talk";
// Where a space or a letter is meant for what has the focus.
const TAKES_KEYS = "input, textarea, select, button, summary, a[href], [contenteditable], [role=slider], [role=button]";

class PushToTalk {
  constructor(root, onChange) {
    this.onChange = onChange;
    this.on = remembered(PUSH_KEY) === "on";
    this.held = false;
    this.toggle = root.querySelector(".push");
    this.button = root.querySelector(".hold");
    this.toggle.onclick = () => this.set(!this.on);
    this.listenToButton();
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("keydown", (event) => this.key(event, true), { signal });
    document.addEventListener("keyup", (event) => this.key(event, false), { signal });
    window.addEventListener("blur", () => this.hold(false), { signal });
    document.addEventListener("visibilitychange", () => this.hold(false), { signal });
  }

  listenToButton() {
    const { button } = this;
    button.onpointerdown = (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.hold(true);
    };
    button.onlostpointercapture = () => this.hold(false);
    button.onblur = () => this.hold(false);
    // A long touch would open a menu over the finger.
    button.oncontextmenu = (event) => event.preventDefault();
  }

  // Shows the parts that make sense now.
  show(inCall) {
    const { button, toggle } = this;
    const appears = button.hidden && inCall && this.on;
    toggle.setAttribute("aria-pressed", String(this.on));
    button.hidden = !(inCall && this.on);
    // The space bar talks from now on. It would press again what was pressed last: Hang up, or this mode's own switch.
    if (appears && toggle.getRootNode().activeElement?.matches("button")) button.focus();
    this.inCall = inCall;
    if (!inCall) this.hold(false);
  }

  set(on) {
    this.on = on;
    this.held = false;
    remember(PUSH_KEY, on ? "on" : "off");
    this.onChange();
  }

  hold(held) {
    if (this.held === held || (held && !(this.on && this.inCall))) return;
    this.held = held;
    this.button.classList.toggle("held", held);
    this.onChange();
  }

  key(event, down) {
    if (event.code !== "Space" || !(this.on && this.inCall)) return;
    // A system that takes the combination for itself may never tell that the key was let go.
    if (down && (event.altKey || event.ctrlKey || event.metaKey)) return;
    const [target] = event.composedPath();
    if (target !== this.button && down && takesKeys(target)) return;
    if (down || this.held) event.preventDefault();
    this.hold(down);
  }

  leave() {
    this.leaving.abort();
    this.hold(false);
  }
}

function takesKeys(target) {
  return target instanceof Element && target.closest(TAKES_KEYS) !== null;
}
