// Clicks a link to another page again when its click was lost. A component that reports something before the
// new page's run has begun overtakes the click: Streamlit 1.67 takes the report for the newer wish, and it names
// the page before. After a call the streamer and the panel report just when people click.

const PAGE_LINK = '[data-testid="stSidebarNavLink"]';
const APP = '[data-testid="stApp"]';
const LOOK_MS = 150;
// Longer than a click needs to reach the server and its run to be announced; another run of a page does no harm.
const RESTS_MS = 600;
// A run that overtook the page's can also come after it has begun, and lead back.
const SETTLED_MS = 1500;
const GIVE_UP_MS = 8000;

class PageLinks {
  constructor() {
    document.addEventListener("click", (event) => this.clicked(event), { capture: true });
    window.addEventListener("popstate", () => this.stop());
  }

  clicked(event) {
    const link = event.target.closest?.(PAGE_LINK);
    if (!link || !event.isTrusted || event.ctrlKey || event.metaKey || event.shiftKey) return;
    this.stop();
    this.wanted = link.pathname;
    this.until = performance.now() + GIVE_UP_MS;
    this.looking = setInterval(() => this.look(performance.now()), LOOK_MS);
  }

  look(now) {
    if (location.pathname === this.wanted) {
      this.restsSince = null;
      this.arrivedAt ??= now;
      if (now - this.arrivedAt > SETTLED_MS) this.stop();
      return;
    }
    this.arrivedAt = null;
    const rests = document.querySelector(APP)?.dataset.testScriptState === "notRunning";
    this.restsSince = rests ? (this.restsSince ?? now) : null;
    if (now > this.until) this.stop();
    else if (rests && now - this.restsSince > RESTS_MS) this.clickAgain();
  }

  clickAgain() {
    this.restsSince = null;
    const links = [...document.querySelectorAll(PAGE_LINK)];
    links.find(({ pathname }) => pathname === this.wanted)?.click();
  }

  stop() {
    clearInterval(this.looking);
    this.restsSince = this.arrivedAt = null;
  }
}

// One for the document, which outlives every component.
window.parleyPageLinks ??= new PageLinks();
