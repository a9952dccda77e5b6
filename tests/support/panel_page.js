// Stands in for Streamlit and for Parley's server: a socket that a test feeds, and the mounting of one component.

window.harness = {
  sockets: [],
  sent: [],
  triggers: [],

  push(message) {
    this.sockets.at(-1).onmessage({ data: JSON.stringify(message) });
  },

  drop(code) {
    const socket = this.sockets.at(-1);
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
  static OPEN = 1;
  static CLOSED = 3;

  constructor(url) {
    this.url = String(url);
    this.readyState = 1;
    window.harness.sockets.push(this);
    queueMicrotask(() => this.onopen?.());
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
