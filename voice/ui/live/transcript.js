// Draws the turns of the call in speaking order. Text of either speaker is only ever `textContent`.

const SPEAKERS = { user: "You", agent: "Agent" };
const FOLLOW_SLACK_PX = 40;

class TranscriptView {
  constructor(root) {
    this.root = root;
    this.drawn = new Map();
    this.follow = true;
    this.root.dataset.empty = "What you and the agent say appears here.";
    this.root.onscroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = this.root;
      this.follow = scrollHeight - scrollTop - clientHeight < FOLLOW_SLACK_PX;
    };
  }

  show({ turns }) {
    const ids = new Set(turns.map((turn) => turn.id));
    for (const [id, { node }] of this.drawn) {
      if (!ids.has(id)) {
        node.remove();
        this.drawn.delete(id);
      }
    }
    turns.forEach((turn, index) => {
      const known = this.drawn.get(turn.id);
      const node = known?.node ?? newTurn();
      if (known?.turn !== turn) fillTurn(node, turn);
      if (this.root.children[index] !== node) {
        this.root.insertBefore(node, this.root.children[index] ?? null);
      }
      this.drawn.set(turn.id, { node, turn });
    });
    if (this.follow) this.root.scrollTop = this.root.scrollHeight;
  }

  playout(turnId, playedMs) {
    this.playing = { turnId, playedMs };
  }
}

function newTurn() {
  const node = element("div", "turn", "");
  node.append(element("span", "speaker", ""), element("span", "text", ""));
  return node;
}

function fillTurn(node, turn) {
  node.dataset.speaker = turn.speaker;
  // A turn is found by its test id once it is finished.
  if (turn.settled) node.dataset.testid = "turn";
  else delete node.dataset.testid;
  node.dataset.interrupted = String(turn.interrupted);
  node.classList.toggle("growing", !turn.settled);
  node.querySelector(".speaker").textContent = SPEAKERS[turn.speaker];
  node.querySelector(".text").textContent = turn.text || "…";
  node.querySelector(".text").dir = "auto";
  node.querySelector(".cut")?.remove();
  if (turn.interrupted) {
    const mark = element("span", "cut", "");
    mark.append(element("span", "icon", "front_hand"), "Interrupted");
    mark.firstChild.setAttribute("aria-hidden", "true");
    node.append(mark);
  }
}
