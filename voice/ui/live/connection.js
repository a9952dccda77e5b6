// The page's end of the live route: keeps the view, hands changes on, comes back after a drop.
// Everything received is data; nothing here touches the document.

const RETRY_MS = [250, 500, 1000, 2000, 4000];
const UNKNOWN_LINE = 4404;
// In a call levels come 15 times a second. A connection may also be lost without closing, as when a computer changes
// its network.
const SILENT_MS = 5000;
// A page switch takes all components away before it brings the next ones.
const LINGER_MS = 2000;

// Where this page reaches a path of Parley's: beside itself, as Streamlit's own files are. A proxy may put a prefix before
// all of them that the server knows nothing of.
function addressOf(path) {
  return new URL(`.${path}`, document.baseURI);
}

// One socket a line and path, however many components of the page listen: each script is a module of its own, so
// the sockets are kept where all of them find them.
const sockets = (globalThis.parleySockets ??= new Map());

function socketKey({ path, token }) {
  return `${path} ${token}`;
}

class Connection {
  constructor(path, token) {
    this.path = path;
    this.token = token;
    this.key = socketKey(this);
    this.view = null;
    this.lost = null;
    this.listeners = new Set();
    this.tries = 0;
    this.closed = false;
    this.open();
  }

  open() {
    const url = addressOf(this.path);
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
    clearTimeout(this.silence);
    if (message.levels) this.silence = setTimeout(() => this.giveUp(), SILENT_MS);
    if (message.view) {
      this.lost = null;
      this.view = applyPatch(this.view, message.view);
    }
    for (const listener of this.listeners) listener.receive(message);
  }

  reopen(code) {
    clearTimeout(this.silence);
    if (this.closed) return;
    this.lost = { unknown: code === UNKNOWN_LINE };
    for (const listener of this.listeners) listener.onLost(this.lost.unknown);
    if (this.lost.unknown) return;
    const wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)];
    this.retry = setTimeout(() => this.open(), wait);
  }

  giveUp() {
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.reopen();
  }

  // Gives back whether it could be sent.
  send(command) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(command));
    return true;
  }

  // Who comes late gets what the others have, once its handlers are set.
  join(listener) {
    clearTimeout(this.leaving);
    this.listeners.add(listener);
    queueMicrotask(() => {
      if (this.lost) listener.onLost(this.lost.unknown);
      else if (this.view) listener.onView(this.view, this.view);
    });
  }

  leave(listener) {
    this.listeners.delete(listener);
    if (!this.listeners.size) this.leaving = setTimeout(() => this.close(), LINGER_MS);
  }

  close() {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket.close();
    sockets.delete(this.key);
  }
}

// What one component hears. A message `{"name": value, …}` without a handler of its own below goes to
// `onName(value, message)`, if the component has set one.
class Listener {
  constructor(connection) {
    this.connection = connection;
    this.onView = () => {};
    this.onLevels = () => {};
    this.onPlayout = () => {};
    this.onLost = () => {};
    connection.join(this);
  }

  get token() {
    return this.connection.token;
  }

  get view() {
    return this.connection.view;
  }

  receive(message) {
    const { view, levels, ...others } = message;
    if (levels) this.onLevels(...levels);
    if (view) this.onView(this.view, view);
    for (const [name, value] of Object.entries(others)) {
      if (name === "playout") this.onPlayout(...(value ?? [null, 0]));
      else this[`on${name[0].toUpperCase()}${name.slice(1)}`]?.(value, message);
    }
  }

  send(command) {
    return this.connection.send(command);
  }

  close() {
    this.connection.leave(this);
  }
}

// Turns are placed by index, the rest is given whole: the counterpart of `patch_between`.
function applyPatch(view, { turns: placed = [], removed = [], ...fields }) {
  const moved = new Set([...removed, ...placed.map(({ turn }) => turn.id)]);
  const turns = (view?.turns ?? []).filter((turn) => !moved.has(turn.id));
  for (const { index, turn } of placed) turns.splice(index, 0, turn);
  return { ...view, ...fields, turns };
}

// One listener per mounted element: Streamlit calls a component's function again on every change.
const listeners = new WeakMap();

function connectionOf(element, data) {
  let listener = listeners.get(element);
  if (listener && listener.token !== data.token) {
    disconnect(element);
    listener = undefined;
  }
  if (!listener) {
    const key = socketKey(data);
    if (!sockets.has(key)) sockets.set(key, new Connection(data.path, data.token));
    listener = new Listener(sockets.get(key));
    listeners.set(element, listener);
  }
  return listener;
}

function disconnect(element) {
  listeners.get(element)?.close();
  listeners.delete(element);
}
