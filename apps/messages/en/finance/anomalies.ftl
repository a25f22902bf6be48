# Anomalies: the verdict that tells them most plainly, how far it reaches, and what would repair it.

# Sentences in a row.
sentences = { $first } { $then }

# How far a cause reaches.
same_in_other_periods = The same check fails in { $count ->
    [one] { $count } other period
   *[other] { $count } other periods
 }.
breaks_another_check = The same amounts break another check: { $titles }.
breaks_other_checks = The same amounts break other checks: { $titles }.
title_quoted = "{ $title }"

# What a fact would have to be.
repair_by_sign = { UP($name) } { $when } would fit with the opposite sign, as { $amount }.
repair_by_larger_scale = { UP($name) } { $when } would fit as { $amount }: the tag is { $times } times too small.
repair_by_smaller_scale = { UP($name) } { $when } would fit as { $amount }: the tag is { $times } times too large.
repair_by_value = All of these sums would be right if { $name } { $when } were { $amount }.
