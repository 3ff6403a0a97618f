//! Cases in order of name, a page at a time. Which cases there are, and their
//! latest states, a read model says; another moment's states are folded from each
//! case's own entries.

use super::{Case, CaseError};
use crate::projection::ModelError;
use crate::reader::Reader;
use plumbline_replay::state::{CaseKind, CaseState, Moment};
use serde_json::{Value, json};

/// Which cases are asked for. Everything named must hold.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub kind: Option<CaseKind>,
    /// A state's code, `granted`.
    pub state: Option<String>,
    pub unit: Option<String>,
    /// Most cases of a page.
    pub limit: usize,
    /// The last stream of the page before.
    pub after: Option<String>,
}

/// One page of cases.
#[derive(Clone, Debug)]
pub struct Page {
    pub cases: Vec<CaseState>,
    /// There are more after the last one.
    pub more: bool,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Listing {
    /// Collects a page. `latest` calls its visitor with every latest state from a
    /// stream on, until it returns `false`; what it returns (how far the model has
    /// come) is handed through. With `past`, cases are told as of that moment, and
    /// those of which nothing counted yet are left out.
    pub fn page<T>(
        &self,
        latest: impl FnOnce(&str, &mut dyn FnMut(CaseState) -> bool) -> Result<T, ModelError>,
        past: Option<(&Reader, Moment)>,
    ) -> Result<(Page, T), ListError> {
        let mut page = Page { cases: Vec::new(), more: false };
        let mut failed = None;
        // The least name after the last one of the page before.
        let from = self.after.as_ref().map(|after| format!("{after}\0")).unwrap_or_default();
        let told = latest(&from, &mut |latest| {
            let state = match past {
                None => Ok(Some(latest)),
                Some((reader, moment)) => Case::find(reader, &latest.stream)
                    .and_then(|case| case.map(|case| case.state(moment)).transpose()),
            };
            match state {
                Ok(Some(state)) if state.events > 0 && self.holds(&state) => {
                    page.more = page.cases.len() >= self.limit;
                    if !page.more {
                        page.cases.push(state);
                    }
                }
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
            !page.more && failed.is_none()
        })?;
        failed.map_or(Ok((page, told)), |error| Err(error.into()))
    }

    fn holds(&self, state: &CaseState) -> bool {
        self.kind.is_none_or(|kind| kind == state.kind())
            && self.state.as_ref().is_none_or(|code| *code == state.state().code)
            && self.unit.as_ref().is_none_or(|unit| state.unit() == Some(unit))
    }
}

impl Page {
    /// The stream after which the next page begins, if there is one.
    pub fn next_after(&self) -> Option<&str> {
        self.cases.last().filter(|_| self.more).map(|case| case.stream.as_ref())
    }

    /// The page as scripts read it (`plumbline.case.list/1`). `position` entries of
    /// the log stand behind it.
    pub fn to_json(&self, log: &str, position: u64) -> Value {
        json!({
            "schema": "plumbline.case.list/1",
            "log": log,
            "log_size": position,
            "cases": self.cases.iter().map(CaseState::to_json).collect::<Vec<_>>(),
            "after": self.next_after(),
        })
    }
}
