# Why a row is a key line.
chosen_by_caption = { $row } has exactly this caption; its tag is { $whose } ({ $concept }).
chosen_by_concept = { $tagged }.
chosen_by_concept_and_caption = { $tagged }. Its caption says the same.
chosen_by_concept_alone = Its concept is { $meaning } ({ $concept }); neither caption nor arithmetic speaks for it.
chosen_by_nearest = { $row }: the caption is nearest to { $caption } (similarity { NUMBER($similarity, minimumFractionDigits: 3) }, { NUMBER($margin, minimumFractionDigits: 3) } ahead of any other); its tag is the company's own concept ({ $concept }).
chosen_by_arithmetic = { $row } is the sum of the cash flows; its tag is { $concept }.
chosen_by_place = { $row } stands between operating income and income before tax, and makes up their difference; its tag is { $concept }.
chosen_of_class = Each class of stock has its own earnings per share; these are those of { $class }, in { $row } ({ $concept }).

# Why there is none.
line_not_printed = No row of the { $statement } is read as { LOWER($line) }: { $reasons }.
    .reasons = { $list }; { $part }
line_not_tagged = No row of the { $statement } is tagged as { LOWER($line) }.
line_of_national_taxonomy = The rows of the { $statement } are tagged with { $taxonomy }; these are not mapped to key lines yet.
line_only_in_parts = The { $statement } prints { LOWER($line) } only in parts ({ $rows }); a sum is printed nowhere.
    .rows = { $list }, { $part }

# What speaks against a row.
after_more_than_non_controlling = row { $caption } is net income after more than non-controlling interests
alike_without_total = { $rows } rows of the company's own concepts have similar captions; none is the total
before_exchange_effects = row { $caption } is the change before exchange effects; the one after them is printed nowhere
called_alike = { $rows } rows are called as this line is, each with a concept of its own; which of them is the line cannot be told
caption_names_another = { $tagged }, but its caption names something else
captions_not_compared = no standard concept for it is there; { $rows ->
    [one] 1 row carries
   *[other] { $rows } rows carry
} the company's own concepts, and none is called as this line is
direction_unknown = { $row } has a negative amount, and which way its concept counts ({ $concept }) cannot be told
leaves_out_discontinued = row { $caption } leaves out discontinued operations; a total is printed nowhere
may_hold_current_part = row { $caption } may hold the current part too, which is printed nowhere
prints_another = { $tagged }, but does not print { $wanted }
rows_are_parts = rows { $rows } are parts, and their sum is printed nowhere
    .rows = { $list } and { $part }

# Parts of the sentences above.
class_a = class A
concept_of_another_name = a concept of another name
own_concept = the company's own concept
row_called = Row { $caption }
row_without_caption = A row without a caption
tagged_as = { $row } is tagged as { $meaning } ({ $concept })
the_common_stock = the common stock

# Why a value is not available, or what is to be known of it.
caption_not_printed = the row is printed without a caption
cell_empty = the page leaves the cell empty
dash_tagged_nil = the page prints a dash, which is a zero; its tag says that there is no value
dash_untagged = the page prints a dash, which is a zero; it is not tagged
net_interest_income = the page prints a net interest income, which is not an interest expense
not_printed = The page does not print it.
number_untagged = the number printed there has no tag
stated_differently = its concept is stated more than once, and differently: { $reason }
tagged_for_a_part = tagged here for a part of the company alone, unlike the row ({ $part })
tagged_for_the_whole = tagged here for the whole company, unlike the row
tagged_in_another_unit = tagged here in another unit than elsewhere in the row ({ $unit })
tagged_as_another = tagged here as another concept than elsewhere in the row ({ $concept })
payment_tagged_negative = the page prints it as cash paid, but its tag is negative, which counts as cash received
caption_not_read = captions are not read in a layout without tables
by_concept_alone = taken from its tag alone: the layout is not read as a statement yet
row_is_heading = a heading
row_without_number = no tagged number in this row
sign_turned = its tag and the parentheses on the page disagree about the sign, unlike in the row's other columns
value_nil = the report says that there is no value

# What a value that no page prints was computed from.
assets_less_equity = total assets less total equity
assets_less_equity_and_both = total assets less total equity, and less the non-controlling interests and the redeemable ones beside it
assets_less_equity_and_non_controlling = total assets less total equity, and less the non-controlling interests beside it
assets_less_equity_and_redeemable = total assets less total equity and less redeemable interests
change_plus_exchange = the change before exchange effects plus those effects
net_interest_plus_noninterest = net interest income plus noninterest income
revenue_less_cost = revenue less cost of revenue
revenue_less_gross_profit = revenue less gross profit
selling_plus_general = selling and marketing plus general and administrative expense
sum_of_costs = the sum of the costs printed in parts

# Why a statement is not available.
no_table_of_statement = No { $statement } was found: no table holds enough facts of the whole company that belong to one.
report_without_numbers = No { $statement } was found: the report tags no number.
statement_not_printed = No { $statement } is printed.
statement_of_national_taxonomy = The { $statement } is not read: the report is tagged with { $taxonomy }, which are not mapped to statements and key lines yet.
statement_without_tables = The { $statement } is printed without tables; such a layout is not read as a statement yet, and its lines are taken from the tags alone.

# Whose names a report is tagged with.
taxonomy_denmark = names of the Danish taxonomy
taxonomy_edinet = names of the Japanese taxonomy of EDINET
taxonomy_germany = names of the German taxonomy
taxonomy_netherlands = names of the Dutch taxonomy
taxonomy_sweden = names of the Swedish taxonomy
taxonomy_tdnet = names of the Japanese taxonomy of TDnet
taxonomy_uk = names of the British taxonomy of the FRC

# What the statements are called in a sentence.
statement_balance = balance sheet
statement_cash_flow = cash-flow statement
statement_income = income statement

# What the key lines are called in full; lines.ftl has the short names of the screens.
key_line_revenue = Revenue
key_line_cost_of_revenue = Cost of revenue
key_line_gross_profit = Gross profit
key_line_research_and_development = Research and development
key_line_selling_general_administrative = Selling, general and administrative
key_line_operating_income = Operating income
key_line_interest_expense = Interest expense
key_line_income_before_tax = Income before tax
key_line_income_tax = Income tax
key_line_net_income = Net income of the parent
key_line_eps_basic = Basic earnings per share
key_line_eps_diluted = Diluted earnings per share
key_line_cash = Cash and cash equivalents
key_line_receivables = Trade receivables
key_line_inventory = Inventories
key_line_current_assets = Total current assets
key_line_property_plant_equipment = Property, plant and equipment
key_line_goodwill = Goodwill
key_line_total_assets = Total assets
key_line_current_liabilities = Total current liabilities
key_line_long_term_debt = Long-term debt
key_line_total_liabilities = Total liabilities
key_line_retained_earnings = Retained earnings
key_line_total_equity = Total equity
key_line_operating_cash_flow = Net cash from operating activities
key_line_capital_expenditure = Capital expenditure
key_line_investing_cash_flow = Net cash from investing activities
key_line_financing_cash_flow = Net cash from financing activities
key_line_dividends_paid = Dividends paid
key_line_change_in_cash = Net change in cash

# What is uncertain in a statement.
balance_not_found = { $reason }
cash_flow_not_found = { $reason }
income_not_found = { $reason }
currency_printed_otherwise = The page prints amounts with { $mark }, but they are tagged in { $currency }: one of the two is wrong.
scale_printed_otherwise = The heads of tables name another unit (thousands, millions) than the tags of their amounts have: one of the two is wrong.
cash_at_the_end = Cash at the end of the period
layout_without_tables = Printed without tables: { $statements }. Such a layout (positioned blocks, a table for each row) is not read as a statement yet; the lines are taken from the tags alone.
national_taxonomy = The report is tagged with { $taxonomy }. Its facts are read, but these names are not mapped to statements and key lines yet: a line is known by its caption alone.
group_and_company = The report holds the figures of the group and the company's own; the lines are the group's.
company_alone = The report holds the company's own figures, not a group's; the lines are the company's own.
other_entities = { $count ->
    [one] Some facts are those of another entity, by its identifier; they are left out of the lines.
   *[other] Some facts are those of { $count } other entities, by their identifiers; they are left out of the lines.
}
basis_unknown = The report tells group and company apart by { $members }, of which it is not known whose figures it marks: the lines are those without it, and may be the group's or the company's own.
no_title = The { $statement } was found by its concepts; no title stands near it.
part_columns = Columns of the { $statement } that show a part of the company alone are left out.
part_rows = Rows of the { $statement } show a part of the company (a segment, a product, a class of stock).
sign_differs = Signs in the { $statement } differ between tag and page; the key lines follow the tag.
statement_open = The { $statement } was found without { $lines }: it goes on elsewhere, does not print them, or prints them without a tag.
