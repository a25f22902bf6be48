# Periods, and how long they are.
period_day = { $end }
period_year_to = the year to { $end }
period_months_to = { $months ->
    [one] the month to { $end }
   *[other] the { $months } months to { $end }
}
period_between = { $start } to { $end }

# As they are said of an amount.
period_on = on { $period }
period_for = for { $period }

period_months = { $months ->
    [one] 1 month
   *[other] { $months } months
}
period_days = { $days ->
    [one] 1 day
   *[other] { $days } days
}

# Above the last day of a column.
period_heading = { $months ->
    [one] 1 month to
   *[other] { $months } months to
}
