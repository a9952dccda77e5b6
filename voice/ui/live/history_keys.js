// Keys that act wherever the focus is within a call, but where they mean something else.

const KEY_STEP_S = 5;
const TAKES_SPACE = "button, summary, select";
const TAKES_ARROWS = "select";

function listenToKeys(root, { toggle, step }) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const acts = { " ": [TAKES_SPACE, toggle], ArrowLeft: [TAKES_ARROWS, () => step(-KEY_STEP_S)], ArrowRight: [TAKES_ARROWS, () => step(KEY_STEP_S)] };
    const [taken, act] = acts[event.key] ?? [];
    if (!act || event.target.closest(taken)) return;
    event.preventDefault();
    act();
  });
}
