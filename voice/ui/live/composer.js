// The field for typing to the agent. Text that can't be sent stays in the field, and the reason beneath it.

const MAX_MESSAGE_CHARS = 2000;
const LIVE = new Set(["listening", "hearing", "thinking", "speaking"]);

class Composer {
  // `send` gives back whether the message left the page.
  constructor(root, send) {
    this.form = root.querySelector(".composer");
    this.field = this.form.querySelector(".message");
    this.button = this.form.querySelector(".send");
    this.note = this.form.querySelector(".note");
    this.send = send;
    this.state = "loading";
    this.waiting = 0;
    this.refusal = "";
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    this.field.oninput = () => {
      this.refusal = "";
      this.draw();
    };
  }

  show({ state, queued_texts: waiting = 0 }, inCall) {
    if (state !== this.state) this.refusal = "";
    this.state = state;
    this.inCall = inCall;
    this.waiting = waiting;
    this.draw();
  }

  submit() {
    const text = this.field.value.trim();
    if (!text || !this.inCall || this.tooLong()) return;
    if (!LIVE.has(this.state)) this.refusal = "Not sent: the agent is not connected yet. Your text is kept.";
    else if (!this.send(text)) this.refusal = "Not sent: the connection to Parley is lost. Your text is kept.";
    else this.field.value = "";
    this.draw();
  }

  // Code points, as the server counts.
  tooLong() {
    return [...this.field.value.trim()].length - MAX_MESSAGE_CHARS > 0;
  }

  draw() {
    const tooLong = this.tooLong();
    this.field.disabled = !this.inCall;
    this.field.placeholder = this.inCall ? "Type to the agent" : "Connect to type to the agent";
    this.field.setAttribute("aria-invalid", String(tooLong));
    this.button.disabled = !this.inCall || tooLong || !this.field.value.trim();
    this.note.classList.toggle("problem", tooLong || Boolean(this.refusal));
    setText(this.note, this.words(tooLong));
  }

  words(tooLong) {
    if (tooLong) {
      const length = [...this.field.value.trim()].length;
      return `${length} characters are too many: shorten it to ${MAX_MESSAGE_CHARS} to send it.`;
    }
    if (this.refusal) return this.refusal;
    if (this.inCall && this.waiting === 1) return "Your message waits until the agent is free.";
    return this.inCall && this.waiting ? `${this.waiting} messages wait until the agent is free.` : "";
  }
}
