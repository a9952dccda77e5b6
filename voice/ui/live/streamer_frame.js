// The way to the frame in which streamlit-webrtc keeps the microphone and the agent's sound. It is of the same origin.

// Null where it can't be found.
function streamerWindow() {
  const frame = document.querySelector("iframe[title*='webrtc']");
  try {
    return frame?.contentDocument ? frame.contentWindow : null;
  } catch {
    return null;
  }
}

function streamerSound() {
  return streamerWindow()?.document.querySelector("audio") ?? null;
}
