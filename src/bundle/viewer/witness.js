// Whom to believe beside the log's own key: keys obtained elsewhere, and the witnesses'
// cosignatures (c2sp.org/tlog-cosignature, c2sp.org/tlog-policy).

/** The keys of witnesses carry this byte, those of logs the one that `readKey` expects. */
const WITNESS_KIND = 4;

const POLICY_WORDS = new Set(["log", "witness", "group", "quorum"]);

/** A key as it was pasted, of either kind. */
function readAnyKey(text) {
  const data = /^[^+\n]+\+[0-9a-f]{8}\+(\S+)$/.exec(text);
  const kind = data ? bytesOfBase64(data[1])[0] : 1;
  return { kind, ...readKey(text, kind === WITNESS_KIND ? WITNESS_KIND : 1) };
}

/**
 * What was pasted: public keys one a line, those of logs and of witnesses, of which all must
 * then have cosigned; or the text of a policy. Entries that changed a log's key may follow.
 */
function readTrust(text) {
  const all = text.split("\n").map((line) => line.trim());
  const [changes, rows] = [all.filter((line) => line.startsWith("{")), all.filter((line) => !line.startsWith("{"))];
  const lines = rows.filter((line) => line && !line.startsWith("#")).map((line) => line.split(/[ \t]+/));
  const trust = { logs: [], members: [], quorum: null, changes: readKeyChanges(changes) };
  if (lines.some(([first]) => POLICY_WORDS.has(first))) return readPolicy(lines, trust);
  for (const line of lines) {
    const key = readAnyKey(line.join(" "));
    if (key.kind === WITNESS_KIND) addWitness(trust, key.name, key);
    else trust.logs.push(key);
  }
  const of = trust.members.map((_, index) => index);
  if (of.length > 0) {
    trust.members.push({ name: "", least: of.length, of });
    trust.quorum = of.length;
  }
  return trust;
}

function addWitness(trust, name, key) {
  const twice = trust.members.some((one) => one.name === name || (one.key && same(one.key.key, key.key)));
  if (twice) throw new Malformed(`见证者重复 / the witness stands twice: ${name}`);
  trust.members.push({ name, key });
}

function readPolicy(lines, trust) {
  let quorum;
  const used = new Set();
  const find = (name) => {
    const index = trust.members.findIndex((one) => one.name === name);
    if (index < 0) throw new Malformed(`策略未先定义 ${name} / ${name} is not defined before`);
    return index;
  };
  for (const words of lines) {
    const [first, name, ...rest] = words;
    const bad = () => new Malformed(`不是策略的行 / not a line of a policy: ${words.join(" ")}`);
    if (first === "log" && name && rest.length < 2) trust.logs.push(readKey(name));
    else if (first === "witness" && rest.length > 0 && rest.length < 3 && name !== "none") {
      addWitness(trust, name, readKey(rest[0], WITNESS_KIND));
    } else if (first === "group" && rest.length > 1 && name !== "none") {
      const of = rest.slice(1).map(find);
      // Else one witness could count twice.
      if (of.some((index) => used.has(index)) || new Set(of).size < of.length) throw bad();
      of.forEach((index) => used.add(index));
      const least = { any: 1, all: of.length }[rest[0]] ?? (/^[1-9]\d*$/.test(rest[0]) ? Number(rest[0]) : 0);
      if (least < 1 || least > of.length || trust.members.some((one) => one.name === name)) throw bad();
      trust.members.push({ name, least, of });
    } else if (first === "quorum" && name && rest.length === 0 && quorum === undefined) {
      quorum = name === "none" ? null : find(name);
    } else throw bad();
  }
  if (quorum === undefined) throw new Malformed("策略缺少 quorum 行 / the policy has no quorum line");
  trust.quorum = quorum;
  return trust;
}

/** When a witness cosigned a note, in seconds since 1970: `null` if it did not. */
function cosignedAt(note, key) {
  const { text, lines } = readNote(note);
  let latest = null;
  for (const { name, id, signature } of lines) {
    if (name !== key.name || id !== key.id) continue;
    const wrong = () => new Malformed(`见证签名不符 / the cosignature of ${name} does not fit`);
    if (signature.length !== 72) throw wrong();
    const seconds = BigInt(`0x${hexOf(signature.subarray(0, 8))}`);
    const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
    if (!ed25519Verifies(key.key, message, signature.subarray(8))) throw wrong();
    if (latest === null || seconds > latest) latest = seconds;
  }
  return latest === null ? null : Number(latest);
}

/** Who of the known witnesses cosigned, who did not, and whether the quorum is met. */
function judgeWitnesses(note, trust) {
  const [cosigned, missing, met] = [[], [], []];
  for (const member of trust.members) {
    if (!member.key) {
      met.push(member.of.filter((index) => met[index]).length >= member.least);
      continue;
    }
    const seconds = cosignedAt(note, member.key);
    met.push(seconds !== null);
    if (seconds === null) missing.push(member.key.name);
    else cosigned.push({ name: member.key.name, seconds });
  }
  return { cosigned, missing, met: trust.quorum === null || met[trust.quorum] === true };
}
