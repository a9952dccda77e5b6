// What the person wants of the call that runs. It holds however often the panel is mounted and whatever becomes of the
// connection, and the person's last word wins over what the server has.

class Wishes {
  constructor() {
    this.clear();
  }

  // A new call begins: nothing was said about it yet.
  clear() {
    this.muted = null;
    this.agentMuted = null;
    this.hungUp = false;
    // The end that the person put off, by its moment.
    this.stayedAt = null;
  }

  isMuted(view) {
    return this.muted ?? Boolean(view.muted);
  }

  isAgentMuted(view) {
    return this.agentMuted ?? Boolean(view.agent_muted);
  }

  // The view as the person wants it.
  applied(view) {
    const closing = this.hungUp ? null : view.closing;
    return { ...view, muted: this.isMuted(view), agent_muted: this.isAgentMuted(view), closing };
  }

  // Whether the person put off the end that is announced.
  stays({ closing }) {
    return Boolean(closing) && closing.at === this.stayedAt;
  }

  // The commands that bring a call's server from what `view` says to what the person wants.
  missing(view) {
    if (this.hungUp) return ["hang_up"];
    const commands = [];
    if (this.isMuted(view) !== view.muted) commands.push(view.muted ? "unmute" : "mute");
    if (this.isAgentMuted(view) !== view.agent_muted) commands.push(view.agent_muted ? "unmute_agent" : "mute_agent");
    if (this.stays(view)) commands.push("stay");
    return commands;
  }
}

// Kept on the page: each mount of the panel may be a module of its own.
const wishes = (globalThis.parleyWishes ??= new Wishes());
