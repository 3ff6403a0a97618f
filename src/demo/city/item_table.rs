//! The rows of the item catalogue: facts only, no behaviour.

use crate::demo::act::Article;

/// Stage, role, working days.
pub(in crate::demo) type Stage = (&'static str, &'static str, i64);

pub(in crate::demo) struct ItemSpec {
    pub name: &'static str,
    /// Sign of the exercising unit.
    pub unit: &'static str,
    pub kind: &'static str,
    /// `01` permit, `07` confirmation: the type in the base code.
    pub kind_code: &'static str,
    /// Working days by law.
    pub legal: i64,
    /// Working days promised; 0 is decided on the spot.
    pub promise: i64,
    /// Working days promised from the second catalogue of 2025; 0 is unchanged.
    pub promise_later: i64,
    pub stages: &'static [Stage],
    pub materials: &'static [&'static str],
    /// A special procedure of 行政许可法 art. 45 that some cases need.
    pub special: Option<&'static str>,
    pub site_visit: bool,
    /// Code of the fee that goes with it.
    pub fee: Option<&'static str>,
    pub permit_kind: &'static str,
    /// What is handed out: name of the certificate.
    pub certificate: Option<&'static str>,
    /// Why it was not handed down (应放尽放's exemptions).
    pub exempt: Option<&'static str>,
    pub law: Article,
    /// How often it is applied for.
    pub weight: u64,
    /// Applied for by persons rather than firms.
    pub personal: bool,
}

const ON_THE_SPOT: &[Stage] = &[("审查", "承办人", 0)];
const SHORT: &[Stage] = &[("审查", "承办人", 2), ("审核", "审核人", 1)];
const LONG: &[Stage] = &[("审查", "承办人", 4), ("审核", "审核人", 2), ("复审", "审核人", 1)];

const BASE: ItemSpec = ItemSpec {
    name: "",
    unit: "",
    kind: "行政许可",
    kind_code: "01",
    legal: 20,
    promise: 10,
    promise_later: 0,
    stages: SHORT,
    materials: &["申请表", "营业执照", "授权委托书"],
    special: None,
    site_visit: false,
    fee: None,
    permit_kind: "普通",
    certificate: None,
    exempt: None,
    law: ("行政许可法", "12"),
    weight: 20,
    personal: false,
};

#[rustfmt::skip]
pub(super) const RETAINED: [ItemSpec; 30] = [
    ItemSpec { name: "食品经营许可", unit: "市监", promise: 7, promise_later: 5, site_visit: true, materials: &["申请表", "营业执照", "经营场所平面图"], certificate: Some("食品经营许可证"), law: ("食品安全法", "35"), weight: 90, ..BASE },
    ItemSpec { name: "药品零售企业许可", unit: "市监", promise: 12, promise_later: 10, stages: LONG, site_visit: true, materials: &["申请表", "执业药师资格证", "设施设备目录"], certificate: Some("药品经营许可证"), law: ("药品管理法", "51"), weight: 24, ..BASE },
    ItemSpec { name: "特种设备使用登记", unit: "市监", kind: "行政确认", kind_code: "07", promise: 5, fee: Some("SF-TZSB"), materials: &["使用登记表", "检验报告"], permit_kind: "登记", certificate: Some("特种设备使用登记证"), law: ("特种设备安全法", "33"), weight: 40, ..BASE },
    ItemSpec { name: "企业设立登记", unit: "市监", kind: "行政确认", kind_code: "07", legal: 3, promise: 0, stages: ON_THE_SPOT, materials: &["设立登记申请书", "住所使用证明"], permit_kind: "登记", certificate: Some("营业执照"), law: ("市场主体登记管理条例", "19"), weight: 110, personal: true, ..BASE },
    ItemSpec { name: "计量标准器具核准", unit: "市监", promise: 12, special: Some("专家评审"), materials: &["申请书", "技术报告"], permit_kind: "核准", certificate: Some("计量标准考核证书"), law: ("计量法", "6"), weight: 10, ..BASE },
    ItemSpec { name: "建设用地规划许可", unit: "自规", promise: 12, stages: LONG, exempt: Some("规划"), materials: &["申请表", "土地出让合同", "项目批准文件"], certificate: Some("建设用地规划许可证"), law: ("城乡规划法", "37"), weight: 16, ..BASE },
    ItemSpec { name: "建设工程规划许可", unit: "自规", promise: 15, stages: LONG, exempt: Some("规划"), special: Some("听证"), materials: &["申请表", "建设工程设计方案", "用地证明"], certificate: Some("建设工程规划许可证"), law: ("城乡规划法", "40"), weight: 18, ..BASE },
    ItemSpec { name: "不动产转移登记", unit: "登记", kind: "行政确认", kind_code: "07", promise: 3, promise_later: 2, fee: Some("SF-BDC"), materials: &["登记申请书", "不动产权证书", "买卖合同"], permit_kind: "登记", certificate: Some("不动产权证书"), law: ("不动产登记暂行条例", "20"), weight: 120, personal: true, ..BASE },
    ItemSpec { name: "建筑工程施工许可", unit: "住建", legal: 7, promise: 3, materials: &["申请表", "施工图审查合格书", "中标通知书"], certificate: Some("建筑工程施工许可证"), law: ("建筑法", "7"), weight: 40, ..BASE },
    ItemSpec { name: "房地产开发企业资质核定", unit: "住建", promise: 12, stages: LONG, special: Some("专家评审"), permit_kind: "认可", certificate: Some("房地产开发企业资质证书"), law: ("城市房地产管理法", "30"), weight: 10, ..BASE },
    ItemSpec { name: "商品房预售许可", unit: "住建", legal: 10, promise: 5, promise_later: 3, site_visit: true, certificate: Some("商品房预售许可证"), law: ("城市房地产管理法", "45"), weight: 22, ..BASE },
    ItemSpec { name: "建设项目环境影响评价审批", unit: "环境", legal: 20, promise: 20, promise_later: 15, stages: LONG, exempt: Some("环保"), special: Some("专家评审"), materials: &["申请书", "环境影响报告表"], law: ("环境影响评价法", "22"), weight: 22, ..BASE },
    ItemSpec { name: "排污许可", unit: "环境", promise: 20, stages: LONG, exempt: Some("环保"), special: Some("检测"), site_visit: true, materials: &["排污许可证申请表", "自行监测方案"], certificate: Some("排污许可证"), law: ("排污许可管理条例", "11"), weight: 18, ..BASE },
    ItemSpec { name: "危险化学品经营许可", unit: "应急", promise: 18, promise_later: 15, stages: LONG, exempt: Some("安全生产"), special: Some("鉴定"), site_visit: true, materials: &["申请书", "安全评价报告", "应急预案备案登记表"], certificate: Some("危险化学品经营许可证"), law: ("危险化学品安全管理条例", "35"), weight: 12, ..BASE },
    ItemSpec { name: "道路货物运输经营许可", unit: "交通", promise: 7, promise_later: 5, materials: &["申请表", "车辆技术等级证明", "驾驶员从业资格证"], certificate: Some("道路运输经营许可证"), law: ("道路运输条例", "24"), weight: 44, ..BASE },
    ItemSpec { name: "道路旅客运输经营许可", unit: "交通", promise: 12, special: Some("招标"), certificate: Some("道路运输经营许可证"), law: ("道路运输条例", "10"), weight: 8, ..BASE },
    ItemSpec { name: "车辆营运证核发", unit: "交通", legal: 5, promise: 0, stages: ON_THE_SPOT, materials: &["申请表", "行驶证"], certificate: Some("道路运输证"), law: ("道路运输条例", "10"), weight: 60, ..BASE },
    ItemSpec { name: "公共场所卫生许可", unit: "卫健", promise: 7, site_visit: true, special: Some("检测"), certificate: Some("公共场所卫生许可证"), law: ("公共场所卫生管理条例", "8"), weight: 40, ..BASE },
    ItemSpec { name: "医疗机构执业登记", unit: "卫健", promise: 15, stages: LONG, site_visit: true, permit_kind: "登记", certificate: Some("医疗机构执业许可证"), law: ("医疗机构管理条例", "16"), weight: 12, ..BASE },
    ItemSpec { name: "农作物种子生产经营许可", unit: "农业", promise: 12, special: Some("检验"), site_visit: true, certificate: Some("种子生产经营许可证"), law: ("种子法", "31"), weight: 10, ..BASE },
    ItemSpec { name: "动物防疫条件合格证核发", unit: "农业", promise: 10, promise_later: 7, site_visit: true, special: Some("检疫"), certificate: Some("动物防疫条件合格证"), law: ("动物防疫法", "25"), weight: 18, ..BASE },
    ItemSpec { name: "取水许可", unit: "水利", promise: 15, stages: LONG, special: Some("专家评审"), materials: &["取水申请书", "水资源论证报告"], certificate: Some("取水许可证"), law: ("水法", "48"), weight: 10, ..BASE },
    ItemSpec { name: "生产建设项目水土保持方案审批", unit: "水利", legal: 10, promise: 7, fee: Some("SF-STBC"), materials: &["申请书", "水土保持方案报告书"], law: ("水土保持法", "25"), weight: 24, ..BASE },
    ItemSpec { name: "人力资源服务许可", unit: "人社", promise: 7, certificate: Some("人力资源服务许可证"), law: ("就业促进法", "40"), weight: 20, ..BASE },
    ItemSpec { name: "专业技术人员职业资格考试报名确认", unit: "人社", kind: "公共服务", kind_code: "20", promise: 2, fee: Some("SF-KSKW"), materials: &["报名表"], permit_kind: "其他", law: ("就业促进法", "47"), weight: 36, personal: true, ..BASE },
    ItemSpec { name: "娱乐场所经营许可", unit: "文旅", promise: 15, special: Some("听证"), site_visit: true, certificate: Some("娱乐经营许可证"), law: ("娱乐场所管理条例", "9"), weight: 10, ..BASE },
    ItemSpec { name: "临时占用城市道路许可", unit: "城管", legal: 10, promise: 3, fee: Some("SF-ZDWJ"), materials: &["申请表", "占道位置示意图"], law: ("城市道路管理条例", "31"), weight: 30, ..BASE },
    ItemSpec { name: "公众聚集场所投入使用营业前消防安全检查", unit: "消防", legal: 10, promise: 5, exempt: Some("安全生产"), site_visit: true, materials: &["消防安全检查申请", "消防设施检测报告"], certificate: Some("消防安全检查意见书"), law: ("消防法", "15"), weight: 26, ..BASE },
    ItemSpec { name: "企业投资项目核准", unit: "发改", promise: 12, stages: LONG, materials: &["项目申请报告", "选址意见书"], permit_kind: "核准", law: ("企业投资项目核准和备案管理条例", "6"), weight: 14, ..BASE },
    ItemSpec { name: "固定资产投资项目节能审查", unit: "工信", promise: 12, special: Some("专家评审"), materials: &["申请函", "节能报告"], law: ("节约能源法", "15"), weight: 12, ..BASE },
];

/// What organs that planted stories deal with approve; nobody else applies for it.
#[rustfmt::skip]
pub(super) const KEPT: [ItemSpec; 2] = [
    ItemSpec { name: "执业核准", promise: 10, stages: SHORT, certificate: Some("执业许可证"), weight: 0, ..BASE },
    ItemSpec { name: "设施建设审批", promise: 12, promise_later: 10, stages: LONG, site_visit: true, special: Some("专家评审"), certificate: Some("批准书"), weight: 0, ..BASE },
];

/// What the items that went to the counties are like.
#[rustfmt::skip]
pub(super) const PASSED_ON: [ItemSpec; 4] = [
    ItemSpec { promise: 7, certificate: Some("许可证"), ..BASE },
    ItemSpec { promise: 5, site_visit: true, certificate: Some("许可证"), ..BASE },
    ItemSpec { promise: 0, stages: ON_THE_SPOT, materials: &["申请表"], ..BASE },
    ItemSpec { promise: 10, stages: LONG, special: Some("检验"), certificate: Some("许可证"), ..BASE },
];

/// Nothing but a name: no approval may be given any more.
pub(super) const CANCELLED: ItemSpec =
    ItemSpec { kind: "非行政许可审批", stages: &[], materials: &[], promise: 20, ..BASE };

/// Subject matters of the three batches, and the city organ they lay with.
#[rustfmt::skip]
pub(super) const OBJECTS: [(&str, &str); 18] = [
    ("户外广告设施设置", "城管"), ("临时用地", "自规"), ("农药经营", "农业"), ("粮食收购", "发改"),
    ("河道采砂", "水利"), ("营业性演出", "文旅"), ("职业技能培训机构", "人社"), ("饮用水供水单位", "卫健"),
    ("出租汽车经营", "交通"), ("水产苗种生产", "农业"), ("林木采伐", "自规"), ("兽药经营", "农业"),
    ("小作坊食品生产", "市监"), ("建筑垃圾处置", "城管"), ("燃气经营", "住建"), ("出版物零售", "文旅"),
    ("放射诊疗", "卫健"), ("印章刻制", "市监"),
];

pub(super) const DELEGATED_ACTS: [&str; 3] = ["许可", "变更许可", "补证核准"];
