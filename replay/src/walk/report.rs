//! The report of a verification: one structure makes the exit code, the JSON and
//! the text, for every program that verifies.

use super::closings::Closings;
use super::judge::{SECOND_LINES, SM3_HEAD};
use super::openings::Openings;
use super::verdict::{Breach, FirstBad, Outcome, Verdict};
use serde_json::{Value, json};

/// What was found over all logs that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub logs: Vec<Verdict>,
    /// The only log that was asked for, if not all were.
    pub only: Option<String>,
    /// Receipts that were held against the logs.
    pub receipts: Option<Receipts>,
}

/// How receipts fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    pub given: u64,
    /// Their entries are there and are the same.
    pub held: u64,
    /// The first whose entry is missing or another, with its log.
    pub first_bad: Option<(String, FirstBad)>,
    /// Receipts that could not be held against anything, and why.
    pub doubts: Vec<String>,
}

/// What a verdict never shows, whatever it says.
const LIMITS: &str = "本结果不能证明:记录入账之前的真实性;未报送的事项。/ This does not prove what \
                      was true before recording, nor what was never submitted.";

impl Report {
    pub fn outcome(&self) -> Outcome {
        let receipts = match &self.receipts {
            Some(receipts) if receipts.first_bad.is_some() => Outcome::Fail,
            Some(receipts) if receipts.held < receipts.given => Outcome::CannotTell,
            _ => Outcome::Pass,
        };
        let nothing = if self.logs.is_empty() { Outcome::CannotTell } else { Outcome::Pass };
        self.logs.iter().map(|log| log.outcome).fold(receipts.and(nothing), Outcome::and)
    }

    /// See [`Outcome::exit_code`].
    pub fn exit_code(&self) -> u8 {
        self.outcome().exit_code()
    }

    /// `plumbline.verify/1`.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": "plumbline.verify/1",
            "verdict": self.outcome().word(),
            "exit_code": self.exit_code(),
            "available": self.logs.iter().map(|log| log.available).sum::<u64>(),
            "checked": self.logs.iter().map(|log| log.checked).sum::<u64>(),
            "ok": self.logs.iter().map(Verdict::verified).sum::<u64>(),
            "failed": self.logs.iter().map(Verdict::failed).sum::<u64>(),
            "cannot_tell": self.logs.iter().map(Verdict::undecided).sum::<u64>(),
            "first_bad": self.first_bad().map(|(log, bad)| bad.to_json(log)),
            "only": self.only,
            "receipts": self.receipts.as_ref().map(|receipts| json!({
                "given": receipts.given, "held": receipts.held, "doubts": receipts.doubts,
            })),
            "logs": self.logs.iter().map(Verdict::to_json).collect::<Vec<_>>(),
        })
    }

    /// The verdict object where nothing could be verified at all.
    pub fn unverified(exit_code: u8, reason: &str) -> Value {
        json!({
            "schema": "plumbline.verify/1",
            "verdict": Outcome::CannotTell.word(),
            "exit_code": exit_code,
            "available": 0,
            "checked": 0,
            "first_bad": null,
            "reason": reason,
            "logs": [],
        })
    }

    fn first_bad(&self) -> Option<(&str, &FirstBad)> {
        let of_log = |log: &'_ Verdict| log.first_bad.is_some();
        let in_logs = self.logs.iter().find(|log| of_log(log));
        let in_logs = in_logs.and_then(|log| Some((log.log.as_str(), log.first_bad.as_ref()?)));
        let in_receipts = self.receipts.as_ref().and_then(|receipts| receipts.first_bad.as_ref());
        in_logs.or(in_receipts.map(|(log, bad)| (log.as_str(), bad)))
    }

    /// The report as lines for people, Chinese first.
    pub fn words(&self) -> String {
        let mut lines = vec![self.title()];
        for log in &self.logs {
            coverage(log, &mut lines);
            checkpoints(log, &mut lines);
            closings(log, &mut lines);
            openings(log, &mut lines);
            lines.extend(log.changes.iter().map(|step| {
                let (position, words) = (step.position, step.change.words());
                format!("  第 {position} 号 / at {position}: {words}")
            }));
            if let Some(bad) = &log.first_bad {
                // A checkpoint that is not as it was signed is no entry of the log.
                let head = log.breach == Some(Breach::Head);
                first_bad((!head).then_some(bad.position), bad, &mut lines);
            }
            if let Some(impact) = log.impact() {
                lines.push(format!("  影响 / impact: {impact}"));
            }
        }
        if let Some(receipts) = &self.receipts {
            lines.push(format!(
                "  回执 / receipts: 相符 {} / {} 张 / {0} of {1} hold",
                receipts.held, receipts.given
            ));
            if let Some((log, bad)) = &receipts.first_bad {
                lines.push(format!("  日志 / log {log}"));
                first_bad(Some(bad.position), bad, &mut lines);
            }
            lines.extend(
                receipts.doubts.iter().map(|doubt| format!("  未能核对 / not held: {doubt}")),
            );
        }
        lines.extend(self.next_steps());
        lines.push(LIMITS.to_owned());
        lines.push(format!("退出码 / exit code {}", self.exit_code()));
        lines.join("\n")
    }

    fn title(&self) -> String {
        let title = match self.outcome() {
            Outcome::Pass => "核验通过 / verified",
            Outcome::Fail => "核验不通过 / NOT verified",
            Outcome::CannotTell => "不能判定 / cannot tell",
        };
        match &self.only {
            Some(log) => format!("{title}(仅日志 {log} / only the log {log})"),
            None => title.to_owned(),
        }
    }

    fn next_steps(&self) -> Vec<String> {
        let limited = |limit| self.logs.iter().any(|log| log.limits.contains(&limit));
        let mut steps = Vec::new();
        if self.outcome() == Outcome::Fail {
            steps.push(
                "封存现场,不要再写入;用另一份副本或外部检查点比对,不要修补原账 / keep everything as \
                 it is and stop writing; compare with a replica or a checkpoint kept elsewhere; \
                 never mend the log itself",
            );
        }
        if self.logs.iter().any(|log| !log.unread.is_empty()) {
            steps.push(
                "检查文件权限与磁盘后重新核验 / check permissions and the disk, then verify again",
            );
        }
        if limited("no-checkpoint") {
            steps.push(
                "没有检查点,截尾和整体重写看不出来:plumb checkpoint show 可签发,或用 --checkpoint \
                 给出外部保存的一份 / without a checkpoint a cut tail or a rewritten log would not \
                 show: `plumb checkpoint show` signs one, or give one kept elsewhere with \
                 --checkpoint",
            );
        }
        if limited("no-checkpoint-could-be-verified") && self.outcome() != Outcome::Fail {
            steps.push(
                "有检查点,但未能用该公钥核对:用 --key 给出签发者的公钥 / there are checkpoints, but \
                 none could be checked with this key: give the signer's key with --key",
            );
        }
        if limited("no-checkpoint-from-outside") && self.outcome() == Outcome::Pass {
            steps.push(
                "上列日志中有的没有给出外部检查点:持有本机密钥者若把账整体重写、重新签名,本机数据看不出来;用 \
                 --checkpoint 给出存放在别处的一份 / no checkpoint from elsewhere was given for every \
                 log: whoever holds this machine's key could write a log anew and sign it, and \
                 nothing here would show it; give those that were kept elsewhere with --checkpoint",
            );
        }
        if limited(SECOND_LINES) || limited(SM3_HEAD) {
            steps.push(
                "另有 SM2 或 ML-DSA 签名行、SM3 检查点,本程序此次未核对:plumb verify --sm --ml-dsa / \
                 signature lines of SM2 or ML-DSA-44, or an SM3 head, are there and were not \
                 checked: `plumb verify --sm --ml-dsa`",
            );
        }
        if limited("key-taken-from-the-log") {
            steps.push(
                "公钥取自账本自身,改写账本者也能改写它:用 --key 给出外部得到的公钥更可靠 / the key was \
                 taken from the log itself, and whoever rewrote the log could rewrite it: --key \
                 with one obtained elsewhere proves more",
            );
        }
        steps.into_iter().map(|step| format!("  下一步 / next: {step}")).collect()
    }
}

fn coverage(log: &Verdict, lines: &mut Vec<String>) {
    let Verdict { log: name, checked, available, .. } = log;
    lines.push(format!(
        "  日志 / log {name}: 已核验 / checked {checked} / {available} 条(全部重新读取、重新计算)\
         / entries, all read and hashed again"
    ));
    let rest = available.saturating_sub(*checked);
    // Where something is wrong, the impact says it in its place.
    if rest > 0 && log.breach.is_none() {
        lines.push(format!(
            "  其余 {rest} 条不能由本机数据证明 / the other {rest} are not proved by these data"
        ));
    }
    if log.torn_bytes > 0 {
        lines.push(format!(
            "  末尾有 {} 字节未写完,从未回执,下次打开时弃去 / {0} bytes at the end were never wholly \
             written nor acknowledged; the next opening drops them",
            log.torn_bytes
        ));
    }
    for unread in &log.unread {
        lines.push(format!("  未能读取 / could not be read: {unread}"));
    }
}

fn closings(log: &Verdict, lines: &mut Vec<String>) {
    let Closings { recorded, held, covered } = log.closings;
    if recorded > 0 {
        lines.push(format!(
            "  日结 / closings: {held} / {recorded} 次的案件索引与账相符,最近一次覆盖前 {covered} 条 / \
             the stream index of {held} of {recorded} is that of the entries; the last covers the \
             first {covered}"
        ));
    }
}

fn openings(log: &Verdict, lines: &mut Vec<String>) {
    let Openings { recorded, allowed } = log.openings;
    if recorded > 0 {
        lines.push(format!(
            "  开启密封项 / openings: {allowed} / {recorded} 次合于当时有效的角色 / {allowed} of \
             {recorded} were allowed by the roles then in force"
        ));
    }
}

fn checkpoints(log: &Verdict, lines: &mut Vec<String>) {
    for held in &log.checkpoints {
        let size = held.size.map_or_else(|| "?".to_owned(), |size| size.to_string());
        let place = &held.place;
        lines.push(match &held.doubt {
            Some(doubt) => {
                format!("  检查点 / checkpoint {place}: 未能核对 / could not be checked: {doubt}")
            }
            None if held.fits => format!(
                "  检查点 / checkpoint {place}: 前 {size} 条相符 / the first {size} entries fit"
            ),
            None => format!("  检查点 / checkpoint {place}: 不符 / does not fit ({size})"),
        });
    }
    if log.covered > 0 && log.covered < log.checked {
        lines.push(format!(
            "  {} 条在检查点之后,仅由哈希链核对 / {0} entries after the checkpoint are held by the \
             chain only",
            log.checked - log.covered
        ));
    }
    if let Some(key) = &log.key {
        let origin =
            if key.given { "外部给定 / given" } else { "取自账本 / taken from the log" };
        lines.push(format!("  公钥 / key ({origin}): {}", key.vkey));
    }
}

fn first_bad(position: Option<u64>, bad: &FirstBad, lines: &mut Vec<String>) {
    let what = match position {
        Some(position) => format!("第 {position} 号记录 / the entry at position {position}"),
        None => "检查点文件 / the checkpoint itself".to_owned(),
    };
    lines.push(format!("  首处异常 / first bad: {what}"));
    if let Some(stream) = &bad.stream {
        lines.push(format!("  案件 / stream: {stream}"));
    }
    if let Some(id) = &bad.id {
        lines.push(format!("  事件 / event id: {id}"));
    }
    lines.push(format!("  原因 / reason: {}", bad.reason));
    lines.push(format!("  位置 / place: {}", bad.place));
}
