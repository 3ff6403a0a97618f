//! 二.2 集中审批: what is missing in the hall, what leaves it, and what takes longer
//! than was promised.

use super::Planting;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use super::timetable::{Timetable, item_that};
use crate::demo::act::{Act, Source, Value, object};
use crate::demo::cases::approval::{Beat, Path};
use crate::demo::city::City;
use crate::demo::city::fees::{PAYEE, STANDARD_VERSION};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::registers::{File, Series};
use crate::demo::world::Stage;
use std::slice;

/// An organ of which something is missing, as its stories name it.
pub(super) struct Organ {
    pub unit: usize,
    /// `md/unit/…`, on which the hall's findings stand.
    pub stream: String,
    /// The row of the register of what belongs in the hall.
    pub register: Pick,
}

impl Organ {
    pub fn new(plot: &mut Plot<'_>) -> Organ {
        let unit = plot.organ();
        let id = &plot.city.units[unit].id;
        Organ {
            unit,
            stream: format!("md/{id}"),
            register: Pick::Row(format!("md/hall-register/{}", local_part(id))),
        }
    }

    fn name<'a>(&self, city: &'a City) -> &'a str {
        local_part(&city.units[self.unit].id)
    }

    /// Codes of its items.
    fn items(&self, city: &City) -> Vec<String> {
        city.items_in_hall(self.unit).map(|item| item.code.clone()).collect()
    }

    /// A master-data act of the organ or about it.
    fn authorised(
        &self,
        city: &City,
        at: Moment,
        powers: &[&'static str],
        items: Vec<String>,
    ) -> Act {
        let officer = city.staff[self.unit].representatives[0];
        let body = object! {
            "officer": &city.officers[officer].id, "unit": &city.units[self.unit].id,
            "items": items, "powers": powers.to_vec(), "seal_id": city.seal(self.unit),
            "from": at.day(), "valid_from": at.day(),
        };
        let stream = format!("md/authorisation/{}", self.name(city));
        city.owner_act("md.authorisation.changed.v1", stream, at, self.unit, body)
    }
}

const ALL_POWERS: &[&str] = &["受理", "审核", "决定", "用章", "送达", "收费"];

pub(super) const SCATTERED: Planting = Planting {
    rules: &["R2.2.1"],
    wrong: ("授权书改签后少了一个事项", "a changed authorisation leaves out an item"),
    near: ("改签后事项齐全", "a changed one that covers all items"),
    plant: |plot| {
        let organ = Organ::new(plot);
        let day = plot.day();
        let at = plot.morning(day);
        let mut items = organ.items(plot.city);
        let mut story = Story::new();
        if plot.wrong() {
            items.pop();
            story =
                story.speaks_on("R2.2.1", organ.stream.clone(), slice::from_ref(&organ.register));
        }
        let act = organ.authorised(plot.city, at, ALL_POWERS, items);
        plot.tell(story, Chronicle::new().act(act));
    },
};

pub(super) const NO_WINDOW: Planting = Planting {
    rules: &["R2.2.2a", "R2.2.4a", "R2.2.1"],
    wrong: (
        "应进厅单位的窗口全部停用数日",
        "all windows of a unit that belongs in the hall are closed for days",
    ),
    near: ("停用一个窗口,另一窗口照常办理", "one of two is closed, the other serves all"),
    plant: |plot| {
        let organ = Organ::new(plot);
        let city = plot.city;
        let day = plot.day();
        let at = plot.morning(day);
        let again = city.calendar.after(day, plot.draw.between(4, 12)).at(8, 45);
        let windows = city.windows.iter().filter(|window| window.unit == organ.unit);
        let count = if plot.wrong() { 2 } else { 1 };
        let mut chronicle = Chronicle::new();
        for window in windows.take(count) {
            let items = organ.items(city);
            let act = |kind, at: Moment, reason: &'static str| {
                let body = object! {
                    "window": &window.id, "items": items.clone(), "at": at, "reason": reason,
                };
                Act::new(kind, window.id.clone(), at, Source::Platform, body)
                    .actor(city.centre_actor(0))
            };
            chronicle = chronicle.act(act("hall.window.closed.v1", at, "窗口调整")).act(act(
                "hall.window.opened.v1",
                again,
                "恢复办理",
            ));
        }
        let mut story = Story::new();
        if plot.wrong() {
            for rule in ["R2.2.1", "R2.2.2a", "R2.2.4a"] {
                story =
                    story.speaks_on(rule, organ.stream.clone(), slice::from_ref(&organ.register));
            }
        }
        plot.tell(story, chronicle);
    },
};

/// A clerk of an organ is called back from the hall, for a reason.
pub(super) fn withdrawn(city: &City, organ: &Organ, at: Moment, reason: &'static str) -> Act {
    let officer = &city.officers[city.staff[organ.unit].clerks[0]];
    let body = object! {
        "officer": &officer.id, "role": officer.post.title(), "to": at.day(), "reason": reason,
    };
    let stream = format!("assignment/{}", local_part(&officer.id));
    Act::new("hall.staff.withdrawn.v1", stream, at, Source::Registry, body)
        .actor(city.unit_actor(organ.unit, "派出单位"))
}

/// Somebody takes the place.
fn assigned(city: &City, organ: &Organ, at: Moment) -> Act {
    let officer = &city.officers[city.staff[organ.unit].deputies[0]];
    let window = &city.windows[city.window(organ.unit, false)];
    let body = object! {
        "officer": &officer.id, "window": &window.id, "role": "窗口人员", "from": at.day(),
        "full_time": true,
    };
    let stream = format!("assignment/{}", local_part(&officer.id));
    Act::new("hall.staff.assigned.v1", stream, at, Source::Registry, body)
        .actor(city.unit_actor(organ.unit, "派出单位"))
}

pub(super) const SHORT_OF_STAFF: Planting = Planting {
    rules: &["R2.2.2b", "R2.2.4b"],
    wrong: (
        "窗口人员调回机关,缺额无人补",
        "a clerk is called back to the office and nobody takes the place",
    ),
    near: ("窗口人员辞职,一个月内补齐", "a clerk resigns and the place is filled within a month"),
    plant: |plot| {
        let organ = Organ::new(plot);
        let city = plot.city;
        let day = plot.day();
        let at = plot.morning(day);
        if plot.wrong() {
            let story = Story::new()
                .speaks_on("R2.2.2b", organ.stream.clone(), slice::from_ref(&organ.register))
                .speaks_on("R2.2.4b", organ.stream.clone(), slice::from_ref(&organ.register));
            let gone = withdrawn(city, &organ, at, "调回机关");
            plot.tell(story, Chronicle::new().act(gone));
        } else {
            let gone = withdrawn(city, &organ, at, "辞职");
            let filled = assigned(city, &organ, day.plus(27).at(9, 0));
            plot.tell(Story::new(), Chronicle::new().act(gone).act(filled));
        }
    },
};

pub(super) const AWAY_FROM_WINDOW: Planting = Planting {
    rules: &["R2.2.2b"],
    wrong: ("缺岗而无人顶岗", "away from the window with nobody to stand in"),
    near: ("请假并有人顶岗", "on leave, with a substitute"),
    plant: |plot| {
        let unit = plot.shared_organ();
        let city = plot.city;
        let day = plot.day();
        let clerk = if plot.wrong() { 1 } else { 2 };
        let officer = &city.officers[city.staff[unit].clerks[clerk]];
        let stream = format!("attendance/{}", local_part(&officer.id));
        let status = if plot.wrong() { "缺岗" } else { "请假" };
        let body = object! {
            "officer": &officer.id, "date": day, "half": "下午", "status": status,
            "device": "人脸闸机(只存结果)", "unit": &city.units[unit].id,
        };
        let at = day.at(16, 30);
        let seen = Act::new("hall.attendance.recorded.v1", stream.clone(), at, Source::Watch, body)
            .actor(city.centre_actor(0));
        if plot.wrong() {
            let story = Story::new().speaks("R2.2.2b", &[Pick::First("hall.attendance.recorded")]);
            plot.tell(story, Chronicle::new().act(seen));
        } else {
            let body = object! {
                "officer": &officer.id, "half_days": vec![format!("{} 下午", day.text())],
                "substitute": &city.officers[city.staff[unit].handlers[0]].id, "reason": "公休",
                "approver": &city.officers[city.leader(unit, day)].id,
            };
            let asked = day.plus(-1).at(10, 0);
            let leave = Act::new("hall.leave.approved.v1", stream, asked, Source::Watch, body)
                .actor(city.centre_actor(0));
            plot.tell(Story::new(), Chronicle::new().act(leave).act(seen));
        }
    },
};

pub(super) const OFFLINE: Planting = Planting {
    rules: &["R2.2.2c"],
    wrong: ("事项下线,不能网上申办", "an item is taken offline"),
    near: ("当日下线检修、当日恢复", "taken offline and back on the same day"),
    plant: |plot| {
        let unit = plot.organ();
        let city = plot.city;
        let code =
            city.items_in_hall(unit).next().map(|item| item.code.clone()).unwrap_or_default();
        let day = plot.day();
        let at = plot.morning(day);
        let act = |kind, at: Moment| {
            let body = object! { "item": &code, "system": "政务服务平台", "at": at };
            Act::new(kind, format!("online/{code}"), at, Source::Platform, body)
                .actor(city.centre_actor(0))
        };
        let mut chronicle = Chronicle::new().act(act("hall.item.offboarded.v1", at));
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.2.2c", &[Pick::Row(format!("md/item/{code}"))]);
        } else {
            chronicle = chronicle.act(act("hall.item.onboarded.v1", at.plus(95)));
        }
        plot.tell(story, chronicle);
    },
};

pub(super) const DOWN: Planting = Planting {
    rules: &["R2.2.2d"],
    wrong: (
        "系统在办公时间中断,未启用纸质应急",
        "a system is down in office hours, with no fallback on paper",
    ),
    near: ("午休时间中断", "down during the lunch hour"),
    plant: |plot| {
        let city = plot.city;
        let day = plot.day();
        let from = if plot.wrong() { day.at(14, plot.draw.between(0, 50)) } else { day.at(12, 0) };
        let to = if plot.wrong() { from.plus(35) } else { day.at(13, 30) };
        let act = |kind, at: Moment| {
            let body = object! {
                "system": "排队叫号系统", "planned": false, "paper_fallback": false, "from": from,
            };
            Act::new(kind, "system/pdjh.990100", at, Source::Watch, body)
                .actor(city.centre_actor(0))
        };
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.2.2d", &[Pick::First("system.outage.started")]);
        }
        let chronicle = Chronicle::new()
            .act(act("system.outage.started.v1", from))
            .act(act("system.outage.ended.v1", to));
        plot.tell(story, chronicle);
    },
};

pub(super) const SILENT_UNIT: Planting = Planting {
    rules: &["R2.2.2d"],
    wrong: (
        "逐日报送数据的单位有一个工作日没有报送",
        "a unit that sends its data daily sent none of one working day",
    ),
    near: ("周末没有报送", "none of a weekend"),
    plant: |plot| {
        let city = plot.city;
        let unit = plot.organ();
        let unit = &city.units[unit].id;
        let stream = format!("exchange/daily-{}", plot.item_number());
        let mut day = plot.day();
        let silent = if plot.wrong() { 3 } else { 6 };
        let mut chronicle = Chronicle::new();
        for nth in 0..6 {
            if nth != silent {
                let body = object! {
                    "unit": unit, "period": day, "count": plot.draw.between(5, 60),
                    "digest": plot.draw.hex(64), "rejected": Vec::<Value>::new(),
                };
                let at = day.at(17, 30);
                let kind = "system.data_batch.received.v1";
                let act = Act::new(kind, stream.clone(), at, Source::Watch, body)
                    .actor(city.centre_actor(0));
                chronicle = chronicle.act(act);
            }
            day = city.calendar.after(day, 1);
        }
        let mut story = Story::new();
        if plot.wrong() {
            story = story.speaks("R2.2.2d", &[Pick::Nth("system.data_batch.received", 4)]);
        }
        plot.tell(story, chronicle);
    },
};

pub(super) const OUTSIDE: Planting = Planting {
    rules: &["R2.2.3"],
    wrong: ("审查回到机关办理", "the review is done back at the office"),
    near: ("现场踏勘在外,邮寄送达", "a visit on site, delivery by post"),
    plant: |plot| {
        const STARTED: &str = "approval.stage.started";
        let item = item_that(plot, |item| item.spec.site_visit);
        let day = plot.day();
        let used = plot.draw.between(1, 3);
        let plan = Timetable::new(plot, item, day, used);
        let outside = || object! { "kind": "unit_premises" };
        if plot.wrong() {
            let story = Story::new()
                .alter(STARTED, move |act| act.instead("venue", outside()))
                .speaks("R2.2.3", &[Pick::Every(STARTED)]);
            plan.tell(plot, story);
        } else {
            let visit = plan.decided.at(9, 20);
            let story = Story::new().alter("approval.document.delivered", |act| {
                act.saying("method", "邮寄").instead("venue", object! { "kind": "other" })
            });
            plan.with(visit, Beat::VisitSite).tell(plot, story);
        }
    },
};

pub(super) const BOTH_ENDS: Planting = Planting {
    rules: &["R2.2.4c"],
    wrong: (
        "首席代表只获授权受理,案卷送回机关审签",
        "a chief representative may only accept, and the papers go back to the office",
    ),
    near: ("授权充分,案卷送机关会商", "one with full powers sends them for advice"),
    plant: |plot| {
        const HANDED: &str = "approval.handoff.recorded";
        let organ = Organ::new(plot);
        let city = plot.city;
        let day = plot.day();
        let powers: &[&str] = if plot.wrong() { &["受理"] } else { ALL_POWERS };
        let at = plot.morning(day);
        let changed = organ.authorised(city, at, powers, organ.items(city));
        plot.tell(Story::new(), Chronicle::new().act(changed));
        let item = city.items.iter().position(|item| item.unit == organ.unit).unwrap_or_default();
        let begin = city.calendar.after(day, plot.draw.between(2, 9));
        let mut story = Story::new().alter(HANDED, |act| {
            act.saying("to_venue", "unit_premises").saying("reason", "报机关审签")
        });
        if plot.wrong() {
            story = story.speaks_on("R2.2.4c", organ.stream.clone(), &[Pick::First(HANDED)]);
        }
        let plan = Timetable::new(plot, item, begin, 3);
        let handed = city.calendar.after(begin, 1).at(10, 10);
        let gone = city.calendar.after(begin, 2).at(11, 0);
        plan.without(|beat| {
            !matches!(beat, Beat::Submit | Beat::Receive | Beat::Accept | Beat::Assign)
        })
        .with(handed, Beat::HandOver)
        .with(gone, Beat::Withdraw)
        .ending(Path::Withdrawn)
        .tell(plot, story);
    },
};

/// An approval at the window with a fee on a file of its own, paid the same day.
fn charged(plot: &mut Plot<'_>, day: Day) -> Timetable {
    let items: Vec<usize> = (0..plot.city.items.len())
        .filter(|&item| {
            let it = &plot.city.items[item];
            it.spec.fee.is_some() && !it.instant() && it.promise(day) >= 2
        })
        .collect();
    let item = plot.draw.pick(&items);
    let plan = Timetable::new(plot, item, day, 2);
    let at = plan.at(Beat::Assign).plus(-5);
    plan.with(at, Beat::ChargeFee { paid_by: day })
}

pub(super) const PAID_OUTSIDE: Planting = Planting {
    rules: &["R2.2.4e"],
    wrong: ("应进厅的收费在单位财务室收取", "a fee is collected in the unit's own office"),
    near: ("厅内开单、银行代收", "noticed in the hall and paid at a bank"),
    plant: |plot| {
        const PAID: &str = "fee.paid";
        let day = plot.day();
        let plan = charged(plot, day);
        let wrong = plot.wrong();
        let mut story = Story::new().alter(PAID, move |act| {
            let (channel, method) =
                if wrong { ("单位财务室", "现金") } else { ("银行网点", "银行") };
            let venue = if wrong { "unit_premises" } else { "other" };
            act.saying("channel", channel)
                .saying("method", method)
                .saying("payee_account", PAYEE)
                .instead("venue", object! { "kind": venue })
        });
        if wrong {
            story = story.speaks("R2.2.4e", &[Pick::First(PAID)]);
        }
        plan.tell(plot, story);
    },
};

/// The row of a fee that is cancelled from a day on, with its standard and list.
fn cancelled_fee(city: &City, code: &str, at: Moment, from: Day) -> Vec<Act> {
    let unit = city.unit_index("城管");
    let holder = &city.units[unit].id;
    let since = Day::new(2022, 4, 5);
    let item = object! {
        "fee_code": code.to_owned(), "name": "户外广告登记证工本费", "nature": "行政事业性收费",
        "linked_items": Vec::<Value>::new(), "charging_unit": holder, "in_hall_required": true,
        "central_or_provincial_approval": "示例省证照收费标准", "payee_account": PAYEE,
        "cancelled_on": from, "valid_from": since,
    };
    let standard = object! {
        "fee_code": code.to_owned(), "unit_of_measure": "份", "pricing": "fixed",
        "lower_fen": 1000i64, "upper_fen": 1000i64, "rounding": "不取整",
        "reduction_policies": Vec::<Value>::new(), "version": "2022.1", "valid_from": since,
    };
    let act = |kind, stream: String, body| city.registry_act(kind, stream, at, "财政", body);
    let list = object! {
        "list_no": format!("{}费清〔2022〕{code}号", city.units[unit].sign()), "holder": holder,
        "fee_codes": vec![code.to_owned()], "published_on": since, "valid_from": since,
        "url": format!("https://www.shili.example/fees/{code}"),
    };
    vec![
        act("md.fee_list.registered.v1", format!("md/fee-list/{code}"), list),
        act("md.fee_item.registered.v1", format!("md/fee-item/{code}"), item),
        act("md.fee_standard.registered.v1", format!("md/fee-standard/{code}"), standard),
    ]
}

/// Everything that happens to a fee of one copy at the window of a unit.
fn charge(stage: &mut Stage<'_>, code: &str, enterprise: usize) -> Vec<Act> {
    const FEN: i64 = 1000;
    let (city, at) = (stage.city, stage.now);
    let unit = city.unit_index("城管");
    let payer = &city.enterprises[enterprise];
    let stream = stage.registers.open_file(city.region_code(unit), File::Fee, at.day());
    let sign = city.units[unit].sign();
    let notice_no = stage.registers.document_no(unit, &sign, Series::FeeNotice, at.day());
    let receipt = stage.registers.number(unit, Series::FiscalReceipt, at.day());
    stage.registers.collect(unit, at.day(), FEN);
    let window = city.window(unit, true);
    let (code, next) = (code.to_owned(), city.calendar.after(at.day(), 1));
    let act = |kind, at: Moment, source, body: Value| {
        Act::new(kind, stream.clone(), at, source, body)
            .item(&code, STANDARD_VERSION)
            .party(&payer.id, "缴款人")
    };
    let by_officer = |kind, minutes: i64, body: Value| {
        act(kind, at.plus(minutes), Source::Platform, body)
            .actor(city.officer_actor(city.staff[unit].collectors[0], "收费员"))
            .venue(city.window_venue(window))
    };
    let treasury = city.unit_actor(city.unit_index("财政"), "财政部门");
    let line = object! {
        "fee_code": &code, "standard_version": STANDARD_VERSION, "qty": 1i64, "unit": "份",
        "unit_fen": FEN, "amount_fen": FEN,
    };
    let transaction = format!("FS{}", stage.draw.digits(14));
    let assessed = object! {
        "fee_no": local_part(&stream).to_owned(), "payer": payer.applicant(),
        "lines": vec![line], "in_hall": true,
    };
    let notice = object! {
        "notice_no": &notice_no, "due_on": city.calendar.after(at.day(), 5), "account": PAYEE,
        "amount_fen": FEN,
    };
    let paid = object! {
        "amount_fen": FEN, "method": "扫码", "channel": "大厅收费窗口", "payee_account": PAYEE,
        "payer_account": format!("62{}", stage.draw.digits(17)), "payer": payer.applicant(),
        "paid_at": at.plus(4), "notice_no": &notice_no, "txn_ref": &transaction,
    };
    let issued = object! {
        "receipt_code": format!("9901{}", at.day().year()), "receipt_no": format!("{receipt:010}"),
        "check_code": stage.draw.hex(6), "kind": "财政电子票据", "amount_fen": FEN,
    };
    let remitted = object! {
        "batch": format!("JK{}", next.text().replace('-', "")), "amount_fen": FEN,
        "to": "市级国库", "remitted_on": next,
    };
    vec![
        by_officer("fee.assessed.v1", 0, assessed),
        by_officer("fee.notice.issued.v1", 2, notice),
        act("fee.paid.v1", at.plus(4), Source::NonTax, paid)
            .actor(object! { "role": "缴款人", "party": payer.id.clone() })
            .venue(city.window_venue(window)),
        by_officer("fee.receipt.issued.v1", 6, issued),
        act("fee.remitted.v1", next.at(9, 12), Source::NonTax, remitted).actor(treasury),
    ]
}

pub(super) const CANCELLED_FEE: Planting = Planting {
    rules: &["R2.2.4d"],
    wrong: ("收费项目取消当日仍予收取", "a fee is collected on the day on which it was cancelled"),
    near: ("取消的前一日收取", "on the day before"),
    plant: |plot| {
        let code = format!("SF-GB{}", plot.item_number());
        let (day, party) = (plot.day(), plot.party());
        let known = plot.city.calendar.after(day.plus(-40), 1).at(10, 0);
        let from = if plot.wrong() { day } else { day.plus(1) };
        let rows = cancelled_fee(plot.city, &code, known, from);
        let mut story = Story::new();
        if plot.wrong() {
            let picks = [Pick::First("fee.assessed"), Pick::First("fee.paid")];
            story = story.speaks("R2.2.4d", &picks);
        }
        let at = plot.morning(day);
        let chronicle = Chronicle::new().acts(rows);
        plot.tell(story, chronicle.step(at, move |stage| charge(stage, &code, party)));
    },
};

pub(super) const OVER_TIME: Planting = Planting {
    rules: &["R2.2.4f", "R2.3.6", "R2.4.8"],
    wrong: (
        "承诺期限届满后次一工作日才办结",
        "decided on the working day after the promise ran out",
    ),
    near: ("在承诺期限最后一日作出决定", "decided on the last day of the promise"),
    plant: |plot| {
        let day = plot.day();
        let item = item_that(plot, |item| {
            item.promise(day) + 3 < item.spec.legal && item.spec.exempt.is_none()
        });
        let promise = plot.city.items[item].promise(day);
        let used = if plot.wrong() { promise + 1 } else { promise };
        let mut story = Story::new();
        if plot.wrong() {
            let both = ["approval.acceptance.granted", "approval.certificate.issued"];
            for rule in ["R2.2.4f", "R2.3.6", "R2.4.8"] {
                story = story.speaks(rule, &both.map(Pick::First));
            }
        }
        Timetable::new(plot, item, day, used).tell(plot, story);
    },
};
