// Keeps the nodes of a list that are still wanted: one that is made anew loses focus, selection and openness.

// Makes a node for each item that is new or has changed; gives those of all items, in order.
class Keyed {
  constructor(list, make) {
    this.list = list;
    this.make = make;
    this.nodes = new Map();
  }

  show(items) {
    const before = this.nodes;
    this.nodes = new Map();
    const nodes = items.map((item) => {
      const written = JSON.stringify(item);
      const same = this.nodes.has(written) ? undefined : before.get(written);
      const node = same ?? this.make(item);
      this.nodes.set(written, node);
      return node;
    });
    const wanted = new Set(nodes);
    for (const node of [...this.list.children]) if (!wanted.has(node)) node.remove();
    nodes.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
    return nodes;
  }
}
