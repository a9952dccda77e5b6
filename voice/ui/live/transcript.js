// Draws the turns of the call in speaking order, touching only those that changed.

const SPEAKERS = { user: "You", agent: "Agent" };
const SAMPLE_SPEAKERS = { user: "Recording", agent: "Agent" };
const LARGE_TYPE = "parley.large_type";
const COPY_WORD_MS = 2000;
const EMPTY_TRANSCRIPT = "What you and the agent say appears here.";

class TranscriptView {
  constructor(list) {
    this.list = list;
    this.root = list.closest(".conversation");
    this.drawn = new Map();
    this.turns = [];
    this.names = SPEAKERS;
    this.karaoke = new Karaoke((id) => this.redraw(id));
    this.follower = new Follower(list, this.root.querySelector(".jump"));
    list.dataset.empty = EMPTY_TRANSCRIPT;
    this.root.querySelector(".copy").onclick = () => this.copy();
    this.root.querySelector(".large-type").onclick = () => this.setLarge(!this.large);
    this.setLarge(remembered(LARGE_TYPE) === "true");
  }

  show(view) {
    const { turns } = view;
    this.nameSpeakers(view.sample ? SAMPLE_SPEAKERS : SPEAKERS);
    if (turns !== this.turns) this.showTurns(turns);
    this.karaoke.follow(view);
  }

  // Other names come with another call only: its turns are drawn anew.
  nameSpeakers(names) {
    if (this.names === names) return;
    this.names = names;
    this.showTurns([]);
  }

  // How much of a turn's reply was played by now; without a turn, nothing is.
  playout(turnId, playedMs) {
    this.karaoke.playout(turnId ?? null, playedMs);
  }

  stop() {
    this.karaoke.stop();
  }

  showTurns(turns) {
    // The turns of another call.
    if (turns.length === 0) this.follower.follow(true);
    this.turns = turns;
    this.removeOthers(turns);
    let added = 0;
    let next = this.list.firstElementChild;
    for (const turn of turns) {
      const known = this.drawn.get(turn.id);
      const node = known?.node ?? (turn.tool ? newToolCard() : newBubble());
      if (!known) added += 1;
      this.drawn.set(turn.id, { node, turn });
      if (known?.turn !== turn) this.fill(node, turn);
      if (node === next) next = node.nextElementSibling;
      else this.list.insertBefore(node, next);
    }
    this.root.querySelector(".copy").disabled = turns.length === 0;
    this.follower.changed(added);
  }

  removeOthers(turns) {
    if (this.drawn.size === 0) return;
    const ids = new Set(turns.map((turn) => turn.id));
    for (const [id, { node }] of this.drawn) {
      if (ids.has(id)) continue;
      node.remove();
      this.drawn.delete(id);
    }
  }

  fill(node, turn) {
    if (turn.tool) fillToolCard(node, turn);
    else fillBubble(node, turn, nameOf(turn, this.names), this.karaoke.lit(turn));
  }

  redraw(id) {
    const known = this.drawn.get(id);
    if (known && !known.turn.tool) fillText(known.node.querySelector(".text"), known.turn, this.karaoke.lit(known.turn));
  }

  setLarge(large) {
    this.large = large;
    this.root.classList.toggle("large", large);
    this.root.querySelector(".large-type").setAttribute("aria-pressed", String(large));
    remember(LARGE_TYPE, String(large));
  }

  async copy() {
    const word = this.root.querySelector(".copy .word");
    try {
      await navigator.clipboard.writeText(asPlainText(this.turns, this.names));
      word.textContent = "Copied";
    } catch {
      word.textContent = "The browser refused: select the text instead";
    }
    clearTimeout(this.copied);
    this.copied = setTimeout(() => (word.textContent = "Copy transcript"), COPY_WORD_MS);
  }
}

function asPlainText(turns, names) {
  const worded = turns.filter((turn) => turn.text || turn.tool);
  return worded.map((turn) => lineOf(turn, nameOf(turn, names))).join("\n");
}

// Whoever speaks, it is a person at the page who types.
function nameOf({ speaker, typed }, names) {
  return (typed ? SPEAKERS : names)[speaker];
}

function lineOf({ text, typed, interrupted, tool }, name) {
  if (tool) return `Tool ${tool.name}: ${TOOL_STATUS[tool.status]?.word ?? tool.status} ${tool.result ?? ""}`.trim();
  const how = [typed && "typed", interrupted && "interrupted"].filter(Boolean);
  return `${name}${how.length ? ` (${how.join(", ")})` : ""}: ${text}`;
}
