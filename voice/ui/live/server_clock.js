// The server's clock as the page knows it. Times in a view are the server's; a browser's clock may be minutes off,
// and may be set during a call: so it is read once.

const PAGE_OPENED_MS = Date.now() - performance.now();

class ServerClock {
  constructor() {
    this.skewS = 0;
    this.known = false;
  }

  // The times that the server has just stamped, in epoch seconds. `fresh` is false for some it may have stamped long
  // ago. Each call has a clock of its own, so what was learned in the one before says nothing of the next.
  learn({ since, begun_at: begunAt }, fresh) {
    if (begunAt !== undefined && begunAt !== this.begunAt) {
      this.begunAt = begunAt;
      this.known = false;
    }
    if (since === null || since === undefined) return;
    const skewS = this.now() - since;
    // Every stamp arrives late, so the smallest difference is the best known. An old one tells something only
    // when it lies in our future.
    if (skewS < this.skewS || (fresh && !this.known)) this.skewS = skewS;
    this.known ||= fresh;
  }

  since(stamp) {
    return Math.max(0, this.now() - this.skewS - stamp);
  }

  until(stamp) {
    return Math.max(0, stamp + this.skewS - this.now());
  }

  now() {
    return (PAGE_OPENED_MS + performance.now()) / 1000;
  }
}
