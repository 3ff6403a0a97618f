//! R3.4.3 末位淘汰: a ranking that anyone can compute again from scores and weights,
//! and both consequences for whoever is last. Whether they followed is RX.1's.
//!
//! The ranking is published by the city itself: being last in it is a fact and no
//! signal, so it stands as confirmed until people say otherwise.

use super::city::{City, Millionths, Placed, Ranking, Score};
use super::finding::{Finding, Findings, Outcome};
use super::noted::NotedAct;
use super::rule::{Check, Kind, Rule, Status};
use super::words::{listed, listed_en};
use crate::integrity::json::Json;
use crate::rules::coverage::Silence;
use crate::time::civil::parse_date;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) const LAST_PLACE: Rule = Rule {
    id: "R3.4.3",
    zh: "末位淘汰",
    en: "last-place system",
    quote: "综合考评实行末位淘汰制,对排位靠后的单位进行限期整改并通报批评",
    kind: Kind("R+W"),
    status: Status::Judged,
    checks: &[Check::City(rankings)],
    silence: Silence::Nothing,
    ..Rule::ENTRY
};

/// 排位靠后 (P15), where the parameter is not set.
const LAST_DEFAULT: i64 = 3;

fn rankings(city: &City<'_>, out: &mut Findings) {
    for ranking in city.topics.rankings.published() {
        let day = city.bench.zone.date(ranking.act.at);
        if ranking.list.is_empty() || !city.bench.decision_in_force(day) {
            continue;
        }
        reproduced(city, ranking, out);
        for unit in last(city, ranking, day) {
            out.add(last_place(city, ranking, unit));
        }
    }
}

/// Reasons why a ranking does not follow from scores and published weights.
#[derive(Default)]
struct Doubts<'t> {
    zh: Vec<String>,
    en: Vec<String>,
    rests_on: Vec<&'t NotedAct>,
}

impl Doubts<'_> {
    fn add(&mut self, zh: String, en: String) {
        self.zh.push(zh);
        self.en.push(en);
    }
}

fn reproduced(city: &City<'_>, ranking: &Ranking, out: &mut Findings) {
    let mut doubts = Doubts::default();
    let mut versions = BTreeSet::new();
    for placed in &ranking.list {
        match city.topics.rankings.score(&placed.unit, ranking) {
            Some(score) => {
                versions.insert(score.scheme.as_ref());
                recomputed(city, (ranking, placed, score), &mut doubts);
            }
            None => doubts.add(
                format!("{}没有得分记录", placed.unit),
                format!("{} has no score on record", placed.unit),
            ),
        }
        let better = ranking.list.iter().filter(|other| other.score > placed.score).count();
        if placed.rank != better as i64 + 1 {
            doubts.add(
                format!("{}名次应为{},公布为{}", placed.unit, better + 1, placed.rank),
                format!("{} ranks {} and is published as {}", placed.unit, better + 1, placed.rank),
            );
        }
    }
    if versions.len() > 1 {
        let versions: Vec<&str> = versions.into_iter().collect();
        doubts.add(
            format!("同一排名用了不同版本的权重({})", listed(&versions)),
            format!("one ranking by several versions of the weights ({})", listed_en(&versions)),
        );
    }
    if doubts.zh.is_empty() {
        return out.compliant(&LAST_PLACE);
    }
    let zh =
        format!("「{}」排名不能由得分和公布的权重重新算出:{}", ranking.group, doubts.zh.join(";"));
    let en = format!(
        "the ranking of {} cannot be computed again: {}",
        ranking.group,
        doubts.en.join("; ")
    );
    let finding = city.signal(&LAST_PLACE, &ranking.act, zh, en);
    out.add(finding.resting_on_noted(doubts.rests_on).because("doubts", json!(doubts.en)));
}

/// Weighs a unit's components again, by weights that were known before the period.
fn recomputed<'t>(
    city: &'t City<'_>,
    (ranking, placed, score): (&Ranking, &Placed, &'t Score),
    doubts: &mut Doubts<'t>,
) {
    let unit = &placed.unit;
    doubts.rests_on.push(&score.act);
    let Some(scheme) = city.topics.rankings.scheme(&score.scheme) else {
        let version = &score.scheme;
        return doubts.add(
            format!("{unit}所用权重版本{version}没有公布"),
            format!("the weights {version} of {unit} were never published"),
        );
    };
    doubts.rests_on.push(&scheme.act);
    let published = city.bench.zone.date(scheme.act.at);
    if first_day(&ranking.period).is_some_and(|first| published >= first) {
        doubts.add(
            format!("权重{}于{published}才公布,期间已经开始", scheme.version),
            format!("the weights {} were published on {published}, in the period", scheme.version),
        );
    }
    let lacking: Vec<&str> = scheme.weights.keys().map(AsRef::as_ref).collect();
    let lacking: Vec<&str> =
        lacking.into_iter().filter(|id| !score.components.contains_key(*id)).collect();
    if !lacking.is_empty() {
        return doubts.add(
            format!("{unit}没有{}的得分(没有办件),不能参加排名", listed(&lacking)),
            format!(
                "{unit} has nothing for {} (no cases) and cannot be ranked",
                listed_en(&lacking)
            ),
        );
    }
    let total: Millionths = scheme.weights.values().sum();
    let weighed = scheme.weights.iter().map(|(id, weight)| weight * score.components[id]);
    let weighed: Millionths = weighed.sum();
    // Published with two decimals, so half a hundredth either way.
    let apart = (placed.score * total - weighed).abs();
    if apart > total * 5_000 {
        let exact = if total == 0 { 0 } else { weighed / total };
        doubts.add(
            format!("{unit}按权重应得{},公布为{}", hundredths(exact), hundredths(placed.score)),
            format!(
                "{unit} reaches {}, published as {}",
                hundredths(exact),
                hundredths(placed.score)
            ),
        );
    }
}

/// `83.25`
fn hundredths(value: Millionths) -> String {
    let rounded = (value + 5_000).div_euclid(10_000);
    format!("{}.{:02}", rounded.div_euclid(100), rounded.rem_euclid(100))
}

/// The first day of `2022`, `2022-05` or `2022-Q2`.
fn first_day(period: &str) -> Option<NaiveDate> {
    let (year, rest) = period.split_once('-').unwrap_or((period, "01"));
    let month = match rest.strip_prefix('Q').map(str::parse::<u32>) {
        Some(quarter) => quarter.ok()?.checked_mul(3)?.checked_sub(2)?,
        None => rest.get(..2)?.parse().ok()?,
    };
    parse_date(&format!("{year}-{month:02}-01"))
}

/// Whoever is at the last places; of equals at the border all.
fn last<'r>(city: &City<'_>, ranking: &'r Ranking, day: NaiveDate) -> Vec<&'r Placed> {
    let set = city.bench.parameter("P15", city.bench.on(day));
    let of = |name: &str| set.and_then(|set| set.get(name)).and_then(Json::as_int);
    let units = ranking.list.len() as i64;
    let share = of("per_cent").map(|part| (units * part + 99).div_euclid(100));
    let alone = set.and_then(Json::as_int).or_else(|| of("last"));
    let places = match (alone, share) {
        (None, None) => LAST_DEFAULT,
        (alone, share) => alone.unwrap_or(0).max(share.unwrap_or(0)),
    };
    let mut scores: Vec<Millionths> = ranking.list.iter().map(|placed| placed.score).collect();
    scores.sort_unstable();
    let border = usize::try_from(places.min(units) - 1).ok().and_then(|at| scores.get(at));
    let Some(border) = border else { return Vec::new() };
    ranking.list.iter().filter(|placed| placed.score <= *border).collect()
}

fn last_place(city: &City<'_>, ranking: &Ranking, placed: &Placed) -> Finding {
    let Placed { unit, score, rank } = placed;
    let (group, period) = (&ranking.group, &ranking.period);
    let score = hundredths(*score);
    let zh =
        format!("{unit}在{period}「{group}」考评中得{score}分,名列第{rank},应限期整改并通报批评");
    let en = format!(
        "{unit} ranks {rank} of {group} in {period} with {score}: to be put right and criticised"
    );
    let finding = city.signal(&LAST_PLACE, &ranking.act, zh, en).outcome(Outcome::Confirmed);
    let finding = finding.matter(unit.clone());
    let answers = super::accountability::Accountable::unit(
        city.bench,
        Some(unit),
        ranking.act.at,
        Vec::new(),
    );
    Finding { accountable: answers, ..finding }
        .because("ranking", json!({ "score": score, "rank": rank, "units": ranking.list.len() }))
}
