//! 政务服务事项编码 (GB/T 39554.1-2020).
//!
//! Local codes of other forms are in use and are facts like any other; they are
//! only not taken apart.

use super::{Flaw, credit_code};

/// 基本编码: what is done, whoever does it. 12 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseCode<'a> {
    /// Two digits; `00` is the State's own list, else a province's.
    pub region: &'a str,
    /// Two digits: `01` 许可, `02` 处罚, …; provinces have added others.
    pub kind: &'a str,
    /// Five digits: the main item (主项).
    pub main: &'a str,
    /// Three digits: the sub-item (子项), `000` where there is none.
    pub sub: &'a str,
}

impl BaseCode<'_> {
    /// The kind's name where the national standard has one.
    pub fn kind_zh(&self) -> Option<&'static str> {
        Some(match self.kind {
            "01" => "行政许可",
            "02" => "行政处罚",
            "03" => "行政强制",
            "04" => "行政征收",
            "05" => "行政给付",
            "06" => "行政检查",
            "07" => "行政确认",
            "08" => "行政奖励",
            "09" => "行政裁决",
            "10" => "其他行政权力",
            "20" => "公共服务",
            _ => return None,
        })
    }
}

/// An item's code, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceItem<'a> {
    /// 基本编码, 12 digits.
    Base(BaseCode<'a>),
    /// 实施编码 (31) or 业务办理项编码 (33): who exercises the item, and where.
    Implementation {
        /// The organ's unified social credit code.
        organ: &'a str,
        /// 行使层级, one digit.
        level: &'a str,
        base: BaseCode<'a>,
        /// 业务办理项, two digits.
        business: Option<&'a str>,
    },
    /// A code of another form.
    Local(&'a str),
}

/// Takes an item's code apart; flaws are those of the organ's credit code.
pub fn service_item(text: &str) -> (ServiceItem<'_>, Vec<Flaw>) {
    match parse(text) {
        Some(item @ ServiceItem::Implementation { organ, .. }) => (item, credit_code(organ)),
        Some(item) => (item, Vec::new()),
        None => (ServiceItem::Local(text), Vec::new()),
    }
}

fn parse(text: &str) -> Option<ServiceItem<'_>> {
    if text.len() == 12 {
        return base(text).map(ServiceItem::Base);
    }
    let organ = text.get(..18)?;
    let level = digits(text.get(18..19)?)?;
    let base = base(text.get(19..31)?)?;
    let business = match text.get(31..)? {
        "" => None,
        rest if rest.len() == 2 => Some(digits(rest)?),
        _ => return None,
    };
    Some(ServiceItem::Implementation { organ, level, base, business })
}

fn base(text: &str) -> Option<BaseCode<'_>> {
    let text = digits(text)?;
    Some(BaseCode {
        region: text.get(..2)?,
        kind: text.get(2..4)?,
        main: text.get(4..9)?,
        sub: text.get(9..12)?,
    })
}

fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_specifications_code_is_taken_apart() {
        let (item, flaws) = service_item("12441500196720244T3442199806003");
        assert_eq!(flaws, []);
        let base = BaseCode { region: "44", kind: "21", main: "99806", sub: "003" };
        let organ = "12441500196720244T";
        assert_eq!(item, ServiceItem::Implementation { organ, level: "3", base, business: None });
        assert_eq!(base.kind_zh(), None);
        let (item, _) = service_item("12441500196720244T344219980600301");
        assert!(matches!(item, ServiceItem::Implementation { business: Some("01"), .. }));
    }

    #[test]
    fn a_base_code_names_its_kind() {
        let (ServiceItem::Base(base), flaws) = service_item("000112345000") else {
            panic!("12 digits are a base code");
        };
        assert_eq!((base.kind_zh(), flaws), (Some("行政许可"), vec![]));
    }

    #[test]
    fn a_wrong_organ_is_flawed_and_a_local_code_is_not() {
        let (item, flaws) = service_item("12441500196720244X3442199806003");
        assert!(matches!(item, ServiceItem::Implementation { .. }));
        assert_eq!(flaws, [Flaw::CheckCharacter { expected: 'T', found: 'X' }]);
        for text in ["UNLISTED", "", "XK-0001", "12441500196720244T34421998060030", "许可一"] {
            assert_eq!(service_item(text), (ServiceItem::Local(text), vec![]), "{text}");
        }
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in "\\PC{0,40}") {
            let _ = service_item(&text);
        }
    }
}
