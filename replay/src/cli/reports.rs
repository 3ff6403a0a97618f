//! `plumb-replay report`: makes a report from the log alone, or makes one again
//! from its file and compares byte for byte.

use super::asked::Asked;
use super::{Failure, print};
use plumbline_replay::evidence::Evidence;
use plumbline_replay::report::{
    self, About, Period, Request, Sheet, from_json, to_csv, to_json, to_plain_csv,
};
use plumbline_replay::rules::Ask;
use std::io::Write;

/// Makes a report, or verifies one. The exit code is 0, or 3 where they differ.
pub fn run(parser: &mut lexopt::Parser) -> Result<u8, Failure> {
    let asked = Asked::read(parser, &["from", "to", "format", "output"])?;
    if asked.value(0, "REPORT")? == "verify" {
        return verify(&asked);
    }
    make(&asked)
}

fn find(id: &str) -> Result<&'static report::Report, Failure> {
    report::find(id).ok_or_else(|| {
        let ids: Vec<&str> = report::all().map(|report| report.id).collect();
        let ids = ids.join(", ");
        Failure::new(2, format!("没有报表 {id} / there is no report {id}: {ids}"))
    })
}

fn sheet(id: &str, evidence: &Evidence, request: &Request) -> Result<Sheet, Failure> {
    let sheet = report::run(find(id)?, &evidence.blocks, request)
        .map_err(|error| Failure::new(3, error.to_string()))?;
    Ok(match &evidence.bundle {
        Some(bundle) => sheet.of_cases(&bundle.cases),
        None => sheet,
    })
}

fn make(asked: &Asked) -> Result<u8, Failure> {
    let mut evidence = asked.evidence(asked.value(1, "PATH")?)?;
    evidence.without_parts();
    let ask = asked.ask(&evidence)?;
    let (Some(from), Some(to)) = (asked.date("from")?, asked.date("to")?) else {
        return Err(Failure::new(2, "写明期间 / name the period: --from DATE --to DATE"));
    };
    if to < from {
        return Err(Failure::new(2, "期间末日早于首日 / the period ends before it begins"));
    }
    let request = request(&evidence, Period { from, to }, ask);
    let sheet = sheet(asked.value(0, "REPORT")?, &evidence, &request)?;
    let bytes = match asked.option("format").unwrap_or("json") {
        "json" => to_json(&sheet),
        "csv" if sheet.exact && evidence.bundle.is_some() => {
            // Its columns leave no room for saying that other cases are not in it.
            return Err(Failure::new(
                2,
                "--format csv: 此表的列不容注明只及包内案件,用 json / the columns \
                of this one cannot say that it is of the bundle's cases only: use json",
            ));
        }
        "csv" if sheet.exact => to_plain_csv(&sheet),
        "csv" => to_csv(&sheet),
        other => return Err(Failure::new(2, format!("--format {other}: json|csv"))),
    };
    let written = match asked.option("output") {
        Some(file) => std::fs::write(file, &bytes),
        None => std::io::stdout().write_all(&bytes),
    };
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(1, error.to_string()))
        }
        _ => Ok(0),
    }
}

fn request(evidence: &Evidence, period: Period, ask: Ask) -> Request {
    Request {
        about: About::default(),
        period,
        ask,
        origin: evidence.origin.clone(),
        log_size: evidence.size,
        head: evidence.head.to_string(),
        sealed_size: evidence.sealed_size,
    }
}

/// 0 the same bytes, 3 others, 4 where the file does not say what to compare.
fn verify(asked: &Asked) -> Result<u8, Failure> {
    let file = asked.value(1, "FILE")?;
    let bytes = std::fs::read(file).map_err(|error| Failure::new(1, format!("{file}: {error}")))?;
    let read = from_json(&bytes).ok_or_else(|| {
        let words = "不是 JSON 报表;其他格式用 plumb report verify / not a JSON report; for other \
                     formats use plumb report verify";
        Failure::new(4, format!("{file}: {words}"))
    })?;
    let again = Request::again(&read.made_from, asked.threads()?)
        .ok_or_else(|| Failure::new(4, "制表依据不全 / what it was made from is incomplete"))?;
    let mut evidence = asked.evidence(asked.value(2, "PATH")?)?;
    if !read.is_of(evidence.bundle.as_ref().map(|bundle| &bundle.cases)) {
        let words = "证据包只有所载案件:由整个日志制成的报表凭日志重制,由包制成的凭同案之包 / a bundle holds \
                     its cases only: a report made from the whole log is made again from the log, one \
                     made from a bundle from a bundle of the same cases";
        return Err(Failure::new(4, words));
    }
    evidence.without_parts();
    if evidence.origin != again.origin {
        return Err(Failure::new(4, format!("另一账本的报表 / of another log: {}", again.origin)));
    }
    if evidence.size < again.log_size {
        let (due, here) = (again.log_size, evidence.size);
        let words = format!(
            "日志不全,不能重制:制表时 {due} 条,此处 {here} 条 / not all entries that it was made from are \
             here: {due} then, {here} here"
        );
        return Err(Failure::new(4, words));
    }
    if again.sealed_size > evidence.sealed_size {
        let words = "报表也依据封存账,此处没有或不全:给出账本文件夹,或用 plumb report run --open-only 所制者 / the \
                     report was made from the sealed log too, which is not here: give the ledger's \
                     folder, or a report made with `plumb report run --open-only`";
        return Err(Failure::new(4, words));
    }
    if evidence.bundle.is_none() {
        evidence.cut(again.log_size, again.sealed_size);
    }
    if evidence.head.to_string() != again.head {
        let last = again.log_size.saturating_sub(1);
        print(&format!("核验不通过 / fail: 第 {last} 条记录不同 / entry {last} is another"))?;
        return Ok(3);
    }
    let sheet = sheet(&read.report, &evidence, &again)?;
    let made = to_json(&sheet);
    if made == bytes {
        print(&format!("核验通过 / pass: 逐字节一致 / the same bytes, digest {}", read.digest))?;
        return Ok(0);
    }
    if let Some(why) = read.made_otherwise(&sheet) {
        return Err(Failure::new(4, why));
    }
    let at = made.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
    print(&format!(
        "核验不通过 / fail: 重制结果自第 {at} 字节起不同 / made again, it differs from byte {at} on"
    ))?;
    Ok(3)
}
