//! Verification of a bundle: every file by the manifest, the manifest and the
//! checkpoint by the log's key, every entry by its proof, every value that was
//! opened by its digest, and what follows from the entries by making it again.
//!
//! All checks are made even where one fails, so that the report names every place.

use super::about::About;
use super::derive::{Derived, derive, rules, without_words, words};
use super::pack::Pack;
use super::page::page_data;
use super::report::{Check, NOT_COMPLETE, Report};
use super::{entries, file, keys};
use crate::integrity::checkpoint::{Checkpoint, VerifyingKey};
use crate::integrity::issue::Issue;
use crate::integrity::note::{Note, NoteError};
use crate::integrity::policy::Policy;
use crate::manifest::{FileDigest, Manifest, Of};
use crate::rules::{Ask, register};
use crate::state::Moment;
use crate::succession::{HeadError, Later, Succession};
use crate::time::civil::Zone;
use crate::walk::{SECOND_LINES, carries_other_algorithms};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a bundle is held against: obtained elsewhere, by whoever verifies.
#[derive(Debug, Default)]
pub struct Against {
    /// Public keys of logs.
    pub keys: Vec<String>,
    /// Changes of the log's key: one that came after the bundle is followed back to the
    /// bundle's by them.
    pub key_changes: Later,
    /// Checkpoints, each with the place it was read from.
    pub checkpoints: Vec<(String, String)>,
    /// Which witnesses must have cosigned.
    pub policy: Option<Policy>,
    /// Threads that judge.
    pub threads: usize,
}

/// Verifies a bundle.
pub fn verify(pack: &Pack, against: &Against) -> Report {
    let mut report = Report::default();
    let mut read = Check::new("about", "包的说明", "what the bundle says of itself");
    let about = match pack.get(file::ABOUT).map(About::read) {
        Some(Ok(about)) => {
            read.right();
            Some(about)
        }
        Some(Err(reason)) => {
            read.wrong(file::ABOUT, reason);
            None
        }
        None => {
            read.wrong(file::ABOUT, "不在包内 / it is not there");
            None
        }
    };
    report.checks.push(read);
    report.checks.push(files(pack));
    report.checks.push(page(pack));
    let Some(about) = about else { return report };
    let believed = keys::believed(pack, &about, against);
    report.checks.push(believed.check);
    let key = believed.signer.as_ref();
    report.checks.push(issued(pack, &about, key));
    let (head, signed) = checkpoint(pack, &about, believed.keys.as_ref(), against);
    report.checks.push(signed);
    let note = pack.get(file::CHECKPOINT).and_then(|bytes| std::str::from_utf8(bytes).ok());
    if note.is_some_and(carries_other_algorithms) {
        report.limits.push(SECOND_LINES);
    }
    let found = entries::Found::read(pack, &about, head.as_ref());
    report.checks.extend(found.checks(&about, pack));
    match found.complete(&about, pack, head.as_ref(), key) {
        Some(complete) => report.checks.push(complete),
        None => report.limits.push(NOT_COMPLETE),
    }
    report.checks.push(derived(pack, &about, &found, against.threads));
    report.about = Some(about);
    report
}

const MISSING: &str = "不在包内 / it is not there";

/// Every file is in the manifest as it is, and no other is there.
fn files(pack: &Pack) -> Check {
    let mut check = Check::new("files", "文件与清单", "files as the manifest lists them");
    let Some(bytes) = pack.get(file::MANIFEST) else {
        check.wrong(file::MANIFEST, MISSING);
        return check;
    };
    let manifest = match Manifest::read(Of::Bundle, bytes) {
        Ok(manifest) => manifest,
        Err(reason) => {
            check.wrong(file::MANIFEST, reason);
            return check;
        }
    };
    let Ok((right, flaws)) = manifest.hold(pack);
    (0..right).for_each(|_| check.right());
    flaws.into_iter().for_each(|flaw| check.wrong(flaw.path, flaw.reason));
    let listed: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    let beside = [file::MANIFEST, file::ISSUED, file::PAGE];
    for path in file::IN_PAGE.iter().filter(|path| !beside.contains(path)) {
        let optional = **path == *file::DISCLOSURES;
        if !optional && !listed.contains(path) {
            check
                .wrong(*path, "清单缺少必备文件 / the manifest lacks a file that every bundle has");
        }
    }
    check
}

/// The page is the program's, around the very data of the other files.
fn page(pack: &Pack) -> Check {
    let mut check = Check::new("page", "核验页面", "the page carries these very data");
    let manifest = pack.get(file::MANIFEST).map(|bytes| Manifest::read(Of::Bundle, bytes));
    let page = manifest.and_then(|manifest| manifest.ok()?.page);
    let (Some(page), Some(bytes)) = (page, pack.get(file::PAGE)) else {
        check.wrong(file::PAGE, MISSING);
        return check;
    };
    let data = page_data(pack, page.carries.iter().map(String::as_str));
    let parts = split(bytes, page.head.size, data.len(), page.tail.size);
    let Some((head, middle, tail)) = parts else {
        check.wrong(file::PAGE, "长度与清单不符 / another length than the manifest says");
        return check;
    };
    for (part, listed) in [(head, &page.head), (tail, &page.tail)] {
        match FileDigest::of(&listed.path, part) == *listed {
            true => check.right(),
            false => check.wrong(
                format!("{} {}", file::PAGE, listed.path),
                "程序或版式被改 / its program or layout was changed",
            ),
        }
    }
    match middle == data.as_bytes() {
        true => check.right(),
        false => {
            let same = middle.iter().zip(data.as_bytes()).take_while(|(a, b)| a == b).count();
            let at = head.len() + same;
            let reason = "页面所载数据与包内文件不同 / it carries other data than the files";
            check.wrong(format!("{} byte {at}", file::PAGE), reason);
        }
    }
    check
}

fn split(bytes: &[u8], head: u64, data: usize, tail: u64) -> Option<(&[u8], &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(usize::try_from(head).ok()?)?;
    let (middle, rest) = rest.split_at_checked(data)?;
    (rest.len() as u64 == tail).then_some((head, middle, rest))
}

/// The log's key has signed this manifest.
fn issued(pack: &Pack, about: &About, key: Option<&VerifyingKey>) -> Check {
    let mut check = Check::new("issued", "清单签名", "the log signed the manifest");
    let note = pack.get(file::ISSUED).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let (Some(note), Some(manifest), Some(key)) = (note, pack.get(file::MANIFEST), key) else {
        check.wrong(file::ISSUED, MISSING);
        return check;
    };
    let manifest = Manifest::digest(manifest);
    let issue = Issue { of: Of::Bundle, origin: &about.origin, manifest };
    match issue.verify(key, note) {
        Ok(()) => check.right(),
        Err(error) => check.wrong(file::ISSUED, error.to_string()),
    }
    check
}

/// The checkpoint is signed, is what the bundle says, and fits those from outside.
fn checkpoint(
    pack: &Pack,
    about: &About,
    keys: Option<&Succession>,
    against: &Against,
) -> (Option<Checkpoint>, Check) {
    let mut check = Check::new("checkpoint", "检查点", "the signed checkpoint");
    let note = pack.get(file::CHECKPOINT).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let (Some(note), Some(keys)) = (note, keys) else {
        check.wrong(file::CHECKPOINT, MISSING);
        return (None, check);
    };
    let head = match keys.verify(note) {
        Ok(head) => head,
        Err(error) => {
            check.wrong(file::CHECKPOINT, error.to_string());
            return (None, check);
        }
    };
    if head.origin == about.origin && head.size == about.log_size {
        check.right();
    } else {
        let reason = format!(
            "检查点为 {} 条,包称 {} 条 / it is of {0} entries, the bundle says {1}",
            head.size, about.log_size
        );
        check.wrong(file::CHECKPOINT, reason);
    }
    for (place, other) in &against.checkpoints {
        outside(&mut check, keys, &head, place, other);
    }
    if let Some(policy) = &against.policy {
        witnessed(&mut check, policy, note);
    }
    (Some(head), check)
}

fn outside(check: &mut Check, keys: &Succession, head: &Checkpoint, place: &str, note: &str) {
    match keys.verify(note) {
        Ok(other) if other.size == head.size && other.root == head.root => check.right(),
        Ok(other) if other.size == head.size => {
            let reason = "同一条数签过两个根:日志分叉 / two roots signed for one size: the log is forked";
            check.wrong(place, reason);
        }
        Ok(other) => check.doubt(
            place,
            format!(
                "条数不同({} 与 {}),须以一致性证明相比 / of another size; a consistency proof compares \
                 them",
                other.size, head.size
            ),
        ),
        Err(HeadError::Note(error @ NoteError::BadSignature(_))) => {
            check.wrong(place, error.to_string());
        }
        Err(HeadError::Note(error)) => check.doubt(place, error.to_string()),
        Err(error) => check.wrong(place, error.to_string()),
    }
}

fn witnessed(check: &mut Check, policy: &Policy, note: &str) {
    match Note::parse(note).and_then(|note| policy.judge(&note)) {
        Ok(judged) if judged.met => check.right(),
        Ok(judged) => {
            let missing = judged.missing.join(", ");
            check.doubt(file::CHECKPOINT, format!("见证不足 / too few witnesses: {missing}"));
        }
        Err(error) => check.wrong(file::CHECKPOINT, error.to_string()),
    }
}

/// What follows from the entries is made again.
fn derived(pack: &Pack, about: &About, found: &entries::Found<'_>, threads: usize) -> Check {
    let mut check = Check::new(
        "derived",
        "规则、日历、目录与疑点重新生成",
        "rules, calendar, rows and findings made again",
    );
    let zone = Zone::fixed(about.time_zone_minutes);
    let (Some(as_of), Some(known_at)) = (zone.instant(&about.as_of), zone.instant(&about.known_at))
    else {
        check.wrong(file::ABOUT, "时刻不可读 / a moment that cannot be read");
        return check;
    };
    if about.rule_set != register::digest() {
        let reason = "本程序的规则集与制包时不同,不能重新判定;用制包时的版本核验 / this program has another \
                      rule set than made the bundle and cannot judge again: verify with the version \
                      that made it";
        check.doubt(file::RULES, reason);
        return check;
    }
    let moment = Moment { as_of, known_at };
    let ask = Ask { moment, zone, sealed_given: false, threads: threads.max(1) };
    let streams: BTreeSet<&str> = about.cases.iter().map(|case| case.stream.as_str()).collect();
    match derive(&found.blocks(), &streams, ask) {
        Ok(made) => {
            let mut again = Again { check, made, same_words: about.words == words() };
            again.files(pack);
            again.named(about);
            again.findings(pack, found, &streams);
            again.check
        }
        Err(error) => {
            check.wrong(file::CASE, error.to_string());
            check
        }
    }
}

/// What was made again, held against what a bundle has. A version with other words
/// compares facts alone, and where they differ proves nothing: its rules may have
/// been corrected since.
struct Again {
    check: Check,
    made: Derived,
    same_words: bool,
}

impl Again {
    fn differs(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        match self.same_words {
            true => self.check.wrong(place, reason),
            false => self.check.doubt(place, reason),
        }
    }

    /// The labels of event types are words alone: the manifest covers them.
    fn files(&mut self, pack: &Pack) {
        for (path, again) in [
            (file::RULES, rules()),
            (file::CALENDAR, self.made.calendar.clone()),
            (file::CATALOGUE, self.made.catalogue.clone()),
            (file::ATTACHMENTS, self.made.attachments.clone()),
        ] {
            let found = pack.get(path).unwrap_or_default();
            if found == again || (!self.same_words && facts(found) == facts(&again)) {
                self.check.right();
                continue;
            }
            let (mut a, mut b) = (found.split(|b| *b == b'\n'), again.split(|b| *b == b'\n'));
            let line = 1 + std::iter::from_fn(|| Some((a.next()?, b.next()?)))
                .take_while(|(one, other)| one == other)
                .count();
            self.differs(format!("{path}:{line}"), "重新生成的内容不同 / made again, it differs");
        }
    }

    /// What the bundle names by digest or version.
    fn named(&mut self, about: &About) {
        let Derived { master_data, calendar_version, .. } = &self.made;
        for (what, said, again) in [
            ("master_data", &about.master_data, master_data.clone()),
            ("calendar", &about.calendar, calendar_version.clone()),
            ("judged_alone", &about.judged_alone, self.made.judged_alone()),
        ] {
            match *said == again {
                true => self.check.right(),
                false => self.differs(
                    format!("{} {what}", file::ABOUT),
                    format!("重新生成为 {again} / made again it is {again}"),
                ),
            }
        }
    }

    fn findings(&mut self, pack: &Pack, found: &entries::Found<'_>, streams: &BTreeSet<&str>) {
        for (at, line) in pack.lines(file::FINDINGS).into_iter().enumerate() {
            let place = format!("{}:{}", file::FINDINGS, at + 1);
            let (json, again) = match finding(line, found, streams) {
                Ok(read) => read,
                Err(reason) => {
                    self.check.wrong(place, reason);
                    continue;
                }
            };
            let alone = if self.same_words { &self.made.alone } else { &self.made.facts };
            match again == Some(Value::Bool(alone.contains(&self.told(json)))) {
                true => self.check.right(),
                false => self.differs(
                    place,
                    "以包内记录重新判定,结果不同 / judged again by these entries, it differs",
                ),
            }
        }
    }

    /// A finding as it is compared.
    fn told(&self, mut finding: Value) -> String {
        if !self.same_words {
            without_words(&mut finding);
        }
        finding.to_string()
    }
}

/// A document without its words; `None` if it is no JSON.
fn facts(bytes: &[u8]) -> Option<Value> {
    let mut json = serde_json::from_slice(bytes).ok()?;
    without_words(&mut json);
    Some(json)
}

/// A finding of the bundle, and its mark; or why it is none of its.
fn finding(
    line: &[u8],
    found: &entries::Found<'_>,
    streams: &BTreeSet<&str>,
) -> Result<(Value, Option<Value>), String> {
    let mut json: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let again = json.as_object_mut().and_then(|members| members.remove("again"));
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default();
    if !streams.contains(text("stream")) {
        return Err("不是本包案件的疑点 / of a case that is not in the bundle".to_owned());
    }
    let places = json.get("places").and_then(Value::as_array);
    for place in places.into_iter().flatten().filter_map(Value::as_str) {
        let position = place.strip_prefix("open/").and_then(|text| text.parse().ok());
        if !position.is_some_and(|position| found.holds(position)) {
            return Err(format!(
                "所据记录 {place} 不在包内 / it rests on {place}, which is not here"
            ));
        }
    }
    Ok((json, again))
}
