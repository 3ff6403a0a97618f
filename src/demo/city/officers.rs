//! Officers, the posts they hold and when, and their enforcement certificates.

use super::units::{REGIONS, Unit, unit_prefix};
use super::{City, Value};
use crate::demo::act::{Act, ToValue, object};
use crate::demo::identifiers::local_part;
use crate::demo::identifiers::{citizen_number, phone};
use crate::demo::moment::{Day, Moment};
use crate::demo::names;
use crate::demo::prng::Draw;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Post {
    Leader,
    Deputy,
    ChiefRepresentative,
    Clerk,
    Handler,
    Reviewer,
    Collector,
    Enforcer,
    LegalReviewer,
    Staff,
}

impl Post {
    pub fn title(self) -> &'static str {
        match self {
            Post::Leader => "主要负责人",
            Post::Deputy => "分管负责人",
            Post::ChiefRepresentative => "首席代表",
            Post::Clerk => "窗口人员",
            Post::Handler => "承办人",
            Post::Reviewer => "审核人",
            Post::Collector => "收费员",
            Post::Enforcer => "执法人员",
            Post::LegalReviewer => "法制审核人员",
            Post::Staff => "工作人员",
        }
    }

    /// Works in the hall, so that papers need not leave it.
    pub fn in_hall(self) -> bool {
        matches!(
            self,
            Post::ChiefRepresentative
                | Post::Clerk
                | Post::Handler
                | Post::Reviewer
                | Post::Collector
        )
    }
}

pub(in crate::demo) struct Officer {
    /// `officer/9901-0042`, stable and pseudonymous.
    pub id: String,
    pub unit: usize,
    pub post: Post,
    pub from: Day,
    /// First day on which the post is no longer held.
    pub to: Option<Day>,
    /// Number of the enforcement certificate.
    pub certificate: Option<String>,
}

/// Who holds a unit's posts, as indices into the officers.
#[derive(Default)]
pub(in crate::demo) struct Staff {
    /// In order of appointment.
    pub leaders: Vec<usize>,
    pub deputies: Vec<usize>,
    pub representatives: Vec<usize>,
    pub clerks: Vec<usize>,
    pub handlers: Vec<usize>,
    pub reviewers: Vec<usize>,
    pub collectors: Vec<usize>,
    pub enforcers: Vec<usize>,
    pub legal: Vec<usize>,
    pub others: Vec<usize>,
}

const SINCE: Day = Day::new(2022, 4, 5);

/// Units whose leader changes within the two years, and the successor's first day.
pub(in crate::demo) const CHANGES: [(&str, Day); 3] = [
    ("住建", Day::new(2025, 3, 10)),
    ("市监", Day::new(2025, 9, 1)),
    ("城管", Day::new(2026, 2, 26)),
];

/// How many hold each post: in the city and in a county.
fn establishment(unit: &Unit) -> Vec<(Post, usize)> {
    let mut posts = vec![(Post::Leader, 1), (Post::Deputy, 1)];
    let wide = unit.region == 0;
    if unit.approves() {
        posts.extend([
            (Post::ChiefRepresentative, 1),
            (Post::Clerk, if wide { 3 } else { 2 }),
            (Post::Handler, if wide { 3 } else { 2 }),
            (Post::Reviewer, if wide { 2 } else { 1 }),
            (Post::Collector, 1),
        ]);
    } else {
        posts.push((Post::Staff, 2));
    }
    if unit.enforces() {
        posts.extend([(Post::Enforcer, 6), (Post::LegalReviewer, 1)]);
    }
    posts
}

pub(super) fn build(units: &[Unit]) -> (Vec<Officer>, Vec<Staff>) {
    let mut officers = Vec::new();
    let mut staffs = Vec::new();
    let mut numbers = [0u32; REGIONS.len()];
    for (index, unit) in units.iter().enumerate() {
        let mut staff = Staff::default();
        let change = CHANGES.iter().find(|(sign, _)| unit.region == 0 && *sign == unit.sign);
        for (post, count) in establishment(unit) {
            for _ in 0..count {
                let to = change.filter(|_| post == Post::Leader).map(|(_, day)| *day);
                add(&mut officers, &mut staff, unit, index, post, (SINCE, to), &mut numbers);
            }
        }
        if let Some((_, day)) = change {
            let term = (*day, None);
            add(&mut officers, &mut staff, unit, index, Post::Leader, term, &mut numbers);
        }
        staffs.push(staff);
    }
    (officers, staffs)
}

fn add(
    officers: &mut Vec<Officer>,
    staff: &mut Staff,
    unit: &Unit,
    index: usize,
    post: Post,
    (from, to): (Day, Option<Day>),
    numbers: &mut [u32; REGIONS.len()],
) {
    numbers[unit.region] += 1;
    let number = numbers[unit.region];
    let prefix = unit_prefix(unit.region);
    let list = match post {
        Post::Leader => &mut staff.leaders,
        Post::Deputy => &mut staff.deputies,
        Post::ChiefRepresentative => &mut staff.representatives,
        Post::Clerk => &mut staff.clerks,
        Post::Handler => &mut staff.handlers,
        Post::Reviewer => &mut staff.reviewers,
        Post::Collector => &mut staff.collectors,
        Post::Enforcer => &mut staff.enforcers,
        Post::LegalReviewer => &mut staff.legal,
        Post::Staff => &mut staff.others,
    };
    list.push(officers.len());
    officers.push(Officer {
        id: format!("officer/{prefix}-{number:04}"),
        unit: index,
        post,
        from,
        to,
        certificate: (post == Post::Enforcer).then(|| format!("9901{:08}", 20_000 + number * 13)),
    });
}

/// `md.officer.registered` and `md.post.registered` of everyone in one unit who
/// is in post at `at`.
pub(super) fn register(city: &City, unit: usize, at: Moment) -> Vec<Act> {
    let mut acts = Vec::new();
    for (index, officer) in city.officers.iter().enumerate() {
        if officer.unit == unit && officer.from <= at.day() {
            acts.extend(register_officer(city, index, at));
        }
    }
    acts
}

/// The officer, the post and the certificate of one officer.
pub(super) fn register_officer(city: &City, index: usize, at: Moment) -> Vec<Act> {
    let officer = &city.officers[index];
    let unit = &city.units[officer.unit];
    let mut draw = Draw::new(city.seed, "officer", index as u64);
    let personnel = match (unit.kind, officer.post) {
        ("行政机关" | "党群", Post::Clerk | Post::Collector) => "事业编",
        ("行政机关" | "党群", _) => "公务员",
        ("参公事业", _) => "参公",
        _ => "事业编",
    };
    let body = object! {
        "officer_id": &officer.id, "personnel_kind": personnel, "unit": &unit.id,
        "unit_history": vec![object! { "unit": &unit.id, "from": officer.from }],
        "name": names::person(&mut draw),
        "id_no": citizen_number(REGIONS[unit.region].code, &mut draw),
        "phone": phone(&mut draw), "valid_from": officer.from,
    };
    let stream = format!("md/{}", officer.id);
    let party = officer.id.clone();
    let mut acts = vec![
        city.registry_act("md.officer.registered.v1", stream, at, "编办", body)
            .party(&party, "工作人员"),
        appointment(city, index, at),
    ];
    if let Some(number) = &officer.certificate {
        acts.push(certificate(city, index, number, at));
    }
    acts
}

/// `md.post.registered`: who holds which post from when.
fn appointment(city: &City, index: usize, at: Moment) -> Act {
    let officer = &city.officers[index];
    let unit = &city.units[officer.unit];
    let body = object! {
        "post": officer.post.title(), "officer_id": &officer.id, "unit": &unit.id,
        "from": officer.from, "valid_from": officer.from,
        "basis_doc": city.paper("编办", "职务任免通知", officer.from.year(), index as u32 + 101),
    };
    let stream = format!("md/post/{}", local_part(&officer.id));
    city.registry_act("md.post.registered.v1", stream, at, "编办", body)
}

/// Certificates are valid for five years; one in seven ran out on 2025-06-30 and
/// was renewed in time.
fn certificate(city: &City, index: usize, number: &str, at: Moment) -> Act {
    let body = certificate_body(city, index, number, first_term(index));
    let stream = format!("md/certificate/{number}");
    city.registry_act("md.certificate.registered.v1", stream, at, "司法", body)
}

fn first_term(index: usize) -> (Day, Day) {
    if index.is_multiple_of(7) {
        (Day::new(2020, 7, 1), Day::new(2025, 7, 1))
    } else {
        (Day::new(2023, 1, 1), Day::new(2028, 1, 1))
    }
}

fn certificate_body(city: &City, index: usize, number: &str, (from, to): (Day, Day)) -> Value {
    let officer = &city.officers[index];
    let unit = &city.units[officer.unit];
    object! {
        "cert_no": number.to_owned(), "officer_id": &officer.id,
        "issuing_organ": "示例省人民政府", "organ": &unit.id,
        "enforcement_types": vec!["行政处罚", "行政检查", "行政强制"],
        "scope_region": REGIONS[unit.region].code, "valid_from": from, "valid_to": to,
    }
}

/// `md.certificate.changed` for those that run out, recorded before they do.
pub(super) fn renew_certificates(city: &City, at: Moment) -> Vec<Act> {
    let term = (Day::new(2025, 7, 1), Day::new(2030, 7, 1));
    let renewed = city.officers.iter().enumerate().filter(|(index, _)| index.is_multiple_of(7));
    renewed
        .filter_map(|(index, officer)| {
            let number = officer.certificate.as_ref()?;
            let body = certificate_body(city, index, number, term);
            let stream = format!("md/certificate/{number}");
            Some(city.registry_act("md.certificate.changed.v1", stream, at, "司法", body))
        })
        .collect()
}

/// The old leader's post ends and the new one's begins.
pub(super) fn change_leader(city: &City, change: usize, at: Moment) -> Vec<Act> {
    let (sign, day) = CHANGES[change];
    let staff = &city.staff[city.unit_index(sign)];
    let mut acts = Vec::new();
    for &index in &staff.leaders {
        let officer = &city.officers[index];
        if officer.to == Some(day) {
            let body = object! {
                "post": officer.post.title(), "officer_id": &officer.id,
                "unit": &city.units[officer.unit].id, "from": officer.from, "to": day,
                "valid_from": officer.from, "valid_to": day,
                "reason": "交流任职",
            };
            let stream = format!("md/post/{}", local_part(&officer.id));
            acts.push(city.registry_act("md.post.ended.v1", stream, at, "编办", body.value()));
        } else {
            acts.extend(register_officer(city, index, at));
        }
    }
    acts
}
