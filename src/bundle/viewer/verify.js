// Verification of a bundle's files: what `plumb verify bundle` checks too, except that rules
// are not applied again here; findings are held by the log's signature over the manifest.

const PASS = "pass";
const FAIL = "fail";
const CANNOT_TELL = "cannot_tell";

const FILES = {
  about: "about.json",
  manifest: "manifest.json",
  issued: "manifest.note",
  checkpoint: "checkpoint",
  disclosures: "disclosures.ndjson",
  findings: "findings.ndjson",
  page: "verify.html",
};
const ENTRY_FILES = [
  ["entries/case.ndjson", "proofs/case.nodes"],
  ["entries/master.ndjson", "proofs/master.nodes"],
];

class Check {
  constructor(name, zh, en) {
    Object.assign(this, { name, zh, en, verdict: PASS, checked: 0, of: 0, places: [] });
  }
  right(count = 1) {
    this.checked += count;
    this.of += count;
  }
  wrong(place, reason) {
    this.verdict = FAIL;
    this.of += 1;
    this.places.unshift({ place, reason });
  }
  doubt(place, reason) {
    if (this.verdict === PASS) this.verdict = CANNOT_TELL;
    this.of += 1;
    this.places.push({ place, reason });
  }
  /** Runs a part; what is malformed in it is wrong at a place. */
  try(place, part) {
    try {
      return part();
    } catch (error) {
      // A text where a list is due, and the like, is found where it is used.
      const formed = !(error instanceof TypeError) && !(error instanceof RangeError);
      if (error instanceof NotShown) this.doubt(place, error.message);
      else if (error instanceof OutOfTime) this.wrong(`${place} 第 ${error.position} 号 / position ${error.position}`, error.message);
      else if (error instanceof Malformed || error instanceof SyntaxError || !formed) {
        this.wrong(place, formed ? error.message : `形式不符 / malformed: ${error.message}`);
      } else throw error;
      return undefined;
    }
  }
}

/** JSON of a file that is no entry: any spelling, as the manifest holds its bytes. */
function jsonOf(files, path) {
  if (!files.has(path)) throw new Malformed("不在包内 / it is not there");
  return JSON.parse(textOf(files.get(path)));
}

const NOBODY = { logs: [], members: [], quorum: null, changes: [] };

/**
 * Verifies a bundle.
 * @param {Map<string, Uint8Array>} files by path
 * @param {{trust?: object, inPage?: boolean}} given `trust`: keys obtained elsewhere, as
 *   `readTrust` gives them; `inPage` where the files are those that a page carries, which has
 *   not all of them
 */
async function verifyBundle(files, given = {}) {
  const checks = [];
  const begin = (name, zh, en) => {
    const check = new Check(name, zh, en);
    checks.push(check);
    return check;
  };
  const told = begin("about", "包的说明", "what the bundle says of itself");
  const about = told.try(FILES.about, () => {
    const about = jsonOf(files, FILES.about);
    if (about.schema !== "plumbline.bundle/1") throw new Malformed("版本 / version");
    if (!Array.isArray(about.cases) || !about.prepared) throw new Malformed("成员 / members");
    return about;
  });
  if (about) told.right();
  await checkFiles(begin("files", "文件与清单", "files as the manifest lists them"), files, given);
  if (!given.inPage) {
    await checkPage(begin("page", "核验页面", "the page carries these very data"), files);
  }
  const entries = new Map();
  const trust = given.trust ?? NOBODY;
  const limits = [];
  let changes = [];
  if (about) {
    const told = toldBy(files);
    const { keys, key } = checkKey(begin("key", "公钥", "the log's key"), about, trust, told.keys);
    await checkIssued(begin("issued", "清单签名", "the log signed the manifest"), files, about, key);
    const head = checkHead(begin("checkpoint", "检查点", "the signed checkpoint"), files, about, keys);
    if (trust.quorum === null) limits.push("witnesses-not-checked");
    else checkWitnesses(begin("witnesses", "见证", "witnesses' cosignatures"), files, trust);
    const proved = begin("entries", "记录与存在证明", "entries and their inclusion proofs");
    checkEntries(proved, files, head, given, entries);
    checkLinks(proved, entries);
    checkGenesis(proved, entries, about, told);
    changes = told.keys?.changes ?? [];
    checkCases(begin("cases", "案件连续", "cases without gaps"), entries, about);
    const complete = () => begin("complete", "案件完整", "these are all entries of the cases");
    limits.push(...checkComplete(complete, files, { about, head, key, entries }, given));
    const opened = begin("disclosures", "披露的原值", "values that were opened");
    checkDisclosures(opened, files, entries, about);
    checkFindings(begin("findings", "疑点所据", "what findings rest on"), files, entries, about);
  }
  const any = (verdict) => checks.some((check) => check.verdict === verdict);
  const verdict = any(FAIL) ? FAIL : any(CANNOT_TELL) ? CANNOT_TELL : PASS;
  const failed = checks.find((check) => check.verdict === FAIL);
  return {
    verdict,
    first_bad: failed ? { check: failed.name, ...failed.places[0] } : null,
    checks,
    limits,
    about,
    entries,
    changes,
  };
}

async function fits(listed, bytes) {
  return (
    listed.size === bytes.length &&
    listed.sha256 === hexOf(await sha256Large(bytes)) &&
    listed.blake3 === hexOf(blake3(bytes))
  );
}

async function checkFiles(check, files, given) {
  const manifest = check.try(FILES.manifest, () => {
    const manifest = jsonOf(files, FILES.manifest);
    if (manifest.schema !== "plumbline.bundle.manifest/1") throw new Malformed("版本 / version");
    return manifest;
  });
  if (!manifest) return;
  const listed = new Set();
  let last = "";
  for (const file of manifest.files) {
    if (file.path <= last) check.wrong(FILES.manifest, `${file.path}: 次序 / out of order`);
    last = file.path;
    listed.add(file.path);
    const bytes = files.get(file.path);
    if (!bytes) {
      // A page carries only what it shows; which files those are, the manifest says.
      const left = given.inPage && !manifest.page.carries.includes(file.path);
      if (!left) check.wrong(file.path, "不在包内 / it is not there");
    } else if (await fits(file, bytes)) {
      check.right();
    } else {
      check.wrong(file.path, "与清单的摘要不符 / not as the manifest lists it");
    }
  }
  for (const path of files.keys()) {
    const beside = [FILES.manifest, FILES.issued, FILES.page].includes(path);
    if (!beside && !listed.has(path)) check.wrong(path, "清单未列 / not in the manifest");
  }
}

/** What a page carries, as it stands in its script element. */
function pageData(files, paths) {
  const texts = {};
  for (const path of [...paths].sort()) if (files.has(path)) texts[path] = textOf(files.get(path));
  return JSON.stringify(texts).replaceAll("<", "\\u003c");
}

async function checkPage(check, files) {
  const page = files.get(FILES.page);
  if (!page) return check.wrong(FILES.page, "不在包内 / it is not there");
  const manifest = check.try(FILES.page, () => jsonOf(files, FILES.manifest));
  if (!manifest) return;
  const { head, tail, carries } = manifest.page;
  const data = check.try(FILES.page, () => utf8(pageData(files, carries)));
  if (!data) return;
  if (head.size + data.length + tail.size !== page.length) {
    return check.wrong(FILES.page, "长度与清单不符 / another length than the manifest says");
  }
  const middle = page.subarray(head.size, head.size + data.length);
  if (await fits(head, page.subarray(0, head.size))) check.right();
  else check.wrong(`${FILES.page} head`, "版式被改 / its layout was changed");
  if (await fits(tail, page.subarray(head.size + data.length))) check.right();
  else check.wrong(`${FILES.page} tail`, "程序被改 / its program was changed");
  if (same(middle, data)) check.right();
  else check.wrong(FILES.page, "页面所载数据与包内文件不同 / it carries other data than the files");
}

/** The log's keys as the entries of the cases' file tell, or why they do not hold. */
function toldBy(files) {
  const path = ENTRY_FILES[0][0];
  const entries = [];
  linesOf(files.get(path) ?? new Uint8Array()).forEach((bytes, at) => {
    try {
      const text = textOf(bytes);
      if (!text.includes('"position":0,') && !text.includes(`"${KEY_CHANGES_STREAM}"`)) return;
      entries.push({ entry: readEntry(bytes), place: `${path}:${at + 1}` });
    } catch (error) {
      // What is no entry is told where all entries are read.
      if (!(error instanceof Malformed)) throw error;
    }
  });
  try {
    return { keys: toldKeys(entries), wrong: null };
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    return { keys: null, wrong: error };
  }
}

/** The log's keys to hold the bundle against, and the one that signed its manifest. */
function checkKey(check, about, trust, told) {
  const own = check.try(FILES.about, () => readKey(String(about.vkey)));
  if (!own) return { keys: null, key: null };
  if (own.name !== about.origin) {
    check.wrong(FILES.about, "公钥属于另一日志 / its key is another log's");
  }
  const ownKeys = told && sameKey(told.current, own) ? told : new Succession(own);
  const keys = check.try(FILES.about, () => continued(ownKeys, trust.changes)) ?? ownKeys;
  const outer = trust.logs.find((key) => key.name === about.origin) ?? trust.logs[0];
  if (!outer) {
    const reason = "公钥取自包内,须与别处得到的核对 / the key is the bundle's own: compare it";
    check.doubt(FILES.about, reason);
  } else if (trust.logs.some((key) => keys.holds(key))) check.right();
  else {
    const hint = "不是所给公钥;若日志此后更换过密钥,一并粘贴更换记录 / not the key that was given; if the log's key was changed since, paste the changes too";
    check.wrong(FILES.about, hint);
    return { keys: new Succession(outer), key: outer };
  }
  return { keys, key: own };
}

async function checkIssued(check, files, about, key) {
  const note = check.try(FILES.issued, () => {
    if (!files.has(FILES.issued) || !files.has(FILES.manifest) || !key) {
      throw new Malformed("不在包内 / it is not there");
    }
    return textOf(files.get(FILES.issued));
  });
  if (note === undefined) return;
  const digest = base64Of(await sha256Large(files.get(FILES.manifest)));
  check.try(FILES.issued, () => {
    if (readNote(note).text !== `plumbline bundle v1\n${about.origin}\n${digest}\n`) {
      throw new Malformed("签的是另一清单 / it is over another manifest");
    }
    checkSignature(check, FILES.issued, note, key);
  });
}

function checkSignature(check, place, note, key) {
  const found = signatureOf(note, key);
  if (found === "signed") check.right();
  else if (found === "wrong") check.wrong(place, "签名不符 / the signature does not fit");
  else check.wrong(place, "没有此密钥的签名 / not signed by this key");
  return found === "signed";
}

function checkHead(check, files, about, keys) {
  return check.try(FILES.checkpoint, () => {
    if (!files.has(FILES.checkpoint) || !keys) throw new Malformed("不在包内 / it is not there");
    const head = keys.verify(textOf(files.get(FILES.checkpoint)));
    check.right();
    if (head.size !== about.log_size || head.origin !== about.origin) {
      check.wrong(FILES.checkpoint, `为 ${head.size} 条,包称 ${about.log_size} 条 / of another size`);
    }
    return head;
  });
}

/** Enough of the known witnesses have seen this checkpoint. */
function checkWitnesses(check, files, trust) {
  check.try(FILES.checkpoint, () => {
    if (!files.has(FILES.checkpoint)) throw new Malformed("不在包内 / it is not there");
    const judged = judgeWitnesses(textOf(files.get(FILES.checkpoint)), trust);
    check.seen = judged.cosigned;
    if (judged.cosigned.length > 0) check.right(judged.cosigned.length);
    if (!judged.met) {
      const missing = judged.missing.join(", ");
      check.doubt(FILES.checkpoint, `见证不足,缺 ${missing} / too few witnesses, missing: ${missing}`);
    }
  });
}

/** The file that shows of the n-th case that its entries are all. */
const completeFile = (at) => `complete/${at}.json`;

/** The extracts of the cases, where there are any; gives what could not be looked at. */
function checkComplete(begin, files, { about, head, key, entries }, given) {
  const any = [...files.keys()].some((path) => path.startsWith("complete/"));
  if (!any) {
    const left = given.inPage && textOf(files.get(FILES.manifest) ?? new Uint8Array()).includes('"complete/');
    return [left ? "completeness-not-in-this-page" : "completeness-not-proved"];
  }
  const check = begin();
  about.cases.forEach(({ stream }, at) => {
    const path = completeFile(at);
    check.try(path, () => {
      if (!head || !key) throw new Malformed("没有检查点可比 / no checkpoint to hold it against");
      const extract = jsonOf(files, path);
      if (extract.stream !== stream) throw new Malformed("另一案件的证明 / of another case");
      const { own, closing, covered } = verifyExtract(extract, head, key);
      const here = caseEntries(entries, stream);
      const all = here.length === own.length && here.every(({ hash }, index) => hash === own[index].hash);
      if (!all) throw new Malformed("包内记录不是案件的全部 / the entries here are not all of them");
      check.rests = { closing, covered };
      check.right();
    });
  });
  return [];
}

function checkEntries(check, files, head, given, entries) {
  for (const [path, proofs] of ENTRY_FILES) {
    if (!files.has(path)) {
      if (!given.inPage) check.wrong(path, "不在包内 / it is not there");
      continue;
    }
    const nodes =
      check.try(proofs, () => readNodes(files.get(proofs) ?? new Uint8Array(), proofs)) ?? new Map();
    let last = -1;
    linesOf(files.get(path)).forEach((bytes, number) => {
      const place = `${path}:${number + 1}`;
      const entry = check.try(place, () => readEntry(bytes));
      if (!entry) return;
      const named = `${place} 第 ${entry.position} 号 / position ${entry.position}`;
      if (entry.position <= last || entries.has(entry.position)) {
        return check.wrong(named, "重复或次序不对 / twice, or out of order");
      }
      last = entry.position;
      check.try(named, () => {
        if (!head) return check.doubt(named, "没有检查点可比 / no checkpoint to hold it against");
        if (entry.position >= head.size) throw new Malformed("在检查点之外 / beyond the checkpoint");
        const root = rootFrom(nodes, leafHash(bytes), entry.position, 0, head.size);
        if (!same(root, head.root)) {
          throw new Malformed("证明不通向检查点 / its proof does not lead to the checkpoint");
        }
        check.right();
      });
      entries.set(entry.position, { place, entry, hash: hexOf(blake3(bytes)) });
    });
  }
}

function checkLinks(check, entries) {
  for (const [position, { place, entry }] of entries) {
    const before = entries.get(position - 1);
    if (before && before.hash !== entry.previous) {
      check.wrong(place, "与前一条不相接 / it does not continue the entry before");
    }
  }
}

/** Entry 0 names the log and its first key, and the changes after it lead to the bundle's. */
function checkGenesis(check, entries, about, { keys, wrong }) {
  const body = entries.get(0)?.entry.body;
  if (!body) return check.wrong(ENTRY_FILES[0][0], "缺创世记录 / entry 0 is not there");
  if (wrong) {
    return check.wrong(`${ENTRY_FILES[0][0]} 第 ${wrong.position} 号 / position ${wrong.position}`, wrong.message);
  }
  const fits = keys && keys.terms[0].key.name === body.origin && keys.current.name === about.origin && keys.current.text === about.vkey;
  if (!fits) {
    check.wrong(FILES.about, "与第 0 号记录及其后更换所载的日志或公钥不同 / not the log or the key that entry 0 and the changes after it name");
  }
}

/** The entries of a case, in order. */
function caseEntries(entries, stream) {
  const own = [...entries.values()].filter(({ entry }) => entry.stream === stream);
  return own.sort((a, b) => a.entry.position - b.entry.position);
}

function checkCases(check, entries, about) {
  if (about.cases.length === 0) check.wrong(FILES.about, "没有案件 / no case");
  for (const { stream, entries: count, last } of about.cases) {
    const own = caseEntries(entries, stream);
    const gap = own.findIndex(({ entry }, due) => entry.revision !== due);
    if (gap >= 0) check.wrong(own[gap].place, `缺第 ${gap} 版次 / revision ${gap} is missing`);
    else if (own.length !== count || own.at(-1)?.hash !== last) {
      check.wrong(stream, `包称 ${count} 条,实有 ${own.length} 条 / not as many entries as said`);
    } else check.right();
  }
}

/** One opened value: its member, its value, and the digest that must stand in its entry. */
function readDisclosure(line, entries) {
  const { position, member, disclosure } = readCanonical(textOf(line));
  const sealed = entries.get(position)?.entry.body?._sd;
  if (!Array.isArray(sealed)) throw new Malformed("所属记录不在包内 / its entry is not here");
  const digest = base64Of(sha256(utf8(String(disclosure))), { url: true });
  if (!sealed.includes(digest)) throw new Malformed("记录中没有它的摘要 / not in its entry");
  const opened = readCanonical(textOf(bytesOfBase64(disclosure, { url: true })));
  if (!Array.isArray(opened) || opened.length !== 3 || opened[1] !== member) {
    throw new Malformed("披露的成员名不符 / it opens another member than it says");
  }
  return { position, member, value: opened[2], digest };
}

function checkDisclosures(check, files, entries, about) {
  const lines = files.has(FILES.disclosures) ? linesOf(files.get(FILES.disclosures)) : [];
  if (about.level === "masked" && files.has(FILES.disclosures)) {
    check.wrong(FILES.disclosures, "遮蔽级不应有原值 / a masked bundle opens no value");
  }
  if (about.level === "full" && new Set(about.prepared.approved_by).size < 2) {
    check.wrong(FILES.about, "未经两人批准 / not approved by two persons");
  }
  const seen = new Set();
  lines.forEach((line, number) => {
    const place = `${FILES.disclosures}:${number + 1}`;
    check.try(place, () => {
      const opened = readDisclosure(line, entries);
      if (seen.has(opened.digest)) throw new Malformed("重复 / it stands twice");
      seen.add(opened.digest);
      const own = entries.get(opened.position);
      own.opened = [...(own.opened ?? []), opened];
      check.right();
    });
  });
}

function checkFindings(check, files, entries, about) {
  const streams = new Set(about.cases.map(({ stream }) => stream));
  const lines = files.has(FILES.findings) ? linesOf(files.get(FILES.findings)) : [];
  lines.forEach((line, number) => {
    const place = `${FILES.findings}:${number + 1}`;
    check.try(place, () => {
      const finding = JSON.parse(textOf(line));
      if (!streams.has(finding.stream)) throw new Malformed("不是本包案件 / of another case");
      check.right();
      for (const one of finding.places) {
        const position = Number(/^open\/(\d+)$/.exec(one)?.[1] ?? -1);
        if (!entries.has(position) && !entriesElsewhere(files)) {
          throw new Malformed(`所据记录 ${one} 不在包内 / it rests on ${one}, which is not here`);
        }
      }
    });
  });
}

/** A page carries no master data: findings may rest on entries that only the file has. */
const entriesElsewhere = (files) => !files.has(ENTRY_FILES[1][0]);
