// Verification of Ed25519 signatures (RFC 8032 §5.1.7), without the cofactor, as the log's
// own libraries verify. Points are (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z.

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const modP = (x) => ((x % P) + P) % P;

function power(base, exponent) {
  let out = 1n;
  for (let square = modP(base); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) out = (out * square) % P;
    square = (square * square) % P;
  }
  return out;
}

const inverse = (x) => power(x, P - 2n);
const D = modP(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

const littleEndian = (bytes) => BigInt("0x" + (hexOf(Uint8Array.from(bytes).reverse()) || "0"));

function add(p, q) {
  const a = modP((p[1] - p[0]) * (q[1] - q[0]));
  const b = modP((p[1] + p[0]) * (q[1] + q[0]));
  const c = modP(2n * p[3] * q[3] * D);
  const d = modP(2n * p[2] * q[2]);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [modP(e * f), modP(g * h), modP(f * g), modP(e * h)];
}

const NEUTRAL = [0n, 1n, 1n, 0n];

function times(scalar, point) {
  let out = NEUTRAL;
  for (let bit = 255n; bit >= 0n; bit--) {
    out = add(out, out);
    if ((scalar >> bit) & 1n) out = add(out, point);
  }
  return out;
}

/** The point that 32 bytes encode, or null. */
function pointOf(bytes) {
  const number = littleEndian(bytes);
  const y = number & (2n ** 255n - 1n);
  const sign = number >> 255n;
  if (y >= P) return null;
  const square = modP((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (modP(x * x) !== square) x = (x * ROOT_OF_MINUS_ONE) % P;
  if (modP(x * x) !== square || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, modP(x * y)];
}

function encoded(point) {
  const z = inverse(point[2]);
  const [x, y] = [modP(point[0] * z), modP(point[1] * z)];
  const hex = (y | ((x & 1n) << 255n)).toString(16).padStart(64, "0");
  return bytesOfHex(hex).reverse();
}

const BASE = pointOf(bytesOfHex("58" + "66".repeat(31)));

function ed25519Verifies(publicKey, message, signature) {
  const key = publicKey.length === 32 ? pointOf(publicKey) : null;
  if (!key || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  const k = littleEndian(sha512(concat(r, publicKey, message))) % ORDER;
  const minus = [modP(-key[0]), key[1], key[2], modP(-key[3])];
  return same(encoded(add(times(s, BASE), times(k, minus))), r);
}
