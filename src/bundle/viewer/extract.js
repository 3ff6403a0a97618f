// All entries of a case up to the checkpoint, and that there are no others (FORMAT.md §10): a
// closing's index counts them up to there, and every entry after it is here.

const CLOSINGS = "ledger/closings";
const CLOSING_TYPES = ["ledger.closing.recorded.v1", "ledger.sealed_closing.recorded.v1"];

/** Shown to be in the log, and not that they are all: nothing is proved broken. */
class NotShown extends Malformed {}

const hashesOf = (texts) => {
  const hashes = texts.map((text) => bytesOfBase64(text));
  if (hashes.some((hash) => hash.length !== 32)) throw new Malformed("不是哈希 / no hash");
  return hashes;
};

/** The index's leaf of a stream leads to the closing's root. */
function leafHolds(leaf, closing) {
  const whole = (number) => Number.isSafeInteger(number) && number >= 0;
  const formed = whole(leaf.count) && whole(leaf.index) && /^[0-9a-f]{64}$/.test(leaf.last);
  if (!formed) throw new Malformed("日结索引的叶 / a leaf of the index");
  const text = `plumbline stream v1\n${leaf.stream}\n${leaf.count}\n${leaf.last}\n`;
  const root = rootByPath(leafHash(utf8(text)), leaf.index, closing.streams, hashesOf(leaf.path));
  if (!same(root, closing.root)) {
    throw new Malformed(`${leaf.stream}: 不通向日结的根 / does not lead to the closing's root`);
  }
}

/** Whether a name stands before another in the index: by the bytes of UTF-8. */
function standsBefore(name, other) {
  const [a, b] = [utf8(name), utf8(other)];
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return a[at] < b[at];
  return a.length < b.length;
}

/** What the closing's index says of the stream: its leaf, or null if it has none there. */
function indexed(index, stream, closing) {
  if (index.member) {
    if (index.member.stream !== stream) throw new Malformed("另一案件的索引 / of another stream");
    leafHolds(index.member, closing);
    return index.member;
  }
  const { before, after } = index.absent;
  const edges = [before ? before.index + 1 : 0, after ? after.index : closing.streams];
  const around = (!before || standsBefore(before.stream, stream)) && (!after || standsBefore(stream, after.stream));
  if (edges[0] !== edges[1] || !around) {
    throw new Malformed("不是相邻的两案,未证明没有 / no neighbours: absence is not shown");
  }
  for (const leaf of [before, after]) if (leaf) leafHolds(leaf, closing);
  return null;
}

/** The entries after what the closing covers, which lead to the checkpoint's root, and it. */
function readTail(coverage, head) {
  const from = head.size - coverage.tail.length;
  if (from < 0) throw new Malformed("尾段比账还长 / the tail is longer than the log");
  const tree = new Frontier(from, hashesOf(coverage.frontier));
  let previous = null;
  const entries = coverage.tail.map((text, at) => {
    const place = `第 ${from + at} 号 / position ${from + at}`;
    const bytes = utf8(text);
    const entry = readEntry(bytes);
    if (entry.position !== from + at) throw new Malformed(`${place}: 尾段有缺 / the tail is not whole`);
    if (previous !== null && entry.previous !== previous) {
      throw new Malformed(`${place}: 与前一条不相接 / it does not continue the entry before`);
    }
    previous = hexOf(blake3(bytes));
    tree.push(leafHash(bytes));
    return { entry, hash: previous };
  });
  if (!same(tree.root(), head.root)) {
    throw new Malformed(`自第 ${from} 号起有记录被改或略去 / from position ${from} on, the tail does not lead to the checkpoint`);
  }
  return { from, entries, closing: readClosing(coverage.closing, from, entries) };
}

function readClosing(position, from, entries) {
  const entry = entries[position - from]?.entry;
  if (!entry || entry.stream !== CLOSINGS || !CLOSING_TYPES.includes(entry.type)) {
    throw new Malformed(`第 ${position} 号不是日结 / position ${position} is no closing`);
  }
  const { size, streams, root } = entry.body ?? {};
  const whole = (number) => Number.isSafeInteger(number) && number >= 0;
  if (size !== from || !whole(streams) || !/^[0-9a-f]{64}$/.test(root)) {
    throw new Malformed(`第 ${position} 号日结只到 ${size} 条 / the closing at ${position} covers ${size} entries, the tail begins at ${from}`);
  }
  return { streams, root: bytesOfHex(root) };
}

/** The entries of an extract: of the stream, gap-free, each in the log. */
function readOwn(extract, head) {
  let last = -1;
  return extract.entries.map((one, revision) => {
    const bytes = utf8(one.entry);
    const entry = readEntry(bytes);
    const place = `第 ${entry.position} 号 / position ${entry.position}`;
    if (entry.stream !== extract.stream || entry.revision !== revision || entry.position <= last) {
      throw new Malformed(`${place}: 有记录被略去、添加或调换 / entries were left out, added or exchanged`);
    }
    last = entry.position;
    const root = rootByPath(leafHash(bytes), entry.position, head.size, hashesOf(one.path));
    if (!same(root, head.root)) throw new Malformed(`${place}: 不在检查点所签的账中 / not in the log that was signed`);
    return { entry, hash: hexOf(blake3(bytes)) };
  });
}

/** The tail read last: the cases of a bundle share it. */
const tailRead = { text: null, tail: null };

/**
 * Checks that an extract holds all entries of its stream up to a checkpoint.
 * @returns {{own: {entry, hash}[], closing: number, covered: number}}
 */
function verifyExtract(extract, head, key) {
  if (extract.schema !== "plumbline.extract/1") throw new Malformed("版本 / version");
  if (signatureOf(extract.checkpoint, key) !== "signed") throw new Malformed("检查点签名不符 / the checkpoint's signature");
  const own = readCheckpoint(extract.checkpoint);
  if (own.origin !== head.origin || own.size !== head.size || !same(own.root, head.root)) {
    throw new Malformed("另一检查点的证明 / of another checkpoint");
  }
  const entries = readOwn(extract, head);
  const { coverage } = extract;
  if (!coverage) {
    throw new NotShown("没有日结索引,不能证明再无其他 / without a closing it is not shown that there are no others");
  }
  const text = JSON.stringify([head.size, coverage.closing, coverage.frontier, coverage.tail]);
  if (tailRead.text !== text) Object.assign(tailRead, { tail: readTail(coverage, head), text });
  const { tail } = tailRead;
  const leaf = indexed(coverage.index, extract.stream, tail.closing);
  const before = entries.filter(({ entry }) => entry.position < tail.from);
  if (before.length !== (leaf?.count ?? 0) || (leaf && before.at(-1).hash !== leaf.last)) {
    throw new Malformed(`日结索引记此案 ${leaf?.count ?? 0} 条,此处 ${before.length} 条 / the closing counts ${leaf?.count ?? 0} entries, ${before.length} are here, or another last one`);
  }
  const after = entries.slice(before.length);
  const there = tail.entries.filter(({ entry }) => entry.stream === extract.stream);
  const odd = there.findIndex(({ hash }, at) => hash !== after[at]?.hash);
  if (odd >= 0) throw new Malformed(`第 ${there[odd].entry.position} 号在账中,却不在此 / position ${there[odd].entry.position} is in the log and was left out`);
  if (there.length !== after.length) throw new Malformed("多于尾段所载 / more than the tail has");
  return { own: entries, closing: coverage.closing, covered: tail.from };
}
