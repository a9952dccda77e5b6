// The tab Events: which events are shown, the one that is open, pausing, copying and saving.

const KINDS = {
  audio: "Audio",
  transcript: "Transcript",
  reply: "Reply",
  session: "Session",
  tool: "Tool",
  error: "Error",
  own: "Own",
  other: "Other",
};

class EventsPane {
  constructor(section) {
    this.find = (selector) => section.querySelector(selector);
    this.entries = new Map();
    this.held = new Map();
    this.hidden = new Set();
    this.paused = false;
    this.first = 1;
    this.list = new EventList(this.find(".events"), (n) => this.openEntry(n));
    this.follower = new Follower(this.find(".events"), this.find(".jump"));
    this.list.isShown = (entry) => !this.hidden.has(entry.kind) && matches(entry, this.words);
    this.find(".kinds").append(...Object.entries(KINDS).map(([kind, word]) => this.chip(kind, word)));
    this.find(".search").oninput = () => this.filter();
    this.find(".pause").onclick = () => this.pause();
    this.find(".copy-all").onclick = () => this.copy(this.shown.map(unpacked));
    this.find(".copy-one").onclick = () => this.copy(unpacked(this.open));
    this.find(".download").onclick = () => saveJson(`parley-events-${stamp()}.json`, this.shown.map(unpacked));
    this.find(".close").onclick = () => this.leaveEntry();
    this.find(".detail").onkeydown = (event) => event.key === "Escape" && this.leaveEntry();
  }

  show() {}

  get words() {
    return this.find(".search").value.trim().toLowerCase();
  }

  get shown() {
    return this.list.shown.map((row) => this.entries.get(rowNumber(row)));
  }

  chip(kind, word) {
    const chip = element("button", "chip", word);
    chip.type = "button";
    chip.dataset.kind = kind;
    chip.ariaPressed = "true";
    chip.onclick = () => {
      if (!this.hidden.delete(kind)) this.hidden.add(kind);
      chip.ariaPressed = String(!this.hidden.has(kind));
      this.filter();
    };
    return chip;
  }

  receive({ events, first, reset }) {
    if (!events) return;
    if (reset) this.clear();
    const target = this.paused ? this.held : this.entries;
    for (const entry of events) target.set(entry.n, entry);
    this.first = first;
    if (this.paused) this.showCount();
    else this.draw(events);
  }

  clear() {
    this.entries.clear();
    this.held.clear();
    this.list.clear();
    this.closeEntry();
  }

  draw(events) {
    for (const entry of events) this.list.put(entry);
    this.list.dropBefore(this.first);
    for (const n of this.entries.keys()) if (n < this.first) this.entries.delete(n);
    if (events.some(({ n }) => n === this.open?.n)) this.openEntry(this.open.n);
    this.follower.changed(0);
    this.showCount();
  }

  pause() {
    this.paused = !this.paused;
    const button = this.find(".pause");
    button.ariaPressed = String(this.paused);
    button.querySelector(".word").textContent = this.paused ? "Go on" : "Pause";
    button.querySelector(".icon").textContent = this.paused ? "play_arrow" : "pause";
    const held = [...this.held.values()];
    this.held.clear();
    for (const entry of held) this.entries.set(entry.n, entry);
    this.draw(held);
  }

  filter() {
    this.list.filter(this.entries.values());
    this.follower.changed(0);
    this.showCount();
  }

  showCount() {
    const all = this.entries.size;
    const parts = [`${this.list.shown.length} of ${all} events shown`];
    if (this.first > 1) parts.push(`${this.first - 1} older ones are gone`);
    if (this.paused) parts.push(`paused, ${this.held.size} new or grown since`);
    this.find(".count").textContent = all || this.paused ? parts.join(" · ") : "";
  }

  openEntry(n) {
    this.open = this.entries.get(n);
    this.list.select(n);
    const { type, way, at_ms, json } = this.open;
    this.find(".title").textContent = `${type}, ${WAYS[way][1]} at ${sinceStart(at_ms)}`;
    this.find(".json").textContent = JSON.stringify(JSON.parse(json), null, 2);
    this.find(".detail").hidden = false;
  }

  closeEntry() {
    this.open = undefined;
    this.list.select(undefined);
    this.find(".detail").hidden = true;
  }

  leaveEntry() {
    this.closeEntry();
    this.find(".events").focus();
  }

  async copy(value) {
    this.find(".done").textContent = await copyText(JSON.stringify(value, null, 2));
  }
}
