//! The register of questions, in the order of §5.2.

use super::{course, enforcement, money, numbers, oversight, record};
use crate::report::{About, Report};

/// What a question must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Stream,
    Unit,
    Party,
    Officer,
    /// An earlier moment to compare with (`--then`).
    Then,
}

impl Need {
    /// The option that tells it.
    pub fn option(self) -> &'static str {
        match self {
            Need::Stream => "--stream",
            Need::Unit => "--unit",
            Need::Party => "--party",
            Need::Officer => "--officer",
            Need::Then => "--then",
        }
    }

    /// Whether it was told.
    pub fn is_met(self, about: &About) -> bool {
        match self {
            Need::Stream => about.stream.is_some(),
            Need::Unit => about.unit.is_some(),
            Need::Party => about.party.is_some(),
            Need::Officer => about.officer.is_some(),
            Need::Then => about.then.is_some(),
        }
    }
}

/// One question.
pub struct Question {
    /// 1–23.
    pub number: u8,
    pub answer: &'static Report,
    pub needs: &'static [Need],
    /// Other commands that help with it.
    pub see_also: &'static [&'static str],
}

const fn question(
    number: u8,
    answer: &'static Report,
    needs: &'static [Need],
    see_also: &'static [&'static str],
) -> Question {
    Question { number, answer, needs, see_also }
}

/// Every question.
static QUESTIONS: &[Question] = &[
    question(1, &course::EVENTS, &[Need::Stream], &["plumb case timeline STREAM"]),
    question(2, &course::CATALOGUE, &[Need::Stream], &["plumb master show item CODE --on DATE"]),
    question(3, &course::PEOPLE, &[Need::Stream], &[]),
    question(4, &course::CLOCKS, &[Need::Stream], &["plumb clock due"]),
    question(5, &course::PROCEDURES, &[Need::Stream], &[]),
    question(6, &course::SUPPLEMENTS, &[Need::Stream], &[]),
    question(7, &course::HANDOFFS, &[Need::Stream], &[]),
    question(8, &numbers::GAPS, &[Need::Unit], &["plumb find run --rule RX.2"]),
    question(9, &numbers::RUSH, &[Need::Unit], &["plumb report run RP07"]),
    question(10, &money::FEES, &[], &["plumb report run RP06"]),
    question(11, &money::ASSOCIATIONS, &[Need::Unit], &[]),
    question(12, &money::INTERMEDIARIES, &[Need::Unit], &[]),
    question(13, &enforcement::ENTRIES, &[Need::Party], &["plumb report run RP09"]),
    question(14, &enforcement::EARLIER, &[Need::Stream], &["plumb report run RP11"]),
    question(15, &enforcement::ALIKE, &[Need::Stream], &["plumb report run RP12"]),
    question(16, &enforcement::TOLD, &[Need::Stream], &[]),
    question(17, &oversight::DISMISSERS, &[], &["plumb find list"]),
    question(18, &oversight::CONSEQUENCES, &[], &["plumb report run RP22"]),
    question(19, &oversight::THEN, &[Need::Then], &["plumb report verify FILE"]),
    question(
        20,
        &record::REPAIRS,
        &[Need::Stream],
        &["plumb prove inclusion", "plumb prove consistency"],
    ),
    question(21, &oversight::COMPLAINTS, &[Need::Unit], &[]),
    question(22, &record::ELSEWHERE, &[Need::Officer], &[]),
    question(23, &record::RETROACTIVE, &[Need::Then], &["plumb master retroactive"]),
];

/// Every question, in order of its number.
pub fn all() -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter()
}

/// The question with this number.
pub fn find(number: u8) -> Option<&'static Question> {
    all().find(|question| question.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_of_the_specification_has_its_place() {
        let numbers: Vec<u8> = all().map(|question| question.number).collect();
        assert_eq!(numbers, (1..=23).collect::<Vec<u8>>());
        for question in all() {
            assert_eq!(question.answer.id, format!("Q{:02}", question.number));
            assert!(!question.answer.columns.is_empty());
        }
    }
}
