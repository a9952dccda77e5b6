// How long the call has run, and what it costs. Counts by itself between views.

const TICK_MS = 1000;
const S_PER_HOUR = 3600;

class CostPane {
  constructor(section) {
    this.section = section;
    this.clock = new ServerClock();
    this.empty = section.querySelector(".empty");
    this.figures = section.querySelector(".figure-row");
    this.note = section.querySelector(".price");
  }

  show(view) {
    if (view === null) return;
    this.clock.learn(view, view.since !== this.view?.since && this.view !== undefined);
    this.view = view;
    this.ticking ??= setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  // The feed only wakes this pane: all it shows is in the view.
  receive() {}

  tick() {
    if (this.section.isConnected) return this.section.checkVisibility?.() === false ? undefined : this.draw();
    clearInterval(this.ticking);
    this.ticking = undefined;
  }

  draw() {
    const { begun_at: begun, ready_at: ready, ended_at: ended, billed_from: billed, usd_per_hour: price } = this.view;
    const known = begun !== null;
    this.empty.hidden = known;
    this.figures.hidden = this.note.hidden = !known;
    if (!known) return;
    const lasted = (from) => (from === null ? 0 : ended === null ? this.clock.since(from) : Math.max(0, ended - from));
    this.figures.replaceChildren(
      figure("Call so far", duration(lasted(begun)), "since Connect"),
      figure("With the agent", duration(lasted(ready)), "since it was ready"),
      figure("Billed time", price === 0 ? "none" : duration(lasted(billed)), "open connection, silence included"),
      figure("Cost", costWords(lasted(billed), price), priceWords(price)),
    );
    this.note.textContent =
      price === 0 ? "This call goes to Parley's own agent on this machine: it is free." : "An estimate from the time: the account's bill is what counts.";
  }
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / S_PER_HOUR), Math.floor(whole / 60) % 60, whole % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${rest} s` : `${rest} s`;
}

function costWords(billedS, price) {
  if (price === null) return "not known";
  return price === 0 ? "free" : `$${((billedS * price) / S_PER_HOUR).toFixed(3)}`;
}

function priceWords(price) {
  if (price === null) return "the price of this agent is not known";
  return price === 0 ? "" : `at $${price.toFixed(2)} an hour`;
}
