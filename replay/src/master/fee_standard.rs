//! MD05 收费标准: what one measure costs, at least and at most.

use super::table::Row;
use crate::event::Body;

/// How a standard prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    Fixed,
    Range,
    Tiered,
    Percentage,
    /// Not stated, or a word that this program does not know.
    Unknown,
}

/// One standard of one fee item.
#[derive(Clone, Debug)]
pub struct FeeStandard {
    pub fee_code: Box<str>,
    pub version: Box<str>,
    /// 计费单位, `台`
    pub unit_of_measure: Box<str>,
    pub pricing: Pricing,
    /// Fen for one measure.
    pub lower_fen: Option<i64>,
    pub upper_fen: Option<i64>,
}

impl Row for FeeStandard {
    const ENTITY: &'static str = "fee_standard";

    fn read(body: &Body<'_>) -> FeeStandard {
        let text = |name: &str| body.text(name).unwrap_or_default().as_ref().into();
        FeeStandard {
            fee_code: text("fee_code"),
            version: text("version"),
            unit_of_measure: text("unit_of_measure"),
            pricing: match body.text("pricing").as_deref() {
                Some("fixed") => Pricing::Fixed,
                Some("range") => Pricing::Range,
                Some("tiered") => Pricing::Tiered,
                Some("percentage") => Pricing::Percentage,
                _ => Pricing::Unknown,
            },
            lower_fen: body.int("lower_fen"),
            upper_fen: body.int("upper_fen"),
        }
    }

    fn key(&self) -> &str {
        &self.fee_code
    }
}
