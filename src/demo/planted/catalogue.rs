//! 二.1 松绑放权: what the catalogue itself shows.

use super::Planting;
use super::approval::EXERCISING;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::Timetable;
use crate::demo::act::{Act, object};
use crate::demo::city::items::{
    Disposition, Item, catalogue_version, code, promise_act, register_item,
};
use crate::demo::city::units::REGIONS;
use crate::demo::moment::{Day, Moment};

const ITEM: &str = "md.item.registered";

/// A new item of an organ, as its catalogue would list it.
pub(super) struct Listed {
    pub item: Item,
    pub at: Moment,
}

impl Listed {
    pub fn new(plot: &mut Plot<'_>, name: &str) -> Listed {
        let unit = plot.shared_organ();
        let number = plot.item_number();
        let organ = &plot.city.units[unit];
        let day = plot.day();
        let spec = plot.city.items.iter().find(|item| item.unit == unit).map(|item| item.spec);
        let item = Item {
            code: code(organ, "01", number),
            name: format!("{}{name}", organ.sign),
            unit,
            disposition: Disposition::Retained,
            on_behalf: None,
            spec: spec.unwrap_or(plot.city.items[0].spec),
        };
        Listed { item, at: plot.morning(day) }
    }

    pub fn day(&self) -> Day {
        self.at.day()
    }

    /// The row of the catalogue, lawful.
    pub fn row(&self, plot: &Plot<'_>) -> Act {
        let day = self.day();
        register_item(plot.city, &self.item, self.at)
            .saying("valid_from", day)
            .saying("online_since", day)
            .saying("in_hall_required", false)
            .saying("published_on", day)
            .saying("catalogue_version", "2025.3")
    }

    /// The promise that goes with it.
    pub fn promise(&self, plot: &Plot<'_>) -> Act {
        let day = self.day();
        promise_act(plot.city, &self.item, "md.promise.registered.v1", day, self.at)
            .saying("published_on", day)
    }

    /// Tells the row, altered, and the promise.
    pub fn tell(self, plot: &mut Plot<'_>, story: Story, change: impl FnOnce(Act) -> Act) {
        let (row, promise) = (self.row(plot), self.promise(plot));
        plot.tell(story, Chronicle::new().act(change(row)).act(promise));
    }
}

pub(super) const RETAINED_WITHOUT_REASON: Planting = Planting {
    rules: &["R2.1.1"],
    wrong: (
        "市级保留的事项既不属例外领域,也未载明法律依据",
        "an item is retained without a domain or a law that bars delegation",
    ),
    near: ("法律规定由市级实施的事项", "one that the law gives to the city"),
    plant: |plot| {
        let listed = Listed::new(plot, "核准");
        if plot.wrong() {
            let story = Story::new().speaks("R2.1.1", &[Pick::First(ITEM)]);
            listed.tell(plot, story, |row| row.silent_on("legal_bar"));
        } else {
            listed.tell(plot, Story::new(), |row| row);
        }
    },
};

pub(super) const ENTRUSTED_IN_OWN_NAME: Planting = Planting {
    rules: &["R2.1.2"],
    wrong: ("受托机关以自己的名义作出决定", "an entrusted organ decides in its own name"),
    near: ("以委托机关的名义作出", "in the name of the entruster"),
    plant: |plot| {
        let item = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Entrusted && !item.instant()).then_some(1)
        });
        let day = plot.day();
        let used = plot.draw.between(1, 3);
        let story = if plot.wrong() {
            const DECIDED: &str = "approval.decision.granted";
            Story::new()
                .alter(DECIDED, |act| act.without_in("actor", "on_behalf_of_unit"))
                .speaks("R2.1.2", &[Pick::First(DECIDED)])
        } else {
            Story::new()
        };
        Timetable::new(plot, item, day, used).tell(plot, story);
    },
};

pub(super) const ABOLISHED_KIND: Planting = Planting {
    rules: &["R2.1.3", "R2.1.9", "RX.3"],
    wrong: (
        "已取消的非行政许可审批类别仍列在目录并照样办理",
        "an item of the abolished category stands in the catalogue and is handled",
    ),
    near: (
        "同类事项次日清理完毕,无人办理",
        "one that was cleared away the next day, and nobody handled it",
    ),
    plant: |plot| {
        const KIND: &str = "非行政许可审批";
        let listed = Listed::new(plot, "资质预审");
        if !plot.wrong() {
            let until = listed.day().plus(1);
            listed.tell(plot, Story::new(), |row| {
                row.saying("item_kind", KIND).saying("valid_to", until)
            });
            return;
        }
        let row = listed.row(plot).saying("item_kind", KIND);
        let (promise, code) = (listed.promise(plot), listed.item.code.clone());
        let story = Story::new().speaks("R2.1.3", &[Pick::First(ITEM)]);
        plot.tell(story, Chronicle::new().act(row).act(promise));
        let own = plot.city.items.iter().position(|item| item.unit == listed.item.unit);
        let item = own.unwrap_or_default();
        let day = plot.city.calendar.after(listed.day(), 5);
        let version = catalogue_version(day);
        let story = Story::new()
            .alter_all(move |act| {
                act.instead("item", object! { "code": &code, "catalogue_version": version })
            })
            .speaks("R2.1.9", &[Pick::Among(EXERCISING)])
            .speaks("RX.3", &[Pick::First("approval.acceptance.granted")])
            .speaks("RX.3", &[Pick::First("approval.decision.granted")]);
        Timetable::new(plot, item, day, 3).tell(plot, story);
    },
};

pub(super) const NOT_TAKEN_OVER: Planting = Planting {
    rules: &["R2.1.4"],
    wrong: (
        "下放的事项县(区)没有承接",
        "an item was handed down and the county did not take it over",
    ),
    near: ("生效当日承接", "taken over on the day on which it took effect"),
    plant: |plot| {
        let number = plot.item_number();
        let day = plot.day();
        let at = plot.morning(day);
        let from = plot.city.calendar.after(day, 12);
        let region = plot.draw.between(1, 4) as usize;
        let base = format!("9901{number:05}000");
        let county =
            plot.city.units.iter().position(|unit| unit.region == region && unit.sign == "审批");
        let Some(county) = county else { return };
        let row = object! {
            "base_code": &base, "name": "乡村建设项目备查", "effective_on": from,
            "from_unit": &plot.city.unit("住建").id, "to": REGIONS[region].name,
            "transitional_cases": "按原规定办结",
        };
        let batch = format!("{}-下放补{number}", day.year());
        let body = object! {
            "batch_id": &batch, "kind": "下放", "expected_count": 1i64,
            "addressee_regions": vec![REGIONS[region].code], "rows": vec![row], "valid_from": from,
            "basis_doc": plot.city.paper("政府", "关于补充下放行政审批事项的通知", day.year(), 31),
        };
        let declared = plot.city.registry_act(
            "md.batch.declared.v1",
            format!("md/batch/{batch}"),
            at,
            "政府",
            body,
        );
        let chronicle = Chronicle::new().act(declared);
        if plot.wrong() {
            let story = Story::new().speaks("R2.1.4", &[Pick::First("md.batch.declared")]);
            plot.tell(story, chronicle);
            return;
        }
        let code = code(&plot.city.units[county], "01", number);
        let body = object! {
            "item_code": &code, "county": REGIONS[region].code,
            "receiving_unit": &plot.city.units[county].id, "accepted_on": from,
            "staff": 2i64, "system_ready": true, "training": true, "valid_from": from,
        };
        let taken = plot.city.registry_act(
            "md.takeover.registered.v1",
            format!("md/takeover/{code}"),
            from.at(9, 30),
            "编办",
            body,
        );
        plot.tell(Story::new(), chronicle.act(taken));
    },
};

pub(super) const PUBLISHED_LATE: Planting = Planting {
    rules: &["R2.1.5"],
    wrong: (
        "目录生效后第二十一个工作日才公示",
        "a catalogue is published on the twenty-first working day",
    ),
    near: ("第二十个工作日公示", "on the twentieth"),
    plant: |plot| {
        let listed = Listed::new(plot, "认可审批");
        let days = if plot.wrong() { 21 } else { 20 };
        let published = plot.city.calendar.after(listed.day(), days);
        let stream = format!("md/{}", plot.city.units[listed.item.unit].id);
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks_on("R2.1.5", stream, &[Pick::First(ITEM)]);
        }
        listed.tell(plot, story, |row| row.saying("published_on", published));
    },
};

pub(super) const DISGUISED: Planting = Planting {
    rules: &["R2.1.7"],
    wrong: (
        "已取消的年检改名登记,列入目录",
        "a cancelled yearly check lives on in the catalogue as a registration",
    ),
    near: ("另一事项的登记", "a registration of something else"),
    plant: |plot| {
        let gone = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Cancelled && item.name.ends_with("年检")).then_some(1)
        });
        let gone = &plot.city.items[gone];
        let subject = gone.name.trim_end_matches("年检");
        let mut listed = Listed::new(plot, "登记");
        let mut story = Story::new();
        listed.item.unit = gone.unit;
        listed.item.name = format!("{subject}车间登记");
        if plot.wrong() {
            listed.item.name = format!("{subject}登记");
            story = story.speaks("R2.1.7", &[Pick::First(ITEM)]);
        }
        listed.tell(plot, story, |row| row);
    },
};
