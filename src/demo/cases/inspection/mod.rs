//! Inspections 涉企检查 and research visits: filed and consented before entry, or
//! in an exempt domain filed at once afterwards (§3.11.4).

mod laid;
mod plan;

pub(in crate::demo) use laid::Laid;
pub(super) use plan::{Opening, team};

use super::{Case, penalty};
use crate::demo::act::{Act, Source, ToValue, Value, object};
use crate::demo::city::City;
use crate::demo::city::inspection_items::{InspectionItem, plan_no};
use crate::demo::identifiers::local_part;
use crate::demo::moment::{Day, Moment};
use crate::demo::names;
use crate::demo::registers::Series;
use crate::demo::world::Stage;

/// What brings the team to the enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Errand {
    Routine,
    /// Ordered by a ministry or the province.
    Campaign,
    /// After a report or a transfer.
    Single,
    /// Research: looks at nothing that could be punished, and is filed all the same.
    Research,
    /// In a domain that the law exempts from filing first.
    Exempt,
}

impl Errand {
    /// Kind and origin, as the filing names them.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Errand::Routine => ("日常", "年度计划"),
            Errand::Campaign => ("专项", "省政府"),
            Errand::Single => ("个案", "投诉举报"),
            Errand::Research => ("调研", "市"),
            Errand::Exempt => ("日常", "数据监测"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Beat {
    File { entry: Day },
    Return,
    FileAgain { entry: Day },
    Consent,
    Approve,
    Notify { waived: bool },
    Enter,
    Sample,
    Sign,
    FindIssue,
    Leave,
    Tell,
    Publish,
    Feedback,
}

pub(super) struct Inspection {
    stream: String,
    item: usize,
    errand: Errand,
    enterprise: usize,
    team: Vec<usize>,
    /// Inspections of this enterprise by this unit in the year, with this one.
    count: u32,
    ground: Option<usize>,
    filing_no: String,
    task_no: String,
    entered: Option<Moment>,
}

/// An enforcement officer with the number of the certificate shown.
pub(super) fn enforcer(city: &City, officer: usize, role: &'static str) -> Value {
    let mut actor = city.officer_actor(officer, role);
    if let Some(number) = &city.officers[officer].certificate {
        actor.set("cert_no", number.value());
    }
    actor
}

impl Inspection {
    fn item<'a>(&self, city: &'a City) -> &'a InspectionItem {
        &city.inspection_items[self.item]
    }

    fn act(&self, stage: &Stage<'_>, kind: &'static str, body: Value) -> Act {
        let city = stage.city;
        Act::new(kind, self.stream.clone(), stage.now, Source::Enforcement, body)
            .party(&city.enterprises[self.enterprise].id, "检查对象")
            .item(self.item(city).spec.code, "2022.1")
    }

    /// An act of the team's lead, at the enterprise or at the desk.
    fn by_team(&self, stage: &Stage<'_>, kind: &'static str, on_site: bool, body: Value) -> Act {
        let venue = if on_site { "enterprise" } else { "unit_premises" };
        self.act(stage, kind, body)
            .actor(enforcer(stage.city, self.team[0], "执法人员"))
            .venue(object! { "kind": venue })
    }

    fn members(&self, city: &City) -> Value {
        let shown = self.team.iter().map(|officer| {
            let it = &city.officers[*officer];
            object! { "officer_id": &it.id, "cert_no": it.certificate.as_ref(), "shown": true }
        });
        shown.collect::<Vec<_>>().value()
    }

    /// What is in fact looked at: of an exempt domain, nothing else.
    fn domain(&self, city: &City) -> &'static str {
        self.item(city).spec.exempt.unwrap_or("一般")
    }

    fn number(&self, stage: &mut Stage<'_>, series: Series) -> String {
        let unit = self.item(stage.city).unit;
        let sign = stage.city.units[unit].sign();
        stage.registers.document_no(unit, &sign, series, stage.now.day())
    }

    fn file(&mut self, entry: Day, stage: &mut Stage<'_>) {
        let city = stage.city;
        let item = self.item(city);
        let (kind, origin) = self.errand.words();
        let year = entry.year();
        let origin_doc = match self.errand {
            Errand::Campaign => format!("示例政办发〔{year}〕18号"),
            _ => plan_no(&city.units[item.unit], year),
        };
        if self.filing_no.is_empty() {
            self.filing_no = self.number(stage, Series::InspectionFiling);
        }
        let team: Vec<&String> =
            self.team.iter().map(|officer| &city.officers[*officer].id).collect();
        let exempt = (self.errand == Errand::Exempt).then_some(item.spec.exempt).flatten();
        let body = object! {
            "filing_no": &self.filing_no, "kind": kind, "origin": origin, "origin_doc": origin_doc,
            "enterprises": vec![&city.enterprises[self.enterprise].id], "date_from": entry,
            "date_to": city.calendar.after(entry, 2), "item_codes": vec![item.spec.code],
            "team": team, "purpose": item.spec.name, "domain": exempt.unwrap_or("一般"),
            "filed_after_entry": exempt.map(|_| true),
        };
        let act = self.by_team(stage, "inspection.filing.submitted.v1", false, body);
        stage.record(act);
    }

    /// What the industry authority answers to a filing.
    fn answer(&self, consent: bool, stage: &mut Stage<'_>) {
        let city = stage.city;
        let unit = city.unit_index("工信");
        let officer = stage.draw.pick(&city.staff[unit].reviewers);
        let body = object! {
            "filing_no": &self.filing_no, "by_unit": &city.units[unit].id, "at": stage.now,
            "scope": consent.then_some("同意按申请的对象、事项、人员和日期实施"),
            "reason": (!consent).then_some("检查人员名单缺执法证号,请补齐"),
        };
        let kind = if consent {
            "inspection.filing.consented.v1"
        } else {
            "inspection.filing.returned.v1"
        };
        let act = self
            .act(stage, kind, body)
            .actor(city.officer_actor(officer, "备案审核人"))
            .venue(object! { "kind": "platform" });
        stage.record(act);
    }

    fn approve(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let item = self.item(city);
        self.task_no = self.number(stage, Series::InspectionTask);
        let leader = city.leader(item.unit, stage.now.day());
        let body = object! {
            "task_no": &self.task_no, "basis": format!("{}第{}条", item.spec.law.0, item.spec.law.1),
            "approver": &city.officers[leader].id, "filing_no": some_text(&self.filing_no),
            "annual_count_for_enterprise": self.count,
        };
        let act = self
            .act(stage, "inspection.task.approved.v1", body)
            .actor(city.officer_actor(leader, "批准人"))
            .venue(object! { "kind": "unit_premises" })
            .basis(&[item.spec.law]);
        stage.record(act);
    }

    fn notify(&self, waived: bool, stage: &mut Stage<'_>) {
        let notice_no = self.number(stage, Series::InspectionNotice);
        let doc = object! {
            "doc_type": "行政检查通知书", "doc_no": &notice_no, "doc_date": stage.now.day(),
            "hash_blake3": stage.draw.hex(64), "pages": 1i64,
        };
        let body = object! {
            "notice_no": notice_no, "served_at": stage.now,
            "waived_reason": waived.then_some("双随机抽查,当场送达"),
        };
        let act = self.by_team(stage, "inspection.notice.served.v1", waived, body);
        stage.record(act.doc(doc));
    }

    fn enter(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        self.entered = Some(stage.now);
        let item = self.item(city);
        let exempt = (self.errand == Errand::Exempt).then(|| {
            let basis = format!("{}第{}条", item.spec.law.0, item.spec.law.1);
            object! { "domain": item.spec.exempt, "basis": basis }
        });
        let helpers = stage
            .draw
            .per_mille(120)
            .then(|| vec![object! { "name": names::person(stage.draw), "role": "技术专家" }]);
        let body = object! {
            "kind": if self.errand == Errand::Research { "调研" } else { "检查" },
            "task_no": &self.task_no, "filing_no": some_text(&self.filing_no),
            "enterprise": &city.enterprises[self.enterprise].id, "officers": self.members(city),
            "scan_code": format!("SM{}", stage.draw.digits(12)), "exempt_claim": exempt,
            "helpers": helpers,
        };
        let act = self.by_team(stage, "inspection.entry.started.v1", true, body);
        stage.record(act.basis(&[item.spec.law]));
    }

    fn sample(&self, stage: &mut Stage<'_>) {
        let sample = object! { "name": "在用产品", "quantity": stage.draw.between(1, 6), "seal_no": stage.draw.digits(8) };
        let body = object! { "samples": vec![sample], "task_no": &self.task_no };
        let act = self.by_team(stage, "inspection.sampling.taken.v1", true, body);
        stage.record(act);
    }

    fn find_issue(&mut self, stage: &mut Stage<'_>) {
        let city = stage.city;
        let Some(ground) = self.ground else { return };
        let spec = city.grounds[ground].spec;
        let issue_no = format!("WT-{}", local_part(&self.stream));
        let body = object! {
            "issue_no": issue_no, "ground_code": spec.code,
            "facts": format!("现场发现{}", spec.name),
            "severity": if spec.exempt.is_some() { "重大" } else { "一般" },
            "exempt_class": spec.exempt,
        };
        let act = self.by_team(stage, "inspection.issue.found.v1", true, body);
        let id = stage.record(act.basis(&[spec.law]));
        let clue = penalty::Clue {
            ground,
            enterprise: self.enterprise,
            source: "检查",
            cause: Some((self.stream.clone(), id)),
        };
        let at = city.calendar.after(stage.now.day(), 1).at(9, stage.draw.between(10, 150));
        let draw = stage.draw.fork();
        stage.follow(at, draw, Box::new(penalty::Registration { clue: Some(clue) }));
    }

    fn sign(&self, stage: &mut Stage<'_>) {
        let body = object! {
            "record_hash": stage.draw.hex(64), "signed_by": names::person(stage.draw),
            "refused": false, "pages": stage.draw.between(2, 5), "task_no": &self.task_no,
            "domain": self.domain(stage.city),
        };
        let act = self.by_team(stage, "inspection.record.signed.v1", true, body);
        stage.record(act);
    }

    fn leave(&self, stage: &mut Stage<'_>) {
        let minutes = self.entered.map(|from| stage.now.0 - from.0);
        let body = object! {
            "at": stage.now, "disruption": "无", "minutes_on_site": minutes,
            "task_no": &self.task_no,
        };
        let act = self.by_team(stage, "inspection.entry.ended.v1", true, body);
        stage.record(act);
    }

    fn tell(&self, stage: &mut Stage<'_>) {
        let result = match (self.errand, self.ground) {
            (Errand::Research, _) => "调研走访,未开展检查",
            (_, Some(_)) => "发现问题,另案办理",
            _ => "未发现问题",
        };
        let body = object! {
            "result": result, "task_no": &self.task_no, "served_at": stage.now,
            "domain": self.domain(stage.city), "result_hash": stage.draw.hex(64),
        };
        let act = self.by_team(stage, "inspection.result.notified.v1", false, body);
        stage.record(act);
    }

    fn publish(&self, stage: &mut Stage<'_>) {
        let name = local_part(&self.stream);
        let body = object! {
            "result": if self.ground.is_some() { "发现问题" } else { "未发现问题" },
            "published_url": format!("https://www.shili.example/jc/{name}"), "at": stage.now,
        };
        let act = self.by_team(stage, "inspection.result.published.v1", false, body);
        stage.record(act);
    }

    fn feedback(&self, stage: &mut Stage<'_>) {
        let enterprise = &stage.city.enterprises[self.enterprise].id;
        let grade = ["满意", "基本满意", "不满意"][stage.draw.weighted(&[85, 13, 2])];
        let body = object! {
            "grade": grade, "task_no": &self.task_no,
            "comments": stage.draw.per_mille(300).then_some("检查用语规范,未影响生产"),
        };
        let act = self
            .act(stage, "inspection.enterprise.feedback.v1", body)
            .actor(object! { "role": "企业", "party": enterprise })
            .venue(object! { "kind": "platform" });
        stage.record(act);
    }
}

/// `None` for a number that was not given out yet.
fn some_text(text: &String) -> Option<&String> {
    (!text.is_empty()).then_some(text)
}

impl Case for Inspection {
    type Beat = Beat;

    fn perform(&mut self, beat: Beat, stage: &mut Stage<'_>) {
        match beat {
            Beat::File { entry } | Beat::FileAgain { entry } => self.file(entry, stage),
            Beat::Return => self.answer(false, stage),
            Beat::Consent => self.answer(true, stage),
            Beat::Approve => self.approve(stage),
            Beat::Notify { waived } => self.notify(waived, stage),
            Beat::Enter => self.enter(stage),
            Beat::Sample => self.sample(stage),
            Beat::Sign => self.sign(stage),
            Beat::FindIssue => self.find_issue(stage),
            Beat::Leave => self.leave(stage),
            Beat::Tell => self.tell(stage),
            Beat::Publish => self.publish(stage),
            Beat::Feedback => self.feedback(stage),
        }
    }
}
