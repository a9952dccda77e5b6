// Makes elements of the page. The one place that puts text on it, and only ever as `textContent`.

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function icon(name) {
  const node = element("span", "icon", iconName(name));
  node.setAttribute("aria-hidden", "true");
  return node;
}

// An icon with the word that it stands for.
function withIcon(className, iconName, text) {
  const node = element("span", className, "");
  node.append(icon(iconName), element("span", "word", text));
  return node;
}

// Streamlit writes `:material/mic:`, the font has `mic`.
function iconName(name) {
  return name.replace(/^:material\/|:$/g, "");
}

// Writes only what differs: what is written 10 times a second would otherwise be laid out as often.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
