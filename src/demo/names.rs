//! Names, addresses and business names drawn from tables of syllables, for the
//! confidential members that need a value. They name nobody.

use super::prng::Draw;

const SURNAMES: [&str; 24] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨",
    "朱", "秦", "尤", "许", "何", "吕", "施", "张",
];

const GIVEN: [&str; 20] = [
    "安", "博", "晨", "德", "恩", "方", "光", "和", "嘉", "开", "立", "明", "宁", "平", "清", "然",
    "思", "文", "远", "志",
];

const HOUSES: [&str; 24] = [
    "恒昌", "瑞丰", "鼎新", "华腾", "嘉禾", "宏远", "天成", "立信", "金谷", "百川", "润泽", "同兴",
    "启明", "长青", "东来", "永固", "正大", "云帆", "广源", "兴业", "康宁", "友邦", "盛和", "联创",
];

const SECOND: [&str; 12] = ["", "盛", "达", "源", "泰", "通", "亿", "祥", "隆", "顺", "安", "福"];

const ROADS: [&str; 12] = [
    "建设路",
    "人民路",
    "解放路",
    "文明路",
    "滨河路",
    "工业大道",
    "创业路",
    "学府路",
    "环城北路",
    "站前街",
    "东门街",
    "兴贸路",
];

/// A person's name of two or three characters.
pub(super) fn person(draw: &mut Draw) -> String {
    let mut name = String::from(draw.pick(&SURNAMES));
    name.push_str(draw.pick(&GIVEN));
    if draw.per_mille(700) {
        name.push_str(draw.pick(&GIVEN));
    }
    name
}

/// `示例市恒昌盛机械有限公司`; `number` keeps the names of a large city apart.
pub(super) fn business(
    area: &str,
    trade: &str,
    form: &str,
    number: u32,
    draw: &mut Draw,
) -> String {
    let house = draw.pick(&HOUSES);
    let second = draw.pick(&SECOND);
    // 288 house names: beyond a few hundred firms the registrar asks for a number.
    let series = if number < 200 { String::new() } else { format!("{number}号") };
    format!("{area}{house}{second}{series}{trade}{form}")
}

pub(super) fn address(area: &str, draw: &mut Draw) -> String {
    format!("{area}{}{}号", draw.pick(&ROADS), draw.between(1, 399))
}
