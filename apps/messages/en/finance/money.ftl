# Amounts with their unit. They are stored in whole units, as exact decimal text; their sentences say in what they are
# shown.
amount_money = { GROUPED($amount) } { CURRENCY($unit) }
amount_money_thousands = { GROUPED($amount, per: 1000) } thousand { CURRENCY($unit) }
amount_money_millions = { GROUPED($amount, per: 1000000) } million { CURRENCY($unit) }
amount_shares = { GROUPED($amount) } shares
amount_shares_thousands = { GROUPED($amount, per: 1000) } thousand shares
amount_shares_millions = { GROUPED($amount, per: 1000000) } million shares
amount_per_share = { GROUPED($amount, places: 2) } { CURRENCY($currency) } a share

# The same without it.
number = { GROUPED($amount) }
number_thousands = { GROUPED($amount, per: 1000) }
number_millions = { GROUPED($amount, per: 1000000) }
number_per_share = { GROUPED($amount, places: 2) }

# What a unit is called.
unit_none = no unit
unit_pure = plain numbers
unit_shares = shares
unit_per_share = { CURRENCY($currency) }/shares
unit_named = { CURRENCY($unit) }

# Currencies, by their codes.
currency_aed = AED
currency_ars = ARS
currency_aud = AUD
currency_brl = BRL
currency_cad = CAD
currency_chf = CHF
currency_clp = CLP
currency_cny = CNY
currency_cop = COP
currency_czk = CZK
currency_dkk = DKK
currency_eur = EUR
currency_gbp = GBP
currency_hkd = HKD
currency_huf = HUF
currency_idr = IDR
currency_ils = ILS
currency_inr = INR
currency_jpy = JPY
currency_krw = KRW
currency_mxn = MXN
currency_myr = MYR
currency_nok = NOK
currency_nzd = NZD
currency_php = PHP
currency_pln = PLN
currency_rub = RUB
currency_sar = SAR
currency_sek = SEK
currency_sgd = SGD
currency_thb = THB
currency_try = TRY
currency_twd = TWD
currency_usd = USD
currency_vnd = VND
currency_zar = ZAR
