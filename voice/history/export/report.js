// Seeks by a click on a turn or on the timeline, and lights the turn that is heard. Without it all can be read.
const audio = document.querySelector("audio");
const timeline = document.querySelector(".can-seek");
const head = document.querySelector(".head");
const turns = [...document.querySelectorAll(".turn[data-start]")];

const hear = (seconds) => {
  audio.currentTime = seconds;
  audio.play().catch(() => {}); // The reader's browser may want another click.
};

const show = () => {
  const now = audio.currentTime;
  const x = (1000 * now) / Number(timeline.dataset.seconds);
  head.setAttribute("x1", x);
  head.setAttribute("x2", x);
  for (const turn of turns) {
    turn.classList.toggle("spoken", Number(turn.dataset.start) <= now && now < Number(turn.dataset.end));
  }
};

if (audio && timeline) {
  for (const turn of turns) {
    turn.querySelector("button")?.addEventListener("click", () => hear(Number(turn.dataset.start)));
  }
  timeline.addEventListener("click", (event) => {
    const box = timeline.getBoundingClientRect();
    hear((Number(timeline.dataset.seconds) * (event.clientX - box.left)) / box.width);
  });
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("seeked", show);
}
