// The page's program against the vectors of schemas/vectors: published answers, canonical
// JSON, one log, proofs, and what every reader refuses.
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const js = load();
const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../schemas/vectors/${name}.json`, import.meta.url)));
const known = vectors("known");
const log = vectors("log");
const refused = vectors("refusals");
const hex = (bytes) => js.hexOf(bytes);
const refuses = (part, what) =>
  assert.throws(part, (error) => error instanceof js.Malformed || error instanceof Error, what);

const input = (vector) => js.bytesOfHex(vector.input);

test("hashes are the published ones", () => {
  let seen = 0;
  for (const vector of [].concat(known.blake3)) {
    assert.equal(hex(js.blake3(input(vector))), vector.digest);
    seen++;
  }
  for (const vector of [].concat(known.sha256)) {
    assert.equal(hex(js.sha256(input(vector))), vector.digest);
    seen++;
  }
  assert.ok(seen >= 4, `${seen} hashes`);
  // FIPS 180-4's own example, which no vector file has.
  assert.match(hex(js.sha512(js.utf8("abc"))), /^ddaf35a193617aba.*a54ca49f$/);
});

test("signatures are the published ones, and others are none", () => {
  for (const vector of [].concat(known.ed25519)) {
    const [key, message, signature] = [vector.public, vector.message, vector.signature].map(js.bytesOfHex);
    assert.ok(js.ed25519Verifies(key, message, signature));
    for (let at = 0; at < 64; at += 9) {
      const wrong = Uint8Array.from(signature);
      wrong[at] ^= 1;
      assert.ok(!js.ed25519Verifies(key, message, wrong), `byte ${at}`);
    }
    assert.ok(!js.ed25519Verifies(key, js.utf8("x"), signature));
  }
  for (const vector of [].concat(known.signed_note)) {
    assert.equal(js.signatureOf(vector.note, js.readKey(vector.public_key)), "signed");
  }
});

test("canonical JSON has one spelling", () => {
  for (const { text, canonical } of vectors("canonical").vectors) {
    js.readCanonical(canonical);
    if (text !== canonical) refuses(() => js.readCanonical(text), text);
  }
  for (const { bytes } of refused.json) {
    refuses(() => js.readCanonical(js.textOf(js.bytesOfHex(bytes))), bytes);
  }
});

test("the log of the vectors is read, linked and rooted", () => {
  let previous = "0".repeat(64);
  const leaves = [];
  for (const { entry } of log.entries) {
    const bytes = js.utf8(entry);
    assert.equal(js.readEntry(bytes).previous, previous);
    previous = hex(js.blake3(bytes));
    leaves.push(js.leafHash(bytes));
  }
  const nodes = new Map(leaves.map((leaf, at) => [`0 ${at}`, leaf]));
  for (let level = 1; level < 4; level++) {
    for (let at = 0; (at + 1) << level <= leaves.length; at++) {
      const [left, right] = [2 * at, 2 * at + 1].map((below) => nodes.get(`${level - 1} ${below}`));
      nodes.set(`${level} ${at}`, js.nodeHash(left, right));
    }
  }
  for (const { size, root } of log.roots.filter(({ size }) => size > 0)) {
    assert.equal(hex(js.rangeRoot(nodes, 0, size)), root, `size ${size}`);
    for (let at = 0; at < size; at++) {
      assert.equal(hex(js.rootFrom(nodes, leaves[at], at, 0, size)), root);
    }
  }
  const key = js.readKey(log.vkey);
  for (const { note } of log.checkpoints) {
    assert.equal(js.signatureOf(note, key), "signed");
    assert.equal(js.readCheckpoint(note).origin, log.origin);
  }
});

test("what every reader refuses is refused", () => {
  for (const { code, entry } of refused.entries) refuses(() => js.readEntry(js.utf8(entry)), code);
  for (const { code, note, vkey } of refused.checkpoints) {
    let signed = "unsigned";
    try {
      const key = js.readKey(vkey);
      const head = js.readCheckpoint(note);
      signed = head.origin === key.name ? js.signatureOf(note, key) : "unsigned";
    } catch (error) {
      assert.ok(error instanceof js.Malformed || error instanceof Error);
    }
    assert.notEqual(signed, "signed", code);
  }
});

test("sealed values open to the digests of their entries", () => {
  for (const vector of vectors("sealed").vectors) {
    const digest = js.base64Of(js.sha256(js.utf8(vector.disclosure)), { url: true });
    assert.equal(digest, vector.digest);
  }
});

test("notes are judged as the kit's vectors say", () => {
  const { key, cases } = vectors("tlog/checkpoints");
  const own = js.readKey(key);
  for (const { name, note, result } of cases) {
    let found;
    try {
      const head = js.readCheckpoint(note);
      const says = { signed: "ok", wrong: "broken", unsigned: "cannot-tell" };
      found = head.origin === own.name ? says[js.signatureOf(note, own)] : "broken";
    } catch (error) {
      assert.ok(error instanceof js.Malformed, `${name}: ${error}`);
      found = "broken";
    }
    // Stricter here: FORMAT.md §5 has no extension lines.
    assert.equal(found, name === "extension line" ? "broken" : result, name);
  }
});

test("cosignatures are those of the kit's vectors", () => {
  const { cases, log_key, witness_key } = vectors("tlog/cosignatures");
  for (const { name, note, result } of cases) {
    let found;
    try {
      found = js.cosignedAt(note, js.readTrust(witness_key).members[0].key) ?? "missing";
    } catch (error) {
      assert.ok(error instanceof js.Malformed, `${name}: ${error}`);
      found = "broken";
    }
    assert.equal(found, result, name);
  }
  assert.equal(js.readTrust(log_key).logs.length, 1);
});

test("a policy counts witnesses as it says", () => {
  const { cases, witness_key } = vectors("tlog/cosignatures");
  const { note } = cases.find(({ result }) => typeof result === "number");
  const other = known.ed25519[0].public;
  const data = js.bytesOfHex(`04${other}`);
  const id = js.hexOf(js.sha256(Uint8Array.from([...js.utf8("other\n"), ...data])).subarray(0, 4));
  const absent = `other+${id}+${js.base64Of(data)}`;
  const met = (text) => js.judgeWitnesses(note, js.readTrust(text)).met;
  const two = `# whom\nwitness A ${witness_key} http://a.example/\nwitness B ${absent}\n`;
  assert.ok(met(`${two}group G any A B\nquorum G\n`));
  assert.ok(!met(`${two}group G all A B\nquorum G\n`));
  assert.ok(!met(`${two}quorum B\n`));
  assert.ok(met(`${two}quorum none\n`));
  assert.ok(met(witness_key));
  assert.ok(!met(`${witness_key}\n${absent}\n`), "of keys alone all must have cosigned");
  for (const text of [two, `${two}quorum C\n`, `${two}group G 3 A B\nquorum G\n`, `${two}witness C ${absent}\nquorum A\n`,
    `${two}group G any A A\nquorum G\n`, `quorum none\nquorum none\n`, "sign here", `witness A ${log.vkey}\nquorum A\n`]) {
    refuses(() => js.readTrust(text), text);
  }
});

test("the extracts of the vectors are complete, and whatever is changed in them is found", () => {
  const key = js.readKey(log.vkey);
  const { extracts } = vectors("streams");
  const shown = extracts.map((extract) => js.verifyExtract(extract, js.readCheckpoint(extract.checkpoint), key).own.length);
  assert.deepEqual(shown, [3, 0]);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const flipped = (text) => `${text[0] === "A" ? "B" : "A"}${text.slice(1)}`;
  const kinds = {
    "an entry left out": (e) => e.entries.pop(),
    "an entry changed": (e) => (e.entries[0].entry = e.entries[0].entry.replace("officer/", "officer_")),
    "entries exchanged": (e) => e.entries.reverse(),
    "a path changed": (e) => (e.entries[0].path[0] = flipped(e.entries[0].path[0])),
    "a path cut": (e) => e.entries[0].path.pop(),
    "the tail cut": (e) => e.coverage.tail.pop(),
    "the tail's first gone": (e) => e.coverage.tail.shift(),
    "a tail entry changed": (e) => (e.coverage.tail[1] = e.coverage.tail[1].replace("2026", "2025")),
    "another closing": (e) => (e.coverage.closing += 1),
    "the frontier changed": (e) => (e.coverage.frontier[0] = flipped(e.coverage.frontier[0])),
    "the frontier cut": (e) => e.coverage.frontier.pop(),
    "counted otherwise": (e) => (e.coverage.index.member.count += 1),
    "another last": (e) => (e.coverage.index.member.last = "0".repeat(64)),
    "another place in the index": (e) => (e.coverage.index.member.index = 0),
    "a path of the index": (e) => (e.coverage.index.member.path[0] = flipped(e.coverage.index.member.path[0])),
    "said to be absent": (e) => (e.coverage.index = copy(extracts[1].coverage.index)),
    "another stream": (e) => (e.stream = "approval/x"),
    "another signature": (e) => (e.checkpoint = e.checkpoint.replace(/.{8}\n$/, "AAAAAAA=\n")),
    "no coverage": (e) => (e.coverage = null),
  };
  for (const [name, change] of Object.entries(kinds)) {
    const head = js.readCheckpoint(extracts[0].checkpoint);
    const extract = copy(extracts[0]);
    change(extract);
    refuses(() => js.verifyExtract(extract, head, key), name);
  }
  const absent = {
    "a neighbour left out": (e) => (e.coverage.index.absent.before = null),
    "neighbours that are none": (e) => (e.coverage.index.absent = { before: e.coverage.index.absent.after, after: e.coverage.index.absent.before }),
    "neighbours renumbered": (e) => (e.coverage.index.absent.before.index += 1),
    "a stream that is there": (e) => (e.stream = extracts[0].stream),
  };
  for (const [name, change] of Object.entries(absent)) {
    const extract = copy(extracts[1]);
    change(extract);
    refuses(() => js.verifyExtract(extract, js.readCheckpoint(extract.checkpoint), key), name);
  }
});

test("changes of a log's key are followed, and each checkpoint is held against the key of its size", () => {
  const told = vectors("keys");
  const read = (text) => js.readEntry(js.utf8(text));
  const changes = told.entries.map(read).filter(js.isKeyChange);
  const followed = (count) => {
    const keys = new js.Succession(js.readKey(log.vkey));
    changes.slice(0, count).forEach((entry) => keys.follow(js.readKeyChange(entry)));
    return keys;
  };
  const keys = followed(2);
  assert.deepEqual(Array.from(keys.terms, ({ key }) => key.text), told.vkeys);
  for (const { note, size, code, position } of told.notes) {
    if (code === null) assert.equal(keys.verify(note).size, size);
    else assert.throws(() => keys.verify(note), (error) => error.position === position, `${code} ${size}`);
  }
  for (const [list, count] of [[told.refused, 0], [told.refused_restorations, 1]]) {
    for (const { name, entry } of list) {
      // What a restoration kept, only who holds the tree can tell.
      if (name === "another history kept") continue;
      refuses(() => followed(count).follow(js.readKeyChange(read(entry))), name);
    }
  }
});

test("changes from elsewhere continue a log's keys, and a second account is found out", () => {
  const told = vectors("keys");
  const lines = told.entries.filter((text) => js.isKeyChange(js.readEntry(js.utf8(text))));
  const [first, , last] = told.vkeys.map((vkey) => js.readKey(vkey));
  for (const key of [first, last]) {
    const all = js.continued(new js.Succession(key), js.readKeyChanges(lines));
    assert.deepEqual(Array.from(all.terms, ({ key }) => key.text), told.vkeys);
  }
  const stranger = js.continued(new js.Succession(js.readKey(vectors("tlog/cosignatures").log_key)), js.readKeyChanges(lines));
  assert.equal(stranger.terms.length, 1);
  const early = lines[0].replace('"position":7', '"position":6');
  assert.notEqual(early, lines[0]);
  assert.throws(() => js.continued(js.readKeyChanges([lines[0]])[0], js.readKeyChanges([early])), (error) => error.position === 6);
  refuses(() => js.readTrust(`${told.vkeys[0]}\n${told.refused[0].entry}`), "a change that is not signed");
  assert.equal(js.readTrust(`${told.vkeys[0]}\n${lines.join("\n")}\n`).changes[0].terms.length, 3);
});
