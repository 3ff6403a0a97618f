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

/** The words of the message that is compressed next. */
const M = new Int32Array(16);

/**
 * The first eight words of the compression of the message in `M`. The mixing function (§2.2)
 * stands eight times in full, on columns and then on diagonals: called, it would take ten
 * times as long.
 */
function compress(chain, counter, length, flags) {
  let v0 = chain[0];
  let v1 = chain[1];
  let v2 = chain[2];
  let v3 = chain[3];
  let v4 = chain[4];
  let v5 = chain[5];
  let v6 = chain[6];
  let v7 = chain[7];
  let v8 = BLAKE3_START[0];
  let v9 = BLAKE3_START[1];
  let v10 = BLAKE3_START[2];
  let v11 = BLAKE3_START[3];
  let v12 = counter | 0;
  let v13 = Math.floor(counter / 0x100000000);
  let v14 = length;
  let v15 = flags;
  for (let at = 0; at < 112; at += 16) {
    v0 = (v0 + v4 + M[SCHEDULE[at]]) | 0;
    v12 ^= v0;
    v12 = (v12 >>> 16) | (v12 << 16);
    v8 = (v8 + v12) | 0;
    v4 ^= v8;
    v4 = (v4 >>> 12) | (v4 << 20);
    v0 = (v0 + v4 + M[SCHEDULE[at + 1]]) | 0;
    v12 ^= v0;
    v12 = (v12 >>> 8) | (v12 << 24);
    v8 = (v8 + v12) | 0;
    v4 ^= v8;
    v4 = (v4 >>> 7) | (v4 << 25);
    v1 = (v1 + v5 + M[SCHEDULE[at + 2]]) | 0;
    v13 ^= v1;
    v13 = (v13 >>> 16) | (v13 << 16);
    v9 = (v9 + v13) | 0;
    v5 ^= v9;
    v5 = (v5 >>> 12) | (v5 << 20);
    v1 = (v1 + v5 + M[SCHEDULE[at + 3]]) | 0;
    v13 ^= v1;
    v13 = (v13 >>> 8) | (v13 << 24);
    v9 = (v9 + v13) | 0;
    v5 ^= v9;
    v5 = (v5 >>> 7) | (v5 << 25);
    v2 = (v2 + v6 + M[SCHEDULE[at + 4]]) | 0;
    v14 ^= v2;
    v14 = (v14 >>> 16) | (v14 << 16);
    v10 = (v10 + v14) | 0;
    v6 ^= v10;
    v6 = (v6 >>> 12) | (v6 << 20);
    v2 = (v2 + v6 + M[SCHEDULE[at + 5]]) | 0;
    v14 ^= v2;
    v14 = (v14 >>> 8) | (v14 << 24);
    v10 = (v10 + v14) | 0;
    v6 ^= v10;
    v6 = (v6 >>> 7) | (v6 << 25);
    v3 = (v3 + v7 + M[SCHEDULE[at + 6]]) | 0;
    v15 ^= v3;
    v15 = (v15 >>> 16) | (v15 << 16);
    v11 = (v11 + v15) | 0;
    v7 ^= v11;
    v7 = (v7 >>> 12) | (v7 << 20);
    v3 = (v3 + v7 + M[SCHEDULE[at + 7]]) | 0;
    v15 ^= v3;
    v15 = (v15 >>> 8) | (v15 << 24);
    v11 = (v11 + v15) | 0;
    v7 ^= v11;
    v7 = (v7 >>> 7) | (v7 << 25);
    v0 = (v0 + v5 + M[SCHEDULE[at + 8]]) | 0;
    v15 ^= v0;
    v15 = (v15 >>> 16) | (v15 << 16);
    v10 = (v10 + v15) | 0;
    v5 ^= v10;
    v5 = (v5 >>> 12) | (v5 << 20);
    v0 = (v0 + v5 + M[SCHEDULE[at + 9]]) | 0;
    v15 ^= v0;
    v15 = (v15 >>> 8) | (v15 << 24);
    v10 = (v10 + v15) | 0;
    v5 ^= v10;
    v5 = (v5 >>> 7) | (v5 << 25);
    v1 = (v1 + v6 + M[SCHEDULE[at + 10]]) | 0;
    v12 ^= v1;
    v12 = (v12 >>> 16) | (v12 << 16);
    v11 = (v11 + v12) | 0;
    v6 ^= v11;
    v6 = (v6 >>> 12) | (v6 << 20);
    v1 = (v1 + v6 + M[SCHEDULE[at + 11]]) | 0;
    v12 ^= v1;
    v12 = (v12 >>> 8) | (v12 << 24);
    v11 = (v11 + v12) | 0;
    v6 ^= v11;
    v6 = (v6 >>> 7) | (v6 << 25);
    v2 = (v2 + v7 + M[SCHEDULE[at + 12]]) | 0;
    v13 ^= v2;
    v13 = (v13 >>> 16) | (v13 << 16);
    v8 = (v8 + v13) | 0;
    v7 ^= v8;
    v7 = (v7 >>> 12) | (v7 << 20);
    v2 = (v2 + v7 + M[SCHEDULE[at + 13]]) | 0;
    v13 ^= v2;
    v13 = (v13 >>> 8) | (v13 << 24);
    v8 = (v8 + v13) | 0;
    v7 ^= v8;
    v7 = (v7 >>> 7) | (v7 << 25);
    v3 = (v3 + v4 + M[SCHEDULE[at + 14]]) | 0;
    v14 ^= v3;
    v14 = (v14 >>> 16) | (v14 << 16);
    v9 = (v9 + v14) | 0;
    v4 ^= v9;
    v4 = (v4 >>> 12) | (v4 << 20);
    v3 = (v3 + v4 + M[SCHEDULE[at + 15]]) | 0;
    v14 ^= v3;
    v14 = (v14 >>> 8) | (v14 << 24);
    v9 = (v9 + v14) | 0;
    v4 ^= v9;
    v4 = (v4 >>> 7) | (v4 << 25);
  }
  const out = new Int32Array(8);
  out[0] = v0 ^ v8;
  out[1] = v1 ^ v9;
  out[2] = v2 ^ v10;
  out[3] = v3 ^ v11;
  out[4] = v4 ^ v12;
  out[5] = v5 ^ v13;
  out[6] = v6 ^ v14;
  out[7] = v7 ^ v15;
  return out;
}

/** The chaining value of one chunk of at most 1,024 bytes. */
function chunkValue(bytes, from, to, counter, last) {
  let chain = BLAKE3_START;
  let at = from;
  do {
    const end = Math.min(at + 64, to);
    if (end - at === 64) {
      for (let word = 0, byte = at; word < 16; word++, byte += 4) {
        M[word] = bytes[byte] | (bytes[byte + 1] << 8) | (bytes[byte + 2] << 16) | (bytes[byte + 3] << 24);
      }
    } else {
      M.fill(0);
      for (let byte = at; byte < end; byte++) M[(byte - at) >> 2] |= bytes[byte] << (8 * ((byte - at) & 3));
    }
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
  for (let at = 0; at < 32; at++) out[at] = words[at >> 2] >>> (8 * (at & 3));
  return out;
}
