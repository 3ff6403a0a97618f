//! 综合考评: schemes (H01), scores (H05) and published rankings (H06).

use super::{Case, Topic};
use crate::event::Event;
use crate::event::amount::Decimal;
use crate::integrity::json::Json;
use crate::packed::packed;
use crate::rules::noted::NotedAct;
use std::collections::BTreeMap;

/// Millionths: scores and weights are decimals, and rules know no floats.
pub type Millionths = i128;

/// Weights as published, and since when they are known.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub act: NotedAct,
    pub version: Box<str>,
    pub weights: BTreeMap<Box<str>, Millionths>,
}

/// What a unit reached in a period, by component.
#[derive(Clone, Debug)]
pub struct Score {
    pub act: NotedAct,
    pub unit: Box<str>,
    pub period: Box<str>,
    pub scheme: Box<str>,
    /// Components with a value; one without any (no case, nobody asked) is absent.
    pub components: BTreeMap<Box<str>, Millionths>,
}

/// A place in a ranking, as published.
#[derive(Clone, Debug)]
pub struct Placed {
    pub unit: Box<str>,
    pub score: Millionths,
    pub rank: i64,
}

/// A ranking of one group.
#[derive(Clone, Debug)]
pub struct Ranking {
    pub act: NotedAct,
    pub group: Box<str>,
    pub period: Box<str>,
    pub list: Vec<Placed>,
}

/// All of them, each in order of entries.
#[derive(Default)]
pub struct Rankings {
    schemes: Vec<Scheme>,
    scores: Vec<Score>,
    published: Vec<Ranking>,
}

impl Rankings {
    pub fn published(&self) -> &[Ranking] {
        &self.published
    }

    /// The weights of a version: of two with its name the last published.
    pub fn scheme(&self, version: &str) -> Option<&Scheme> {
        self.schemes.iter().rev().find(|scheme| scheme.version.as_ref() == version)
    }

    /// What a unit reached, as last computed before a ranking was published.
    pub fn score(&self, unit: &str, ranking: &Ranking) -> Option<&Score> {
        self.scores.iter().rev().find(|score| {
            score.unit.as_ref() == unit
                && score.period == ranking.period
                && score.act.order <= ranking.act.order
        })
    }

    fn sort(&mut self) {
        self.schemes.sort_by_key(|one| one.act.order);
        self.scores.sort_by_key(|one| one.act.order);
        self.published.sort_by_key(|one| one.act.order);
    }
}

fn number(value: &Json<'_>) -> Option<Millionths> {
    match value {
        Json::Int(whole) => Decimal::new(*whole, 0).millionths(),
        Json::Text(text) => Decimal::parse(text)?.millionths(),
        _ => None,
    }
}

/// `{"id": n}`, or rows that name each its id and value.
fn by_component(list: &Json<'_>, value: &str) -> BTreeMap<Box<str>, Millionths> {
    if let Some(members) = list.as_object() {
        let known = members.iter().filter_map(|(id, one)| Some((id.as_ref().into(), number(one)?)));
        return known.collect();
    }
    let rows = list.as_list().unwrap_or_default().iter();
    let row = |row: &Json<'_>| {
        let id = row.get("id").and_then(Json::as_str)?;
        Some((id.into(), number(row.get(value)?)?))
    };
    rows.filter_map(row).collect()
}

fn text(act: &Event<'_>, name: &str) -> Box<str> {
    act.body.text(name).unwrap_or_default().as_ref().into()
}

fn placed(row: &Json<'_>) -> Option<Placed> {
    Some(Placed {
        unit: row.get("unit")?.as_str()?.into(),
        score: number(row.get("score")?)?,
        rank: row.get("rank")?.as_int()?,
    })
}

impl Topic for Rankings {
    fn note(&mut self, case: &Case<'_>) {
        for act in case.all("eval.scheme.published") {
            let weights = act.body.json("components");
            self.schemes.push(Scheme {
                act: NotedAct::of(case, act),
                version: text(act, "version"),
                weights: weights.map(|list| by_component(&list, "weight")).unwrap_or_default(),
            });
        }
        for act in case.all("eval.score.computed") {
            let reached = act.body.json("components");
            self.scores.push(Score {
                act: NotedAct::of(case, act),
                unit: text(act, "unit"),
                period: text(act, "period"),
                scheme: text(act, "scheme_version"),
                components: reached.map(|list| by_component(&list, "score")).unwrap_or_default(),
            });
        }
        for act in case.all("eval.ranking.published") {
            let list = act.body.json("list");
            let list = list.as_ref().and_then(Json::as_list).unwrap_or_default();
            self.published.push(Ranking {
                act: NotedAct::of(case, act),
                group: text(act, "group"),
                period: text(act, "period"),
                list: list.iter().filter_map(placed).collect(),
            });
        }
        self.sort();
    }

    fn join(&mut self, other: Rankings) {
        self.schemes.extend(other.schemes);
        self.scores.extend(other.scores);
        self.published.extend(other.published);
        self.sort();
    }
}

packed! {
    Scheme { act, version, weights }
    Score { act, unit, period, scheme, components }
    Placed { unit, score, rank }
    Ranking { act, group, period, list }
    Rankings { schemes, scores, published }
}
