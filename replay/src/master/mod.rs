//! Master data 主数据, regrown from M events: what the catalogue, the fee list, the
//! posts and the parameters said on any day, as known at any moment (§2).
//!
//! A table is one file and one line in [`tables!`]. Rows are never overwritten: a
//! later entry adds a version, and a question says on which day it asks and what
//! was known then. What this module does not know: cases, and whether any row is
//! lawful.

mod fee_standard;
mod parameter;
mod post;
mod table;

pub use fee_standard::{FeeStandard, Pricing};
pub use parameter::Parameter;
pub use post::Post;
pub use table::{At, Origin, Row, Table, Version};

use crate::event::Event;

/// The tables, each grown from the `md.<entity>.…` events of its row type.
macro_rules! tables {
    ($($name:ident: $row:ty, $doc:literal;)*) => {
        /// All master data of a ledger.
        #[derive(Default)]
        pub struct Master {
            $(#[doc = $doc] pub $name: Table<$row>,)*
        }

        impl Master {
            /// Adds one entry, in order of position. Entries of other types are
            /// passed over.
            pub fn apply(&mut self, event: &Event<'_>) {
                let Some((entity, verb)) = entity_and_verb(&event.kind) else { return };
                match entity {
                    $(<$row as Row>::ENTITY => self.$name.apply(verb, event),)*
                    _ => {}
                }
            }
        }
    };
}

tables! {
    fee_standards: FeeStandard, "MD05 收费标准, by `fee_code`";
    parameters: Parameter, "MD38 参数 P01–P26, by id";
    posts: Post, "MD11 职务任免, by unit";
}

/// `md.fee_item.registered.v1` → `fee_item`, `registered`.
fn entity_and_verb(kind: &str) -> Option<(&str, &str)> {
    let inner = kind.strip_prefix("md.")?;
    let (name, _version) = inner.rsplit_once('.')?;
    name.split_once('.')
}
