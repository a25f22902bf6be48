# Amounts with their unit; the number is written out, and the same in every language.
amount_alone = { $number }
amount_money = { $number } { $unit }
amount_money_thousands = { $number } 千 { $unit }
amount_money_millions = { $number } 百万 { $unit }
amount_shares = { $number } 股
amount_shares_thousands = { $number } 千股
amount_shares_millions = { $number } 百万股
amount_per_share = 每股 { $number } { $currency }

# What a unit is called.
unit_none = 无单位
unit_pure = 纯数
unit_shares = 股
unit_per_share = { $currency }/股
unit_named = { $unit }
