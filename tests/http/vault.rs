//! What keys may do besides submitting: open sealed members under a role, erase, close.
//! Each access stands in the sealed log before anything is shown.

use super::{Answer, EVERYTHING, JSON, Server, event, key, plumb, start};
use serde_json::{Value, json};

/// A server over a ledger with roles; keys of four systems.
pub struct Vaulted {
    pub server: Server,
    pub keys: Vec<String>,
}

const HALL: usize = 0;
pub const HANDLER: usize = 1;
pub const OFFICE: usize = 2;
pub const ARCHIVE: usize = 3;
const NAMES: [&str; 4] = ["hall", "handler", "office", "archive"];

pub fn vaulted() -> Vaulted {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    assert!(plumb().arg("init").arg(&path).output().unwrap().status.success());
    let keys: Vec<String> = NAMES.iter().map(|name| key(&path, name, EVERYTHING)).collect();
    for (role, member, right) in [
        ("办案人员", "handler", ["--class", "personal"]),
        ("会办", "handler", ["--class", "personal"]),
        ("会办", "archive", ["--class", "personal"]),
        ("档案", "office", ["--power", "erase"]),
        ("档案", "archive", ["--power", "erase"]),
        ("值班", "office", ["--power", "close"]),
    ] {
        let granted = plumb()
            .args(["vault", "grant", role, member, "--purpose", "履职", "--by", "a"])
            .args(["--approved-by", "b", "--dir"])
            .arg(&path)
            .args(right)
            .output()
            .unwrap();
        assert!(granted.status.success(), "{}", String::from_utf8_lossy(&granted.stderr));
    }
    let (child, address, public) = start(&path, &[]);
    let server = Server { child, address, public, key: keys[HALL].clone(), dir };
    let mut paid = event("1");
    paid["parties"] = json!([{"id": "party/1", "capacity": "申请人"}]);
    paid["body"]["payer"] = json!("密封样例");
    assert_eq!(server.post("/api/v1/events", JSON, &[], &paid.to_string()).status, 201);
    Vaulted { server, keys }
}

impl Vaulted {
    fn as_(&self, who: usize, path: &str, more: &[(&str, &str)], body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.keys[who]);
        let mut headers = vec![("authorization", bearer.as_str()), ("content-type", JSON)];
        headers.extend_from_slice(more);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.call("POST", path, &headers, &body)
    }

    fn open(&self, who: usize) -> Answer {
        let asked = json!({"role": "办案人员", "purpose": "核查缴费人", "stream": "fee/1"});
        self.as_(who, "/api/v1/vault/openings", &[], &asked)
    }

    /// What the sealed log holds of a type.
    pub fn sealed(&self, kind: &str) -> Vec<Value> {
        let path = format!("/api/v1/events?log=sealed&type={kind}");
        let body = String::from_utf8(self.server.get_with_key(&path).body).unwrap();
        body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[test]
fn a_key_with_the_role_opens_and_every_access_stands_in_the_sealed_log() {
    let vaulted = vaulted();
    let found = vaulted.open(HANDLER);
    assert_eq!(found.status, 200);
    let member = &found.json()["members"][0];
    assert_eq!((&member["name"], &member["value"]), (&json!("payer"), &json!("密封样例")));
    super::description::has_form("Opening", &found.json());
    let accesses = vaulted.sealed("access.recorded.v1");
    let [access] = accesses.as_slice() else { panic!("{accesses:?}") };
    assert_eq!(access["body"]["who"], "handler");
    assert_eq!(access["body"]["purpose"], "核查缴费人");
    assert_eq!(access["body"]["result"], "出示");
    assert!(!access.to_string().contains("密封样例"));

    let refused = vaulted.open(OFFICE);
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not-allowed")));
    assert!(!String::from_utf8(refused.body).unwrap().contains("密封样例"));
    let accesses = vaulted.sealed("access.recorded.v1");
    assert_eq!((accesses.len(), &accesses[1]["body"]["result"]), (2, &json!("拒绝")));
    // Without a key nobody is asked anything, and nothing is recorded.
    let asked = json!({"role": "办案人员", "purpose": "x", "stream": "fee/1"}).to_string();
    let without = vaulted.server.call("POST", "/api/v1/vault/openings", &[], &asked);
    assert_eq!((without.status, &without.json()["code"]), (401, &json!("no-valid-key")));
    assert_eq!(vaulted.sealed("access.recorded.v1").len(), 2);
    let mut purposeless: Value = serde_json::from_str(&asked).unwrap();
    purposeless["purpose"] = json!(" ");
    let answer = vaulted.as_(HANDLER, "/api/v1/vault/openings", &[], &purposeless);
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("no-purpose")));
}

#[test]
fn two_keys_with_the_power_erase_and_one_does_not() {
    let vaulted = vaulted();
    let asked = json!({"subject": "party/1", "basis": "申请〔2026〕1号"});
    let erase = |first: usize, second: Option<usize>, asked: &Value| {
        let bearer = second.map(|who| format!("Bearer {}", vaulted.keys[who]));
        let more: Vec<(&str, &str)> =
            bearer.iter().map(|key| ("second-authorization", key.as_str())).collect();
        vaulted.as_(first, "/api/v1/vault/erasures", &more, asked)
    };
    for (first, second, status, code) in [
        (OFFICE, None, 401, "no-second-key"),
        (OFFICE, Some(OFFICE), 403, "one-approver"),
        (OFFICE, Some(HANDLER), 403, "not-allowed"),
        (HALL, Some(ARCHIVE), 403, "not-allowed"),
    ] {
        let answer = erase(first, second, &asked);
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{code}");
    }
    assert_eq!(vaulted.open(HANDLER).json()["members"][0]["destroyed"], false);
    let nobody = erase(OFFICE, Some(ARCHIVE), &json!({"subject": "party/9", "basis": "x"}));
    assert_eq!((nobody.status, &nobody.json()["code"]), (404, &json!("no-such-subject")));
    let erased = erase(OFFICE, Some(ARCHIVE), &asked);
    assert_eq!(erased.status, 200);
    super::description::has_form("Erasure", &erased.json());
    assert_eq!((&erased.json()["events"], &erased.json()["destroyed"]), (&json!(1), &json!(true)));
    assert_eq!(vaulted.open(HANDLER).json()["members"][0]["destroyed"], true);
    let told = vaulted.server.get("/api/v1/events?type=vault.key.destroyed.v1").json();
    assert_eq!(told["body"]["witnesses"], json!(["office", "archive"]));
}

#[test]
fn a_key_with_the_power_closes_and_anyone_lists() {
    let vaulted = vaulted();
    let before = vaulted.server.get("/api/v1/closings").json();
    let before = before["closings"].as_array().unwrap().len();
    let refused = vaulted.as_(HALL, "/api/v1/closings", &[], &Value::Null);
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not-allowed")));
    let closed = vaulted.as_(OFFICE, "/api/v1/closings", &[], &Value::Null);
    assert_eq!(closed.status, 201);
    super::description::has_form("Receipt", &closed.json());
    let listed = vaulted.server.get("/api/v1/closings").json();
    super::description::has_form("Closings", &listed);
    let listed = listed["closings"].as_array().unwrap().clone();
    assert!(listed.len() > before);
    assert_eq!(listed.last().unwrap()["position"], closed.json()["position"]);
}

#[test]
fn over_http_too_only_the_ledger_speaks_in_its_name() {
    let vaulted = vaulted();
    for (name, system, code) in [
        ("access.recorded.v1", "bank", "reserved-type"),
        ("vault.role.granted.v1", "bank", "reserved-type"),
        ("fee.paid.v1", "plumbline", "reserved-source"),
    ] {
        let mut forged = event("forged");
        forged["type"] = json!(name);
        forged["source"]["system"] = json!(system);
        let answer = vaulted.as_(HALL, "/api/v1/events", &[], &forged);
        assert_eq!((answer.status, &answer.json()["code"]), (422, &json!(code)), "{name}");
    }
}
