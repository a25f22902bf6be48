# Amounts with their unit. They are stored in whole units, as exact decimal text; their sentences say in what they are
# shown.
amount_money = { GROUPED($amount) } { CURRENCY($unit) }
amount_money_thousands = { GROUPED($amount, per: 1000) } 千{ CURRENCY($unit) }
amount_money_millions = { GROUPED($amount, per: 1000000) } 百万{ CURRENCY($unit) }
amount_shares = { GROUPED($amount) } 股
amount_shares_thousands = { GROUPED($amount, per: 1000) } 千股
amount_shares_millions = { GROUPED($amount, per: 1000000) } 百万股
amount_per_share = { GROUPED($amount, places: 2) } { CURRENCY($currency) }/股

# The same without it.
number = { GROUPED($amount) }
number_thousands = { GROUPED($amount, per: 1000) }
number_millions = { GROUPED($amount, per: 1000000) }
number_per_share = { GROUPED($amount, places: 2) }

# What a unit is called.
unit_none = 无单位
unit_pure = 纯数
unit_shares = 股
unit_per_share = { CURRENCY($currency) }/股
unit_named = { CURRENCY($unit) }

# Currencies, by their codes.
currency_aed = 阿联酋迪拉姆
currency_ars = 阿根廷比索
currency_aud = 澳元
currency_brl = 巴西雷亚尔
currency_cad = 加元
currency_chf = 瑞士法郎
currency_clp = 智利比索
currency_cny = 人民币元
currency_cop = 哥伦比亚比索
currency_czk = 捷克克朗
currency_dkk = 丹麦克朗
currency_eur = 欧元
currency_gbp = 英镑
currency_hkd = 港元
currency_huf = 匈牙利福林
currency_idr = 印尼盾
currency_ils = 以色列新谢克尔
currency_inr = 印度卢比
currency_jpy = 日元
currency_krw = 韩元
currency_mxn = 墨西哥比索
currency_myr = 马来西亚林吉特
currency_nok = 挪威克朗
currency_nzd = 新西兰元
currency_php = 菲律宾比索
currency_pln = 波兰兹罗提
currency_rub = 俄罗斯卢布
currency_sar = 沙特里亚尔
currency_sek = 瑞典克朗
currency_sgd = 新加坡元
currency_thb = 泰铢
currency_try = 土耳其里拉
currency_twd = 新台币
currency_usd = 美元
currency_vnd = 越南盾
currency_zar = 南非兰特
