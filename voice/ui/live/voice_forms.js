// The form each state gives to the row of bars: you from the left edge, the agent from the right, meeting in the
// middle. Pure: a form gets `{t, i, n, you, level}` and gives `[height, opacity]`, all from 0 to 1.
// `t` is seconds in the state, `i` the bar's place from the speaker's edge of `n`, `level` that speaker's level there.

const REST = [0, 0.3];
const TURN = 2 * Math.PI;

// A voice fades on its way to the other.
const spoken = ({ i, n, level }) => [level * (1 - (0.55 * i) / n), Math.max(0.35, 1 - (0.65 * i) / n)];
const breath = ({ t, i, n }) => (0.07 + 0.06 * Math.sin((t * TURN) / 3.2 - i * 0.3)) * (1 - i / n);
const place = ({ i, n, you }) => (you ? i : 2 * n - 1 - i);

const FORMS = {
  idle: () => REST,
  loading: () => REST,
  // A light runs from you to the agent.
  connecting: (bar) => {
    const at = ((bar.t / 1.6) % 1) * (2 * bar.n + 8) - 4;
    const near = Math.exp(-(((place(bar) - at) / 2.6) ** 2));
    return [0.14 * near, 0.22 + 0.78 * near];
  },
  // Your side breathes.
  listening: (bar) => {
    if (!bar.you) return REST;
    const [height, opacity] = spoken(bar);
    return [Math.max(height, breath(bar)), opacity];
  },
  hearing: (bar) => (bar.you ? spoken(bar) : REST),
  // Waves roll through the agent's side.
  thinking: ({ t, i, you }) => {
    if (you) return REST;
    const crest = Math.max(0, Math.sin((t * TURN) / 1.1 - i * 0.55)) ** 2;
    return [0.2 * crest, 0.35 + 0.65 * crest];
  },
  speaking: (bar) => {
    const [height, opacity] = spoken(bar);
    return bar.you ? [height, 0.3 + 0.4 * Math.min(1, 3 * bar.level)] : [height, opacity];
  },
  // What the agent was saying collapses, and the floor slopes towards you.
  interrupted: ({ t, i, n, you, level }) =>
    you ? [0.62 * (1 - i / n) ** 1.5, 0.95] : [level * Math.exp(-7 * t) * (1 - i / n), 0.25],
  // The row is torn in the middle; both ends look for each other.
  reconnecting: (bar) => {
    const torn = bar.i > bar.n * 0.72;
    const search = 0.5 + 0.5 * Math.sin((bar.t * TURN) / 2 - bar.i * 0.5);
    return [torn ? 0 : 0.1 * search, torn ? 0 : 0.3 + 0.6 * search];
  },
  ended: () => [0, 0],
  error: () => [0, 0],
};

const STILL = new Set(["idle", "loading", "ended", "error"]);
// A fixed wave for those who asked for no movement, and a moment at which each form says most.
const STILL_T = 0.45;
const STILL_SPEAKER = { hearing: 0, speaking: 1, interrupted: 1 };
const stillWave = (i) => 0.25 + 0.6 * Math.abs(Math.sin(i * 1.9 + 0.7) * Math.cos(i * 0.6));

function stillLevel(mode, side, i) {
  return STILL_SPEAKER[mode] === side ? stillWave(i) : 0;
}
