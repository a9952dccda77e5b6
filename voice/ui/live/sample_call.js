// Offers a call without a microphone, and says while it runs and afterwards that a recording spoke.

const SAMPLE_NOW = "Sample call: a synthetic recording speaks in place of a person";
const SAMPLE_OVER = "This was a sample call: a synthetic recording spoke in place of a person";

class SampleCall {
  // `start` gets the name of what prevents a call in this browser, or null.
  constructor(root, start) {
    this.offer = root.querySelector(".sample-offer");
    this.button = root.querySelector(".play-sample");
    this.badge = root.querySelector(".sample-badge");
    this.button.onclick = () => {
      // Until the next view: a second click would be for a call that runs already.
      this.button.disabled = true;
      start(window.RTCPeerConnection ? null : "NotSupportedError");
    };
  }

  show({ sample }, inCall) {
    this.offer.hidden = inCall;
    this.button.disabled = false;
    this.badge.hidden = !sample;
    this.badge.querySelector(".word").textContent = inCall ? SAMPLE_NOW : SAMPLE_OVER;
  }
}
