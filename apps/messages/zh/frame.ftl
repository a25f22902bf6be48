refusal_of = { $where }：{ $what }
refusal_allowed = { $text }（允许：{ $allowed }）
refusal_action = { $text }；{ $action }
refusal_end = { $text }。

file_of = 第 { $number } 个文件（共 { $count } 个）

# A sentence that an earlier version stored as it was then put.
as_written = { $text }
