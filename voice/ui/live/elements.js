// Makes elements of the page. The one place that puts text on it, and only ever as `textContent`.

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
