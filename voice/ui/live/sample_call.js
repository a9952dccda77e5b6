// Offers a call without a microphone, and says while it runs and afterwards that a recording spoke.

const SAMPLE_NOW = "Sample call: a synthetic recording speaks";
const SAMPLE_OVER = "This was a sample call";

class SampleCall {
  // `start` gets the name of what prevents a call in this browser, or null.
  constructor(root, start) {
    this.offer = root.querySelector(".play-sample");
    this.badge = root.querySelector(".sample-badge");
    this.offer.onclick = () => {
      // Until the next view: a second click would be for a call that runs already.
      this.offer.disabled = true;
      start(window.RTCPeerConnection ? null : "NotSupportedError");
    };
  }

  show({ sample }, inCall) {
    this.offer.hidden = inCall;
    this.offer.disabled = false;
    this.badge.hidden = !sample;
    this.badge.querySelector(".word").textContent = inCall ? SAMPLE_NOW : SAMPLE_OVER;
  }
}
