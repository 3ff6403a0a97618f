//! 二.8–二.10、三: free service, intermediaries, style of work, safeguards. Registered
//! with their quotes; what they ask of evaluation and accountability is not judged yet.

use super::rule::{Kind, Rule, Severity, Status};

pub(super) const RULES: &[Rule] = &[
    FREE_SERVICE,
    PAID_CONTESTS,
    MEMBERSHIP,
    SPONSORSHIP,
    APPORTIONED,
    SUBSCRIPTIONS,
    REIMBURSING,
    CHEAP_LABOUR,
    EXTORTION,
    DECOUPLED,
    PART_TIME,
    UNAUTHORISED_AGENT,
    FORCED_SERVICE,
    BY_CONTRACT,
    FORCED_TRADE,
    QUICK_PAPERS,
    MEETINGS,
    PLAIN_SPEECH,
    FEWER_PAPERS,
    NO_BURDEN,
    NO_FORMALISM,
    TOP_LEADER,
    LEADING_GROUP,
    DEPLOYMENT,
    TARGETS,
    ASSISTANCE,
    TEAM,
    VISITS,
    ASSISTANCE_SUPERVISED,
    MONITORING_POINTS,
    FOUR_MECHANISMS,
    SURVEYS,
    COMPOSITION,
    super::ranking::LAST_PLACE,
    COMMENDED,
    INDEX,
    COVERAGE,
    CHANNELS,
    super::warning::LEVELS,
    RESULTS_USED,
    OPEN_AND_COVERT,
    COMPLAINTS,
    INVESTIGATED,
    EXPOSED,
];

const FREE_SERVICE: Rule = Rule {
    id: "R2.8.1",
    zh: "无偿优质服务",
    en: "free, quality service in investment promotion",
    quote: "在招商引资和项目建设过程中,推行无偿服务、优质服务",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const PAID_CONTESTS: Rule = Rule {
    id: "R2.8.2",
    zh: "不得举办收费评比表彰达标排序授牌",
    en: "no paid contests, honours, ratings, rankings, plaques",
    quote: "任何单位不得以任何理由举办向企业收取费用的各种评比、表彰、达标、排序、授牌等活动",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const MEMBERSHIP: Rule = Rule {
    id: "R2.8.3",
    zh: "不得强迫入会",
    en: "no forced membership",
    quote: "不得强迫企业加入各种协会、学会、研究会等社团性组织",
    kind: Kind("Assert"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const SPONSORSHIP: Rule = Rule {
    id: "R2.8.4",
    zh: "不得拉赞助、捐赠、收会费",
    en: "no sponsorship, donation or dues",
    quote: "不得向企业拉赞助、拉捐赠、收会费",
    kind: Kind("Assert"),
    severity: Severity::Red,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const APPORTIONED: Rule = Rule {
    id: "R2.8.5",
    zh: "不得摊派费用",
    en: "no apportioned charges",
    quote: "和向企业摊派各种培训、研讨、办班、接待、广告公示等费用",
    kind: Kind("Assert"),
    severity: Severity::Red,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const SUBSCRIPTIONS: Rule = Rule {
    id: "R2.8.6",
    zh: "不得强征订报刊",
    en: "no forced subscriptions",
    quote: "不得强行要求企业征订报纸杂志等",
    kind: Kind("Assert"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const REIMBURSING: Rule = Rule {
    id: "R2.8.7",
    zh: "禁止到企业报销",
    en: "no reimbursing at enterprises",
    quote: "坚决禁止机关、事业单位及其工作人员利用职权和工作之便到企业报销任何费用",
    kind: Kind("Assert"),
    severity: Severity::Refer,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const CHEAP_LABOUR: Rule = Rule {
    id: "R2.8.8",
    zh: "禁止要求无偿、廉价劳务和财物",
    en: "no free or cheap labour and goods",
    quote: "或强行要求企业提供无偿、廉价劳务和财物",
    kind: Kind("Assert"),
    severity: Severity::Refer,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const EXTORTION: Rule = Rule {
    id: "R2.8.9",
    zh: "严禁索拿卡要",
    en: "no extortion",
    quote: "严禁索拿卡要",
    kind: Kind("Assert"),
    severity: Severity::Refer,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const DECOUPLED: Rule = Rule {
    id: "R2.9.1",
    zh: "彻底脱钩",
    en: "complete decoupling",
    quote: "所有行政机关和司法机关必须与所属中介机构(行业协会)彻底脱钩",
    kind: Kind("D+M"),
    ..Rule::ENTRY
};

const PART_TIME: Rule = Rule {
    id: "R2.9.2",
    zh: "不准兼职取酬",
    en: "no part-time posts or pay",
    quote: "工作人员不准在行业协会、市场中介组织中兼职、领取报酬",
    kind: Kind("R"),
    severity: Severity::Refer,
    ..Rule::ENTRY
};

const UNAUTHORISED_AGENT: Rule = Rule {
    id: "R2.9.3",
    zh: "中介未经授权不得行使政府职能及代办",
    en: "no delegated functions without lawful authorisation",
    quote: "严格禁止任何中介机构(行业协会)未经政府依法授权而行使政府职能及代办相关事务",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const FORCED_SERVICE: Rule = Rule {
    id: "R2.9.4",
    zh: "禁止强迫接受中介服务",
    en: "no forced intermediary service",
    quote: "严格禁止利用职权和影响,要求、强迫或变相强迫企业接受中介服务",
    kind: Kind("R"),
    severity: Severity::Red,
    ..Rule::ENTRY
};

const BY_CONTRACT: Rule = Rule {
    id: "R2.9.5",
    zh: "自愿委托按合同担责",
    en: "contractual liability",
    quote: "企业自愿委托的,机构必须按合同约定承担相应的经济和法律责任",
    kind: Kind("E"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const FORCED_TRADE: Rule = Rule {
    id: "R2.9.6",
    zh: "严禁强买强卖等",
    en: "no forced trade or interference",
    quote: "严禁任何部门、单位和国家工作人员向企业强买强卖、强装强卸、强揽工程、强行插手企业经营管理",
    kind: Kind("Assert"),
    severity: Severity::Refer,
    status: Status::Assertion,
    ..Rule::ENTRY
};

const QUICK_PAPERS: Rule = Rule {
    id: "R2.10.1",
    zh: "快节奏办文办事",
    en: "quick handling of papers",
    quote: "快节奏办文办事,提高工作效率",
    kind: Kind("M"),
    status: Status::Statistic,
    ..Rule::ENTRY
};

const MEETINGS: Rule = Rule {
    id: "R2.10.2",
    zh: "少开会开短会",
    en: "fewer and shorter meetings",
    quote: "少开会,开短会,开有效的会",
    kind: Kind("M"),
    status: Status::Statistic,
    ..Rule::ENTRY
};

const PLAIN_SPEECH: Rule = Rule {
    id: "R2.10.3",
    zh: "少讲空话",
    en: "plain speech",
    quote: "讲真话短话,讲管用的话",
    kind: Kind("Assert"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const FEWER_PAPERS: Rule = Rule {
    id: "R2.10.4",
    zh: "少发文发短文",
    en: "fewer and shorter documents",
    quote: "少发文,发短文,发有“干货”的文",
    kind: Kind("M"),
    status: Status::Statistic,
    ..Rule::ENTRY
};

const NO_BURDEN: Rule = Rule {
    id: "R2.10.5",
    zh: "减少迎来送往,不增加基层负担",
    en: "no burden on counties",
    quote: "下决心减少迎来送往和各种琐碎事务,…不增加县(区)基层负担",
    kind: Kind("M"),
    status: Status::Statistic,
    ..Rule::ENTRY
};

const NO_FORMALISM: Rule = Rule {
    id: "R2.10.6",
    zh: "力戒官僚主义、形式主义和拖拉",
    en: "no bureaucratism, formalism, delay",
    quote: "力戒官僚主义、形式主义和办事拖拉的工作作风",
    kind: Kind("Assert"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const TOP_LEADER: Rule = Rule {
    id: "R3.1.1",
    zh: "党政一把手负责制",
    en: "top-leader responsibility",
    quote: "实行党政“一把手”负责制",
    kind: Kind("D+R"),
    ..Rule::ENTRY
};

const LEADING_GROUP: Rule = Rule {
    id: "R3.1.2",
    zh: "领导小组",
    en: "leading group",
    quote: "成立领导小组,由市委领导任组长",
    kind: Kind("D+R"),
    ..Rule::ENTRY
};

const DEPLOYMENT: Rule = Rule {
    id: "R3.1.3",
    zh: "部署落实",
    en: "deployment",
    quote: "精心部署、周密安排、明确责任、强化举措、狠抓落实",
    kind: Kind("E+R"),
    ..Rule::ENTRY
};

const TARGETS: Rule = Rule {
    id: "R3.1.4",
    zh: "纳入目标管理与领导班子考核",
    en: "annual target and leadership evaluation",
    quote: "列入…年度目标管理的重要内容,作为各级领导班子考核的重要依据",
    kind: Kind("E+R"),
    ..Rule::ENTRY
};

const ASSISTANCE: Rule = Rule {
    id: "R3.2.1",
    zh: "每机关挂点一个重点企业",
    en: "each organ assists one key enterprise",
    quote: "市、县(区)直每个机关要挂点帮扶一个重点企业",
    kind: Kind("D+R"),
    ..Rule::ENTRY
};

const TEAM: Rule = Rule {
    id: "R3.2.2",
    zh: "人员组成",
    en: "team",
    quote: "实行“一把手”挂点帮扶责任制,并确定一名分管领导和2—3名工作人员",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const VISITS: Rule = Rule {
    id: "R3.2.3",
    zh: "上门服务",
    en: "visits",
    quote: "定期不定期上门为企业服务,帮助企业解决生活经营方面存在的困难和问题",
    kind: Kind("E+M"),
    ..Rule::ENTRY
};

const ASSISTANCE_SUPERVISED: Rule = Rule {
    id: "R3.2.4",
    zh: "督查、公示、考核",
    en: "supervise, publish, evaluate",
    quote: "市、县(区)效能办要对…帮扶企业情况进行督查、公示和考核",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const MONITORING_POINTS: Rule = Rule {
    id: "R3.3.1",
    zh: "监测点网络",
    en: "monitoring points",
    quote: "建立全面覆盖、布局合理、多层监管的发展环境监测网络",
    kind: Kind("D+M"),
    ..Rule::ENTRY
};

const FOUR_MECHANISMS: Rule = Rule {
    id: "R3.3.2",
    zh: "动态监测、及时反馈、直查快办、结果通报",
    en: "four mechanisms",
    quote: "动态监测、及时反馈、直查快办、结果通报",
    kind: Kind("W+M"),
    ..Rule::ENTRY
};

const SURVEYS: Rule = Rule {
    id: "R3.4.1",
    zh: "两次问卷一次评议",
    en: "two surveys, one democratic review a year",
    quote: "加大发展环境和政风行风评议力度,每年至少开展两次问卷调查和一次民主评议,对行政执法部门和窗口单位进行测评",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const COMPOSITION: Rule = Rule {
    id: "R3.4.2",
    zh: "纳入综合考评",
    en: "composition",
    quote: "把发展环境监测、明察暗访、受理办理效能投诉等情况,纳入发展环境综合考评范围",
    kind: Kind("M"),
    ..Rule::ENTRY
};

const COMMENDED: Rule = Rule {
    id: "R3.4.4",
    zh: "先进典型宣传",
    en: "commend the advanced",
    quote: "对先进典型进行广泛深入宣传",
    kind: Kind("E"),
    ..Rule::ENTRY
};

const INDEX: Rule = Rule {
    id: "R3.5.1",
    zh: "预警指数",
    en: "warning index",
    quote: "科学设置效能廉勤预警指数",
    kind: Kind("D+M"),
    ..Rule::ENTRY
};

const COVERAGE: Rule = Rule {
    id: "R3.5.2",
    zh: "全覆盖",
    en: "coverage",
    quote: "将行政机关、事业单位、公共服务部门及其工作人员廉政勤政和效能建设情况全部纳入预警评价范围",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const CHANNELS: Rule = Rule {
    id: "R3.5.3",
    zh: "五位一体采集",
    en: "five channels",
    quote: "建立电子监察、终端评议、定点监测、行风热线、纠风约谈“五位一体”的信息采集系统",
    kind: Kind("D+M"),
    ..Rule::ENTRY
};

const RESULTS_USED: Rule = Rule {
    id: "R3.5.5",
    zh: "结果运用",
    en: "use of results",
    quote: "把效能廉勤预警绩效考评与单位和干部评先评优结合起来",
    kind: Kind("R"),
    ..Rule::ENTRY
};

const OPEN_AND_COVERT: Rule = Rule {
    id: "R3.6.1",
    zh: "明察暗访",
    en: "open and covert visits",
    quote: "加大对发展环境明察暗访的力度",
    kind: Kind("E+M"),
    status: Status::Assertion,
    ..Rule::ENTRY
};

const COMPLAINTS: Rule = Rule {
    id: "R3.6.2",
    zh: "畅通诉求渠道、受理效能投诉",
    en: "channels and complaints",
    quote: "畅通诉求渠道,认真受理效能投诉",
    kind: Kind("W+R"),
    ..Rule::ENTRY
};

const INVESTIGATED: Rule = Rule {
    id: "R3.6.3",
    zh: "严肃查处",
    en: "strict investigation",
    quote: "各级纪检监察机关要严肃查处影响和损害发展环境的人和事",
    kind: Kind("W"),
    ..Rule::ENTRY
};

const EXPOSED: Rule = Rule {
    id: "R3.6.4",
    zh: "通报、曝光典型案例",
    en: "circulate and expose",
    quote: "对典型案例要通报批评、公开曝光",
    kind: Kind("E+R"),
    status: Status::Assertion,
    ..Rule::ENTRY
};
