//! M: master data 主数据 (§2.1, §3.9). Every row is made, changed and ended by an
//! event, so that it can be asked as in force at a day and as known at a moment.
//!
//! An entity is one item in its file: the three events of it have the same
//! members, the full row. A person's name and number are sealed.

pub(super) mod catalogue;
pub(super) mod fees;
pub(super) mod halls;
pub(super) mod inspections;
pub(super) mod parties;
pub(super) mod penalties;
pub(super) mod published;
pub(super) mod reference;
pub(super) mod units;

use super::member::{Kind, Member, NO, VERSION, may};

/// Members that every row has (specification §2.0). `recorded_at` is the envelope's.
#[rustfmt::skip]
mod every_row {
    use super::*;

    pub(super) const ID: Member = may("id", NO, "行编号(永不重用)", "id of the row, never reused");
    pub(super) const VERSION_: Member = may("version", VERSION, "版本", "version of the row");
    pub(super) const STATUS: Member = may("status", Kind::Text, "状态", "status");
    pub(super) const REASON: Member = may("reason", Kind::Text, "变更或终止的理由", "why it was changed or ended");
}

/// The three rows of an entity: `md.<entity>.registered`, `.changed`, `.ended`.
macro_rules! entity {
    ($code:literal, $name:literal, $zh:literal, $en:literal, [$($member:expr),* $(,)?]) => {{
        const MEMBERS: &[crate::event::member::Member] = &[
            $($member,)*
            crate::event::element::VALID_FROM,
            crate::event::element::VALID_TO,
            crate::event::element::BASIS_DOC_,
            crate::event::element::RETROACTIVE,
            crate::event::element::PUBLISHED_ON,
            crate::event::master::every_row::ID,
            crate::event::master::every_row::VERSION_,
            crate::event::master::every_row::STATUS,
            crate::event::master::every_row::REASON,
        ];
        use crate::event::register::{Visibility::Public, row};
        [
            row($code, concat!("md.", $name, ".registered.v1"), concat!($zh, "登记"),
                concat!($en, " registered"), Public, MEMBERS),
            row($code, concat!("md.", $name, ".changed.v1"), concat!($zh, "变更"),
                concat!($en, " changed"), Public, MEMBERS),
            row($code, concat!("md.", $name, ".ended.v1"), concat!($zh, "终止"),
                concat!($en, " ended"), Public, MEMBERS),
        ]
    }};
}
use entity;
