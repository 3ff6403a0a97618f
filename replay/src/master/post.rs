//! MD11 职务任免: who holds which post of which unit.

use super::table::Row;
use crate::event::Body;

/// One appointment. Its term is the row's validity; an acting head (主持工作) is a
/// holder like any other.
#[derive(Clone, Debug)]
pub struct Post {
    pub unit: Box<str>,
    /// 主要负责人, 分管负责人, 首席代表, …
    pub post: Box<str>,
    pub officer: Box<str>,
}

impl Row for Post {
    const ENTITY: &'static str = "post";

    fn read(body: &Body<'_>) -> Post {
        let text = |name: &str| body.text(name).unwrap_or_default().as_ref().into();
        Post { unit: text("unit"), post: text("post"), officer: text("officer_id") }
    }

    fn key(&self) -> &str {
        &self.unit
    }
}
