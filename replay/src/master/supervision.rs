//! MD31, MD32, MD35, MD39: monitoring points 监测点, complaint channels 投诉渠道,
//! warning models and evaluation schemes 预警模型、考评方案, leading groups 领导小组.

use super::column::{Any, Date, Key, List, Text, row};

row! {
    /// MD31 监测点
    MonitoringPoint, "monitoring_point" by id, needs [region, industry, level] {
        id: Key,
        region: Text,
        industry: Text,
        level: Text,
        enterprise: Text,
    }
}

row! {
    /// MD32 投诉渠道
    ComplaintChannel, "complaint_channel" by code, needs [kind, owner] {
        code: Key,
        /// 窗口, 电话, 网站, 信访, 12388, 意见箱, 走访.
        kind: Text,
        owner: Text,
        published_on: Date,
    }
}

row! {
    /// MD35 预警模型与考评方案
    Model, "model" by id, needs [indicators, weights] {
        id: Key,
        /// 预警模型, 考评方案.
        kind: Text,
        version: Text,
        indicators: Any,
        weights: Any,
        composite_threshold: Any,
        publicity_rule: Any,
        published_on: Date,
        approver: Text,
    }
}

row! {
    /// MD39 领导小组
    LeadingGroup, "leading_group" by name, needs [chair_post] {
        name: Key,
        chair_post: Text,
        office: Text,
        members: List<Box<str>>,
        work_plan: Any,
    }
}
