// What it means for a call that this page can't reach Parley: only what this browser knows to be true.

const CANT_REACH = "Can't reach Parley.";
const STILL_RECONNECTING = "This page is still reconnecting. Calls can begin in a moment.";

// Streamlit 1.67 tells by an attribute whether its own connection is up, by which a page asks for runs.
function reachesStreamlit() {
  const app = document.querySelector("[data-test-connection-state]");
  return app === null || app.dataset.testConnectionState === "CONNECTED";
}

// Streamlit's own connection is up and Parley's never was. `base` is the path below which both are.
function blockedWords(base) {
  return (
    `This page was loaded, but its WebSocket at ${base}live can't be opened. If there is a proxy in front of Parley, let ` +
    `it pass on everything below ${base}, WebSockets too, with the Host header unchanged.`
  );
}

// `heard` tells what of the person the agent gets: see `heardNow`.
function outOfReach({ inCall, hungUp, heard, pushing, sample }) {
  if (!inCall) return CANT_REACH;
  if (hungUp) return `${CANT_REACH} You hung up and your microphone is off. The call ends on Parley's side by itself.`;
  const talk = pushing ? "Hold to talk" : "Mute";
  const controls = sample ? "Sound off and Hang up still work." : `${talk}, Sound off and Hang up still work.`;
  return `${CANT_REACH} ${HEARD[heard]} ${controls} Messages and settings can't be sent until the page reconnects.`;
}

const HEARD = {
  sample: "The sample call may go on.",
  off: "Your microphone is off.",
  muted: "You're muted: the agent can't hear you.",
  held: "Your microphone is on, but Parley may keep you muted until the page reconnects.",
  on: "The agent may still hear you.",
};

// `serverMuted` is what Parley's server had when it was last heard of.
function heardNow({ sample, live, muted, serverMuted }) {
  if (sample) return "sample";
  if (!live) return "off";
  if (muted) return "muted";
  return serverMuted ? "held" : "on";
}

// What became of a microphone that was unplugged in the call. Chromium calls the default one "Default".
function unpluggedWords({ lost, problem }, chosen) {
  const gone = `${lost && lost !== "Default" ? lost : "The microphone"} was disconnected`;
  if (problem) return `${gone}, and no other microphone could be used.`;
  const next = chosen ? ` The next call uses ${chosen.label} again if it is connected.` : "";
  return `${gone}. This call now uses the default microphone.${next}`;
}
