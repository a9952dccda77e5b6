// The list of events: newest last, one row an entry, moved through by keyboard. Off-screen rows cost nothing,
// because the style sheet leaves their content out.

const LIST_STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

class EventList {
  constructor(node, choose) {
    this.node = node;
    this.choose = choose;
    this.rows = new Map();
    this.isShown = () => true;
    node.onkeydown = (event) => this.key(event);
  }

  put(entry) {
    let row = this.rows.get(entry.n);
    if (!row) {
      row = newRow(entry, (n) => {
        this.point(n);
        this.choose(n);
      });
      this.rows.set(entry.n, row);
      this.node.insertBefore(row, this.after(entry.n));
    }
    fillRow(row, entry);
    row.hidden = !this.isShown(entry);
  }

  // Entries nearly always come in the order of their numbers.
  after(n) {
    let next = null;
    for (let row = this.node.lastElementChild; row && rowNumber(row) > n; row = row.previousElementSibling) next = row;
    return next;
  }

  filter(entries) {
    for (const entry of entries) {
      const row = this.rows.get(entry.n);
      if (row) row.hidden = !this.isShown(entry);
    }
  }

  dropBefore(first) {
    for (const [n, row] of this.rows) {
      if (n >= first) continue;
      row.remove();
      this.rows.delete(n);
    }
  }

  clear() {
    this.node.replaceChildren();
    this.rows.clear();
    this.node.removeAttribute("aria-activedescendant");
  }

  get shown() {
    return [...this.node.children].filter((row) => !row.hidden);
  }

  // The row the keyboard is on. `select` marks the one whose JSON is open.
  point(n) {
    this.node.querySelector(".pointed")?.classList.remove("pointed");
    const row = this.rows.get(n);
    row?.classList.add("pointed");
    if (row) this.node.setAttribute("aria-activedescendant", row.id);
  }

  select(n) {
    const before = this.node.querySelector("[aria-selected=true]");
    if (before) before.ariaSelected = "false";
    const row = this.rows.get(n);
    if (row) row.ariaSelected = "true";
  }

  key(event) {
    const shown = this.shown;
    const at = shown.findIndex((row) => row.classList.contains("pointed"));
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (at >= 0) this.choose(rowNumber(shown[at]));
      return;
    }
    const last = shown.length - 1;
    const from = at < 0 ? shown.length : at;
    const to = { Home: 0, End: last }[event.key] ?? from + (LIST_STEPS[event.key] ?? NaN);
    if (Number.isNaN(to) || last < 0) return;
    event.preventDefault();
    const row = shown[Math.min(last, Math.max(0, to))];
    this.point(rowNumber(row));
    row.scrollIntoView({ block: "nearest" });
  }
}

function rowNumber(row) {
  return Number(row.id.slice("event-".length));
}
