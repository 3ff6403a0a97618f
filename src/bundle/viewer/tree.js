// The tree of RFC 6962 §2.1, from the nodes that a bundle carries.

const leafHash = (entry) => sha256(concat(Uint8Array.of(0), entry));

const NODE = new Uint8Array(65);

function nodeHash(left, right) {
  NODE[0] = 1;
  NODE.set(left, 1);
  NODE.set(right, 33);
  return sha256(NODE);
}

/** `level index base64` lines, in order. */
function readNodes(bytes, path) {
  const nodes = new Map();
  let last = [-1, -1];
  textOf(bytes)
    .split("\n")
    .slice(0, -1)
    .forEach((line, number) => {
      const parts = /^(0|[1-9][0-9]?) (0|[1-9][0-9]*) (\S+)$/.exec(line);
      const place = `${path}:${number + 1}`;
      if (!parts) throw new Malformed(`${place}: 不是节点 / no node`);
      const [level, index] = [Number(parts[1]), Number(parts[2])];
      const after = level > last[0] || (level === last[0] && index > last[1]);
      const hash = bytesOfBase64(parts[3]);
      if (!after || hash.length !== 32) throw new Malformed(`${place}: 不是节点 / no node`);
      last = [level, index];
      nodes.set(`${level} ${index}`, hash);
    });
  if (bytes.length > 0 && bytes.at(-1) !== 10) throw new Malformed(`${path}: 末行 / last line`);
  return nodes;
}

/** Largest power of two below a number that is at least 2. */
function below(size) {
  let out = 1;
  while (out * 2 < size) out *= 2;
  return out;
}

/** The root of the leaves from one on, by the nodes; where all are complete, one node. */
function rangeRoot(nodes, from, size) {
  const left = size === 1 ? 1 : below(size);
  if (size === 1 || left * 2 === size) {
    const level = Math.log2(size);
    const hash = nodes.get(`${level} ${from / size}`);
    if (!hash) throw new Malformed(`缺节点 ${level} ${from / size} / a node is missing`);
    return hash;
  }
  return nodeHash(rangeRoot(nodes, from, left), rangeRoot(nodes, from + left, size - left));
}

/** The root that an entry leads to at its place in the tree of a size. */
function rootFrom(nodes, leaf, index, from, size) {
  if (size === 1) return leaf;
  const left = below(size);
  return index < left
    ? nodeHash(rootFrom(nodes, leaf, index, from, left), rangeRoot(nodes, from + left, size - left))
    : nodeHash(
        rangeRoot(nodes, from, left),
        rootFrom(nodes, leaf, index - left, from + left, size - left),
      );
}

/** The root that a leaf leads to by its audit path, lowest hash first (RFC 6962 §2.1.1). */
function rootByPath(leaf, index, size, path) {
  const up = (at, count, length) => {
    if (count === 1) {
      if (length !== 0) throw new Malformed("证明过长 / the proof is too long");
      return leaf;
    }
    if (length === 0) throw new Malformed("证明过短 / the proof is too short");
    const [left, beside] = [below(count), path[length - 1]];
    return at < left
      ? nodeHash(up(at, left, length - 1), beside)
      : nodeHash(beside, up(at - left, count - left, length - 1));
  };
  if (!(index >= 0 && index < size)) throw new Malformed("位置在树外 / a place outside the tree");
  return up(index, size, path.length);
}

/** A tree that grows by leaves, kept as the roots of its maximal perfect subtrees. */
class Frontier {
  /** @param {Uint8Array[]} roots of the perfect subtrees of `size` leaves, largest first */
  constructor(size, roots) {
    this.nodes = [];
    for (let rest = size; rest > 0; ) {
      const width = rest === 1 ? 1 : below(rest + 1);
      this.nodes.push({ width, hash: roots[this.nodes.length] });
      rest -= width;
    }
    if (this.nodes.length !== roots.length) {
      throw new Malformed("其前的树与条数不合 / the tree before it is of another size");
    }
  }
  push(leaf) {
    let node = { width: 1, hash: leaf };
    while (this.nodes.length > 0 && this.nodes.at(-1).width === node.width) {
      node = { width: 2 * node.width, hash: nodeHash(this.nodes.pop().hash, node.hash) };
    }
    this.nodes.push(node);
  }
  root() {
    if (this.nodes.length === 0) return sha256(new Uint8Array());
    return this.nodes.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right));
  }
}
