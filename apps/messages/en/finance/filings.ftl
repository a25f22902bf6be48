# What was skipped or could not be used in a filing.
bad_context = A value is not available because { $reason }.
bad_unit = A value is not available because { $reason }.
bad_value = A value is not available because { $reason }.
broken_continuation = A text ends early: its continuation is missing or leads back to itself.
context_twice = A context is defined twice; where both say the same, it stands, else its values are not available.
contradicting_duplicates = { $stated } is stated twice, and differently: { $reason }.
dangling_footnote = A footnote refers to something that is not there.
footnote_links_too_many = Facts and footnotes are linked more than { $most } times; further links are not followed.
footnote_left_out = A footnote is left out because { $reason }.
id_twice = An element id is used twice; its second fact is named by its path.
names_in_lower_case = Its elements are written in lower case, as a tool saved them; they are read by the names that inline XBRL gives them.
no_concept = A tagged element names no concept; it is left out.
other_target = Facts of the further target document { $target } are left out.
tuples = Facts grouped in tuples are read one by one, each with the tuple that it belongs to.
undeclared_prefix = Names use the prefix { $prefix }, which is not declared.
undefined_context = A value is not available because { $reason }.
undefined_unit = A value is not available because { $reason }.
unit_twice = A unit is defined twice; the first stands.
unknown_format = A value is not available because { $reason }.

# Where.
place_continuation = continuation { $id }
place_fact = fact { $fact }
place_named = { $name }

# Why a fact has no value: what follows "because".
context_not_defined = its context { $context } is not defined
context_means_two_things = its context { $context } is defined twice, with different contents
context_unusable = its context cannot be used: { $problems }
    .problems = { $list }; { $part }
format_not_in_namespace = its format { $format } is not known in the registry { $namespace }
format_not_in_registry = its format { $format } is not known in registry { $registry }
format_prefix_not_declared = the prefix of its format { $format } is not declared
fraction_by_zero = the fraction's denominator is zero
fraction_without_denominator = the fraction has no denominator
fraction_without_numerator = the fraction has no numerator
minus_twice = { $text } has a minus besides the sign attribute
no_context = it has no context
no_decimal_number = { $text } is not a decimal number
no_unit = it is a number without a unit
scale_gives_too_many_digits = its scale { $scale } gives more than { $most } digits
scale_no_integer = its scale { $scale } is not a small integer
text_not_in_domain = { $text } is not { $wanted }
texts_repeat = the tagged texts repeat each other more than { $most } times over
too_many_digits = it has more than { $most } digits
unit_not_defined = its unit { $unit } is not defined
unit_unusable = its unit cannot be used: { $problem }

# What is wrong with a context or a unit.
axis_twice = it names one axis twice
divides_by_nothing = it divides by nothing
no_date = { $text } is not a date
no_dimension = its segment or scenario holds something that is not a dimension
no_measure = it has no measure
no_period = it has no period
period_runs_backwards = its period ends on { $end }, before it starts on { $start }

# What a displayed text should have been.
wanted_ballot_box = a ballot box
wanted_country = a country
wanted_dash = a dash
wanted_date_day_first = a date in figures, the day first
wanted_date_like = a date like { $example }
wanted_date_month_first = a date in figures, the month first
wanted_date_monthname = a date with a month's name ({ $language })
wanted_day_like = a day like { $example }
wanted_day_month = a day and a month in figures
wanted_day_month_year = a day, a month and a year in figures
wanted_day_monthname = a day with a month's name ({ $language })
wanted_decimal_number = a decimal number
wanted_duration_in_words = a duration in words
wanted_edgar_place = a place with an EDGAR code
wanted_exchange = a stock exchange
wanted_filer_category = a filer category
wanted_hyphen = a hyphen
wanted_month_day = a month and a day in figures
wanted_month_day_year = a month, a day and a year in figures
wanted_month_like = a month like { $example }
wanted_month_year = a month and a year in figures
wanted_monthname_year = a month's name with a year ({ $language })
wanted_number_in_words = a number in words
wanted_number_like = a number like { $example }
wanted_number_like_either = a number like { $example } or { $other }
wanted_quarter = a quarter of a year
wanted_saka_date = a date of the Saka calendar
wanted_state = a state, territory or province
wanted_year_month = a year and a month in figures
wanted_year_month_day = a year, a month and a day in figures

# Which facts contradict each other.
nil_beside_value = one says nothing (nil), another { $value }
one_against_other = { $one } against { $other }
stated = { $name } ({ $concept })
stated_of = { $name } ({ $concept }) of { $end }
value_of_fact = { $value } (fact { $fact })

# What a report does not say about itself.
company_not_named = no fact names the reporting entity
entity_not_named = no context names an entity
fiscal_period_not_named = no fact names the fiscal period
fiscal_year_not_named = no fact names the fiscal year
basis_not_named = neither a dimension nor the kind of document says whether these are the figures of a group or of the company alone
basis_member_unknown = group and company are told apart by { $members }, of which it is not known whose figures it marks
form_not_named = no fact names the form type
language_not_declared = the document does not declare its language
no_currency = no number is in a currency
period_end_not_named = no fact names the end of the period, and no fact has a duration
period_end_of_forecasts = no fact names the end of the period, and all periods are those of forecasts

# Why a fact cannot be seen on the page.
among_hidden_facts = not visible in the document: the fact stands among its hidden facts
not_displayed = not visible in the document: the page does not display this part
