# Anomalies: the verdict that tells them most plainly, how far it reaches, and what would repair it.

# Sentences in a row.
sentences = { $first }{ $then }

# How far a cause reaches.
same_in_other_periods = 另有 { $count } 个期间未通过同一核对。
breaks_another_check = 相同金额还违反另一项核对：{ $titles }。
breaks_other_checks = 相同金额还违反其他核对：{ $titles }。
title_quoted = “{ $title }”

# What a fact would have to be.
repair_by_sign = { $name }（{ $when }）若正负号相反，即 { $amount }，则相符。
repair_by_larger_scale = { $name }（{ $when }）若为 { $amount }则相符：标记值仅为应有值的 { $times } 分之一。
repair_by_smaller_scale = { $name }（{ $when }）若为 { $amount }则相符：标记值为应有值的 { $times } 倍。
repair_by_value = 若{ $name }（{ $when }）为 { $amount }，则上述各式均成立。
