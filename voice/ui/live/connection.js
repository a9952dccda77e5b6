// The page's end of the live route: keeps the view, hands changes on, comes back after a drop.
// Everything received is data; nothing here touches the document.

const RETRY_MS = [250, 500, 1000, 2000, 4000];
const UNKNOWN_LINE = 4404;

class Connection {
  constructor(path, token) {
    this.path = path;
    this.token = token;
    this.view = null;
    this.onView = () => {};
    this.onLevels = () => {};
    this.onPlayout = () => {};
    this.onLost = () => {};
    this.tries = 0;
    this.closed = false;
    this.open();
  }

  open() {
    const url = new URL(this.path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.socket.send(JSON.stringify({ token: this.token }));
    };
    this.socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    this.socket.onclose = (event) => this.reopen(event.code);
  }

  receive(message) {
    this.tries = 0;
    if (message.levels) this.onLevels(...message.levels);
    if (message.playout) this.onPlayout(...message.playout);
    if (message.view) {
      this.view = applyPatch(this.view, message.view);
      this.onView(this.view, message.view);
    }
  }

  reopen(code) {
    if (this.closed) return;
    this.onLost(code === UNKNOWN_LINE);
    if (code === UNKNOWN_LINE) return;
    const wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)];
    this.retry = setTimeout(() => this.open(), wait);
  }

  // Gives back whether it could be sent.
  send(command) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(command));
    return true;
  }

  close() {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket.close();
  }
}

// Turns are placed by index, the rest is given whole: the counterpart of `patch_between`.
function applyPatch(view, { turns: placed = [], removed = [], ...fields }) {
  const moved = new Set([...removed, ...placed.map(({ turn }) => turn.id)]);
  const turns = (view?.turns ?? []).filter((turn) => !moved.has(turn.id));
  for (const { index, turn } of placed) turns.splice(index, 0, turn);
  return { ...view, ...fields, turns };
}

// One connection per mounted element: Streamlit calls a component's function again on every change.
const connections = new WeakMap();

function connectionOf(element, data) {
  let connection = connections.get(element);
  if (connection && connection.token !== data.token) {
    connection.close();
    connection = undefined;
  }
  if (!connection) {
    connection = new Connection(data.path, data.token);
    connections.set(element, connection);
  }
  return connection;
}

function disconnect(element) {
  connections.get(element)?.close();
  connections.delete(element);
}
