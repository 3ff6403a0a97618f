//! MD15–MD19, MD22 and what F events tell of the hall: windows, who belongs and who
//! sits there, what chief representatives may decide, seals and hours.

use super::column::{Any, Date, Flag, Int, Key, List, Text, row};
use super::table::Verb;
use crate::event::Event;

row! {
    /// MD15 大厅窗口
    Window, "window" by window_id, needs [unit, items, fee_window] {
        window_id: Key,
        hall_id: Text,
        hall_name: Text,
        /// 主厅, 分中心办事厅, 园区, 县.
        kind: Text,
        unit: Text,
        items: List<Box<str>>,
        fee_window: Flag,
        region: Text,
        camera: Flag,
        opening_hours: Any,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD16 核准应进厅名录
    HallRegister, "hall_register" by unit, needs [items, headcount] {
        unit: Key,
        items: List<Box<str>>,
        fee_items: List<Box<str>>,
        headcount: Int,
    }
}

row! {
    /// MD17 进厅人员: an officer is placed at one window at a time. From
    /// `md.assignment` rows and `hall.staff` events alike: the later recorded one
    /// speaks of its officer.
    Assignment, "assignment" by officer, needs [window, role, full_time] {
        officer: Key,
        window: Text,
        /// The unit that sent the officer.
        unit: Text,
        role: Text,
        from: Date,
        to: Date,
        replaces: Text,
        full_time: Flag,
        /// Why a withdrawal: 辞职, 调离, …
        reason: Text,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.staff.assigned", Verb::Registered),
            ("hall.staff.withdrawn", Verb::Ended),
        ];

        fn complete(&mut self, event: &Event<'_>) {
            self.unit = self.unit.take().or_else(|| unit_of(event));
        }

        fn identity(&self, _stream: &str) -> Box<str> {
            self.officer.clone()
        }

        /// The window and the unit.
        fn others(&self) -> Vec<&str> {
            [self.window.as_deref(), self.unit.as_deref()].into_iter().flatten().collect()
        }
    }
}

row! {
    /// MD18 首席代表授权书. From `md.authorisation` rows and `hall.authorisation`
    /// events alike: the later recorded one speaks of its unit and officer.
    Authorisation, "authorisation" by unit, needs [officer, powers, items] {
        unit: Key,
        officer: Text,
        items: List<Box<str>>,
        /// 受理, 审核, 决定, 用章, 送达, 收费.
        powers: List<Box<str>>,
        seal_id: Text,
        from: Date,
        to: Date,
        document: Any,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.authorisation.granted", Verb::Registered),
            ("hall.authorisation.changed", Verb::Changed),
            ("hall.authorisation.revoked", Verb::Ended),
        ];

        fn complete(&mut self, event: &Event<'_>) {
            if self.unit.is_empty() {
                self.unit = unit_of(event).unwrap_or_default();
            }
        }

        fn identity(&self, _stream: &str) -> Box<str> {
            format!("{} {}", self.unit, self.officer.as_deref().unwrap_or_default()).into()
        }

        /// The officer.
        fn others(&self) -> Vec<&str> {
            self.officer.as_deref().into_iter().collect()
        }
    }
}

impl Authorisation {
    /// Whether it gives a power: 决定, 用章, …
    pub fn grants(&self, power: &str) -> bool {
        self.powers.iter().flatten().any(|own| own.as_ref() == power)
    }

    /// Whether it is for an item; one that names no items is for all.
    pub fn covers(&self, item: &str) -> bool {
        self.items.as_ref().is_none_or(|items| items.iter().any(|own| own.as_ref() == item))
    }
}

row! {
    /// MD19 审批专用章
    Seal, "seal" by seal_id, needs [unit, custodian, kept_at] {
        seal_id: Key,
        unit: Text,
        custodian: Text,
        /// The venue where it is kept.
        kept_at: Text,
        electronic_cert: Text,
    }
    with {
        /// The unit.
        fn others(&self) -> Vec<&str> {
            self.unit.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// MD22 办公时间
    OfficeHours, "office_hours" by venue, needs [hours] {
        venue: Key,
        name: Text,
        season: Text,
        /// `09:00-12:00`
        hours: List<Box<str>>,
    }
}

row! {
    /// F07 首席代表任免
    ChiefRepresentative, "chief_rep" by unit, needs [full_time] {
        unit: Key,
        officer: Text,
        post: Text,
        full_time: Flag,
        doc_no: Text,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.chief_rep.appointed", Verb::Registered),
            ("hall.chief_rep.removed", Verb::Ended),
        ];

        fn complete(&mut self, event: &Event<'_>) {
            if self.unit.is_empty() {
                self.unit = unit_of(event).unwrap_or_default();
            }
        }

        fn identity(&self, _stream: &str) -> Box<str> {
            format!("{} {}", self.unit, self.officer.as_deref().unwrap_or_default()).into()
        }

        /// The officer.
        fn others(&self) -> Vec<&str> {
            self.officer.as_deref().into_iter().collect()
        }
    }
}

row! {
    /// F01 单位进厅: a unit works in a hall since then.
    HallUnit, "hall_unit" by unit, needs [hall] {
        unit: Key,
        hall: Text,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.unit.entered", Verb::Registered),
            ("hall.unit.exited", Verb::Ended),
        ];

        fn identity(&self, _stream: &str) -> Box<str> {
            self.unit.clone()
        }
    }
}

row! {
    /// F02 窗口启用
    OpenWindow, "open_window" by window, needs [items] {
        window: Key,
        items: List<Box<str>>,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.window.opened", Verb::Registered),
            ("hall.window.closed", Verb::Ended),
        ];

        fn identity(&self, _stream: &str) -> Box<str> {
            self.window.clone()
        }
    }
}

row! {
    /// F10 事项上线
    OnlineItem, "online_item" by item, needs [system] {
        item: Key,
        system: Text,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[
            ("hall.item.onboarded", Verb::Registered),
            ("hall.item.offboarded", Verb::Ended),
        ];

        fn identity(&self, _stream: &str) -> Box<str> {
            self.item.clone()
        }
    }
}

/// The unit that acts, which F events do not name in their bodies.
fn unit_of(event: &Event<'_>) -> Text {
    let named = event.body.text("unit");
    named.as_deref().or_else(|| event.unit()).map(Box::from)
}
