# Why a row is a key line.
chosen_by_caption = { $row }与该项目同名；其标记为{ $whose }（{ $concept }）。
chosen_by_concept = { $tagged }。
chosen_by_concept_and_caption = { $tagged }。名称亦相同。
chosen_by_concept_alone = 其概念为{ $meaning }（{ $concept }）；没有名称或勾稽关系佐证。
chosen_by_nearest = { $row }：其名称与{ $caption }最为接近（相似度 { NUMBER($similarity, minimumFractionDigits: 3) }，领先其他名称 { NUMBER($margin, minimumFractionDigits: 3) }）；其标记为公司自定义概念（{ $concept }）。
chosen_by_arithmetic = { $row }等于各项现金流量之和；其标记为 { $concept }。
chosen_by_place = { $row }位于营业利润与税前利润之间，构成两者之差；其标记为 { $concept }。
chosen_of_class = 各类股票分别列示每股收益；此处取{ $class }，见{ $row }（{ $concept }）。

# Why there is none.
line_not_printed = { $statement }中没有可认定为{ $line }的行：{ $reasons }。
    .reasons = { $list }；{ $part }
line_not_tagged = { $statement }中没有标记为{ $line }的行。
line_of_national_taxonomy = { $statement }的各行使用{ $taxonomy }标记，尚不能对应到关键项目。
line_only_in_parts = { $statement }仅分项列示{ $line }（{ $rows }），未列示合计。
    .rows = { $list }、{ $part }

# What speaks against a row.
after_more_than_non_controlling = { $caption }一行的净利润还扣除了少数股东损益以外的项目
alike_without_total = { $rows } 行公司自定义概念名称相近，均非合计
before_exchange_effects = { $caption }一行为汇率变动影响前的变动额，未列示影响后的金额
called_alike = 有 { $rows } 行的名称与该项目相同，但概念各异，无法判断哪一行是该项目
caption_names_another = { $tagged }，但其名称另有所指
captions_not_compared = 其中没有对应的标准概念；{ $rows } 行使用公司自定义概念，其名称均与该项目不同
direction_unknown = { $row }含负数，无法判断其概念（{ $concept }）的正负方向
leaves_out_discontinued = { $caption }一行不含终止经营，未列示合计
may_hold_current_part = { $caption }一行可能含一年内到期的部分，该部分未单独列示
prints_another = { $tagged }，但列示的并非{ $wanted }
rows_are_parts = { $rows }各行为分项，未列示合计
    .rows = { $list }、{ $part }

# Parts of the sentences above.
class_a = A 类股
concept_of_another_name = 其他名称的概念
own_concept = 公司自定义概念
row_called = { $caption }一行
row_without_caption = 无名称的一行
tagged_as = { $row }标记为{ $meaning }（{ $concept }）
the_common_stock = 普通股

# Why a value is not available, or what is to be known of it.
caption_not_printed = 原文该行未列示名称
cell_empty = 原文此格为空
dash_tagged_nil = 原文列示为短横线，即为零；其标记表示无数值
dash_untagged = 原文列示为短横线，即为零；未作标记
net_interest_income = 原文列示为利息净收入，并非利息费用
not_printed = 原文未列示。
number_untagged = 原文此处的数字未作标记
stated_differently = 其概念多次列报且数值不一致：{ $reason }
tagged_for_a_part = 此处仅标记为公司的一部分，与该行其他数字不同（{ $part }）
tagged_for_the_whole = 此处标记为公司整体，与该行其他数字不同
tagged_in_another_unit = 此处标记的单位与该行其他数字不同（{ $unit }）
tagged_as_another = 此处的标记与该行其他各列不同（{ $concept }）
payment_tagged_negative = 原文列示为支付的现金，其标记却为负数，即计为收到的现金
caption_not_read = 无表格的版式中不读取名称
by_concept_alone = 仅取自其标记：此种版式尚不能按报表读取
row_is_heading = 标题行
row_without_number = 该行没有带标记的数字
sign_turned = 标记与原文括号的正负号不一致，该行其他各列则一致
value_nil = 报告表示无数值

# What a value that no page prints was computed from.
assets_less_equity = 资产总计减所有者权益合计
assets_less_equity_and_both = 资产总计减所有者权益合计，再减另行列示的少数股东权益和可赎回权益
assets_less_equity_and_non_controlling = 资产总计减所有者权益合计，再减另行列示的少数股东权益
assets_less_equity_and_redeemable = 资产总计减所有者权益合计，再减可赎回权益
change_plus_exchange = 汇率变动影响前的变动额加汇率变动影响
net_interest_plus_noninterest = 利息净收入加非利息收入
revenue_less_cost = 营业收入减营业成本
revenue_less_gross_profit = 营业收入减毛利
selling_plus_general = 销售费用加管理费用
sum_of_costs = 分项列示的成本之和

# Why a statement is not available.
no_table_of_statement = 未找到{ $statement }：没有表格含有足够多的、属于该表的公司整体数据。
report_without_numbers = 未找到{ $statement }：报告未标记任何数字。
statement_not_printed = 报告未列示{ $statement }。
statement_of_national_taxonomy = 未读取{ $statement }：报告使用{ $taxonomy }标记，尚不能对应到报表和关键项目。
statement_without_tables = { $statement }未以表格列示；此种版式尚不能按报表读取，其项目仅取自标记。

# Whose names a report is tagged with.
taxonomy_denmark = 丹麦分类标准的元素
taxonomy_edinet = 日本金融厅分类标准的元素
taxonomy_germany = 德国分类标准的元素
taxonomy_netherlands = 荷兰分类标准的元素
taxonomy_sweden = 瑞典分类标准的元素
taxonomy_tdnet = 东京证券交易所分类标准的元素
taxonomy_uk = 英国财务报告理事会分类标准的元素

# What the statements are called in a sentence.
statement_balance = 资产负债表
statement_cash_flow = 现金流量表
statement_income = 利润表

# What the key lines are called in full; lines.ftl has the short names of the screens.
key_line_revenue = 营业收入
key_line_cost_of_revenue = 营业成本
key_line_gross_profit = 毛利
key_line_research_and_development = 研发费用
key_line_selling_general_administrative = 销售、一般及管理费用
key_line_operating_income = 营业利润
key_line_interest_expense = 利息费用
key_line_income_before_tax = 税前利润
key_line_income_tax = 所得税费用
key_line_net_income = 归属于母公司股东的净利润
key_line_eps_basic = 基本每股收益
key_line_eps_diluted = 稀释每股收益
key_line_cash = 现金及现金等价物
key_line_receivables = 应收账款
key_line_inventory = 存货
key_line_current_assets = 流动资产合计
key_line_property_plant_equipment = 固定资产
key_line_goodwill = 商誉
key_line_total_assets = 资产总计
key_line_current_liabilities = 流动负债合计
key_line_long_term_debt = 长期债务
key_line_total_liabilities = 负债合计
key_line_retained_earnings = 留存收益
key_line_total_equity = 所有者权益合计
key_line_operating_cash_flow = 经营活动产生的现金流量净额
key_line_capital_expenditure = 购建固定资产支付的现金
key_line_investing_cash_flow = 投资活动产生的现金流量净额
key_line_financing_cash_flow = 筹资活动产生的现金流量净额
key_line_dividends_paid = 分配股利支付的现金
key_line_change_in_cash = 现金及现金等价物净增加额

# What is uncertain in a statement.
balance_not_found = { $reason }
cash_flow_not_found = { $reason }
income_not_found = { $reason }
currency_printed_otherwise = 页面以 { $mark } 列示金额，标记却为 { $currency }：两者必有一误。
scale_printed_otherwise = 表头所列单位（千、百万等）与其金额标记的单位不同：两者必有一误。
cash_at_the_end = 期末现金
layout_without_tables = { $statements }未以表格列示。此种版式（定位文本块、一行一表）尚不能按报表读取；各项目仅取自标记。
national_taxonomy = 报告使用{ $taxonomy }标记，其数据已读取，但尚不能对应到报表和关键项目，项目仅凭名称认定。
group_and_company = 报告同时载有合并数据与公司自身数据；各项目取合并数据。
company_alone = 报告仅载有公司自身数据，没有合并数据；各项目为公司自身数据。
other_entities = 部分数据按标识符属于其他 { $count } 个主体，各项目不含这些数据。
basis_unknown = 报告以{ $members }区分合并与公司自身数据，但不知其所指；各项目取未作此标记的数据，可能是合并数据，也可能是公司自身数据。
no_title = { $statement }系根据所含概念找到，附近没有标题。
part_columns = { $statement }中仅反映公司部分业务的列已略去。
part_rows = { $statement }中有些行仅反映公司的一部分（某一分部、产品或股票类别）。
sign_differs = { $statement }中标记与原文的正负号不一致；关键项目以标记为准。
statement_open = 找到的{ $statement }缺少{ $lines }：其余部分在别处，或未列示，或列示而未作标记。
