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
