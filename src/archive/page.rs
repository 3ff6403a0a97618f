//! The test of the four properties as a printable page that needs nothing else.

use super::properties::FourProperties;
use askama::Template;
use plumbline_replay::walk::Outcome;

#[derive(Template)]
#[template(path = "four_properties.html")]
struct Page<'r> {
    origin: &'r str,
    made_at: &'r str,
    properties: Vec<Shown<'r>>,
}

struct Shown<'r> {
    zh: &'r str,
    en: &'r str,
    verdict: &'static str,
    beyond: &'r str,
    tests: Vec<Row<'r>>,
}

struct Row<'r> {
    code: &'r str,
    zh: &'r str,
    en: &'r str,
    verdict: &'static str,
    figures: String,
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "通过 / pass",
        Outcome::Fail => "不通过 / fail",
        Outcome::CannotTell => "不能判定 / cannot tell",
    }
}

/// The page's bytes.
pub(super) fn render(report: &FourProperties) -> Vec<u8> {
    let properties = report.properties.iter().map(|property| Shown {
        zh: property.zh,
        en: property.en,
        verdict: words(property.outcome()),
        beyond: property.beyond,
        tests: property
            .tests
            .iter()
            .map(|test| {
                let named = test.figures.iter().map(|(name, value)| format!("{name} {value}"));
                let place = test.first_bad.iter().map(|place| format!("first: {place}"));
                Row {
                    code: test.code,
                    zh: test.zh,
                    en: test.en,
                    verdict: match test.counts {
                        true => words(test.outcome),
                        false => "非归档包所能判定,不计入 / not for an archive to decide",
                    },
                    figures: named.chain(place).collect::<Vec<_>>().join("; "),
                }
            })
            .collect(),
    });
    let page =
        Page { origin: &report.origin, made_at: &report.made_at, properties: properties.collect() };
    // Writing into a text cannot fail; an empty page would show in the manifest.
    page.render().unwrap_or_default().into_bytes()
}
