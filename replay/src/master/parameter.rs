//! MD38 参数: P01–P26 of the specification §0.5, dated and set by events.

use super::table::Row;
use crate::event::Body;
use crate::integrity::json::Json;

/// One setting of one parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub id: Box<str>,
    pub value: Json<'static>,
}

impl Row for Parameter {
    const ENTITY: &'static str = "parameter";

    fn read(body: &Body<'_>) -> Parameter {
        Parameter {
            id: body.text("id").unwrap_or_default().as_ref().into(),
            value: body.json("value").map_or(Json::Null, Json::into_owned),
        }
    }

    fn key(&self) -> &str {
        &self.id
    }
}
