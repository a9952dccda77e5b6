// Says what the call is doing: icon, words, steps with their seconds, length and cost.

const REASSURE_AFTER_S = 3;
const ASKED_AFTER_S = 0.7;
const COUNTED = { connecting: "begun_at", thinking: "since" };

class StateLine {
  constructor(root, clock) {
    this.clock = clock;
    this.find = (selector) => root.querySelector(selector);
    this.node = this.find(".state");
    this.view = { state: "loading", label: "Opening…", icon: "progress_activity" };
    this.microphone = null;
  }

  show(view) {
    this.view = view;
    this.node.dataset.state = view.state;
    this.node.dataset.interrupted = String(Boolean(view.interrupted));
    setText(this.node.querySelector(".icon"), iconName(view.icon));
    this.tick();
  }

  // The browser's own step, which comes before the server's: `askedAt` in ms since the page was opened.
  askMicrophone() {
    this.microphone = { name: "microphone", label: "Microphone", askedAt: performance.now(), took_s: null, failed: false };
    this.show({
      state: "connecting",
      icon: "mic",
      label: "Connecting: microphone…",
      steps: [],
    });
  }

  answered(failed) {
    if (!this.microphone) return;
    this.microphone.took_s = (performance.now() - this.microphone.askedAt) / 1000;
    this.microphone.failed = failed;
    this.tick();
  }

  get moves() {
    const { state, ready_at, ended_at, reconnect } = this.view;
    return state === "connecting" || state === "thinking" || Boolean(reconnect) || Boolean(ready_at && !ended_at);
  }

  tick() {
    const { state, since } = this.view;
    if (state !== "connecting" && state !== "error") this.microphone = null;
    // A restart connects in the middle of a call: its seconds are its own.
    const counted = state === "connecting" && this.view.ready_at ? "since" : COUNTED[state];
    const start = this.view[counted] ?? (counted && since);
    const waited = start ? this.clock.since(start) : null;
    setText(this.node.querySelector(".label"), this.label());
    setText(this.node.querySelector(".timer"), this.timer(waited));
    this.showSteps(state === "connecting" || state === "error" ? this.steps() : []);
    setText(this.find(".hint"), this.hint(waited));
    this.showTally();
  }

  steps() {
    return [...(this.microphone ? [this.microphone] : []), ...(this.view.steps ?? [])];
  }

  label() {
    const { state, label, reconnect, steps } = this.view;
    if (reconnect) return `Reconnecting (attempt ${reconnect.attempt}) – not hearing you now`;
    const running = (steps ?? []).filter(({ took_s, failed }) => took_s === null && !failed);
    if (state !== "connecting" || !running.length) return label;
    return `Connecting: ${running.map((step) => step.label.toLowerCase()).join(" and ")}…`;
  }

  timer(waited) {
    if (waited === null && this.microphone?.took_s === null) return secondsText(this.asked());
    return waited === null ? "" : secondsText(waited);
  }

  asked() {
    return (performance.now() - this.microphone.askedAt) / 1000;
  }

  hint(waited) {
    const { state, reconnect } = this.view;
    if (reconnect) return `Lost for ${secondsText(this.clock.since(reconnect.lost_at))}`;
    if (state === "thinking" && waited >= REASSURE_AFTER_S) return "Still working on it";
    if (this.microphone?.took_s === null && this.asked() >= ASKED_AFTER_S) {
      return "Allow the microphone: the browser asks beside the address.";
    }
    return "";
  }

  showSteps(steps) {
    const list = this.find(".steps");
    const drawn = steps.map((step) => [step.label, stepIcon(step), this.stepTime(step)]);
    const text = JSON.stringify(drawn);
    if (this.drawnSteps === text) return;
    this.drawnSteps = text;
    list.hidden = !steps.length;
    list.replaceChildren(
      ...drawn.map(([label, sign, time]) => {
        const item = element("li", sign, "");
        item.append(icon(sign), element("span", "step", label), element("span", "seconds", time));
        return item;
      }),
    );
  }

  stepTime(step) {
    if (step.took_s !== null) return secondsText(step.took_s);
    if (step.failed) return "";
    if (step.askedAt) return secondsText(this.asked());
    return step.began_at ? secondsText(this.clock.since(step.began_at)) : "";
  }

  showTally() {
    const { state, begun_at, ready_at, ended_at, billed_from, usd_per_hour } = this.view;
    // The label of an ended call tells both already.
    const runs = Boolean(ready_at) && !ended_at && state !== "ended";
    const duration = this.find(".duration");
    const cost = this.find(".cost");
    duration.hidden = !runs;
    cost.hidden = !(runs && billed_from && usd_per_hour);
    if (!duration.hidden) setText(duration, clockText(this.clock.since(begun_at ?? ready_at)));
    if (!cost.hidden) setText(cost, costText((this.clock.since(billed_from) / 3600) * usd_per_hour));
  }
}

function stepIcon({ took_s, failed }) {
  if (failed) return "error";
  return took_s === null ? "progress_activity" : "check";
}

function secondsText(seconds) {
  return `${seconds.toFixed(1)} s`;
}

function clockText(seconds) {
  const whole = Math.floor(seconds);
  const pad = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

function costText(usd) {
  return `$${usd.toFixed(2)}`;
}
