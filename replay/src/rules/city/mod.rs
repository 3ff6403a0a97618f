//! What is gathered across cases for the rules that look across them: earlier
//! violations of a party, the numbers of a unit's decisions, who sat in the hall.
//!
//! A topic is one file and one line below. It notes facts case by case, in any
//! order, and must say the same whatever order cases come in. What this module
//! does not know: which rule asks.

mod determinations;

pub use determinations::{Decision, Determination, Determinations};

use super::bench::{Bench, Case};

/// Facts of one kind, gathered case by case.
trait Topic: Default + Send {
    fn note(&mut self, case: &Case<'_>);
    /// Takes in what another thread has noted.
    fn join(&mut self, other: Self);
}

macro_rules! topics {
    ($($name:ident: $topic:ty, $doc:literal;)*) => {
        /// All topics.
        #[derive(Default)]
        pub struct Topics {
            $(#[doc = $doc] pub $name: $topic,)*
        }

        impl Topics {
            pub(super) fn note(&mut self, case: &Case<'_>) {
                $(self.$name.note(case);)*
            }

            pub(super) fn join(&mut self, other: Topics) {
                $(self.$name.join(other.$name);)*
            }
        }
    };
}

topics! {
    determinations: Determinations, "核实认定 (K02), by finding";
}

/// All cases before a rule that looks across them.
pub struct City<'c> {
    pub bench: &'c Bench<'c>,
    pub topics: &'c Topics,
}
