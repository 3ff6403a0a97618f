//! What a bundle says to whoever opens it: what lies where, how it is verified, what
//! that proves and what not.

use plumbline_replay::bundle::About;

/// `README.txt`.
pub(super) fn write(about: &About) -> String {
    let cases: Vec<&str> = about.cases.iter().map(|case| case.stream.as_str()).collect();
    format!(
        "准绳 证据包 / Plumbline evidence bundle\n\
         案件 / cases: {cases}\n\
         日志 / log: {origin},{size} 条 / entries\n\
         公钥 / key: {vkey}\n\n{BODY}",
        cases = cases.join(" "),
        origin = about.origin,
        size = about.log_size,
        vkey = about.vkey,
    )
}

const BODY: &str = "\
一、怎样核验
  1. 用浏览器打开 verify.html(不联网)。把页面所示公钥与政府公报、见证单位或纸质公告上的公钥核对。
     只收到 verify.html 一个文件也能核验案件记录;核验整个压缩包,请在页面中选取该文件。
  2. 命令行:plumb-replay verify 本包.zip --key 公钥,或 plumb verify bundle 本包.zip --key 公钥。
  3. 不信任本包所附页面者,用别处得到的 verify.html 或命令行核验:页面不能证明自己。

二、能证明什么
  包内每条记录自入账起、至迟自检查点签发起未被改动、未被替换;检查点由日志密钥签署;所示原值就是当时封存的原值;
  规则、日历、目录和疑点由包内记录可重新生成;案件记录从首条起连续。

三、不能证明什么
  入账之前的真实性;未报送的事项;案由、提取人、地点等附注为真;截尾(案件最后若干条被略去)须凭案件索引或见证过的
  较新检查点才能排除。疑点由规则自动给出,须经核实,不等于认定违规。发生时间由报送单位陈述,入账时间由账本记录。

四、文件
  record.html            电子数据提取笔录及清单,A4 可打印
  verify.html            展示与核验页面
  entries/case.ndjson    案件记录原文,一行一条    entries/master.ndjson  主数据记录原文
  proofs/*.nodes         存在证明所需节点          checkpoint             已签署的检查点
  disclosures.ndjson     披露的原值(仅完整级)     findings.ndjson        疑点及其依据、算式
  rules.json calendar.json catalogue.json          当时有效的规则、日历、目录
  attachments.json       附件摘要                  about.json             本包说明
  manifest.json          文件清单                  manifest.note          日志密钥对清单的签名

1. How to verify
  Open verify.html in a browser (it uses no network) and hold the key it shows against the one in the
  gazette, at a witness or on paper. The page alone verifies the cases' entries; to verify the whole file,
  choose it in the page. Or: plumb-replay verify THIS.zip --key VKEY. Whoever distrusts the page in this
  bundle uses one from elsewhere, or the program: a page cannot vouch for itself.

2. What it proves
  Each entry has not changed since it was recorded, at the latest since the checkpoint was signed; the
  checkpoint was signed by the log's key; opened values are those that were sealed; rules, calendar, rows
  and findings follow from the entries; each case is gap-free from its first entry.

3. What it does not prove
  What was true before recording; what was never submitted; what is said of who prepared the bundle; and,
  without the case index or a newer witnessed checkpoint, that no last entries were left off. Findings are
  signals and no finding of guilt. The time of an act is as claimed; the time of record is the ledger's.
";
