// What the page shows: the verdict, the case, its findings, and how each was checked. All
// texts of a bundle are set as text, never as markup.

/** An element with its class, its texts and its children. */
function element(name, kind, ...inside) {
  const out = document.createElement(name);
  if (kind) out.className = kind;
  for (const one of inside.flat()) if (one !== null && one !== undefined) out.append(one);
  return out;
}

/** Chinese first, English second and smaller. */
const both = (zh, en) => [zh, element("small", "en", en)];

const VERDICTS = {
  pass: ["核验通过", "Verified"],
  fail: ["核验不通过", "NOT verified"],
  cannot_tell: ["不能判定", "Cannot tell"],
};

const PROVES = [
  ["所示各条记录自入账起、至迟自检查点签发起,未被改动、替换。", "Each entry shown has not changed since it was recorded, at the latest since the checkpoint was signed."],
  ["检查点和文件清单由所列公钥签署;披露的原值就是当时封存的原值。", "The checkpoint and the manifest were signed by the key shown; opened values are those that were sealed."],
  ["每个案件从首条起没有缺漏。", "Each case is gap-free from its first entry."],
];
const COMPLETE = ["截至检查点,所示就是各案的全部记录:日结索引逐案计数,其后账中各条的原文都已看过。", "Up to the checkpoint these are all entries of the cases: a closing's index counts them, and every entry after it was looked through."];
const INDEX = ["日结索引本身为真:由读全部日志的监督、审计、见证单位核算。", "That the closing's index is true: whoever reads the whole log computes it."];
const LAST = ["案件最后若干条没有被略去:本包未附日结索引的证明。", "That no last entries were left off: the bundle has no proof by a closing's index."];
const LAST_ELSEWHERE = ["案件最后若干条没有被略去:其证明在证据包里,不在本页,请选取整个证据包核验。", "That no last entries were left off: the proof is in the bundle and not in this page; choose the whole bundle."];
const ONE_LOG = ["没有另一份日志给别人看:须凭见证签名,或别处保存的检查点。", "That nobody was shown another log: witnesses' cosignatures or a checkpoint kept elsewhere show that."];
const PROVES_NOT = [
  ["入账之前的真实性;未报送的事项。", "What was true before recording; what was never submitted."],
  ["案由、提取人、地点等附注为真。", "What is said of who prepared the bundle, where and why."],
  ["疑点由规则自动提示,不等于认定违规;本页只核对其签名与所据记录,重新判定用 plumb-replay。", "Findings are signals and no finding of guilt; this page checks their signature and what they rest on, plumb-replay judges again."],
  ["页面不能证明自己:疑其被改者,请用别处得到的核验页面选取本证据包。", "A page cannot vouch for itself: whoever doubts it chooses the bundle in a page from elsewhere."],
];

/** What this verification showed and what it did not. */
function limitsSection(report) {
  const passed = (name) => report.checks.find((check) => check.name === name && check.verdict === PASS);
  const [proves, not] = [[...PROVES], [...PROVES_NOT]];
  if (passed("complete")) {
    proves.push(COMPLETE);
    not.push(INDEX);
  } else not.push(report.limits.includes("completeness-not-in-this-page") ? LAST_ELSEWHERE : LAST);
  const seen = passed("witnesses")?.seen;
  if (seen?.length > 0) {
    const at = (seconds) => momentText(new Date(seconds * 1000).toISOString(), report.about.time_zone_minutes);
    const who = seen.map(({ name, seconds }) => `${name}(${at(seconds)})`).join("、");
    proves.push([`检查点由 ${who} 见证签名:他们看到的是同一份日志。`, `The checkpoint is cosigned by ${who}: they saw this very log.`]);
  } else not.push(ONE_LOG);
  const head = report.verdict === FAIL ? ["核验通过时能证明什么", "What this proves where it verifies"] : ["能证明什么", "What this proves"];
  return element(
    "section",
    "limits",
    element("h2", "", both(...head)),
    list(proves),
    element("h2", "", both("不能证明什么", "What this does not prove")),
    list(not),
  );
}

function list(rows) {
  return element("ul", "plain", rows.map(([zh, en]) => element("li", "", both(zh, en))));
}

function verdictBox(report, scope) {
  const [zh, en] = VERDICTS[report.verdict];
  const box = element("section", `verdict ${report.verdict}`, element("h1", "", both(zh, en)));
  box.setAttribute("role", "status");
  const checked = report.checks.reduce((sum, check) => sum + check.checked, 0);
  const of = report.checks.reduce((sum, check) => sum + check.of, 0);
  box.append(element("p", "", `已核对 ${checked} / ${of} 处`, element("small", "en", `${checked} of ${of} checked · ${scope}`)));
  if (report.verdict === CANNOT_TELL) {
    box.append(element("p", "", both("所载内容前后一致,但还没有用别处得到的公钥核对:请在下面核对。", "What it carries is consistent, but the key has not been compared with one from elsewhere: do so below.")));
  }
  if (report.first_bad) {
    const { place, reason } = report.first_bad;
    box.append(element("p", "bad", `首处异常 / first bad: ${place} — ${reason}`));
  }
  return box;
}

const WEEKDAYS = "日一二三四五六";

/** A moment in the log's legal time: date, weekday, time to the second. */
function momentText(text, minutes, precision) {
  const local = new Date(new Date(text).getTime() + minutes * 60000);
  if (Number.isNaN(local.getTime())) return String(text);
  const iso = local.toISOString();
  const day = `${iso.slice(0, 10)} 周${WEEKDAYS[local.getUTCDay()]}`;
  return precision === "day" ? day : `${day} ${iso.slice(11, 19)}`;
}

/** The time between the act and its record, in words. */
function lagText(entry) {
  const seconds = (new Date(entry.recorded_at) - new Date(entry.occurred_at)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  const hours = Math.round(Math.abs(seconds) / 3600);
  const size = hours < 1 ? `${Math.round(Math.abs(seconds) / 60)} 分钟` : hours < 48 ? `${hours} 小时` : `${Math.round(hours / 24)} 天`;
  return seconds < 0 ? `早于发生 ${size}` : `${size}后入账`;
}

function fen(number) {
  const sign = number < 0 ? "-" : "";
  const text = String(Math.abs(number)).padStart(3, "0");
  return `${sign}${text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${text.slice(-2)} 元`;
}

/** A value of an entry's body as people read it. */
function valueNode(value, labels, name) {
  if (value === null) return "无";
  if (typeof value === "boolean") return value ? "是" : "否";
  if (typeof value === "number") return /_fen$/.test(name ?? "") ? fen(value) : String(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== "object" || one === null)) {
      return value.map((one) => valueNode(one, labels, name)).join("、");
    }
    return element("ol", "nested", value.map((one) => element("li", "", valueNode(one, labels, name))));
  }
  return members(value, labels);
}

function members(object, labels) {
  const rows = Object.entries(object).filter(([name]) => name !== "_sd");
  return element(
    "dl",
    "members",
    rows.flatMap(([name, value]) => [
      element("dt", "", (labels[name]?.zh ?? name).replace(/\(分\)$/, "")),
      element("dd", "", valueNode(value, labels, name)),
    ]),
  );
}

const ROLES = [["actor", "行为人"], ["recorder", "录入人"], ["venue", "地点"], ["item", "事项"]];

/** Who, and on which basis, as the entry has it. */
function circumstances(entry) {
  const rows = [];
  const words = (one) => (typeof one === "object" ? Object.values(one).filter((v) => typeof v === "string").join(" · ") : String(one));
  for (const [name, zh] of ROLES) if (entry[name]) rows.push([zh, words(entry[name])]);
  for (const party of entry.parties ?? []) rows.push([party.capacity ?? "当事人", party.id]);
  for (const basis of entry.basis ?? []) rows.push(["依据", words(basis)]);
  if (entry.late_reason) rows.push(["补录理由", entry.late_reason]);
  return element("dl", "members", rows.flatMap(([zh, text]) => [element("dt", "", zh), element("dd", "", text)]));
}

function entryRow(held, types, about) {
  const { entry, hash, opened = [] } = held;
  const type = types.get(entry.type);
  const labels = type?.members ?? {};
  const minutes = about.time_zone_minutes;
  const sealed = (entry.body?._sd ?? []).length - opened.length;
  const what = element("td", "", element("strong", "", type?.zh ?? entry.type), element("small", "en", type?.en ?? ""));
  what.append(members(entry.body ?? {}, labels));
  for (const { member, value } of opened) {
    what.append(element("p", "opened", `${labels[member]?.zh ?? member}:`, valueNode(value, labels, member), element("span", "tag", "披露,与封存摘要相符")));
  }
  if (sealed > 0) what.append(element("p", "sealed", `另有 ${sealed} 项保密内容封存未披露 / ${sealed} sealed`));
  const when = element(
    "td",
    "when",
    element("div", "", momentText(entry.occurred_at, minutes, entry.precision)),
    element("div", "recorded", `入账 ${momentText(entry.recorded_at, minutes)}`),
    element("div", "recorded", lagText(entry)),
  );
  const place = element("td", "place", element("div", "", `第 ${entry.position} 号`), element("code", "", hash.slice(0, 16)));
  return element("tr", "", when, what, element("td", "", circumstances(entry)), place);
}

function timeline(stream, report, types) {
  const rows = caseEntries(report.entries, stream);
  rows.sort((a, b) => new Date(a.entry.occurred_at) - new Date(b.entry.occurred_at) || a.entry.position - b.entry.position);
  const heads = [["发生时间", "when"], ["事件", "what"], ["人、地、依据", "who, where, basis"], ["记录", "entry"]];
  return element(
    "section",
    "case",
    element("h2", "", `案件 ${stream}`, element("small", "en", `${rows.length} 条记录 / entries`)),
    element(
      "table",
      "timeline",
      element("thead", "", element("tr", "", heads.map(([zh, en]) => element("th", "", both(zh, en))))),
      element("tbody", "", rows.map((held) => entryRow(held, types, report.about))),
    ),
  );
}

const SEVERITIES = { INFO: "提示", BLUE: "蓝色提醒", YELLOW: "黄牌", RED: "红牌", REFER: "移送" };
const RESULTS = {
  VIOLATION_SIGNAL: "疑似违规",
  CONFIRMED: "认定违规",
  DISMISSED: "不成立",
  EXEMPTED: "豁免",
  WAIVED: "免予追究",
  INDETERMINATE: "无法判定",
  SUPERSEDED_BY_HIGHER_LAW: "上位法优先",
};

function findingItem(finding, rules) {
  const rule = rules.get(finding.rule);
  const trace = element("details", "", element("summary", "", "算式与依据 / arithmetic"), element("pre", "", JSON.stringify(finding.explanation, null, 2)));
  return element(
    "li",
    `finding ${String(finding.severity).toLowerCase()}`,
    element("p", "head", `${finding.rule} ${rule?.zh ?? ""} · ${RESULTS[finding.result] ?? finding.result} · ${SEVERITIES[finding.severity] ?? finding.severity}`),
    element("p", "", both(finding.sentence_zh, finding.sentence_en)),
    rule?.quote ? element("blockquote", "", rule.quote) : null,
    element("p", "rests", `所据记录 ${finding.places.join(" ")} · ${finding.again ? "包内记录即可重新判定" : "须凭整个日志判定"}`),
    trace,
  );
}

function findingsSection(files, about) {
  const lines = files.has(FILES.findings) ? linesOf(files.get(FILES.findings)) : [];
  const rules = new Map((files.has("rules.json") ? jsonOf(files, "rules.json") : []).map((rule) => [rule.id, rule]));
  const findings = lines.map((line) => JSON.parse(textOf(line)));
  const none = element("p", "", both("截至判定时点没有疑点。", "No finding at the moment judged for."));
  return element(
    "section",
    "findings",
    element("h2", "", both(`疑点 ${findings.length} 项`, "Findings (signals, no finding of guilt)")),
    element("p", "moment", `判定时点:发生至 ${momentText(about.as_of, about.time_zone_minutes)},入账至 ${momentText(about.known_at, about.time_zone_minutes)}`),
    findings.length ? element("ul", "plain", findings.map((one) => findingItem(one, rules))) : none,
  );
}

function checksSection(report) {
  const rows = report.checks.map((check) => {
    const places = check.places.slice(0, 20).map(({ place, reason }) => element("div", "", `${place}: ${reason}`));
    return element(
      "tr",
      check.verdict,
      element("td", "", both(check.zh, check.en)),
      element("td", "", VERDICTS[check.verdict][0]),
      element("td", "n", `${check.checked} / ${check.of}`),
      element("td", "places", places),
    );
  });
  return element(
    "section",
    "checks",
    element("h2", "", both("核对了什么", "What was checked")),
    element("table", "", element("tbody", "", rows)),
  );
}

function aboutSection({ about, changes }) {
  const prepared = about.prepared;
  const rows = [
    ["日志", about.origin],
    ["检查点", `${about.log_size} 条`],
    ...changes.map((change) => ["更换密钥", keyChangeText(change)]),
    ["级别", about.level === "full" ? "完整(含原值)" : "遮蔽(不含原值)"],
    ["案由", prepared.matter],
    ["用途", prepared.purpose],
    ["提取时间", prepared.time],
    ["提取地点", prepared.place],
    ["提取人", (prepared.investigators ?? []).join("、")],
    ["批准人", (prepared.approved_by ?? []).join("、")],
  ].filter(([, text]) => text);
  return element("dl", "about", rows.flatMap(([zh, text]) => [element("dt", "", zh), element("dd", "", text)]));
}

/** One sentence: a rotation, or a restoration, which nobody must overlook. */
function keyChangeText({ position, old, next, kept, lost, persons, stated }) {
  const words = kept
    ? `账由备份恢复:原 ${old.name} 签过 ${lost.size} 条,恢复后仅存 ${kept.size} 条,改以 ${next.name} 续记;${persons.map(({ name }) => name).join("、")} 签署;事由:${stated.reason}`
    : `由 ${old.id} 轮换为 ${next.id},两把密钥都已签署`;
  return `第 ${position} 号记录:${words}`;
}

/** Eight groups of a key's digest, to be compared with paper. */
function fingerprint(vkey) {
  const digest = hexOf(sha256(utf8(vkey))).toUpperCase();
  return digest.slice(0, 32).match(/..../g).join(" ");
}
