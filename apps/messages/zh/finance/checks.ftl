# Checks of a report: what they are called, and what their verdicts say.

# What the checks are called.
check_title_balance_equality = 资产总计等于负债和所有者权益总计
check_title_liabilities_and_equity = 负债、可赎回权益与所有者权益之和等于资产负债表总计
check_title_parts_within_whole = 各项目不大于其所属的合计数
check_title_shares_within_authorised = 发行在外股数不超过已发行股数，已发行股数不超过授权股数
check_title_cash_flow_total = 经营、投资和筹资活动现金流量之和等于现金净变动额
check_title_cash_roll_forward = 期初现金加现金净变动额等于期末现金
check_title_duplicate_facts = 同一数据在各处的数值一致
check_title_units = 各金额的计量单位与其概念相符
check_title_terms_not_comparable = 主要勾稽关系在页面上列示的各项均可比较
check_title_balance_subtotals = 资产负债表各合计数等于其上各行之和
check_title_income_subtotals = 利润表各合计数等于其上各行之和
check_title_cash_flow_subtotals = 现金流量表各合计数等于其上各行之和
check_title_gross_profit = 毛利等于营业收入减营业成本
check_title_income_after_tax = 税后利润等于税前利润减所得税
check_title_income_attribution = 净利润等于归属于母公司与少数股东的部分之和
check_title_comprehensive_income = 综合收益等于净利润加其他综合收益
check_title_eps_basic = 基本每股收益等于利润除以基本股数
check_title_eps_diluted = 稀释每股收益等于利润除以稀释后股数
check_title_dilution = 稀释使每股收益下降、股数上升
check_title_eps_by_class = 各类股票的每股收益与合并每股收益一致
check_title_charter_figures = 每股面值和法定股数保持不变，除非变动达一半以上
check_title_par_value = 普通股股本等于每股面值乘以已发行股数
check_title_treasury_shares = 流通股数等于已发行股数减库存股数
check_title_dividends_per_share = 每股股利等于股利总额除以股数
check_title_price_of_shares_bought = 回购价格等于回购金额除以回购股数
check_title_tax_parts = 所得税费用等于附注中各组成部分之和
check_title_pretax_parts = 税前利润等于境内与境外部分之和
check_title_property_net = 固定资产净值等于原值减累计折旧
check_title_inventory_parts = 存货等于各类存货之和
check_title_debt_parts = 债务和租赁负债等于流动与非流动部分之和
check_title_current_and_noncurrent = 资产和负债合计等于流动与非流动部分之和
check_title_diluted_shares = 稀释后股数等于基本股数加稀释性股数
check_title_tax_rate = 实际税率等于所得税除以税前利润
check_title_table_columns = 各表中的合计数等于其上各行之和
check_title_table_rows = 各行首尾的合计数等于旁边各栏之和
check_title_roll_forwards = 期初金额加各项变动等于期末金额
check_title_periods_add_up = 各相连期间的金额之和等于整个期间的金额
check_title_dimension_totals = 按分部、产品或组成部分列示的金额之和等于总额
check_title_equity_components = 权益各组成部分与资产负债表一致
check_title_column_periods = 同一列中的数据属于同一期间
check_title_period_kind = 同一概念只按时点或只按期间列示
check_title_period_order = 期间的结束日不早于开始日
check_title_report_period = 报表最新一列的截止日与报告期一致
check_title_after_report_end = 报表中没有报告期之后的数据
check_title_repeated_periods = 互不重叠的两个期间没有完全相同的金额（五位以上有效数字）
check_title_share_scale = 股数的量级与每股收益相符
check_title_scale_outliers = 没有金额是其他年度的上千倍
check_title_impossible_signs = 不应为负的金额均不为负
check_title_printed_signs = 标记的正负号与页面所示一致

# Why a check says nothing.
amounts_not_stated = 报告未列示本项核对所比较的金额。
not_judged = 未作判断：{ $why }。{ $observed }。
amount_meant_otherwise = 该关系在本报告的任何期间均不成立，其中缺少某项金额，或某项金额在此另有含义
cash_without_restricted = 现金变动额包含受限资金，而余额不包含
units_not_compared = 以{ $units }计量的金额不作相互比较。
loss_not_diluted = 每股亏损不作稀释。
rows_beyond = 该报表有 { $rows } 行，仅在前 { $most } 行中查找合计。
no_total_adds_up = 页面上没有任何合计数在任何一列等于其上各行之和。
currency_not_stated = 报告未说明其币种。
report_end_not_stated = 报告未说明报告期的截止日。
columns_after_report = 有整列数据的截止日晚于报告期末 { $end }：{ $columns }。
column_of_statement = { $statement }最新一列为 { $day }

# Sums: what is stated, and what it should be by an identity.
identity_holds = { $name }为 { $stated }，等于{ $what }：{ $sum }。
identity_rounded = { $name }为 { $stated }，等于{ $what }：{ $sum }，差异由四舍五入所致。
identity_fails = { $name }（{ $when }）为 { $stated }，但应等于{ $what }：{ $sum }。差额为 { $difference }，{ $rounding }。
identity_of_day_fails = { $name }为 { $stated }，但应等于{ $what }：{ $sum }。差额为 { $difference }，{ $rounding }。
identity_observed = { $name }为 { $stated }，而 { $sum }
rounding_explains = 四舍五入至多可解释 { $most }
rounding_is_none = 四舍五入无法解释
sum = { $terms }
    .terms = { $list }{ $part }
sum_makes = { $terms }= { $total }
    .terms = { $list }{ $part }
sum_of = { $number }（{ $name }）
sum_of_negative = -{ $number }（{ $name }）
sum_plus = + { $number }（{ $name }）
sum_minus = - { $number }（{ $name }）

# What an amount should be, to stand behind "is" and "should be".
what_total_liabilities_and_equity = 负债和所有者权益总计
what_liabilities_and_equity = 负债与权益之和
what_liabilities_redeemable_and_equity = 负债、可赎回权益与所有者权益之和
what_cash_flows = 经营、投资和筹资活动现金流量之和
what_cash_flows_and_exchange = 经营、投资和筹资活动现金流量与汇率变动影响之和
what_opening_and_change = 期初现金与现金变动额之和
what_revenue_less_cost = 营业收入减营业成本
what_pretax_less_tax = 税前利润减所得税
what_shares_of_owners = 母公司与少数股东应占部分之和
what_net_and_other_income = 净利润与其他综合收益之和
what_class_of_stock = 该类股票的相应数值
what_current_and_deferred = 当期与递延部分之和
what_federal_state_and_foreign = 联邦、州和境外税项之和
what_domestic_and_foreign = 境内与境外部分之和
what_gross_less_depreciation = 原值减累计折旧
what_kinds_of_inventory = 原材料、在产品和产成品之和
what_current_and_noncurrent = 流动与非流动部分之和
what_current_and_noncurrent_assets = 流动资产与非流动资产之和
what_current_and_noncurrent_liabilities = 流动负债与非流动负债之和
what_basic_and_dilutive = 基本股数与稀释性股数之和
what_tax_over_income = 所得税除以税前利润
what_members = 按{ $axis }列示的金额之和
what_statement_of_equity = 权益变动表中的相应金额
what_rows_above = 其上各行之和
what_rows_above_elsewhere = 其上各行之和（其他各列均如此）
what_row_above = 上一行的金额
what_row_above_elsewhere = 上一行的金额（其他各列均如此）
what_opening_and_movements = 期初金额与各项变动之和
what_par_times_issued = 每股面值乘以已发行股数
what_issued_less_treasury = 已发行股数减库存股数
what_dividends_over_shares = 股利总额除以股数
what_cost_over_shares = 回购金额除以股数
what_parts_of_period = 其所含各期间之和
what_columns_beside = 旁边各栏之和（其他各行均如此）
no_column_adds_up = 各列均不相符：其上缺少一行，或有一行未作标记。

# Amounts that are at most another, and earnings per share.
bound_holds = { $name }为 { $amount }，不超过{ $limit_name }的 { $limit }。
bound_fails = { $name }（{ $when }）为 { $amount }，超过{ $limit_name }的 { $limit }。
dilution_holds = { $name }为 { $amount }，不超过{ $limit_name }的 { $limit }。
dilution_observed = { $name }为 { $amount }，超过{ $limit_name }的 { $limit }
eps_holds = { $name }为 { $stated }，等于利润除以股数：{ $income_name } { $income }除以 { $shares }，得 { $quotient }。
eps_fails = { $name }（{ $when }）为 { $stated }，但{ $income_name } { $income }除以 { $shares }，应为 { $quotient }。
eps_observed = { $name }为 { $stated }，而{ $income_name } { $income }除以 { $shares }，得 { $quotient }

# Facts by themselves: duplicates, units, signs.
duplicates_differ = { $name }（{ $when }）的列示数值不一：{ $values }，四舍五入无法解释。
duplicates_of_part_differ = { $name }（{ $when }；{ $members }）的列示数值不一：{ $values }，四舍五入无法解释。
    .members = { $list }、{ $part }
value_several_times = { $amount }（{ $count } 次）
value_is_nil = 空值
table_adds_up = 本表中有 { $count } 项加总无误。
roll_forwards_right = 有 { $count } 项期初期末变动表加总无误。
periods_right = 有 { $count } 项金额等于其各期间之和。
identities_complete = 有 { $count } 项勾稽关系各项齐全。
term_not_comparable = { $when }的{ $title }无法判断：{ $name }在页面上列示为 { $printed }，但{ $why }。
term_has_no_tag = 该数字未作标记
term_in_other_unit = 其标记的计量单位为“{ $unit }”
term_of_other_period = 其标记的期间为{ $period }
term_of_part = 其标记仅属于公司的一部分：{ $members }
    .members = { $list }、{ $part }
other_sums_are_exact = 本报告其他各项加总均分毫不差，因此四舍五入无法解释。
charter_right = 每股面值和法定股数在各日相同，或变动幅度与章程修订相当。
charter_differs = { $name }（{ $when }）为 { $amount }，但{ $before }为 { $other }：章程修订或拆股的变动幅度更大。
duplicates_agree = 在多处列示的 { $count } 项数据在四舍五入范围内一致。
unit_wrong = { $name }（{ $when }）的计量单位为“{ $unit }”，应为“{ $wanted }”。
units_right = { $count } 项关键金额均以{ CURRENCY($currency) }或{ CURRENCY($currency) }/股计量。
never_negative = { $name }（{ $when }）标记为 { $amount }，但按定义不可能为负。
none_negative = { $count } 项不应为负的金额均不为负。
sign_contradicts_page = { $name }（{ $when }）在页面上列示为 { $printed }，却标记为 { $amount }，而{ $why }。
sign_opposed_elsewhere = 该行其他各列的标记与页面正负号相反
sign_printed_elsewhere = 该行其他各列的标记与页面正负号一致
sign_of_payments = 按付款计量的概念，支付的现金应标记为正数
sign_of_losses = 亏损、累计亏损和现金流出应标记为负数
sign_as_printed = 此类金额的标记应与页面正负号一致
signs_agree = { $count } 个标记的正负号与页面所示一致。

# Periods.
row_of_other_period = { $captions }标记的期间为{ $period }，而同列其余 { $count } 行标记的期间为{ $usual }。
rows_of_other_period = { $captions }标记的期间均为{ $period }，而同列其余 { $count } 行标记的期间为{ $usual }。
columns_agree = { $count } 项列示数据的期间与其所在列一致。
period_kinds_mixed = { $name }有时按{ $fewer }列示，有时按{ $more }列示；同一金额只能是时点数或期间数之一。
period_kinds_agree = { $count } 个概念均只按时点或只按期间列示。
period_order_wrong = { $name }的期间为 { $start } 至 { $end }，结束日早于开始日。
period_orders_right = { $count } 项数据的期间起止顺序正确。
newest_column = { $statement }最新一列的截止日为 { $newest }，报告期的截止日为 { $end }。
one_after_report = { $name }的期间为{ $period }，晚于报告期末 { $end }。
several_after_report = { $names }的期间均为{ $period }，晚于报告期末 { $end }。
none_after_report = 报表中 { $count } 项数据的日期均不晚于 { $end }。

# Repeated amounts, and amounts out of scale.
amount_repeated = { $name }在{ $later }和{ $earlier }均为 { $amount }：其中一个期间很可能标记有误。
amounts_repeated = { $amounts }在{ $later }和{ $earlier }完全相同：其中一个期间很可能标记有误。
further_amounts = 另外 { $count } 项
amounts_differ = { $count } 项金额在各期间均不相同。
share_scale_right = { $name }为 { $shares }，与{ $earned }的量级相符。
share_scale_small = { $name }（{ $when }）标记为 { $shares }；按{ $earned }推算，约为应有值的 { $times } 分之一。
share_scale_large = { $name }（{ $when }）标记为 { $shares }；按{ $earned }推算，约为应有值的 { $times } 倍。
shares_earn = { $income_name } { $income }及{ $eps_name } { $eps }
scale_apart = { $name }（{ $when }）为 { $amount }，其他期间约为 { $usual }：相差约 { $times } 倍。
scales_agree = { $count } 项金额与其在其他期间的量级相符。
