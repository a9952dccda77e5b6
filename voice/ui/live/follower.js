// Keeps a list scrolled to its end until the reader scrolls up, and offers the way back.

const FOLLOW_SLACK_PX = 40;

class Follower {
  constructor(list, jump) {
    this.list = list;
    this.jump = jump;
    this.lastTop = 0;
    this.follow(true);
    list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    jump.onclick = () => {
      this.follow(true);
      this.toEnd();
      list.focus();
    };
    new ResizeObserver(() => this.changed(0)).observe(list);
  }

  // Content was added, `turns` turns among it.
  changed(turns) {
    this.unseen += turns;
    if (!this.following) this.showUnseen();
    else this.pending ??= requestAnimationFrame(() => this.following && this.toEnd());
  }

  toEnd() {
    this.pending = undefined;
    this.list.scrollTop = this.list.scrollHeight;
  }

  // Only a step upwards is the reader's: content that grows also leaves the end behind.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    if (scrollHeight - scrollTop - clientHeight < FOLLOW_SLACK_PX) this.follow(true);
    else if (scrollTop < this.lastTop) this.follow(false);
    this.lastTop = scrollTop;
  }

  follow(following) {
    if (this.following === following) return;
    this.following = following;
    this.unseen = 0;
    this.showUnseen();
  }

  showUnseen() {
    this.jump.hidden = this.following;
    this.jump.querySelector(".word").textContent =
      this.unseen > 0 ? `Jump to latest (${this.unseen} new)` : "Jump to latest";
  }
}
