//! RP28 双公示上报文件: the permit file (XK_*) and the penalty file (CF_*) of the
//! national standard of 2018 (§4.6), column for column.
//!
//! Amounts are 万元 with six decimals: one fen is exactly 0.000001. Values that
//! stand in the log as digests only (names of natural persons, numbers of papers)
//! are left empty: whoever may open them adds them.

use super::kept::LooksAt;
use super::register::Report;
use super::run::{Gathering, Ground, Note, one_row_a_note};
use super::table::{Cell, Column, Holds, column};
use crate::event::Event;
use crate::integrity::json::Json;
use crate::master::Party;
use crate::rules::bench::Case;
use crate::rules::finding::EntryRef;
use crate::rules::words::yuan;
use crate::time::civil;
use chrono::NaiveDate;

pub(super) const PERMITS: Report = Report {
    id: "RP28",
    version: 1,
    zh: "双公示上报文件(行政许可)",
    en: "credit publicity file: permits",
    rows_zh: "许可决定",
    readers_zh: "信用办",
    columns: PERMIT_COLUMNS,
    exact: true,
    looks_at: LooksAt::CASES,
    gather: permits,
    rows: one_row_a_note,
};

pub(super) const PENALTIES: Report = Report {
    id: "RP28CF",
    version: 2,
    zh: "双公示上报文件(行政处罚)",
    en: "credit publicity file: penalties",
    rows_zh: "处罚决定",
    readers_zh: "信用办",
    columns: PENALTY_COLUMNS,
    exact: true,
    looks_at: LooksAt::CASES,
    gather: penalties,
    rows: one_row_a_note,
};

/// The twelve columns of the party, which both files begin with, under the names
/// that the standard gives them in each.
macro_rules! party_columns {
    ($mc:literal, $lb:literal, $uscc:literal, $gszc:literal, $zzjg:literal, $swdj:literal,
     $sydw:literal, $shzz:literal, $frdb:literal, $frlx:literal, $frhm:literal, $zrlx:literal,
     $zrhm:literal; $($rest:expr,)*) => {
        &[
            column($mc, "行政相对人名称", "party", Holds::Text),
            column($lb, "行政相对人类别", "kind of party", Holds::Text),
            column($uscc, "行政相对人代码_1(统一社会信用代码)", "credit code", Holds::Code),
            column($gszc, "行政相对人代码_2(工商注册号)", "registration no.", Holds::Code),
            column($zzjg, "行政相对人代码_3(组织机构代码)", "organisation code", Holds::Code),
            column($swdj, "行政相对人代码_4(税务登记号)", "tax no.", Holds::Code),
            column($sydw, "行政相对人代码_5(事业单位证书号)", "institution no.", Holds::Code),
            column($shzz, "行政相对人代码_6(社会组织登记证号)", "association no.", Holds::Code),
            column($frdb, "法定代表人", "legal representative", Holds::Text),
            column($frlx, "法定代表人证件类型", "their paper", Holds::Text),
            column($frhm, "法定代表人证件号码", "its number", Holds::Code),
            column($zrlx, "证件类型", "person's paper", Holds::Text),
            column($zrhm, "证件号码", "its number", Holds::Code),
            $($rest,)*
        ]
    };
}

const PERMIT_COLUMNS: &[Column] = party_columns!(
    "XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_XDR_GSZC", "XK_XDR_ZZJG", "XK_XDR_SWDJ",
    "XK_XDR_SYDW", "XK_XDR_SHZZ", "XK_FRDB", "XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX",
    "XK_XDR_ZJHM";
    column("XK_XKWS", "行政许可决定文书名称", "decision", Holds::Text),
    column("XK_WSH", "行政许可决定文书号", "decision no.", Holds::Code),
    column("XK_XKLB", "许可类别", "kind of permit", Holds::Text),
    column("XK_XKZS", "许可证书名称", "certificate", Holds::Text),
    column("XK_XKBH", "许可编号", "certificate no.", Holds::Code),
    column("XK_NR", "许可内容", "content", Holds::Text),
    column("XK_JDRQ", "许可决定日期", "decided", Holds::Text),
    column("XK_YXQZ", "有效期自", "valid from", Holds::Text),
    column("XK_YXQZI", "有效期至", "valid to", Holds::Text),
    column("XK_XKJG", "许可机关", "organ", Holds::Text),
    column("XK_XKJGDM", "许可机关统一社会信用代码", "organ's code", Holds::Code),
    column("XK_ZT", "当前状态", "state", Holds::Text),
    column("XK_LYDW", "数据来源单位", "source", Holds::Text),
    column("XK_LYDWDM", "数据来源单位统一社会信用代码", "source's code", Holds::Code),
    column("BZ", "备注", "remarks", Holds::Text),
);

const PENALTY_COLUMNS: &[Column] = party_columns!(
    "CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ",
    "CF_XDR_SYDW", "CF_XDR_SHZZ", "CF_FRDB", "CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX",
    "CF_XDR_ZJHM";
    column("CF_WSH", "行政处罚决定书文号", "decision no.", Holds::Code),
    column("CF_WFXW", "违法行为类型", "kind of violation", Holds::Text),
    column("CF_SY", "违法事实", "facts", Holds::Text),
    column("CF_YJ", "处罚依据", "basis", Holds::Text),
    column("CF_CFLB", "处罚类别", "kind of penalty", Holds::Text),
    column("CF_NR", "处罚内容", "content", Holds::Text),
    column("CF_NR_FK", "罚款金额(万元)", "fine, CNY 10,000", Holds::TenThousand),
    column("CF_NR_WFFF", "没收违法所得、没收非法财物的金额(万元)", "confiscated, CNY 10,000", Holds::TenThousand),
    column("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", "licence withdrawn", Holds::Text),
    column("CF_JDRQ", "处罚决定日期", "decided", Holds::Text),
    column("CF_YXQ", "处罚有效期", "valid to", Holds::Text),
    column("CF_GSJZQ", "公示截止期", "published until", Holds::Text),
    column("CF_CFJG", "处罚机关", "organ", Holds::Text),
    column("CF_CFJGDM", "处罚机关统一社会信用代码", "organ's code", Holds::Code),
    column("CF_SJLY", "数据来源单位", "source", Holds::Text),
    column("CF_SJLYDM", "数据来源单位统一社会信用代码", "source's code", Holds::Code),
    column("BZ", "备注", "remarks", Holds::Text),
);

/// Stands for a term without an end.
const OPEN_END: &str = "2099/12/31";

fn slashed(date: NaiveDate) -> String {
    date.format("%Y/%m/%d").to_string()
}

/// A member that is a date, as the standard writes dates.
fn date(act: &Event<'_>, name: &str) -> Option<String> {
    let text = act.body.text(name)?;
    civil::parse_date(&text).map(slashed)
}

/// The party's thirteen cells, in the order of both files: what the master data
/// say, and where they say nothing what the decision itself does.
fn party(case: &Case<'_>, act: &Event<'_>) -> Vec<Cell> {
    let id = act.parties.iter().find_map(|party| party.id.get()).unwrap_or_default();
    let at = case.bench.at(act.occurred.micros);
    let row = case.bench.master.parties.at(id, at).map(|version| &version.row);
    let kind = row.and_then(|row| row.kind.as_deref()).map(|kind| match kind {
        "自然人" => "自然人",
        "个体工商户" => "个体工商户",
        _ => "法人及非法人组织",
    });
    let named = act.body.json("party_named");
    let cell = |known: Option<&str>, member: &str| named_cell(known, named.as_ref(), member);
    let mut cells = vec![
        cell(row.and_then(|row| name_on(row, at.on)), "name"),
        cell(kind, "kind"),
        cell(row.and_then(|row| row.uscc.as_deref()), "uscc"),
        cell(None, "registration_no"),
        cell(row.and_then(|row| row.org_code.as_deref()), "org_code"),
        cell(None, "tax_no"),
        cell(None, "institution_no"),
        cell(None, "association_no"),
    ];
    cells.resize(13, Cell::Empty);
    cells
}

/// What is known, else what the document names.
fn named_cell(known: Option<&str>, named: Option<&Json<'_>>, member: &str) -> Cell {
    let named = || named.and_then(|named| named.get(member)).and_then(Json::as_str);
    Cell::maybe(known.or_else(named), Cell::text)
}

/// The name that a party had on a day.
fn name_on(row: &Party, on: NaiveDate) -> Option<&str> {
    let names = row.name_history.iter().flatten();
    let then = names.filter(|named| named.from.is_none_or(|from| from <= on));
    then.max_by_key(|named| named.from)?.name.as_deref()
}

/// Name and credit code, that day, of the organ and of the unit that the data come
/// from: the organ too, unless the decision names another.
fn organs(case: &Case<'_>, act: &Event<'_>) -> [Cell; 4] {
    let at = case.bench.at(act.occurred.micros);
    let row = act.unit().and_then(|unit| case.bench.master.units.at(unit, at));
    let row = row.map(|version| &version.row);
    let named = act.body.json("organ_named");
    let name = named_cell(row.and_then(|row| row.name.as_deref()), named.as_ref(), "name");
    let code = named_cell(row.and_then(|row| row.uscc.as_deref()), named.as_ref(), "uscc");
    match act.body.json("source_named") {
        Some(source) => {
            let cell = |member: &str| named_cell(None, Some(&source), member);
            [name, code, cell("name"), cell("uscc")]
        }
        None => [name.clone(), code.clone(), name, code],
    }
}

/// A member of the decision, as text.
fn member(act: &Event<'_>, name: &str) -> Cell {
    Cell::maybe(act.body.text(name), |text| Cell::text(text.into_owned()))
}

/// What the first says, else what the second does.
fn either(first: Cell, second: impl FnOnce() -> Cell) -> Cell {
    if first == Cell::Empty { second() } else { first }
}

fn permits(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let kinds = ["approval.decision.granted", "approval.commitment.decided"];
    for act in case.any(&kinds).filter(|act| ground.in_period(act.occurred.micros)) {
        let certificate = case.first("approval.certificate.issued");
        let issued = |name: &str| {
            either(certificate.map_or(Cell::Empty, |act| member(act, name)), || member(act, name))
        };
        let ended =
            ["approval.permit.revoked", "approval.permit.withdrawn", "approval.permit.cancelled"];
        let ended = case.any(&ended).next();
        let stated = act.body.text("stated_status");
        let stated_void = stated.is_some_and(|stated| ["无效", "撤销"].contains(&stated.as_ref()));
        let on = slashed(case.bench.zone.date(act.occurred.micros));
        let decided = date(act, "decision_date").unwrap_or(on);
        let from = date(act, "valid_from").unwrap_or_else(|| decided.clone());
        let to = date(act, "valid_to").unwrap_or_else(|| OPEN_END.to_owned());
        let document = if act.kind.starts_with("approval.commitment") {
            "行政许可告知承诺决定书"
        } else {
            "准予行政许可决定书"
        };
        let mut cells = party(case, act);
        cells.extend([
            either(member(act, "document_name"), || Cell::text(document)),
            member(act, "decision_no"),
            member(act, "permit_kind"),
            issued("cert_type"),
            issued("cert_no"),
            member(act, "content"),
            Cell::text(decided),
            Cell::text(from),
            Cell::text(to),
        ]);
        let [name, code, source, source_code] = organs(case, act);
        let state = if ended.is_none() && !stated_void { "1" } else { "2" };
        cells.extend([name, code, Cell::text(state), source, source_code, member(act, "remarks")]);
        let entries = [Some(act), certificate, ended].into_iter().flatten().map(EntryRef::of);
        out.push_on(
            case.bench.zone.date(act.occurred.micros),
            Note { key: case.file.stream.to_owned(), cells, entries: entries.collect() },
        );
    }
}

fn penalties(case: &Case<'_>, ground: &Ground<'_>, out: &mut Gathering) {
    let decided = case.all("penalty.decision.made");
    for act in decided.filter(|act| ground.in_period(act.occurred.micros)) {
        let published = case.last("penalty.published");
        let list = match act.body.json("penalties") {
            Some(Json::List(list)) => list,
            _ => Vec::new(),
        };
        let kind = |one: &Json<'_>| one.get("kind").and_then(Json::as_str).unwrap_or("").to_owned();
        let sum = |member: &str| {
            let amounts = list.iter().filter_map(|one| one.get(member).and_then(Json::as_int));
            amounts.reduce(i64::saturating_add)
        };
        let taken = taken(&list);
        let licence = list.iter().find_map(|one| one.get("licence").and_then(Json::as_str));
        let code = act.body.text("ground_code").unwrap_or_default();
        let at = case.bench.at(act.occurred.micros);
        let row = case.bench.master.penalty_grounds.at(&code, at).map(|version| &version.row);
        let violation = row.and_then(|row| row.name.as_deref());
        let violation = violation.or_else(|| act.item.as_ref().and_then(|item| item.name.get()));
        let on = slashed(case.bench.zone.date(act.occurred.micros));
        let until = published.and_then(|act| date(act, "until"));
        let until = until.or_else(|| date(act, "publicity_until"));
        let mut cells = party(case, act);
        cells.extend([
            member(act, "decision_no"),
            Cell::maybe(violation, Cell::text),
            member(act, "facts"),
            member(act, "basis"),
            Cell::text(list.iter().map(kind).collect::<Vec<_>>().join(";")),
            either(member(act, "content"), || content(&list)),
            Cell::maybe(sum("amount_fen"), Cell::Fen),
            Cell::maybe(taken, Cell::Fen),
            Cell::maybe(licence.map(str::to_owned), Cell::text),
            Cell::text(date(act, "decision_date").unwrap_or(on)),
            Cell::text(date(act, "valid_to").unwrap_or_else(|| OPEN_END.to_owned())),
            Cell::maybe(until, Cell::text),
        ]);
        cells.extend(organs(case, act));
        cells.push(member(act, "remarks"));
        let entries = [Some(act), published].into_iter().flatten().map(EntryRef::of).collect();
        out.push_on(
            case.bench.zone.date(act.occurred.micros),
            Note { key: case.file.stream.to_owned(), cells, entries },
        );
    }
}

/// Everything confiscated. Of a fine, illegal income and goods are what it is a multiple
/// of (R2.7.6) and were not taken.
fn taken(list: &[Json<'_>]) -> Option<i64> {
    let of_one = |one: &Json<'_>| {
        let fine = one.get("kind").and_then(Json::as_str) == Some("罚款");
        let own: &[&str] = match fine {
            true => &["confiscated_fen"],
            false => &["illegal_income_fen", "goods_fen", "confiscated_fen"],
        };
        let amounts = own.iter().filter_map(|name| one.get(name).and_then(Json::as_int));
        amounts.reduce(i64::saturating_add)
    };
    list.iter().filter_map(of_one).reduce(i64::saturating_add)
}

/// `罚款10000.00元;没收…`
fn content(list: &[Json<'_>]) -> Cell {
    let words = list.iter().map(|one| {
        let kind = one.get("kind").and_then(Json::as_str).unwrap_or_default();
        match one.get("amount_fen").and_then(Json::as_int) {
            Some(fen) => format!("{kind}{}元", yuan(fen)),
            None => kind.to_owned(),
        }
    });
    Cell::text(words.collect::<Vec<_>>().join(";"))
}
