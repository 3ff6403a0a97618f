// BLAKE3-256 without a key (the specification of 2021, §2).

const BLAKE3_START = Int32Array.from([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const PERMUTED = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** Which word of the message each of the seven rounds takes in each place. */
const SCHEDULE = (() => {
  const rounds = [Array.from({ length: 16 }, (_, at) => at)];
  while (rounds.length < 7) rounds.push(PERMUTED.map((at) => rounds.at(-1)[at]));
  return Uint8Array.from(rounds.flat());
})();
const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;

const V = new Int32Array(16);
const M = new Int32Array(16);

function mix(a, b, c, d, x, y) {
  let va = (V[a] + V[b] + x) | 0;
  let vd = V[d] ^ va;
  vd = (vd >>> 16) | (vd << 16);
  let vc = (V[c] + vd) | 0;
  let vb = V[b] ^ vc;
  vb = (vb >>> 12) | (vb << 20);
  va = (va + vb + y) | 0;
  vd ^= va;
  vd = (vd >>> 8) | (vd << 24);
  vc = (vc + vd) | 0;
  vb ^= vc;
  V[a] = va;
  V[b] = (vb >>> 7) | (vb << 25);
  V[c] = vc;
  V[d] = vd;
}

/** The first eight words of the compression of the message in `M`. */
function compress(chain, counter, length, flags) {
  V.set(chain);
  V.set(BLAKE3_START.subarray(0, 4), 8);
  V[12] = counter | 0;
  V[13] = Math.floor(counter / 0x100000000);
  V[14] = length;
  V[15] = flags;
  for (let at = 0; at < 112; at += 16) {
    mix(0, 4, 8, 12, M[SCHEDULE[at]], M[SCHEDULE[at + 1]]);
    mix(1, 5, 9, 13, M[SCHEDULE[at + 2]], M[SCHEDULE[at + 3]]);
    mix(2, 6, 10, 14, M[SCHEDULE[at + 4]], M[SCHEDULE[at + 5]]);
    mix(3, 7, 11, 15, M[SCHEDULE[at + 6]], M[SCHEDULE[at + 7]]);
    mix(0, 5, 10, 15, M[SCHEDULE[at + 8]], M[SCHEDULE[at + 9]]);
    mix(1, 6, 11, 12, M[SCHEDULE[at + 10]], M[SCHEDULE[at + 11]]);
    mix(2, 7, 8, 13, M[SCHEDULE[at + 12]], M[SCHEDULE[at + 13]]);
    mix(3, 4, 9, 14, M[SCHEDULE[at + 14]], M[SCHEDULE[at + 15]]);
  }
  const out = new Int32Array(8);
  for (let at = 0; at < 8; at++) out[at] = V[at] ^ V[at + 8];
  return out;
}

/** The chaining value of one chunk of at most 1,024 bytes. */
function chunkValue(bytes, from, to, counter, last) {
  let chain = BLAKE3_START;
  let at = from;
  do {
    const end = Math.min(at + 64, to);
    M.fill(0);
    for (let byte = at; byte < end; byte++) M[(byte - at) >> 2] |= bytes[byte] << (8 * ((byte - at) & 3));
    let flags = at === from ? CHUNK_START : 0;
    if (end === to) flags |= CHUNK_END | last;
    chain = compress(chain, counter, end - at, flags);
    at = end;
  } while (at < to);
  return chain;
}

function parentValue(left, right, last) {
  M.set(left);
  M.set(right, 8);
  return compress(BLAKE3_START, 0, 64, PARENT | last);
}

function subtree(bytes, from, to, last) {
  if (to - from <= 1024) return chunkValue(bytes, from, to, from / 1024, last);
  // The left side is the largest power of two of chunks that leaves a right side.
  let left = 1024;
  while (left * 2 < to - from) left *= 2;
  const one = subtree(bytes, from, from + left, 0);
  const two = subtree(bytes, from + left, to, 0);
  return parentValue(one, two, last);
}

function blake3(bytes) {
  const words = subtree(bytes, 0, bytes.length, ROOT);
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  words.forEach((word, at) => view.setInt32(4 * at, word, true));
  return out;
}
