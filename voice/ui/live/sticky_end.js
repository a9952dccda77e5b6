// Keeps a list at its end until the reader scrolls up, and shows the way back.

const END_SLACK_PX = 40;

class StickyEnd {
  constructor(list, jump) {
    this.list = list;
    this.jump = jump;
    this.sticks = true;
    this.top = 0;
    list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    jump.onclick = () => {
      this.stick(true);
      this.changed();
      list.focus();
    };
  }

  changed() {
    if (this.sticks) this.list.scrollTop = this.list.scrollHeight;
  }

  // Only a step upwards is the reader's: a list that grows leaves its end behind by itself.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    if (scrollHeight - scrollTop - clientHeight < END_SLACK_PX) this.stick(true);
    else if (scrollTop < this.top) this.stick(false);
    this.top = scrollTop;
  }

  stick(sticks) {
    this.sticks = sticks;
    this.jump.hidden = sticks;
  }
}
