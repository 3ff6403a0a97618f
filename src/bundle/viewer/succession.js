// Who signs for a log, and since when (FORMAT.md §15): the key that entry 0 names, and the
// changes of key that follow it, each signed by the key before and by the key after.

const KEY_CHANGES_STREAM = "ledger/keys";
const ROTATED = ["ledger.key.rotated.v1", "ledger.sealed_key.rotated.v1"];
const RESTORED = ["ledger.restored.v1", "ledger.sealed_restored.v1"];

/** Proved broken by an entry: a key signed before its time or after it. */
class OutOfTime extends Malformed {
  constructor(position, message) {
    super(message);
    this.position = position;
  }
}

const isKeyChange = (entry) =>
  entry.stream === KEY_CHANGES_STREAM && [...ROTATED, ...RESTORED].includes(entry.type);

const sameKey = (a, b) => a.name === b.name && same(a.key, b.key);

/** The two lines of a head, `kept SIZE ROOT` or `lost SIZE ROOT`. */
function readStatedHead(line, name) {
  const parts = new RegExp(`^${name} (0|[1-9][0-9]*) (\\S+)$`).exec(line);
  const root = parts && bytesOfBase64(parts[2]);
  if (!parts || Number(parts[1]) > INTEGER_MAX || root.length !== 32) {
    throw new Malformed(`声明缺少 ${name} / the statement has no line \`${name}\``);
  }
  return { size: Number(parts[1]), root: hexOf(root) };
}

function readRotation(lines) {
  if (lines.length !== 4 || lines[0] !== "plumbline key rotation v1" || lines[3] !== "") {
    throw new Malformed("不是轮换密钥的声明 / no statement of a rotation");
  }
  const [old, next] = [readVkey(lines[1]), readVkey(lines[2])];
  if (old.name !== next.name) throw new Malformed("两把公钥属于不同来源 / keys of different origins");
  return { old, next, persons: [], stated: { old_key: lines[1], new_key: lines[2] } };
}

function readRestoration(lines) {
  if (lines.length !== 9 || lines[0] !== "plumbline restoration v1" || lines[8] !== "") {
    throw new Malformed("不是恢复的声明 / no statement of a restoration");
  }
  const bad = (what) => new Malformed(`恢复的声明 / the restoration: ${what}`);
  const [old, next] = [readVkey(lines[1]), readVkey(lines[2])];
  const [kept, lost] = [readStatedHead(lines[3], "kept"), readStatedHead(lines[4], "lost")];
  if (![5, 6].every((at) => lines[at].startsWith("by "))) throw bad("by");
  const persons = [lines[5], lines[6]].map((line) => readVkey(line.slice(3)));
  const reason = lines[7].slice("reason ".length);
  if (!lines[7].startsWith("reason ") || !reason.trim() || reason.includes("\r")) throw bad("reason");
  if (old.name === next.name) throw bad("来源未变 / the origin stays the same");
  if (lost.size < kept.size || (lost.size === kept.size && lost.root !== kept.root)) {
    throw bad("所失不承所存 / what is lost does not continue what is kept");
  }
  const keys = new Set([old, next, ...persons].map(({ key }) => hexOf(key)));
  if (persons[0].name === persons[1].name || keys.size < 4) {
    throw bad("一人签了两次,或以日志密钥签 / one person twice, or the log's key");
  }
  const stated = {
    old_key: lines[1], new_key: lines[2], reason,
    kept_size: kept.size, kept_root: kept.root, lost_size: lost.size, lost_root: lost.root,
  };
  return { old, next, persons, kept, lost, stated };
}

/** A key as a statement spells it: blanks around it would be another text. */
function readVkey(text) {
  const key = readKey(text);
  if (key.text !== text) throw new Malformed("公钥的写法 / the spelling of a key");
  return key;
}

/** The change that an entry states, its signatures checked. */
function readKeyChange(entry) {
  const { body, position } = entry;
  if (typeof body?.note !== "string") throw new Malformed("没有声明 / it has no note");
  const cut = body.note.indexOf("\n\n");
  if (cut < 0) throw new Malformed("没有签名 / no signatures");
  const lines = body.note.slice(0, cut + 1).split("\n");
  const change = ROTATED.includes(entry.type) ? readRotation(lines) : readRestoration(lines);
  for (const [name, value] of Object.entries(change.stated)) {
    if (body[name] !== value) throw new Malformed(`${name} 与声明不符 / not what its note states`);
  }
  if (change.kept) {
    const names = change.persons.map(({ name }) => name);
    if (JSON.stringify(body.persons) !== JSON.stringify(names)) {
      throw new Malformed("persons 与声明不符 / not what its note states");
    }
    if (change.kept.size !== position) throw new Malformed("所存条数不符 / it keeps another number of entries");
    if (body.lost_note !== undefined) checkLostNote(body.lost_note, change);
  }
  for (const key of [change.old, change.next, ...change.persons]) {
    if (signatureOf(body.note, key) !== "signed") {
      throw new Malformed(`${key.name}+${key.id} 未签 / did not sign it`);
    }
  }
  return { position, ...change };
}

function checkLostNote(note, { old, lost }) {
  const head = readCheckpoint(note);
  const fits = head.origin === old.name && head.size === lost.size && hexOf(head.root) === lost.root;
  // A key that was rotated in what is lost may have signed it.
  if (!fits || signatureOf(note, old) === "wrong") throw new Malformed("lost_note 与声明不符 / is another");
}

/** The keys of a log, from its first on. */
class Succession {
  constructor(key) {
    Object.assign(this, { terms: [{ from: 0, key }], changes: [] });
  }

  get current() {
    return this.terms.at(-1).key;
  }

  holds(key) {
    return this.terms.some((term) => sameKey(term.key, key));
  }

  /** Takes the next change; Malformed if it does not hold. */
  follow(change) {
    if (!sameKey(change.old, this.current)) throw new Malformed("不是由现用密钥交接 / not by the key in force");
    if (this.terms.some(({ key }) => same(key.key, change.next.key))) throw new Malformed("新密钥曾用过 / the new key was the log's before");
    if (change.kept && this.terms.some(({ key }) => key.name === change.next.name)) {
      throw new Malformed("新来源曾用过 / the new origin was the log's before");
    }
    if (this.changes.length > 0 && this.changes.at(-1).position >= change.position) {
      throw new Malformed("次序不对 / out of order");
    }
    this.changes.push(change);
    this.terms.push({ from: change.position + 1, key: change.next });
  }

  /** What a checkpoint states, if the key in force at its size signed it. */
  verify(note) {
    const head = readCheckpoint(note);
    if (this.terms.every(({ key }) => key.name !== head.origin)) {
      throw new Malformed("另一日志的检查点 / of another log");
    }
    const due = this.terms.filter(({ from }) => from <= head.size).length - 1;
    const signed = [];
    this.terms.forEach(({ key }, at) => {
      const found = key.name === head.origin ? signatureOf(note, key) : "unsigned";
      if (found === "wrong") throw new Malformed("签名不符 / the signature does not fit");
      if (found === "signed") signed.push(at);
    });
    if (signed.includes(due)) return head;
    if (signed.length === 0) throw new Malformed("没有此密钥的签名 / not signed by this key");
    const [found] = signed;
    if (found > due) throw this.early(head.size, this.terms[found].from - 1);
    const lost = this.changes.slice(found, due).find((change) => change.kept);
    const { position } = lost ?? this.changes[found];
    const zh = lost ? "所签的后段已随备份恢复丢失" : "所用密钥已停用";
    const en = lost ? "its last entries were lost in a restoration" : "its key was retired";
    throw new OutOfTime(position, `${head.size} 条的检查点,据第 ${position} 号记录,${zh} / the checkpoint over ${head.size} entries: by the entry at ${position} ${en}`);
  }

  early(size, position) {
    return new OutOfTime(position, `${size} 条的检查点所用密钥到第 ${position} 号记录才启用 / the checkpoint over ${size} entries is signed with a key that the entry at ${position} introduced later`);
  }
}

/** Changes that were obtained elsewhere, one log's or several's. */
function readKeyChanges(lines) {
  const logs = [];
  for (const line of lines) {
    const entry = readEntry(utf8(line));
    if (!isKeyChange(entry)) throw new Malformed("不是更换密钥的记录 / no entry that changes a key");
    const change = readKeyChange(entry);
    let keys = logs.find((one) => sameKey(one.current, change.old));
    if (!keys) logs.push((keys = new Succession(change.old)));
    keys.follow(change);
  }
  return logs;
}

/** A log's keys with what is known of them from elsewhere. */
function continued(keys, elsewhere) {
  return elsewhere.reduce((out, later) => joined(out, later) ?? out, keys);
}

/** Two accounts of one log's keys as one; null if they share no key. */
function joined(one, other) {
  const place = (keys, of) => keys.terms.findIndex(({ key }) => sameKey(key, of.terms[0].key));
  const [ahead, behind] = [place(one, other), place(other, one)];
  if (ahead < 0 && behind < 0) return null;
  const [longer, at, shorter] = ahead >= 0 ? [one, ahead, other] : [other, behind, one];
  const shared = longer.changes.slice(at);
  const count = Math.min(shared.length, shorter.changes.length);
  for (let next = 0; next < count; next++) {
    const [a, b] = [shared[next], shorter.changes[next]];
    if (a.position !== b.position || !sameKey(a.next, b.next)) {
      throw new OutOfTime(Math.min(a.position, b.position), `密钥被交接两次 / the key was handed on twice, at ${a.position} and at ${b.position}`);
    }
  }
  const out = new Succession(longer.terms[0].key);
  const rest = shared.length < shorter.changes.length ? shorter.changes : shared;
  for (const change of [...longer.changes.slice(0, at), ...rest]) out.follow(change);
  return out;
}

/** The keys that a bundle's entries tell of: entry 0's and its changes; null without entry 0. */
function toldKeys(entries) {
  let keys = null;
  for (const { entry, place } of entries) {
    try {
      if (entry.position === 0) keys = new Succession(readKey(String(entry.body?.checkpoint_key)));
      if (!isKeyChange(entry)) continue;
      if (!keys) throw new Malformed("之前没有第 0 号记录的公钥 / it follows no key of entry 0");
      keys.follow(readKeyChange(entry));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw new OutOfTime(entry.position, `${place}: 更换密钥不成立 / the change of key does not hold: ${error.message}`);
    }
  }
  return keys;
}
