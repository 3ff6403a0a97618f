//! 二.5 最低收费: above the floor, below it, off the list, out of order.

use super::Planting;
use super::charge::Charge;
use super::plot::{Chronicle, Plot};
use super::story::{Pick, Story};
use crate::demo::act::{ToValue, Value, object};
use crate::demo::cases::fee::Beat;
use crate::demo::city::items::Disposition;
use crate::demo::moment::{Day, Moment};

const ASSESSED: &str = "fee.assessed";
const NOTICE: &str = "fee.notice.issued";
const PAID: &str = "fee.paid";
const RECEIPT: &str = "fee.receipt.issued";

fn charge(plot: &mut Plot<'_>) -> Charge {
    let day = plot.day();
    Charge::new(plot, day)
}

/// Fen between the bounds of what is charged for.
fn room(charge: &Charge, plot: &Plot<'_>) -> i64 {
    let spec = charge.spec(plot.city);
    (spec.upper_fen - spec.lower_fen) * charge.quantity
}

pub(super) const OVER_FLOOR: Planting = Planting {
    rules: &["R2.5.1"],
    wrong: ("高于下限收费", "charged above the lower bound"),
    near: ("恰为下限", "charged exactly the lower bound"),
    plant: |plot| {
        let mut charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            charge.over_fen = plot.draw.between(1, room(&charge, plot));
            story = story.speaks("R2.5.1", &[Pick::First(ASSESSED)]);
        }
        charge.tell(plot, story);
    },
};

pub(super) const UNDER_FLOOR: Planting = Planting {
    rules: &["R2.5.1b"],
    wrong: ("没有减免依据而低于下限收费", "charged below the bound without a reduction"),
    near: ("依公布的政策减半", "halved by a published policy"),
    plant: |plot| {
        let mut charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            let floor = charge.spec(plot.city).lower_fen * charge.quantity;
            charge.over_fen = -plot.draw.between(1, floor / 4);
            story = story.speaks("R2.5.1b", &[Pick::First(ASSESSED)]);
        } else {
            charge.reduced = true;
        }
        charge.tell(plot, story);
    },
};

pub(super) const OVER_CEILING: Planting = Planting {
    rules: &["R2.5.1", "R2.5.6"],
    wrong: ("高于上限收费", "charged above the ceiling"),
    near: ("恰为下限", "charged exactly the lower bound"),
    plant: |plot| {
        let mut charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            charge.over_fen = room(&charge, plot) + plot.draw.between(1, 500);
            story = story
                .speaks("R2.5.1", &[Pick::First(ASSESSED)])
                .speaks("R2.5.6", &[Pick::First(ASSESSED)]);
        }
        charge.tell(plot, story);
    },
};

pub(super) const CHARGED_AGAIN: Planting = Planting {
    rules: &["R2.5.6"],
    wrong: ("同一办件的同一项目收了两次", "one fee of one case charged twice"),
    near: ("只收一次", "charged once"),
    plant: |plot| {
        let charge = charge(plot);
        if !plot.wrong() {
            charge.tell(plot, Story::new());
            return;
        }
        let again = charge.again(plot.city);
        let story =
            Story::new().speaks("R2.5.6", &[Pick::Nth(ASSESSED, 1), Pick::Nth(ASSESSED, 0)]);
        charge.tell_with(plot, story, vec![again]);
    },
};

/// A fee item of a unit's own with its standard and list, told before it is charged.
struct Extra {
    code: String,
    at: Moment,
    nature: &'static str,
    linked: Vec<String>,
    published_on: Day,
}

impl Extra {
    /// The three rows, lawful but for what is said above.
    fn rows(&self, plot: &Plot<'_>, charge: &Charge) -> Chronicle {
        let city = plot.city;
        let fee = &city.fees[charge.fee];
        let (unit, spec) = (&city.units[fee.unit], fee.spec);
        let from = self.at.day();
        let code = &self.code;
        let item = object! {
            "fee_code": code, "name": format!("{}(补充项目)", spec.name), "nature": self.nature,
            "linked_items": self.linked.clone(), "charging_unit": &unit.id,
            "in_hall_required": false, "central_or_provincial_approval": spec.basis,
            "payee_account": crate::demo::city::fees::PAYEE, "valid_from": from,
        };
        let standard = object! {
            "fee_code": code, "unit_of_measure": spec.measure, "pricing": "range",
            "lower_fen": spec.lower_fen, "upper_fen": spec.upper_fen, "rounding": "不取整",
            "version": "2022.1", "valid_from": from,
        };
        let list = object! {
            "list_no": format!("{}费清〔{}〕补{}号", unit.sign(), from.year(), from.0),
            "holder": &unit.id, "fee_codes": vec![code], "published_on": self.published_on,
            "valid_from": from, "url": format!("https://www.shili.example/fees/{code}"),
        };
        let row = |kind, entity: &str, body: Value| {
            let stream = format!("md/{entity}/{code}");
            city.registry_act(kind, stream, self.at, "财政", body)
        };
        Chronicle::new().acts(vec![
            row("md.fee_item.registered.v1", "fee-item", item),
            row("md.fee_standard.registered.v1", "fee-standard", standard),
            row("md.fee_list.registered.v1", "fee-list", list),
        ])
    }
}

/// Charges for another code than the fee's own.
fn under_code(story: Story, code: &str) -> Story {
    let code = code.to_owned();
    story.alter_all(move |act| {
        if !act.kind().starts_with("fee.") {
            return act;
        }
        let item = object! { "code": &code, "catalogue_version": "2022.1" };
        let lines = act.member("lines").and_then(Value::as_list).map(|lines| {
            let mut lines = lines.to_vec();
            lines.iter_mut().for_each(|line| line.set("fee_code", (&code).value()));
            lines
        });
        let act = act.instead("item", item);
        match lines {
            Some(lines) => act.saying("lines", lines.value()),
            None => act,
        }
    })
}

pub(super) const CANCELLED_COST: Planting = Planting {
    rules: &["R2.5.2", "R2.2.4d", "R2.5.6"],
    wrong: ("收取已取消事项的证照工本费", "a cost fee for the certificate of a cancelled item"),
    near: ("收取保留事项的证照工本费", "for that of one that is retained"),
    plant: |plot| {
        let charge = charge(plot);
        let wrong = plot.wrong();
        let cancelled = plot.city.pick_item(&mut plot.draw, |item| {
            (item.disposition == Disposition::Cancelled).then_some(1)
        });
        let linked = if wrong { cancelled } else { charge.item };
        let linked = plot.city.items[linked].code.clone();
        let day = plot.city.calendar.before(charge.at(Beat::Assess).day(), 8);
        let extra = Extra {
            code: format!("SF-GB-{:03}", plot.item_number()),
            at: day.at(9, 20),
            nature: "工本费",
            linked: vec![linked],
            published_on: day,
        };
        let mut story = under_code(Story::new(), &extra.code);
        if wrong {
            story = story
                .speaks("R2.5.2", &[Pick::First(ASSESSED)])
                // The approval that it is charged for is of another item.
                .speaks("R2.5.6", &[Pick::First(ASSESSED)])
                .speaks("R2.2.4d", &[Pick::First(PAID), Pick::First(ASSESSED)]);
        }
        plot.tell(Story::new(), extra.rows(plot, &charge));
        charge.tell(plot, story);
    },
};

pub(super) const LISTED_LATER: Planting = Planting {
    rules: &["R2.5.3"],
    wrong: ("目录清单次日才公布,先已收费", "charged the day before the list was published"),
    near: ("公布当日收费", "charged on the day of its publication"),
    plant: |plot| {
        let charge = charge(plot);
        let assessed = charge.at(Beat::Assess).day();
        let published_on = if plot.wrong() { assessed.plus(1) } else { assessed };
        let day = plot.city.calendar.before(assessed, 8);
        let extra = Extra {
            code: format!("SF-BC-{:03}", plot.item_number()),
            at: day.at(9, 20),
            nature: "行政事业性收费",
            linked: Vec::new(),
            published_on,
        };
        let mut story = under_code(Story::new(), &extra.code);
        if plot.wrong() {
            story = story.speaks("R2.5.3", &[Pick::First(ASSESSED)]);
        }
        plot.tell(Story::new(), extra.rows(plot, &charge));
        charge.tell(plot, story);
    },
};

pub(super) const NOT_SHOWN: Planting = Planting {
    rules: &["R2.5.4"],
    wrong: ("周六收费,当日没有亮证", "charged on a Saturday, when no list was shown"),
    near: ("工作日收费,当日已亮证", "charged on a working day, when it was"),
    plant: |plot| {
        let charge = charge(plot);
        if !plot.wrong() {
            charge.tell(plot, Story::new());
            return;
        }
        let city = plot.city;
        let free = |day: &Day| day.weekday() == 5 && !city.calendar.is_workday(*day);
        let first = charge.at(Beat::Assess).day();
        let saturday = (0..28).map(|n| first.plus(n)).find(free).unwrap_or(first);
        let shift = plot.draw.between(0, 30);
        let story = Story::new().speaks("R2.5.4", &[Pick::First(ASSESSED)]);
        charge.assessing(city, saturday.at(10, shift)).tell(plot, story);
    },
};

pub(super) const OFF_THE_LIST: Planting = Planting {
    rules: &["R2.5.5"],
    wrong: ("收取任何目录都没有的费用", "charged for what stands in no list"),
    near: ("收取目录所列的费用", "for what the list has"),
    plant: |plot| {
        let charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            story = under_code(story, "UNLISTED").speaks("R2.5.5", &[Pick::First(ASSESSED)]);
        }
        charge.tell(plot, story);
    },
};

pub(super) const PAID_FIRST: Planting = Planting {
    rules: &["SEQ-F1"],
    wrong: ("先缴款后核定", "paid before it was assessed"),
    near: ("核定后一分钟缴款", "paid a minute after"),
    plant: |plot| {
        let charge = charge(plot);
        let paid = charge.at(Beat::Pay);
        let mut story = Story::new();
        let assessed = if plot.wrong() {
            story = story.speaks("SEQ-F1", &[Pick::First(PAID), Pick::First(ASSESSED)]);
            paid.plus(1)
        } else {
            paid.plus(-1)
        };
        charge.moved(Beat::Assess, assessed).tell(plot, story);
    },
};

pub(super) const NO_RECEIPT: Planting = Planting {
    rules: &["SEQ-F2"],
    wrong: ("收款开具内部收据,不是财政票据", "an internal slip instead of a fiscal receipt"),
    near: ("当日末开具财政票据", "a fiscal receipt at the end of the day"),
    plant: |plot| {
        let charge = charge(plot);
        if plot.wrong() {
            let story = Story::new()
                .alter(RECEIPT, |act| act.saying("kind", "其他:内部收据"))
                .speaks("SEQ-F2", &[Pick::First(PAID), Pick::First(RECEIPT)]);
            charge.tell(plot, story);
        } else {
            let evening = charge.at(Beat::Pay).day().at(16, 59);
            charge.moved(Beat::Receipt, evening).tell(plot, Story::new());
        }
    },
};

pub(super) const PAID_MORE: Planting = Planting {
    rules: &["SEQ-F3"],
    wrong: ("实收多于核定应收", "more was paid than was assessed"),
    near: ("实收等于核定应收", "as much was paid as was assessed"),
    plant: |plot| {
        let mut charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            charge.paid_over_fen = plot.draw.between(1, 2_000);
            story = story.speaks("SEQ-F3", &[Pick::First(PAID), Pick::First(ASSESSED)]);
        }
        charge.tell(plot, story);
    },
};

pub(super) const OWN_ACCOUNT: Planting = Planting {
    rules: &["SEQ-F4"],
    wrong: ("缴款通知写的是单位自己的账户", "the notice names the unit's own account"),
    near: ("法定的国库账户", "the statutory account of the treasury"),
    plant: |plot| {
        let charge = charge(plot);
        let mut story = Story::new();
        if plot.wrong() {
            story = story
                .alter(NOTICE, |act| act.saying("account", "本单位基本户(尾号9971)"))
                .speaks("SEQ-F4", &[Pick::First(NOTICE)]);
        }
        charge.tell(plot, story);
    },
};
