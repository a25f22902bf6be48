# Checks of a report: what they are called, and what their verdicts say.

# What the checks are called.
check_title_balance_equality = Total assets equal total liabilities and equity
check_title_liabilities_and_equity = Liabilities, redeemable interests and equity add up to the balance-sheet total
check_title_parts_within_whole = No part is larger than the whole it belongs to
check_title_shares_within_authorised = No more shares are outstanding than issued, nor issued than authorised
check_title_named_subtotals = The sums that the British balance-sheet format names add up
check_title_cash_flow_total = Operating, investing and financing cash flows add up to the change in cash
check_title_cash_roll_forward = Opening cash and the change in cash give closing cash
check_title_duplicate_facts = The same fact has the same value wherever it is printed
check_title_units = Every amount is in the unit that its concept asks for
check_title_terms_not_comparable = Every printed term of the main identities can be compared
check_title_balance_subtotals = The totals of the balance sheet are the sums of the rows above them
check_title_income_subtotals = The totals of the income statement are the sums of the rows above them
check_title_cash_flow_subtotals = The totals of the cash-flow statement are the sums of the rows above them
check_title_gross_profit = Gross profit is revenue less cost of revenue
check_title_income_after_tax = Income after tax is income before tax less tax
check_title_income_attribution = Net income is the sum of the amounts attributable to the parent and to non-controlling interests
check_title_comprehensive_income = Comprehensive income is net income plus other comprehensive income
check_title_eps_basic = Basic earnings per share are income over basic shares
check_title_eps_diluted = Diluted earnings per share are income over diluted shares
check_title_dilution = Dilution lowers earnings per share and raises the number of shares
check_title_eps_by_class = Earnings per share of each class of stock agree with consolidated earnings per share
check_title_charter_figures = Par values and authorised shares stay the same, or change to a round number or by half and more
check_title_par_value = Common stock is par value times the shares issued
check_title_treasury_shares = Shares outstanding are the shares issued less treasury shares
check_title_dividends_per_share = Dividends per share are dividends over the number of shares
check_title_price_of_shares_bought = The price of shares bought back is what was paid over their number
check_title_tax_parts = Income tax is the sum of its parts in the note
check_title_pretax_parts = Income before tax is the sum of its domestic and foreign parts
check_title_property_net = Property, net, is its gross amount less accumulated depreciation
check_title_inventory_parts = Inventories are the sum of their kinds
check_title_debt_parts = Debt and lease liabilities are the sum of their current and noncurrent parts
check_title_lease_liabilities = Lease liabilities are the payments due less the interest in them
check_title_current_and_noncurrent = Total assets and total liabilities are each the sum of their current and noncurrent parts
check_title_diluted_shares = Diluted shares are the sum of basic and dilutive shares
check_title_tax_rate = The effective tax rate is income tax over income before tax
check_title_table_columns = Totals in the tables are the sums of the rows above them
check_title_table_rows = Totals at either end of a row are the sums of the columns beside them
check_title_roll_forwards = An opening amount and what moved it give the closing amount
check_title_periods_add_up = Amounts of consecutive periods add up to the amount of the whole period
check_title_dimension_totals = Amounts by segment, product or component add up to the whole
check_title_equity_components = The components of equity agree with the balance sheet
check_title_column_periods = All facts in a printed column have the column's period
check_title_period_kind = A concept is reported either at an instant or for a duration, never both
check_title_period_order = No period ends before it begins
check_title_report_period = The statements' newest columns end with the report's period
check_title_after_report_end = No fact in the statements is dated after the report's period
check_title_repeated_periods = No amount of five or more significant digits is exactly equal in two periods that do not overlap
check_title_share_scale = Share counts are in the scale that earnings per share imply
check_title_scale_outliers = No amount is a thousand times the amount of another year
check_title_impossible_signs = Amounts that must not be negative are positive or zero
check_title_printed_signs = Tags have the sign that the page prints

# Why a check says nothing.
amounts_not_stated = The report does not state the amounts that this check compares.
not_judged = Not judged, because { $why }. { $observed }.
amount_meant_otherwise = it holds in no period of this report: an amount is missing from it, or means something else here
cash_without_restricted = the change includes restricted cash, and the balance is stated without it
units_not_compared = Amounts in { $units } are not compared with each other.
loss_not_diluted = A loss per share is not diluted.
rows_beyond = The statement has { $rows } rows; sums were looked for in the first { $most } alone.
no_total_adds_up = No total on the page is the sum of the rows above it in any column.
no_british_format = No total is stated under a name of the British balance-sheet format.
named_sums_lack_terms = No such total is stated together with all that it adds up.
currency_not_stated = The report does not say its currency.
report_end_not_stated = The report does not say when its period ends.
columns_after_report = Whole columns end after the report's period on { $end }: the newest of { $columns }.
column_of_statement = the { $statement } on { $day }

# Sums: what is stated, and what it should be by an identity.
identity_holds = { UP($name) } of { $stated } { IS($name) } { $what }: { $sum }.
identity_rounded = { UP($name) } of { $stated } { IS($name) } { $what }: { $sum }, which rounding explains.
identity_fails = { UP($name) } { $when } { IS($name) } { $stated }, but should be { $what }: { $sum }. The difference is { $difference }; { $rounding }.
identity_of_day_fails = { UP($name) } { IS($name) } { $stated }, but should be { $what }: { $sum }. The difference is { $difference }; { $rounding }.
identity_observed = { UP($name) } { IS($name) } { $stated }, and { $sum }
rounding_explains = rounding explains at most { $most }
rounding_is_none = rounding explains none of it
sum = { $terms }
    .terms = { $list } { $part }
sum_makes = { $terms } = { $total }
    .terms = { $list } { $part }
sum_of = { $number } ({ $name })
sum_of_negative = -{ $number } ({ $name })
sum_plus = + { $number } ({ $name })
sum_minus = - { $number } ({ $name })

# What an amount should be, to stand behind "is" and "should be".
what_total_liabilities_and_equity = the same as total liabilities and equity
what_liabilities_and_equity = liabilities and equity
what_liabilities_redeemable_and_equity = liabilities, redeemable interests and equity together
what_cash_flows = the sum of operating, investing and financing cash flows
what_cash_flows_and_exchange = the sum of operating, investing and financing cash flows and the effect of exchange rates
what_opening_and_change = opening cash and the change in cash together
what_revenue_less_cost = revenue less cost of revenue
what_pretax_less_tax = income before tax less tax
what_shares_of_owners = the shares of the parent and of non-controlling interests together
what_net_and_other_income = net income and other comprehensive income together
what_class_of_stock = the same for the class of stock
what_current_and_deferred = the current and the deferred part together
what_federal_state_and_foreign = federal, state and foreign tax together
what_domestic_and_foreign = the domestic and the foreign part together
what_gross_less_depreciation = the gross amount less accumulated depreciation
what_kinds_of_inventory = raw materials, work in process and finished goods together
what_current_and_noncurrent = the current and the noncurrent part together
what_payments_less_interest = the payments due less the interest in them
what_current_and_noncurrent_assets = current and noncurrent assets together
what_current_and_noncurrent_liabilities = current and noncurrent liabilities together
what_basic_and_dilutive = basic shares and dilutive ones together
what_tax_over_income = income tax over income before tax
what_members = the sum of the amounts by { $axis }
what_statement_of_equity = the same in the statement of equity
what_rows_above = the sum of the rows above
what_rows_above_elsewhere = the sum of the rows above, as in the other columns
what_row_above = the same as the row above
what_row_above_elsewhere = the same as the row above, as in the other columns
what_opening_and_movements = the opening amount and what moved it together
what_par_times_issued = par value times the shares issued
what_issued_less_treasury = the shares issued less treasury shares
what_dividends_over_shares = dividends over shares
what_cost_over_shares = what was paid over the number of shares
what_parts_of_period = the sum of the periods that it consists of
what_columns_beside = the sum of the columns beside it, as in the other rows
what_kinds_of_fixed_assets = the kinds of fixed assets together
what_kinds_of_current_assets = the kinds of current assets together
what_current_assets_less_creditors = current assets less creditors due within one year
what_fixed_and_net_current_assets = fixed assets and net current assets or liabilities together
what_total_less_later_liabilities = total assets less current liabilities, less later creditors and provisions
what_capital_and_reserves = the same as capital and reserves
no_column_adds_up = No column adds up: a row is missing above it, or is not tagged.

# Amounts that are at most another, and earnings per share.
bound_holds = { UP($name) } of { $amount } { IS($name) } not more than { $limit_name }, { $limit }.
bound_fails = { UP($name) } { $when } { IS($name) } { $amount }, more than { $limit_name }, { $limit }.
dilution_holds = { UP($name) } { IS($name) } { $amount }, not more than { $limit_name }, { $limit }.
dilution_observed = { UP($name) } { IS($name) } { $amount }, more than { $limit_name }, { $limit }
eps_holds = { UP($name) } of { $stated } { IS($name) } income over shares: { $income_name } of { $income } over { $shares } is { $quotient }.
eps_fails = { UP($name) } { $when } { IS($name) } { $stated }, but { $income_name } of { $income } over { $shares } makes { $quotient }.
eps_observed = { UP($name) } { IS($name) } { $stated }, and { $income_name } of { $income } over { $shares } makes { $quotient }

# Facts by themselves: duplicates, units, signs.
duplicates_differ = { UP($name) } { $when } { IS($name) } stated as { $values }, which rounding does not reconcile.
duplicates_of_part_differ = { UP($name) } { $when } ({ $members }) { IS($name) } stated as { $values }, which rounding does not reconcile.
    .members = { $list }, { $part }
value_several_times = { $amount } ({ $count } times)
value_is_nil = no value (nil)
table_adds_up =
    { $count ->
        [one] One sum of this table is right.
       *[other] { $count } sums of this table are right.
    }
roll_forwards_right =
    { $count ->
        [one] One roll-forward is right.
       *[other] { $count } roll-forwards are right.
    }
periods_right =
    { $count ->
        [one] One amount is the sum of its periods.
       *[other] { $count } amounts are the sums of their periods.
    }
identities_complete =
    { $count ->
        [one] All terms of one identity are stated.
       *[other] All terms of { $count } identities are stated.
    }
term_not_comparable = { $title } cannot be judged { $when }: { $name } { IS($name) } printed as { $printed }, but { $why }.
term_has_no_tag = the number has no tag
term_in_other_unit = its tag is in { $unit }
term_of_other_period = its tag is for { $period }
term_of_part = its tag is for a part of the company: { $members }
    .members = { $list }, { $part }
other_sums_are_exact = All other sums of this report are exact, so rounding does not explain it.
charter_right = Par values and authorised shares are the same on all days, or changed as an amendment or a split changes them.
charter_differs = { UP($name) } { $when } { IS($name) } { $amount }, but { $before } { $other }: an amendment or a split brings it to a round number, or changes it by half and more.
duplicates_agree = { $count } facts that stand in several places agree up to rounding.
unit_wrong = { UP($name) } { $when } { IS($name) } stated in { $unit }, but should be in { $wanted }.
units_right = { $count } key amounts are in { CURRENCY($currency) } or { CURRENCY($currency) }/shares.
never_negative = { UP($name) } { $when } { IS($name) } tagged as { $amount }, but cannot be negative by definition.
none_negative = None of { $count } amounts that must not be negative is negative.
sign_contradicts_page = { UP($name) } { $when } { IS($name) } printed as { $printed } and tagged as { $amount }, although { $why }.
sign_opposed_elsewhere = in the row's other columns the tag has the opposite of the page's sign
sign_printed_elsewhere = in the row's other columns the tag has the sign of the page
sign_of_payments = cash paid is tagged as a positive amount where its concept counts payments
sign_of_losses = a loss, a deficit and a use of cash are tagged as negative amounts
sign_as_printed = amounts of this kind are tagged with the sign that the page prints
signs_agree = { $count } tags have the sign that the page prints.

# Periods.
row_of_other_period = { $captions } is tagged for { $period } in a column whose other { $count } rows are tagged for { $usual }.
rows_of_other_period = { $captions } are tagged for { $period } in a column whose other { $count } rows are tagged for { $usual }.
columns_agree = { $count } printed facts have the period of their column.
period_kinds_mixed = { UP($name) } is stated for { $fewer }, elsewhere for { $more }; an amount is reported either at an instant or for a duration.
period_kinds_agree = { $count } concepts are each reported either at an instant or for a duration.
period_order_wrong = { UP($name) } is stated for a period from { $start } to { $end }, which ends before it begins.
period_orders_right = { $count } facts have periods that end on or after their first day.
newest_column = The newest column of the { $statement } ends on { $newest }, the report's period on { $end }.
one_after_report = { UP($name) } { IS($name) } stated for { $period }, after the end of the report's period on { $end }.
several_after_report = { UP($names) } are stated for { $period }, after the end of the report's period on { $end }.
none_after_report = { $count } facts of the statements are dated { $end } or earlier.

# Repeated amounts, and amounts out of scale.
amount_repeated = { UP($name) } { IS($name) } { $amount } both for { $later } and for { $earlier }: one of the periods is probably tagged where the other is meant.
amounts_repeated = { UP($amounts) } are the same both for { $later } and for { $earlier }: one of the periods is probably tagged where the other is meant.
further_amounts = { $count } more
amounts_differ = { $count } amounts differ from period to period.
share_scale_right = { UP($name) } of { $shares } { IS($name) } in the scale of { $earned }.
share_scale_small = { UP($name) } { $when } { IS($name) } tagged as { $shares }; { $earned } say that this is some { $times } times too small.
share_scale_large = { UP($name) } { $when } { IS($name) } tagged as { $shares }; { $earned } say that this is some { $times } times too large.
shares_earn = { $income_name } of { $income } and { $eps_name } of { $eps }
scale_apart = { UP($name) } { $when } { IS($name) } { $amount }, in other periods about { $usual }: some { $times } times apart.
scales_agree = { $count } amounts are in the scale of their other periods.
