// Stands in for Streamlit and for Parley's server: a socket that a test feeds, and the mounting of one component.

window.harness = {
  sockets: [],
  sent: [],
  triggers: [],

  reachable: true,

  push(message) {
    const socket = this.sockets.at(-1);
    if (socket.readyState === WebSocket.CONNECTING) socket.open();
    socket.onmessage({ data: JSON.stringify(message) });
  },

  // Until something is pushed, no socket opens again.
  drop(code) {
    const socket = this.sockets.at(-1);
    this.reachable = false;
    socket.readyState = WebSocket.CLOSED;
    socket.onclose({ code });
  },

  async remount(data) {
    this.unmount();
    const host = document.createElement("div");
    host.id = "host";
    document.querySelector("#host").replaceWith(host);
    await this.mount(data);
  },

  async mount(data) {
    const html = await (await fetch("/panel.html")).text();
    const css = await (await fetch("/panel.css")).text();
    const { default: draw } = await import("/panel.js");
    const root = document.querySelector("#host").attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = css;
    const content = document.createElement("div");
    content.innerHTML = html;
    root.append(style, content);
    const setTriggerValue = (name, value) => this.triggers.push([name, value]);
    this.draw = (newer) => draw({ data: newer, parentElement: root, setTriggerValue });
    this.unmount = this.draw(data);
  },
};

window.WebSocket = class {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 3;

  constructor(url) {
    this.url = String(url);
    this.readyState = WebSocket.CONNECTING;
    window.harness.sockets.push(this);
    if (window.harness.reachable) queueMicrotask(() => this.open());
  }

  open() {
    if (this.readyState !== WebSocket.CONNECTING) return;
    window.harness.reachable = true;
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  send(text) {
    const message = JSON.parse(text);
    // Figures that go out by themselves every few seconds.
    if (message.do !== "media_stats") window.harness.sent.push(message);
  }

  close() {
    this.readyState = 3;
  }
};
