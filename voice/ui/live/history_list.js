// The list of calls. Opening a call and choosing some cause a run; nothing else does.

const lists = new WeakMap();

class CallList {
  constructor(root) {
    this.body = root.querySelector("tbody");
    this.all = root.querySelector(".all");
    this.all.onchange = () => this.choose(this.all.checked ? this.rows.map(({ id }) => id) : []);
  }

  show({ rows, chosen }, setStateValue, setTriggerValue) {
    this.tell = (ids) => setStateValue("chosen", ids);
    const acts = {
      onOpen: (id) => setTriggerValue("open", id),
      onChoose: (id, yes) => this.choose([...this.chosen.filter((other) => other !== id), ...(yes ? [id] : [])]),
    };
    const written = JSON.stringify(rows);
    this.chosen = chosen;
    // Left alone where nothing changed, so that the focus stays where it is.
    if (written !== this.written) {
      this.written = written;
      this.rows = rows;
      this.body.replaceChildren(...rows.map((row) => callRow(row, chosen.includes(row.id), acts)));
    }
    this.showChosen();
  }

  choose(ids) {
    this.chosen = ids;
    this.showChosen();
    this.tell(ids);
  }

  showChosen() {
    for (const row of this.body.rows) {
      const chosen = this.chosen.includes(row.dataset.call);
      row.querySelector("input").checked = chosen;
      row.classList.toggle("chosen", chosen);
    }
    this.all.checked = this.chosen.length > 0 && this.chosen.length === this.rows.length;
    this.all.indeterminate = this.chosen.length > 0 && !this.all.checked;
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!lists.has(parentElement)) lists.set(parentElement, new CallList(parentElement));
  lists.get(parentElement).show(data, setStateValue, setTriggerValue);
  return () => lists.delete(parentElement);
}
