// A call's figures, as `[name, words]`.

function showFacts(list, facts) {
  const known = [...list.querySelectorAll("dd")];
  const same = known.length === facts.length && known.every((node, index) => node.dataset.name === facts[index][0]);
  if (same) facts.forEach(([, words], index) => setText(known[index], words));
  else list.replaceChildren(...facts.map(fact));
}

function fact([name, words]) {
  const node = element("div", "fact", "");
  const value = element("dd", "", words);
  value.dataset.name = name;
  node.append(element("dt", "", name), value);
  return node;
}
