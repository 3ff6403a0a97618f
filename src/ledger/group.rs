//! The group under way: events that have a place and are not yet durable, and
//! how to take them back. Owned by the sequencer.

use super::memory::Key;
use super::queue::Answers;
use crate::index::Noted;
use plumbline_replay::integrity::chain::Digest;
use plumbline_replay::integrity::frame::{FrameBuilder, Mark};
use tokio::sync::oneshot;

/// What a key meant before this group.
type Before = (Key, Option<u64>);

/// Events placed in one frame, and who waits for them.
pub(super) struct Group {
    pub frame: FrameBuilder,
    pub leaves: Vec<Digest>,
    /// As many as leaves.
    pub noted: Vec<Option<Noted>>,
    pub ids: Vec<Before>,
    pub revisions: Vec<Before>,
    pub answers: Vec<(oneshot::Sender<Answers>, Answers)>,
    start: Mark,
}

/// A place in the group to come back to.
pub(super) struct GroupMark {
    pub frame: Mark,
    pub leaves: usize,
    pub ids: usize,
    pub revisions: usize,
}

impl Group {
    /// `frame` must be empty.
    pub fn new(frame: FrameBuilder) -> Group {
        let start = frame.mark();
        let (leaves, noted, ids, revisions, answers) = Default::default();
        Group { frame, leaves, noted, ids, revisions, answers, start }
    }

    pub fn mark(&self) -> GroupMark {
        GroupMark {
            frame: self.frame.mark(),
            leaves: self.leaves.len(),
            ids: self.ids.len(),
            revisions: self.revisions.len(),
        }
    }

    /// The mark of the empty group.
    pub fn start(&self) -> GroupMark {
        GroupMark { frame: self.start, leaves: 0, ids: 0, revisions: 0 }
    }

    /// Begins the next group at `position` after the entry hashed `previous`.
    pub fn reset(&mut self, position: u64, previous: Digest) {
        self.frame.restart(position, previous);
        self.leaves.clear();
        self.noted.clear();
        self.ids.clear();
        self.revisions.clear();
    }
}
