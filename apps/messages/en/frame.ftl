# How refusals are put together, and the words of places.
refusal_of = { $where }: { $what }
refusal_allowed = { $text } (allowed: { $allowed })
refusal_action = { $text }; { $action }
refusal_end = { $text }.

file_of = file { $number } of { $count }

# A sentence that an earlier version stored as it was then put.
as_written = { $text }
