# Periods, and how long they are.
period_day = { $end }
period_year_to = 截至 { $end } 的年度
period_months_to = 截至 { $end } 的 { $months } 个月
period_between = { $start } 至 { $end }

# As they are said of an amount.
period_on = { $period }
period_for = { $period }

period_months = { $months } 个月
period_days = { $days } 天

# Above the last day of a column.
period_heading = { $months } 个月，截至
