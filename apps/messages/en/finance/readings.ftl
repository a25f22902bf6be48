# Why a reading has no value, or no statement.
reading_not_said = the report does not say
nothing_to_compare = there is nothing to compare
reading_no_lines = the statement has no lines
