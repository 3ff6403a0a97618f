// 准绳 证据包核验 / verification of an evidence bundle. This source is run as it is, in a
// page from file:// without a network, and under Node in the tests. It shares no line with
// the program that makes bundles; schemas/FORMAT.md is what both follow.
"use strict";

/** Something that is not as the format says; the message names what. */
class Malformed extends Error {}

const utf8 = (text) => new TextEncoder().encode(text);

/** Text of UTF-8 bytes; a byte-order mark stays, and wrong bytes are refused. */
function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("不是 UTF-8 / not UTF-8");
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes) {
  let out = "";
  for (const byte of bytes) out += HEX[byte];
  return out;
}

function bytesOfHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Malformed("不是十六进制 / not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function same(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64Of(bytes, { url = false } = {}) {
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(bytes.length - at, 3) + 1;
    for (let digit = 0; digit < 4; digit++) {
      out += digit < digits ? BASE64[(three >> (18 - 6 * digit)) & 63] : "=";
    }
  }
  return url ? out.replaceAll("+", "-").replaceAll("/", "_").replace(/=*$/, "") : out;
}

/** Strict: the one spelling of RFC 4648, with padding (or without, for `url`). */
function bytesOfBase64(text, { url = false } = {}) {
  const plain = url ? text.replaceAll("-", "+").replaceAll("_", "/") : text.replace(/={0,2}$/, "");
  const out = new Uint8Array(Math.floor((plain.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of plain) {
    const value = BASE64.indexOf(digit);
    if (value < 0) throw new Malformed("不是 Base64 / not Base64");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 0xff;
    }
  }
  if (base64Of(out, { url }) !== text) throw new Malformed("不是 Base64 / not Base64");
  return out;
}
