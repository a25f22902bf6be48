# Why a reading has no value, or no statement.
reading_not_said = 报告未说明
nothing_to_compare = 没有可比较的金额
reading_no_lines = 该报表没有任何项目
