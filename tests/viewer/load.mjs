// The page's program as Node runs it: the very source of src/bundle/viewer, in its order,
// without the parts that need a document.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const FOLDER = new URL("../../src/bundle/viewer/", import.meta.url);
const PARTS = ["bytes", "sha2", "blake3", "ed25519", "format", "tree", "succession", "witness", "extract", "verify"];
const NAMES = `Malformed utf8 textOf hexOf bytesOfHex base64Of bytesOfBase64 sha256 sha512
  sha256Large blake3 ed25519Verifies readCanonical readEntry readKey readCheckpoint signatureOf
  readZip readNodes leafHash nodeHash rangeRoot rootFrom rootByPath Frontier readTrust cosignedAt
  judgeWitnesses verifyExtract verifyBundle Succession isKeyChange readKeyChange readKeyChanges continued`.split(/\s+/);

export function load() {
  const source = PARTS.map((part) => readFileSync(new URL(`${part}.js`, FOLDER), "utf8"));
  const context = vm.createContext({ TextEncoder, TextDecoder, crypto: globalThis.crypto });
  return vm.runInContext(`${source.join("")}\n;({ ${NAMES.join(", ")} })`, context);
}
