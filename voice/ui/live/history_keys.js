// Keys that act wherever the focus is within a call, but where they mean something else.

const KEY_STEP_S = 5;
const TAKES_SPACE = "button, summary, select";
const TAKES_ARROWS = "select";
// A button that has started the sound keeps the focus. While it plays, the space bar pauses there too.
const PLAYS_FROM = ".hear, .mark-at";

function listenToKeys(root, { toggle, step, plays }) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const acts = { " ": [TAKES_SPACE, toggle], ArrowLeft: [TAKES_ARROWS, () => step(-KEY_STEP_S)], ArrowRight: [TAKES_ARROWS, () => step(KEY_STEP_S)] };
    const [taken, act] = acts[event.key] ?? [];
    const pauses = event.key === " " && plays() && event.target.closest(PLAYS_FROM);
    if (!act || (event.target.closest(taken) && !pauses)) return;
    event.preventDefault();
    act();
  });
}
