// SHA-256 and SHA-512 (FIPS 180-4). SHA-512 is for a few signatures only and is written
// with BigInt for the reader's sake.

const PRIMES = (() => {
  const out = [];
  for (let n = 2; out.length < 80; n++) if (out.every((prime) => n % prime)) out.push(n);
  return out;
})();

/** The first 64 bits of the fraction of a prime's square or cube root. */
function rootFraction(prime, power) {
  // The integer root of prime · 2^(64·power), by Newton's steps from above.
  const target = BigInt(prime) << BigInt(64 * power);
  const p = BigInt(power);
  let root = 1n << 68n;
  for (;;) {
    const next = ((p - 1n) * root + target / root ** (p - 1n)) / p;
    if (next >= root) break;
    root = next;
  }
  return root & 0xffffffffffffffffn;
}

const SHA512_START = PRIMES.slice(0, 8).map((prime) => rootFraction(prime, 2));
const SHA512_ROUND = PRIMES.map((prime) => rootFraction(prime, 3));
const SHA256_START = Int32Array.from(SHA512_START, (word) => Number(word >> 32n) | 0);
const SHA256_ROUND = Int32Array.from(SHA512_ROUND.slice(0, 64), (word) => Number(word >> 32n) | 0);

/** The message with its padding: a one bit, zeros, the length in bits. */
function padded(message, block) {
  const length = Math.ceil((message.length + 1 + block / 8) / block) * block;
  const out = new Uint8Array(length);
  out.set(message);
  out[message.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setUint32(length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(length - 4, message.length * 8);
  return out;
}

const WORDS = new Int32Array(64);

function sha256(message) {
  const bytes = padded(message, 64);
  const state = new Int32Array(SHA256_START);
  const w = WORDS;
  const k = SHA256_ROUND;
  for (let from = 0; from < bytes.length; from += 64) {
    for (let t = 0, at = from; t < 16; t++, at += 4) {
      w[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15];
      const y = w[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
  const out = new Uint8Array(32);
  for (let at = 0; at < 32; at++) out[at] = state[at >> 2] >>> (24 - 8 * (at & 3));
  return out;
}

/** SHA-256 of something large, by the browser where it offers that. */
async function sha256Large(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (subtle && bytes.length > 1 << 16) {
    try {
      return new Uint8Array(await subtle.digest("SHA-256", bytes));
    } catch {
      // Not in this context: the plain way gives the same.
    }
  }
  return sha256(bytes);
}

function sha512(message) {
  const mask = 0xffffffffffffffffn;
  const turn = (x, n) => ((x >> n) | (x << (64n - n))) & mask;
  const bytes = padded(message, 128);
  const view = new DataView(bytes.buffer);
  const state = [...SHA512_START];
  for (let from = 0; from < bytes.length; from += 128) {
    const w = [];
    for (let t = 0; t < 16; t++) w.push(view.getBigUint64(from + 8 * t));
    for (let t = 16; t < 80; t++) {
      const [x, y] = [w[t - 15], w[t - 2]];
      const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n);
      const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
      w.push((w[t - 16] + s0 + w[t - 7] + s1) & mask);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 80; t++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const one = (h + s1 + ((e & f) ^ (~e & mask & g)) + SHA512_ROUND[t] + w[t]) & mask;
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & mask;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & mask, c, b, a, (one + two) & mask];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = (state[at] + word) & mask));
  }
  const out = new Uint8Array(64);
  const to = new DataView(out.buffer);
  state.forEach((word, at) => to.setBigUint64(8 * at, word));
  return out;
}
