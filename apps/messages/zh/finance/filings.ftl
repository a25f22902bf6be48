# What was skipped or could not be used in a filing.
bad_context = 数值不可用：{ $reason }。
bad_unit = 数值不可用：{ $reason }。
bad_value = 数值不可用：{ $reason }。
broken_continuation = 文本提前结束：其续接部分缺失，或又指回自身。
context_twice = 某上下文重复定义；两处一致时采用，否则其数值不可用。
contradicting_duplicates = { $stated }两次列报且数值不一致：{ $reason }。
dangling_footnote = 某脚注引用了不存在的内容。
footnote_links_too_many = 事实与脚注之间的关联超过 { $most } 条，其余未读取。
footnote_left_out = 略去一条脚注：{ $reason }。
id_twice = 某元素标识重复使用；其第二个事实以路径命名。
names_in_lower_case = 其元素名称被某工具存为小写；按内联 XBRL 规定的名称读取。
no_concept = 某标记元素未指明概念，已略去。
other_target = 另一目标文档 { $target } 的事实已略去。
tuples = 元组中的事实逐一读取，并记下各自所属的元组。
undeclared_prefix = 名称使用了未声明的前缀 { $prefix }。
undefined_context = 数值不可用：{ $reason }。
undefined_unit = 数值不可用：{ $reason }。
unit_twice = 某计量单位重复定义；以第一个为准。
unknown_format = 数值不可用：{ $reason }。

# Where.
place_continuation = 续接部分 { $id }
place_fact = 事实 { $fact }
place_named = { $name }

# Why a fact has no value: what follows "because".
context_not_defined = 其上下文 { $context } 未定义
context_means_two_things = 其上下文 { $context } 重复定义，且内容不同
context_unusable = 其上下文无法使用：{ $problems }
    .problems = { $list }；{ $part }
format_not_in_namespace = 注册表 { $namespace } 中没有其格式 { $format }
format_not_in_registry = 第 { $registry } 版转换注册表中没有其格式 { $format }
format_prefix_not_declared = 其格式 { $format } 的前缀未声明
fraction_by_zero = 分数的分母为零
fraction_without_denominator = 分数没有分母
fraction_without_numerator = 分数没有分子
minus_twice = { $text } 除符号属性外另有负号
no_context = 没有上下文
no_decimal_number = { $text } 不是十进制数
no_unit = 数值没有计量单位
scale_gives_too_many_digits = 按数量级 { $scale } 换算后超过 { $most } 位
scale_no_integer = 其数量级 { $scale } 不是较小的整数
text_not_in_domain = { $text } 不是{ $wanted }
texts_repeat = 所标记文本相互重复超过 { $most } 倍
too_many_digits = 超过 { $most } 位数字
unit_not_defined = 其计量单位 { $unit } 未定义
unit_unusable = 其计量单位无法使用：{ $problem }

# What is wrong with a context or a unit.
axis_twice = 同一轴出现两次
divides_by_nothing = 没有除数
no_date = { $text } 不是日期
no_dimension = 其分部或情景中含有非维度的内容
no_measure = 没有度量
no_period = 没有期间
period_runs_backwards = 期间截止日 { $end } 早于起始日 { $start }

# What a displayed text should have been.
wanted_ballot_box = 勾选框
wanted_country = 国家名称
wanted_dash = 破折号
wanted_date_day_first = 日在前的数字日期
wanted_date_like = 形如 { $example } 的日期
wanted_date_month_first = 月在前的数字日期
wanted_date_monthname = 带月份名称的日期（语言：{ $language }）
wanted_day_like = 形如 { $example } 的月日
wanted_day_month = 数字形式的日、月
wanted_day_month_year = 数字形式的日、月、年
wanted_day_monthname = 带月份名称的月日（语言：{ $language }）
wanted_decimal_number = 十进制数
wanted_duration_in_words = 文字形式的时长
wanted_edgar_place = 有 EDGAR 代码的地名
wanted_exchange = 证券交易所名称
wanted_filer_category = 申报人类别
wanted_hyphen = 连字符
wanted_month_day = 数字形式的月、日
wanted_month_day_year = 数字形式的月、日、年
wanted_month_like = 形如 { $example } 的年月
wanted_month_year = 数字形式的月、年
wanted_monthname_year = 带月份名称的年月（语言：{ $language }）
wanted_number_in_words = 文字形式的数字
wanted_number_like = 形如 { $example } 的数字
wanted_number_like_either = 形如 { $example } 或 { $other } 的数字
wanted_quarter = 季度
wanted_saka_date = 印度国历（塞迦历）日期
wanted_state = 州、领地或省份名称
wanted_year_month = 数字形式的年、月
wanted_year_month_day = 数字形式的年、月、日

# Which facts contradict each other.
nil_beside_value = 一处为空值，另一处为 { $value }
one_against_other = { $one }与{ $other }
stated = { $name }（{ $concept }）
stated_of = { $end } 的 { $name }（{ $concept }）
value_of_fact = { $value }（事实 { $fact }）

# What a report does not say about itself.
company_not_named = 没有事实指明报告主体
entity_not_named = 没有上下文指明主体
fiscal_period_not_named = 没有事实指明会计期间
fiscal_year_not_named = 没有事实指明会计年度
basis_not_named = 维度和报告类型均未说明数据属于集团还是公司自身
basis_member_unknown = 报告以{ $members }区分合并与公司自身数据，但不知其所指
form_not_named = 没有事实指明报告类型
language_not_declared = 文档未声明语言
no_currency = 没有以货币计量的数值
period_end_not_named = 没有事实指明期末日，也没有事实带有期间
period_end_of_forecasts = 没有数据说明期末，且所有期间均为预测期间

# Why a fact cannot be seen on the page.
among_hidden_facts = 原文中不可见：该事实为隐藏事实
not_displayed = 原文中不可见：页面不显示此部分
