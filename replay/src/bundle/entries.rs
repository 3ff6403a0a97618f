//! The entries of a bundle held against their proofs, their cases and the values
//! that were opened.

use super::about::About;
use super::pack::Pack;
use super::proof::NodeTable;
use super::report::Check;
use super::{file, keys};
use crate::extract::{self, Judgement};
use crate::integrity::base64::Base64UrlUnpadded;
use crate::integrity::chain::{Digest, entry_hash};
use crate::integrity::checkpoint::{Checkpoint, VerifyingKey};
use crate::integrity::entry::{Fields, scan};
use crate::integrity::json::{Json, parse};
use crate::integrity::proof::{inclusion, verify_inclusion};
use crate::integrity::strict::StrictReader;
use crate::integrity::tree::leaf_hash;
use crate::walk::Outcome;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// One entry as it lies in a bundle.
struct Entry<'p> {
    /// File and line.
    place: String,
    bytes: &'p [u8],
    fields: Fields<'p>,
    hash: Digest,
}

/// The entries that could be read, by position, and what was wrong with others.
pub struct Found<'p> {
    entries: BTreeMap<u64, Entry<'p>>,
    check: Check,
}

impl<'p> Found<'p> {
    /// Reads the entries and proves each to be under the checkpoint.
    pub fn read(pack: &'p Pack, about: &About, head: Option<&Checkpoint>) -> Found<'p> {
        let check = Check::new("entries", "记录与存在证明", "entries and their inclusion proofs");
        let mut found = Found { entries: BTreeMap::new(), check };
        for (path, nodes) in [(file::CASE, file::CASE_NODES), (file::MASTER, file::MASTER_NODES)] {
            let table = match NodeTable::read(pack.get(nodes).unwrap_or_default()) {
                Ok(table) => table,
                Err(line) => {
                    let place = format!("{nodes}:{line}");
                    found.check.wrong(place, "不是节点,或次序不对 / no node, or out of order");
                    NodeTable::default()
                }
            };
            found.take(path, pack.lines(path), &table, head);
        }
        found.links();
        found.genesis(about, pack);
        found
    }

    fn take(
        &mut self,
        path: &str,
        lines: Vec<&'p [u8]>,
        table: &NodeTable,
        head: Option<&Checkpoint>,
    ) {
        let mut reader = StrictReader::new();
        let mut last = None;
        for (at, bytes) in lines.into_iter().enumerate() {
            let place = format!("{path}:{}", at + 1);
            let fields = reader.entry(bytes).and_then(|_| scan(bytes).ok());
            let Some(fields) = fields else {
                self.check.wrong(place, "不是规范的记录 / not an entry in its one spelling");
                continue;
            };
            let position = fields.position;
            let named = format!("{place} 第 {position} 号 / position {position}");
            if last.is_some_and(|last| last >= position) || self.entries.contains_key(&position) {
                self.check.wrong(named, "重复或次序不对 / it stands twice, or out of order");
                continue;
            }
            last = Some(position);
            match head.map(|head| proved(bytes, position, table, head)) {
                Some(Ok(())) => self.check.right(),
                Some(Err(reason)) => self.check.wrong(named, reason),
                None => {
                    self.check.doubt(named, "没有检查点可比 / no checkpoint to hold it against")
                }
            }
            let hash = entry_hash(bytes);
            self.entries.insert(position, Entry { place, bytes, fields, hash });
        }
    }

    /// Where two neighbours are here, the later names the earlier.
    fn links(&mut self) {
        let mut before: Option<(u64, Digest)> = None;
        for (position, entry) in &self.entries {
            let linked = before
                .is_none_or(|(at, hash)| at + 1 != *position || hash == entry.fields.previous);
            if !linked {
                let reason = "与前一条不相接 / it does not continue the entry before";
                self.check.wrong(entry.place.clone(), reason);
            }
            before = Some((*position, entry.hash));
        }
    }

    /// Entry 0 names the log and its first key, and the changes after it lead to the key
    /// that the bundle names.
    fn genesis(&mut self, about: &About, pack: &Pack) {
        let first = self.entries.get(&0).and_then(|entry| parse(entry.bytes).ok());
        let Some(first) = first else {
            let reason = "缺创世记录 / entry 0 is not there";
            return self.check.wrong(file::CASE, reason);
        };
        let keys = match keys::told(pack) {
            Ok(keys) => keys,
            Err((position, reason)) => {
                let place = format!("{} 第 {position} 号 / position {position}", file::CASE);
                return self.check.wrong(place, format!("更换密钥不成立 / {reason}"));
            }
        };
        let fits = keys.is_some_and(|keys| {
            let founded = keys.terms().first().map(|term| term.key.name().to_owned());
            founded == keys::founded_as(&first)
                && keys.current().name() == about.origin
                && keys.current().vkey() == about.vkey
        });
        if !fits {
            let reason =
                "与第 0 号记录所载的日志或公钥不同 / not the log or the key that entry 0 names";
            self.check.wrong(file::ABOUT, reason);
        }
    }

    pub fn holds(&self, position: u64) -> bool {
        self.entries.contains_key(&position)
    }

    /// All entries in order of position, as replay takes them.
    pub fn blocks(&self) -> Vec<Vec<Vec<u8>>> {
        vec![self.entries.values().map(|entry| entry.bytes.to_vec()).collect()]
    }

    /// The checks of the entries, the cases and the disclosures.
    pub fn checks(&self, about: &About, pack: &Pack) -> [Check; 3] {
        [self.check.clone(), self.cases(about), self.disclosures(about, pack)]
    }

    /// Every case is gap-free from its first entry and as long as the bundle says.
    fn cases(&self, about: &About) -> Check {
        let mut check = Check::new("cases", "案件连续", "cases without gaps");
        let mut streams: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
        for entry in self.entries.values() {
            streams.entry(entry.fields.stream).or_default().push(entry);
        }
        for case in &about.cases {
            let entries = streams.get(case.stream.as_str()).map_or(&[][..], Vec::as_slice);
            let gap = (0..).zip(entries).find(|(due, entry)| entry.fields.revision != *due);
            if let Some((due, entry)) = gap {
                let reason = format!("缺第 {due} 版次 / revision {due} is missing before it");
                check.wrong(entry.place.clone(), reason);
                continue;
            }
            let last = entries.last().map(|entry| entry.hash.to_string()).unwrap_or_default();
            if entries.len() as u64 != case.entries || last != case.last {
                let reason = format!(
                    "包称 {} 条,实有 {} 条 / {0} entries said, {1} here, or another last one",
                    case.entries,
                    entries.len()
                );
                check.wrong(case.stream.clone(), reason);
            } else {
                check.right();
            }
        }
        if about.cases.is_empty() {
            check.wrong(file::ABOUT, "没有案件 / no case");
        }
        check
    }

    /// The extracts that show that the cases' entries are all; `None` if there are none.
    pub fn complete(
        &self,
        about: &About,
        pack: &Pack,
        head: Option<&Checkpoint>,
        key: Option<&VerifyingKey>,
    ) -> Option<Check> {
        pack.paths().find(|path| path.starts_with(file::COMPLETE))?;
        let mut check = Check::new("complete", "案件完整", "these are all entries of the cases");
        for (at, case) in about.cases.iter().enumerate() {
            let path = file::complete(at);
            let document = pack.get(&path);
            match self.whole(&case.stream, document, head, key) {
                Ok(()) => check.right(),
                Err((Outcome::CannotTell, reason)) => check.doubt(path, reason),
                Err((_, reason)) => check.wrong(path, reason),
            }
        }
        Some(check)
    }

    fn whole(
        &self,
        stream: &str,
        document: Option<&[u8]>,
        head: Option<&Checkpoint>,
        key: Option<&VerifyingKey>,
    ) -> Result<(), (Outcome, String)> {
        let wrong = |reason: String| (Outcome::Fail, reason);
        let document = document.ok_or_else(|| wrong("不在包内 / it is not there".to_owned()))?;
        let extract = extract::parse(document).map_err(|error| wrong(error.to_string()))?;
        // One that is signed otherwise, or not at all, does not belong to this bundle.
        let under = key.and_then(|key| key.verify(&extract.note).ok());
        if extract.stream != stream || under.as_ref() != head {
            return Err(wrong("另一案件或检查点的证明 / of another case or checkpoint".to_owned()));
        }
        let vkey = key.map(VerifyingKey::vkey);
        let judged =
            Judgement::of(&extract, vkey.as_deref()).map_err(|error| wrong(error.to_string()))?;
        if judged.outcome() != Outcome::Pass {
            return Err((judged.outcome(), judged.words()));
        }
        let own = self.entries.values().filter(|entry| entry.fields.stream == stream);
        let proved = extract.entries.iter().map(|included| included.entry.as_slice());
        match own.map(|entry| entry.bytes).eq(proved) {
            true => Ok(()),
            false => Err(wrong(
                "包内记录不是案件的全部 / the entries here are not all of them".to_owned(),
            )),
        }
    }

    /// Every opened value has the digest that stands in its entry.
    fn disclosures(&self, about: &About, pack: &Pack) -> Check {
        let mut check = Check::new("disclosures", "披露的原值", "values that were opened");
        let lines = pack.lines(file::DISCLOSURES);
        if about.level == About::MASKED && pack.get(file::DISCLOSURES).is_some() {
            check.wrong(file::DISCLOSURES, "遮蔽级不应有原值 / a masked bundle opens no value");
        }
        if about.level == About::FULL {
            let distinct: BTreeSet<&String> = about.prepared.approved_by.iter().collect();
            if distinct.len() < 2 {
                check.wrong(file::ABOUT, "未经两人批准 / not approved by two persons");
            }
        }
        let mut seen = BTreeSet::new();
        for (at, line) in lines.into_iter().enumerate() {
            let place = format!("{}:{}", file::DISCLOSURES, at + 1);
            match self.disclosed(line) {
                Ok(digest) if seen.insert(digest.clone()) => check.right(),
                Ok(_) => check.wrong(place, "重复 / it stands twice"),
                Err(reason) => check.wrong(place, reason),
            }
        }
        check
    }

    /// The digest of a disclosure that belongs to its entry.
    fn disclosed(&self, line: &[u8]) -> Result<String, String> {
        let json = parse(line).map_err(|error| error.to_string())?;
        let position = json.get("position").and_then(Json::as_int);
        let text = json.get("disclosure").and_then(Json::as_str).unwrap_or_default();
        let name = json.get("member").and_then(Json::as_str).unwrap_or_default();
        let position = position.and_then(|position| u64::try_from(position).ok());
        let entry = position.and_then(|position| self.entries.get(&position));
        let entry = entry.ok_or("所属记录不在包内 / its entry is not here")?;
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(text.as_bytes()));
        let body = parse(entry.fields.body.unwrap_or(b"{}")).map_err(|error| error.to_string())?;
        let sealed = body.get("_sd").and_then(Json::as_list).unwrap_or_default();
        if !sealed.iter().any(|one| one.as_str() == Some(&digest)) {
            return Err("记录中没有它的摘要 / its digest is not in the entry".to_owned());
        }
        let opened = Base64UrlUnpadded::decode_vec(text).unwrap_or_default();
        let opened = parse(&opened).map_err(|error| error.to_string())?;
        match opened.as_list() {
            Some([_, Json::Text(own), _]) if own == name => Ok(digest),
            _ => Err("披露的成员名不符 / it opens another member than it says".to_owned()),
        }
    }
}

/// All entries of a bundle in order of position, as replay takes them. Whoever calls
/// has verified it.
pub fn entries_of(pack: &Pack) -> Vec<Vec<Vec<u8>>> {
    let lines = [file::CASE, file::MASTER].into_iter().flat_map(|path| pack.lines(path));
    let mut entries: Vec<(u64, &[u8])> =
        lines.filter_map(|line| Some((scan(line).ok()?.position, line))).collect();
    entries.sort_unstable_by_key(|(position, _)| *position);
    vec![entries.into_iter().map(|(_, entry)| entry.to_vec()).collect()]
}

fn proved(bytes: &[u8], position: u64, table: &NodeTable, head: &Checkpoint) -> Result<(), String> {
    let path = match inclusion(table, position, head.size) {
        Ok(Some(path)) => path,
        Ok(None) => {
            return Err(format!(
                "在检查点 {} 条之外 / beyond the checkpoint of {0} entries",
                head.size
            ));
        }
        Err((level, index)) => {
            return Err(format!("缺节点 {level} {index} / the node {level} {index} is missing"));
        }
    };
    let leaf = leaf_hash(bytes);
    verify_inclusion(&leaf, position, head.size, &head.root, &path).map_err(|error| {
        format!("证明不通向检查点 / its proof does not lead to the checkpoint: {error}")
    })
}
