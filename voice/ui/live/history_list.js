// The list of calls. Opening a call and choosing some cause a run, and so does a call that begins or ends;
// what changes of a running one comes by itself.

const lists = new WeakMap();

class CallList {
  constructor(root) {
    this.body = root.querySelector("tbody");
    this.all = root.querySelector(".all");
    this.news = new News({ onNews: (data) => this.told(data), periodMs: UNHURRIED_MS });
    this.all.onchange = () => this.choose(this.all.checked ? this.rows.map(({ id }) => id) : []);
  }

  show({ rows, chosen, running, news }, setStateValue, setTriggerValue) {
    this.tell = (ids) => setStateValue("chosen", ids);
    this.askForRun = (ids) => setTriggerValue("changed", ids.join(" "));
    this.running = running;
    this.news.ask(news);
    this.acts = {
      onOpen: (id) => setTriggerValue("open", id),
      onChoose: (id, yes) => this.choose([...this.chosen.filter((other) => other !== id), ...(yes ? [id] : [])]),
    };
    const written = JSON.stringify(rows);
    this.chosen = chosen;
    // Left alone where nothing changed, so that the focus stays where it is.
    if (written !== this.written) {
      this.written = written;
      this.rows = rows;
      this.body.replaceChildren(...rows.map((row) => this.rowOf(row)));
    }
    this.showChosen();
  }

  rowOf(row) {
    return callRow(row, this.chosen.includes(row.id), this.acts);
  }

  // Which calls run, and what is known of each.
  told({ running }) {
    const ids = running.map(({ id }) => id);
    if (ids.join() !== this.running.join()) this.askForRun(ids);
    for (const row of running) this.renew(row);
  }

  renew(row) {
    const index = this.rows.findIndex(({ id }) => id === row.id);
    if (index < 0) return;
    const renewed = { ...row, snippet: this.rows[index].snippet };
    if (JSON.stringify(renewed) === JSON.stringify(this.rows[index])) return;
    this.rows = this.rows.with(index, renewed);
    this.body.rows[index].replaceWith(this.rowOf(renewed));
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
  return () => {
    lists.get(parentElement)?.news.stop();
    lists.delete(parentElement);
  };
}
