# Amounts with their unit; the number is written out, and the same in every language.
amount_alone = { $number }
amount_money = { $number } { $unit }
amount_money_thousands = { $number } thousand { $unit }
amount_money_millions = { $number } million { $unit }
amount_shares = { $number } shares
amount_shares_thousands = { $number } thousand shares
amount_shares_millions = { $number } million shares
amount_per_share = { $number } { $currency } a share

# What a unit is called.
unit_none = no unit
unit_pure = plain numbers
unit_shares = shares
unit_per_share = { $currency }/shares
unit_named = { $unit }
