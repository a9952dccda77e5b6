// Asks an address about once a second while the tab is seen, and hands over what is new.

const NEWS_PERIOD_MS = 1000;
const UNHURRIED_MS = 3000;
const [NEWS_FOUND, NEWS_GONE] = [200, 404];

class News {
  constructor({ onNews, onGone = () => {}, periodMs = NEWS_PERIOD_MS }) {
    this.periodMs = periodMs;
    this.onNews = onNews;
    this.onGone = onGone;
    this.address = null;
  }

  // `null` asks nothing.
  ask(address) {
    if (address === this.address) return;
    this.stop();
    this.address = address;
    this.stamp = null;
    if (address) this.round();
  }

  stop() {
    clearTimeout(this.timer);
    this.address = null;
  }

  async round() {
    const { address } = this;
    if (!document.hidden) await this.askOnce(address);
    if (this.address === address) this.timer = setTimeout(() => this.round(), this.periodMs);
  }

  async askOnce(address) {
    try {
      const headers = this.stamp ? { "If-None-Match": this.stamp } : {};
      const answer = await fetch(addressOf(address), { headers, cache: "no-store" });
      const data = answer.status === NEWS_FOUND ? await answer.json() : null;
      // Somebody may have asked for something else meanwhile.
      if (this.address !== address) return;
      if (answer.status === NEWS_GONE) this.gone();
      if (!data) return;
      this.stamp = answer.headers.get("ETag");
      this.onNews(data);
    } catch (error) {
      // The server can't be reached, which the page says by itself; any other fault must be seen.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  gone() {
    this.stop();
    this.onGone();
  }
}
