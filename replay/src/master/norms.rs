//! MD36–MD38, MD40: code lists 代码表, rule sets 规则集, parameters 参数 and keys 密钥.

use super::column::{Any, Date, Flag, Key, List, Text, part, row};
use super::table::Verb;
use crate::integrity::json::Json;

row! {
    /// MD36 代码表
    Code, "code" by list, needs [code] {
        /// 问题分类, 违法类别, 处罚种类, 许可类别, 文书类型, 原因代码, …
        list: Key,
        code: Text,
        name: Text,
    }
    with {
        /// The code.
        fn others(&self) -> Vec<&str> {
            self.code.as_deref().into_iter().collect()
        }
    }
}

part! {
    /// A rule of a set, with the digest of its text.
    RuleOfSet {
        id: Text,
        hash: Text,
        layer: Text,
        severity: Text,
    }
}

row! {
    /// MD37 规则集, as published (M43).
    RuleSet, "ruleset" by version, needs [rules] {
        version: Key,
        rules: List<RuleOfSet>,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] =
            &[("md.ruleset.published", Verb::Registered)];
    }
}

row! {
    /// MD37, one rule as a row.
    RuleRow, "rule" by rule_id, needs [layer] {
        rule_id: Key,
        version: Any,
        layer: Text,
        function as "engine_function_id": Text,
        hash: Text,
        severity: Text,
        consequences: Any,
    }
}

row! {
    /// MD38 参数: P01–P26 of §0.5, dated and set by events (M42).
    Parameter, "parameter" by id, needs [] {
        id: Key,
        name: Text,
        value: Json<'static>,
        approver: Text,
    }
    with {
        const EVENTS: &'static [(&'static str, Verb)] = &[("md.parameter.set", Verb::Changed)];
    }
}

row! {
    /// MD40 密钥与证书
    SigningKey, "key" by key_id, needs [signer, algorithm] {
        key_id: Key,
        signer: Text,
        algorithm: Text,
        chain as "cert_chain": Any,
        revoked_on: Date,
        revoked: Flag,
    }
    with {
        /// The signer.
        fn others(&self) -> Vec<&str> {
            self.signer.as_deref().into_iter().collect()
        }
    }
}
