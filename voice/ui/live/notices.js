// What a person should know or do: failures, notices with their cure, and a call that is about to end.

const CURES = { interruption_off: "Turn interruption off" };
const CLOSING = {
  idle: "Nobody has spoken for a while.",
  cap: "The call has reached its longest time.",
};
const STAY_WAITS = "Stay is sent as soon as Parley can be reached.";
// Announced by a screen reader; a failure is announced by its own alert.
const SPOKEN = new Set(["ended", "reconnecting"]);

class Notices {
  constructor(root, clock, { cure, stay }) {
    this.clock = clock;
    this.cure = cure;
    this.find = (selector) => root.querySelector(selector);
    this.local = new Map();
    this.pushed = [];
    this.closing = null;
    // Stay was pressed, but can't be sent yet.
    this.unsent = false;
    this.find(".stay").onclick = stay;
  }

  // `lost` is announced in place of `label`, if there is such a sentence.
  show(view, label, lost) {
    this.showFailure(view.failure);
    setText(this.find(".announcer"), lost || (SPOKEN.has(view.state) ? label : ""));
    this.closing = view.closing ?? null;
    if (this.pushed !== view.notices) {
      this.pushed = view.notices;
      this.draw();
    }
    this.tick();
  }

  // A notice of the page itself, under a name; without a sentence it goes. `act` is `[words, function]`.
  tell(name, sentence, act) {
    if ((this.local.get(name)?.sentence ?? "") === sentence) return;
    if (sentence) this.local.set(name, { sentence, act });
    else this.local.delete(name);
    this.draw();
  }

  draw() {
    const own = [...this.local.values()].map(({ sentence, act }) => notice(sentence, act));
    const pushed = this.pushed.map(({ sentence, next_step, action }) => {
      const act = action ? [CURES[action] ?? "Put it right", () => this.cure(action)] : undefined;
      return notice([sentence, next_step].filter(Boolean).join(" "), act);
    });
    this.find(".notices").replaceChildren(...own, ...pushed);
  }

  showFailure(failure) {
    const lines = failure
      ? [["what", failure.sentence], ["next", failure.next_step], ["code", failure.code && `Code: ${failure.code}`]]
      : [];
    const text = JSON.stringify(lines);
    if (this.announced === text) return;
    this.announced = text;
    const spans = lines.filter(([, line]) => line).map(([name, line]) => element("span", name, line));
    this.find(".announcement").replaceChildren(...spans);
  }

  tick() {
    const banner = this.find(".closing");
    banner.hidden = this.closing === null;
    if (this.closing === null) return;
    const left = Math.ceil(this.clock.until(this.closing.at));
    const ends = `${CLOSING[this.closing.reason]} The call ends in ${left} s.`;
    setText(banner.querySelector(".text"), this.unsent ? `${ends} ${STAY_WAITS}` : ends);
  }
}

function notice(sentence, act) {
  const node = element("div", "notice", "");
  node.append(icon("info"), element("span", "text", sentence));
  if (act) {
    const [words, run] = act;
    const button = element("button", "cure", words);
    button.type = "button";
    button.onclick = run;
    node.append(button);
  }
  return node;
}
