// The page itself: verifies what it carries when it opens, and any bundle that is chosen.

/** The files in the page's script element. */
function carried() {
  const texts = JSON.parse(document.getElementById("files").textContent);
  return new Map(Object.entries(texts).map(([path, text]) => [path, utf8(text)]));
}

const state = { files: new Map(), inPage: true, pasted: "", trust: NOBODY, name: "" };

/** Who signed the checkpoint beside the log, as its lines say; nothing of it is checked here. */
function otherLines(files, origin) {
  try {
    const { lines } = readNote(textOf(files.get(FILES.checkpoint)));
    return [...new Set(lines.map(({ name }) => name))].filter((name) => name !== origin);
  } catch {
    // The check of the checkpoint says that it is none.
    return [];
  }
}

function keySection(report) {
  const vkey = String(report.about.vkey);
  const input = element("textarea", "vkey");
  input.placeholder = "粘贴别处得到的公钥(公报、见证单位、纸质公告),一行一个,该日志的哪一把都行;见证者的公钥、见证策略、制包后更换密钥的记录也贴在这里\npaste keys obtained elsewhere, one a line: any of the log's, witnesses', or a policy; and entries that changed the log's key since";
  input.rows = 3;
  input.value = state.pasted;
  input.setAttribute("aria-label", "公钥 / keys");
  const said = element("p", "bad");
  const compare = element("button", "", both("核对公钥", "compare"));
  compare.addEventListener("click", () => {
    try {
      Object.assign(state, { trust: readTrust(input.value.trim()), pasted: input.value.trim() });
    } catch (error) {
      // What was pasted is no key: that says nothing of the bundle.
      said.textContent = error.message;
      return;
    }
    run().catch(broken);
  });
  const names = otherLines(state.files, report.about.origin);
  return element(
    "section",
    "key",
    element("h2", "", both("公钥", "The key")),
    element("p", "", both("本包自称由此公钥签署。须与别处得到的核对,否则只能证明前后一致。", "The bundle says that this key signed it. Unless it is compared with one from elsewhere, only consistency is shown.")),
    element("p", "", element("code", "long", vkey)),
    element("p", "", `指纹 / fingerprint: `, element("code", "", fingerprint(vkey))),
    names.length === 0 ? null : element("p", "", both(`检查点上另有签名行:${names.join("、")};贴入其公钥才核对。`, `The checkpoint carries lines of ${names.join(", ")}: they are checked once their keys are pasted.`)),
    element("p", "ask", input, compare),
    said,
  );
}

function chooser() {
  const input = element("input", "");
  input.type = "file";
  input.accept = ".zip";
  input.setAttribute("aria-label", "证据包 / bundle");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    Object.assign(state, { inPage: false, name: file.name });
    try {
      state.files = readZip(bytes);
    } catch (error) {
      return broken(error);
    }
    run().catch(broken);
  });
  return element(
    "section",
    "choose",
    element("label", "", both("核验整个证据包(.zip):", "verify a whole bundle file:"), input),
    element("p", "hint", both("文件只在本机读取;本页的安全策略禁止任何网络访问。", "The file is read on this machine only; the page's policy forbids any network.")),
  );
}

function broken(error) {
  const page = document.getElementById("page");
  document.documentElement.dataset.verdict = FAIL;
  const box = element("section", "verdict fail", element("h1", "", both(...VERDICTS.fail)), element("p", "bad", error.message));
  page.replaceChildren(chooser(), box);
}

async function run() {
  const page = document.getElementById("page");
  const { files, inPage, trust, name } = state;
  if (files.size === 0) {
    page.replaceChildren(element("h1", "", both("准绳 证据包核验", "Plumbline: verify an evidence bundle")), chooser());
    return;
  }
  const began = performance.now();
  const report = await verifyBundle(files, { trust, inPage });
  const took = Math.round(performance.now() - began);
  const scope = inPage ? "本页所载的记录 / what this page carries" : name;
  const parts = [verdictBox(report, `${scope} · ${took} ms`)];
  if (report.about) {
    const types = files.has("types.json") ? jsonOf(files, "types.json").types : [];
    const named = new Map(types.map((type) => [type.type, type]));
    if (report.verdict !== PASS) parts.push(keySection(report));
    parts.push(aboutSection(report));
    for (const { stream } of report.about.cases) parts.push(timeline(stream, report, named));
    parts.push(findingsSection(files, report.about));
    if (report.verdict === PASS) parts.push(keySection(report));
  }
  parts.push(
    limitsSection(report),
    checksSection(report),
    chooser(),
  );
  page.replaceChildren(...parts);
  document.documentElement.dataset.verdict = report.verdict;
  document.documentElement.dataset.milliseconds = took;
}

state.files = carried();
run().catch(broken);
