// The transcript of a past call: bubbles and tool cards, each with the button that plays from there.

const PAST_SPEAKERS = { user: "You", agent: "Agent", tool: "Tool" };
const SCROLLING_KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
const AT_END_PX = 40;
const PAST_SAMPLE_SPEAKERS = { ...PAST_SPEAKERS, user: "Recording" };

class PastTurns {
  constructor(list, onPlay) {
    this.list = list;
    this.onPlay = onPlay;
    this.turns = [];
    this.nodes = [];
    this.following = true;
    this.items = new Keyed(list, ({ turn, name, audible }) => this.node(turn, name, audible));
    // Whoever scrolls reads on their own, until they play something again.
    for (const event of ["wheel", "touchmove"]) {
      list.addEventListener(event, () => (this.following = false), { passive: true });
    }
    list.addEventListener("keydown", ({ key }) => {
      if (SCROLLING_KEYS.has(key)) this.following = false;
    });
  }

  // `audible`: whether there is anything to play.
  show({ turns, sample, running }, audible) {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    const names = sample ? PAST_SAMPLE_SPEAKERS : PAST_SPEAKERS;
    this.turns = turns;
    this.nodes = this.items.show(turns.map((turn) => ({ turn, name: names[turn.speaker], audible })));
    // Of a call that runs, the newest is what one wants to see.
    if (running && atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  follow() {
    this.following = true;
  }

  // Lights what is spoken at this moment; `null` lights nothing.
  light(seconds) {
    this.turns.forEach(({ from, to }, index) => {
      const spoken = seconds !== null && from <= seconds && seconds < to;
      const node = this.nodes[index];
      if (node.classList.contains("spoken-now") === spoken) return;
      node.classList.toggle("spoken-now", spoken);
      if (spoken) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
      if (spoken && this.following) this.bringIntoView(node);
    });
  }

  bringIntoView(node) {
    const { scrollTop, clientHeight } = this.list;
    const top = node.offsetTop - this.list.offsetTop;
    if (top < scrollTop || top + node.offsetHeight > scrollTop + clientHeight) {
      this.list.scrollTop = top - clientHeight / 3;
    }
  }

  node(turn, name, audible) {
    const tool = Boolean(turn.tool);
    const inner = tool ? newToolCard() : newBubble();
    if (tool) fillToolCard(inner, turn);
    else fillBubble(inner, turn, name, null);
    const item = element("li", "past-turn", "");
    item.dataset.number = turn.number;
    item.dataset.side = turn.speaker;
    item.append(inner);
    const head = inner.querySelector(tool ? ".tool-head" : ".speaker");
    head.append(audible ? this.hearButton(turn) : element("span", "when", clockText(turn.from)));
    if (audible) {
      item.classList.add("audible");
      item.onclick = (event) => {
        const taken = event.target.closest("button, summary, pre") || !getSelection().isCollapsed;
        if (!taken) this.onPlay(turn.from);
      };
    }
    return item;
  }

  hearButton(turn) {
    const button = element("button", "hear", "");
    button.type = "button";
    button.setAttribute("aria-label", `Hear from ${clockText(turn.from)}`);
    button.append(icon("play_arrow"), element("span", "", clockText(turn.from)));
    button.onclick = () => this.onPlay(turn.from);
    return button;
  }
}
