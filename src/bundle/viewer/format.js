// The texts of a bundle: entries in their one spelling (FORMAT.md §1, §2), signed notes and
// keys (§5), and zip files whose members are stored.

const DEEPEST = 32;
const INTEGER_MAX = 9007199254740991;

/** Reads JSON that is already in the one spelling of FORMAT.md §1, and refuses any other. */
function readCanonical(text) {
  let at = 0;
  const fail = (what) => {
    throw new Malformed(`字符 ${at}: ${what} / character ${at}`);
  };
  const take = (what) => {
    if (!text.startsWith(what, at)) fail(`应为 ${what}`);
    at += what.length;
  };
  const string = () => {
    take('"');
    let out = "";
    for (;;) {
      const from = at;
      while (at < text.length && text[at] !== '"' && text[at] !== "\\" && text[at] >= " ") at++;
      out += text.slice(from, at);
      if (text[at] === '"') {
        at++;
        return out;
      }
      if (text[at] !== "\\") fail("字符串 / a text");
      const short = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };
      const letter = text[at + 1];
      if (letter in short) {
        out += short[letter];
        at += 2;
      } else {
        const code = /^\\u00([01][0-9a-f])/.exec(text.slice(at, at + 6));
        const char = code && String.fromCharCode(parseInt(code[1], 16));
        if (!char || "\b\t\n\f\r".includes(char)) fail("转义 / an escape");
        out += char;
        at += 6;
      }
    }
  };
  const value = (depth) => {
    if (depth > DEEPEST) fail("嵌套过深 / nested too deep");
    const first = text[at];
    if (first === '"') return string();
    if (first === "{") {
      at++;
      const out = Object.create(null);
      let last = null;
      while (text[at] !== "}") {
        if (last !== null) take(",");
        const name = string();
        if (last !== null && name <= last) fail("成员次序 / members out of order");
        last = name;
        take(":");
        out[name] = value(depth + 1);
      }
      at++;
      return out;
    }
    if (first === "[") {
      at++;
      const out = [];
      while (text[at] !== "]") {
        if (out.length > 0) take(",");
        out.push(value(depth + 1));
      }
      at++;
      return out;
    }
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const number = /^(-?[1-9][0-9]{0,15}|0)(?![0-9.eE])/.exec(text.slice(at, at + 18));
    if (!number || Math.abs(Number(number[0])) > INTEGER_MAX) fail("值 / a value");
    at += number[0].length;
    return Number(number[0]);
  };
  const out = value(1);
  if (at !== text.length) fail("其后还有内容 / something follows");
  return out;
}

const MEMBERS = new Set(
  `actor basis body docs effective_date id item late_reason links occurred_at parties position
   precision previous recorded_at recorder revision secrecy signature source stream type v venue
   visibility`.split(/\s+/),
);
/** Texts without characters that JSON escapes. */
const PLAIN = ["id", "occurred_at", "precision", "recorded_at", "stream", "type"];

/** An entry as the format has it, or Malformed. */
function readEntry(bytes) {
  if (bytes.length > 65535) throw new Malformed("超过 65,535 字节 / more than 65,535 bytes");
  const entry = readCanonical(textOf(bytes));
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw new Malformed("不是对象 / no object");
  }
  for (const name in entry) if (!MEMBERS.has(name)) throw new Malformed(`成员 ${name} / member`);
  const plain = (text) => typeof text === "string" && !/[\u0000-\u001f"\\]/.test(text);
  const whole = (number) => Number.isInteger(number) && number >= 0;
  for (const name of PLAIN) if (!plain(entry[name])) throw new Malformed(`成员 ${name} / member`);
  if (entry.v !== 1) throw new Malformed("版本 / version");
  if (!whole(entry.position) || !whole(entry.revision)) throw new Malformed("序号 / numbers");
  if (!/^[0-9a-f]{64}$/.test(entry.previous)) throw new Malformed("成员 previous / member");
  if (entry.source === null || typeof entry.source !== "object") {
    throw new Malformed("成员 source / member");
  }
  return entry;
}

/** The lines of a file: their bytes, without line ends. Every line must end. */
function linesOf(bytes) {
  const out = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 10) {
      if (at > from) out.push(bytes.subarray(from, at));
      from = at + 1;
    }
  }
  if (from < bytes.length) out.push(bytes.subarray(from));
  return out;
}

/** A public key as `name+id+base64(kind ‖ key)`; the id must be its own. Kind 1 is a log's. */
function readKey(text, kind = 1) {
  const parts = /^([^+\n]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim());
  if (!parts) throw new Malformed("公钥应为 名称+编号+密钥 / a key is name+id+key");
  const [, name, id, data] = parts;
  const bytes = bytesOfBase64(data);
  if (bytes.length !== 33 || bytes[0] !== kind) throw new Malformed("不是 Ed25519 公钥 / not an Ed25519 key");
  const own = hexOf(sha256(concat(utf8(`${name}\n`), bytes)).subarray(0, 4));
  if (own !== id) throw new Malformed("公钥编号不符 / the key's id does not fit");
  return { name, id, key: bytes.subarray(1), text: text.trim() };
}

// A name has no Unicode blanks and no plus; control characters are refused before.
const SIGNATURE_LINE =
  /^\u2014 ([^ +\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+) ([A-Za-z0-9+/=]+)$/;

/** A note's text, and its lines as name, key id and signature. A note of which any line
 *  has not its form is none (FORMAT.md §5). */
function readNote(note) {
  const cut = note.indexOf("\n\n");
  const bad = () => new Malformed("不是签名文本:有一行不合格式 / not a signed note: a line has not its form");
  if (cut < 0 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note)) throw bad();
  const lines = note
    .slice(cut + 2, -1)
    .split("\n")
    .map((line) => {
      const parts = SIGNATURE_LINE.exec(line);
      const data = parts && bytesOfBase64(parts[2]);
      if (!data || data.length < 5) throw bad();
      return { name: parts[1], id: hexOf(data.subarray(0, 4)), signature: data.subarray(4) };
    });
  return { text: note.slice(0, cut + 1), lines };
}

/** Whether a note is signed by a key: "signed", "unsigned" (no line of it) or "wrong".
 *  Every line of the key must fit. */
function signatureOf(note, key) {
  const { text, lines } = readNote(note);
  const own = lines.filter((line) => line.name === key.name && line.id === key.id);
  const fits = ({ signature }) =>
    signature.length === 64 && ed25519Verifies(key.key, utf8(text), signature);
  if (own.length === 0) return "unsigned";
  return own.every(fits) ? "signed" : "wrong";
}

/** The three lines of a checkpoint. */
function readCheckpoint(note) {
  const lines = readNote(note).text.split("\n");
  if (lines.length !== 4) throw new Malformed("不是检查点 / not a checkpoint");
  const [origin, size, root] = lines;
  if (!/^(0|[1-9][0-9]*)$/.test(size) || Number(size) > INTEGER_MAX) {
    throw new Malformed("检查点的条数 / the checkpoint's size");
  }
  const hash = bytesOfBase64(root);
  if (hash.length !== 32 || !origin) throw new Malformed("检查点的根 / the checkpoint's root");
  return { origin, size: Number(size), root: hash };
}

const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The files of a zip whose members are stored, by path. Every byte belongs to one. */
function readZip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bad = (what) => {
    throw new Malformed(`不是证据包 / not a bundle: ${what}`);
  };
  const end = bytes.length - 22;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 20, true) !== 0) {
    bad("没有压缩包目录 / no zip directory at its end");
  }
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) bad("split");
  if (start + view.getUint32(end + 12, true) !== end) bad("目录长度 / length of the directory");
  const files = new Map();
  let at = start;
  let filled = 0;
  for (let number = 0; number < count; number++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) bad("目录 / the directory");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const path = textOf(bytes.subarray(at + 46, at + 46 + nameLength));
    if ((flags & ~0x0800) !== 0 || method !== 0) bad(`${path}: 压缩过 / compressed`);
    if (view.getUint32(at + 20, true) !== size || view.getUint32(at + 30, true) !== 0) bad(path);
    const local = view.getUint32(at + 42, true);
    const from = local + 30 + nameLength;
    if (local !== filled || from + size > start) bad(`${path}: 位置 / its place`);
    const header = bytes.subarray(at + 6, at + 30);
    const twice =
      view.getUint32(local, true) === 0x04034b50 &&
      same(bytes.subarray(local + 4, local + 28), header) &&
      view.getUint16(local + 28, true) === 0 &&
      same(bytes.subarray(local + 30, from), bytes.subarray(at + 46, at + 46 + nameLength));
    if (!twice) bad(`${path}: 两处文件头不同 / two headers differ`);
    const content = bytes.subarray(from, from + size);
    if (crc32(content) !== view.getUint32(at + 16, true)) bad(`${path}: 校验和 / checksum`);
    if (files.has(path)) bad(`${path}: 重复 / twice`);
    files.set(path, content);
    filled = from + size;
    at += 46 + nameLength;
  }
  if (at !== end || filled !== start) bad("多余的字节 / bytes of no member");
  return files;
}
