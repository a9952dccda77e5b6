// Draws one turn of a speaker as a bubble. What was said is only ever `textContent`.

const LATENCY_MEANING = "From the end of your speech to the first sound of this answer";

function newBubble() {
  const node = element("div", "turn", "");
  const text = element("span", "text", "");
  // Each turn has the direction of its own first letter.
  text.dir = "auto";
  node.append(element("span", "speaker", ""), text);
  return node;
}

// `name` is the speaker's; `lit` is what `Karaoke.lit` says of the turn.
function fillBubble(node, turn, name, lit) {
  node.dataset.speaker = turn.speaker;
  // A turn is found by its test id once it is finished.
  if (turn.settled) node.dataset.testid = "turn";
  else delete node.dataset.testid;
  node.dataset.interrupted = String(turn.interrupted);
  node.classList.toggle("growing", !turn.settled && turn.speaker === "user");
  fillHead(node.querySelector(".speaker"), turn, name);
  fillText(node.querySelector(".text"), turn, lit);
  fillCut(node, turn);
}

function fillHead(head, { typed, latency_ms: latencyMs }, name) {
  const parts = [element("span", "name", name)];
  if (typed) parts.push(withIcon("typed", "keyboard", "typed"));
  if (latencyMs != null) {
    const chip = element("span", "latency", "");
    chip.title = LATENCY_MEANING;
    chip.append(element("span", "unseen", "answered after "), `${(latencyMs / 1000).toFixed(1)} s`);
    parts.push(chip);
  }
  head.replaceChildren(...parts);
}

function fillText(box, { text }, lit) {
  if (!text) {
    const dots = element("span", "dots", "");
    dots.ariaHidden = "true";
    dots.append(element("i", "", ""), element("i", "", ""), element("i", "", ""));
    box.replaceChildren(dots, element("span", "unseen", "Hearing you…"));
  } else if (lit) {
    box.replaceChildren(
      element("span", "spoken", text.slice(0, lit.from)),
      element("span", "now", text.slice(lit.from, lit.to)),
      element("span", "coming", text.slice(lit.to)),
    );
  } else {
    box.textContent = text;
  }
}

function fillCut(node, { id, interrupted, rest }) {
  if (!interrupted) {
    node.querySelector(".cut")?.remove();
    return;
  }
  const cut = node.querySelector(".cut") ?? newCut(id);
  const unsaid = cut.querySelector(".rest");
  unsaid.textContent = rest;
  const toggle = cut.querySelector(".toggle");
  toggle.hidden = !rest;
  showRest(toggle, unsaid, Boolean(rest) && toggle.ariaExpanded === "true");
  if (!cut.parentNode) node.append(cut);
}

function newCut(id) {
  const cut = element("div", "cut", "");
  const toggle = element("button", "toggle", "");
  const unsaid = element("s", "rest", "");
  toggle.type = "button";
  unsaid.id = `rest-${id}`;
  unsaid.dir = "auto";
  toggle.setAttribute("aria-controls", unsaid.id);
  toggle.onclick = () => showRest(toggle, unsaid, unsaid.hidden);
  cut.append(withIcon("mark", "front_hand", "Interrupted"), toggle, unsaid);
  return cut;
}

function showRest(toggle, unsaid, shown) {
  unsaid.hidden = !shown;
  toggle.setAttribute("aria-expanded", String(shown));
  toggle.textContent = shown ? "Hide what was not said" : "Show what was not said";
}
