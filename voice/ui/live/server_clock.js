// The server's clock as the page knows it. Times in a view are the server's; a browser's clock may be minutes off.

class ServerClock {
  constructor() {
    this.skewS = 0;
    this.known = false;
  }

  // A time the server has just stamped, in epoch seconds. `fresh` is false for one it may have stamped long ago.
  learn(stamp, fresh) {
    if (stamp === null || stamp === undefined) return;
    const skewS = Date.now() / 1000 - stamp;
    // Every stamp arrives late, so the smallest difference is the best known. An old one tells something only
    // when it lies in our future.
    if (skewS < this.skewS || (fresh && !this.known)) this.skewS = skewS;
    this.known ||= fresh;
  }

  since(stamp) {
    return Math.max(0, Date.now() / 1000 - this.skewS - stamp);
  }

  until(stamp) {
    return Math.max(0, stamp + this.skewS - Date.now() / 1000);
  }
}
