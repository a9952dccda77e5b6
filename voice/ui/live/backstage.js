// The drawer beneath the call, and its tabs. It listens only while it is open.

// The section `data-pane=id` is drawn by a `Pane`, made once with it. While its tab is seen, the pane is given
// each view by `show(view)`, and by `receive(message)` each message of the feed that the tab watches.
const TABS = [
  { id: "events", label: "Events", feed: "events", Pane: EventsPane },
  { id: "latency", label: "Latency", feed: "figures", Pane: LatencyPane },
  { id: "network", label: "Network", feed: "figures", Pane: NetworkPane },
  { id: "cost", label: "Cost", feed: "figures", Pane: CostPane },
];
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
const drawers = new WeakMap();

class Drawer {
  constructor(host) {
    this.host = host;
    this.root = host.querySelector(".backstage");
    this.find = (selector) => this.root.querySelector(selector);
    this.tabs = TABS.map((tab) => this.makeTab(tab));
    this.find(".tabs").append(...this.tabs.map(({ button }) => button));
    this.find(".tabs").onkeydown = (event) => this.step(event);
    this.find(".bundle").onclick = () => this.askForBundle();
    this.root.ontoggle = () => (this.root.open ? this.open() : this.close());
    this.choose(this.tabs[0]);
  }

  makeTab({ id, label, feed, Pane }) {
    const section = this.find(`[data-pane="${id}"]`);
    const button = element("button", "tab", label);
    Object.assign(button, { type: "button", id: `tab-${id}`, role: "tab" });
    Object.assign(section, { id: `pane-${id}`, role: "tabpanel" });
    button.setAttribute("aria-controls", section.id);
    section.setAttribute("aria-labelledby", button.id);
    const tab = { button, section, feed, pane: new Pane(section) };
    button.onclick = () => this.choose(tab);
    return tab;
  }

  choose(chosen) {
    if (this.chosen === chosen) return;
    this.unwatch();
    this.chosen = chosen;
    for (const tab of this.tabs) {
      tab.button.setAttribute("aria-selected", String(tab === chosen));
      tab.button.tabIndex = tab === chosen ? 0 : -1;
      tab.section.hidden = tab !== chosen;
    }
    this.watch();
  }

  step(event) {
    const last = this.tabs.length - 1;
    const at = this.tabs.indexOf(this.chosen);
    const next = { Home: 0, End: last }[event.key] ?? at + (STEPS[event.key] ?? NaN);
    if (Number.isNaN(next)) return;
    event.preventDefault();
    this.choose(this.tabs.at(next > last ? 0 : next));
    this.chosen.button.focus();
  }

  watch() {
    if (!this.connected) return;
    this.connection.send({ do: `watch_${this.chosen.feed}` });
    this.chosen.pane.show(this.connection.view);
  }

  unwatch() {
    if (this.connected) this.connection.send({ do: `unwatch_${this.chosen.feed}` });
  }

  open() {
    const connection = connectionOf(this.host, this.data);
    if (this.connection === connection) return;
    this.connection = connection;
    this.connected = false;
    connection.onView = (view) => (this.connected ? this.chosen.pane.show(view) : this.found());
    connection.onBundle = (piece, { left }) => this.takeBundle(piece, left);
    connection.onLost = () => this.lost();
    for (const { feed } of TABS) {
      connection[`on${feed[0].toUpperCase()}${feed.slice(1)}`] = (_, message) => {
        if (this.chosen.feed === feed) this.chosen.pane.receive(message);
      };
    }
  }

  // The first view, or the first after a drop: what is watched must be asked for again.
  found() {
    this.connected = true;
    this.find(".lost").hidden = true;
    this.watch();
  }

  lost() {
    this.connected = false;
    this.say("");
    this.find(".lost").hidden = false;
  }

  askForBundle() {
    this.pieces = [];
    this.connection.send({ do: "support_bundle" });
    this.say("Making the support bundle…");
  }

  takeBundle(piece, left) {
    this.pieces.push(piece);
    if (left) return;
    const name = `parley-support-${stamp()}.json`;
    saveText(name, this.pieces.join(""));
    this.say(`Saved ${name}. Keys and tokens are taken out of it; what was said in the call is in it.`);
  }

  say(words) {
    this.find(".said").textContent = words;
  }

  close() {
    this.unwatch();
    this.connected = false;
    this.connection = undefined;
    disconnect(this.host);
  }
}

export default function ({ data, parentElement }) {
  let drawer = drawers.get(parentElement);
  if (!drawer) {
    drawer = new Drawer(parentElement);
    drawers.set(parentElement, drawer);
  }
  drawer.data = data;
  if (drawer.root.open) drawer.open();
  return () => {
    drawer.close();
    drawers.delete(parentElement);
  };
}
