// Sliders that reach the line at once: no script runs while one is moved, so a call is never disturbed.

const SEND_EVERY_MS = 200;
const LIMITED_BY = { min_silence: ["max_silence", -1], max_silence: ["min_silence", 1] };
const groups = new WeakMap();

class Dial {
  constructor(group, { name, label, low, high, step, unit, note }) {
    this.group = group;
    this.name = name;
    this.decimals = step < 1 ? 2 : 0;
    this.unit = unit;
    this.step = step;
    this.node = element("div", "dial", "");
    const title = element("label", "", label);
    this.readout = element("output", "", "");
    this.input = document.createElement("input");
    Object.assign(this.input, { type: "range", min: low, max: high, step, id: `dial-${name}` });
    title.htmlFor = this.readout.htmlFor = this.input.id;
    this.input.oninput = () => this.move(Number(this.input.value));
    this.problem = element("p", "problem", "");
    this.problem.setAttribute("role", "status");
    const head = element("div", "head", "");
    head.append(title, this.readout);
    this.node.append(head, this.input, ...(note ? [element("p", "note", note)] : []), this.problem);
  }

  // Back to what holds when the other dial of a pair is in the way.
  move(wanted) {
    const value = this.allowed(wanted);
    for (const dial of this.group.dials.values()) dial.problem.textContent = "";
    if (value !== wanted) this.problem.textContent = "The minimum silence must be less than the maximum.";
    this.show(value);
    this.group.send(this.name, value);
  }

  allowed(wanted) {
    const [other, side] = LIMITED_BY[this.name] ?? [];
    const bound = this.group.dials.get(other)?.value;
    if (bound === undefined) return wanted;
    return side < 0 ? Math.min(wanted, bound - this.step) : Math.max(wanted, bound + this.step);
  }

  show(value) {
    this.value = value;
    this.input.value = value;
    const words = `${value.toFixed(this.decimals)}${this.unit && ` ${this.unit}`}`;
    this.readout.textContent = words;
    this.input.setAttribute("aria-valuetext", words);
  }
}

class Dials {
  constructor(root) {
    this.root = root;
    this.dials = new Map();
    this.waiting = new Map();
  }

  draw(described) {
    const names = described.map(({ name }) => name).join();
    if (this.names !== names) {
      this.names = names;
      this.dials = new Map(described.map((one) => [one.name, new Dial(this, one)]));
      this.root.replaceChildren(...[...this.dials.values()].map(({ node }) => node));
    }
    for (const { name, value, disabled } of described) {
      const dial = this.dials.get(name);
      dial.input.disabled = disabled;
      // What is under the finger is newer than what the server was last told.
      if (!this.waiting.has(name) && this.root.getRootNode().activeElement !== dial.input) dial.show(value);
    }
  }

  send(name, value) {
    this.waiting.set(name, value);
    this.timer ??= setTimeout(() => this.flush(), SEND_EVERY_MS);
  }

  flush() {
    this.timer = undefined;
    for (const [name, value] of this.waiting) {
      if (this.connection.send({ do: "dial", name, value })) this.waiting.delete(name);
    }
  }
}

export default function ({ data, parentElement }) {
  let group = groups.get(parentElement);
  if (!group) {
    group = new Dials(parentElement.querySelector(".dials"));
    groups.set(parentElement, group);
  }
  group.connection = connectionOf(parentElement, data);
  // What was moved while Parley was out of reach.
  group.connection.onView = () => group.timer ?? group.flush();
  group.draw(data.dials);
  return () => {
    clearTimeout(group.timer);
    group.flush();
    disconnect(parentElement);
    groups.delete(parentElement);
  };
}
