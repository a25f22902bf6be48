"""Names that the SEC's registry turns into codes: places, stock exchanges, filer categories.

Countries carry their ISO 3166-1 code and the code that EDGAR gives them; states and provinces their postal code and,
for provinces and territories, EDGAR's. ``[a|b]`` in a name stands for either; upper and lower case make no difference.
"""

import re
from collections.abc import Callable
from itertools import product

from apps.finance.filings.transforms.errors import NotInDomain
from core_model.errors import Message

_COUNTRIES = """
AF B2 Afghanistan; AX Y6 [Å|A]land Islands; AL B3 Albania; DZ B4 Algeria; AS B5 American Samoa; AD B6 Andorra
AO B7 Angola; AI 1A Anguilla; AQ B8 Antarctica; AG B9 Antigua and Barbuda
AR C1 [|Republic of |The Republic of ]Argentina; AM 1B Armenia; AW 1C Aruba; AU C3 Australia; AT C4 Austria
AZ 1D Azerbaijan; BS C5 Bahamas; BH C6 Bahrain; BD C7 Bangladesh; BB C8 Barbados; BY 1F Belarus; BE C9 Belgium
BZ D1 Belize; BJ G6 Benin; BM D0 Bermuda; BT D2 Bhutan; BO D3 Bolivia; BQ - Bonaire, Sint Eustatius and Saba
BA 1E Bosnia and Herzegovina; BW B1 Botswana; BV D4 Bouvet Island
BR D5 [|Federative Republic of |The Federative Republic of ]Bra[z|s]il; IO D6 British Indian Ocean Territory
BN D9 Brunei Darussalam; BG E0 Bulgaria; BF X2 Burkina Faso; BI E2 Burundi; CV E8 Cabo Verde; - E8 Cape Verde
KH E3 Cambodia; CM E4 Cameroon; CA Z4 Canada; KY E9 Cayman Islands; CF F0 Central African Republic; TD F2 Chad
CL F3 Chile; CN F4 [|People's Republic of |The People's Republic of |Peoples Republic of ]China; CX F6 Christmas Island
CC F7 Cocos [|(Keeling) ]Islands; CO F8 [|Republic of |The Republic of ]Colombia; KM F9 Comoros
CD Y3 Democratic Republic of [|the ]Congo; CG G0 Congo; CK G1 Cook Islands; CR G2 Costa Rica; CI L7 C[ô|o]te d'Ivoire
HR 1M Croatia; CU G3 Cuba; CW - Cura[ç|c]ao; CY G4 Cyprus; CZ 2N [Czechia|Czech Republic]
DK G7 [|Kingdom of |The Kingdom of ]Denmark; DJ 1G Djibouti; DM G9 Dominica; DO G8 Dominican Republic; EC H1 Ecuador
EG H2 Egypt; SV H3 El Salvador; GQ H4 Equatorial Guinea; ER 1J Eritrea; EE 1H Estonia; SZ - Eswatini; ET H5 Ethiopia
FK H7 [|The ]Falkland Islands[| (Malvinas)]; FK H7 [|Islas ]Malvinas[| Islands]; FO H6 Faroe Islands; FJ H8 Fiji
FI H9 Finland; FR I0 France; GF I3 French Guiana; PF I4 French Polynesia; TF 2C French Southern Territories
GA I5 Gabon; GM I6 Gambia; GE 2Q Georgia; DE 2M Germany; GH J0 Ghana; GI J1 Gibraltar; GR J3 Greece; GL J4 Greenland
GD J5 Grenada; GP J6 Guadeloupe; GU GU Guam; GT J8 Guatemala; GG Y7 Guernsey; GN J9 Guinea; GW S0 Guinea-Bissau
GY K0 Guyana; HT K1 Haiti; HM K4 Heard Island and McDonald Islands; VA X4 [Holy See|The Holy See|Vatican City]
HN K2 Honduras; HK K3 Hong Kong; HU K5 Hungary; IS K6 Iceland; IN K7 India; ID K8 Indonesia
IR K9 [|Islamic Republic of |The Islamic Republic of ]Iran; IQ L0 Iraq; IE L2 Ireland; IM Y8 Isle of Man; IL L3 Israel
IT L6 Italy; JM L8 Jamaica; JP M0 Japan; JE Y9 Jersey; JO M2 Jordan; KZ 1P Kazakhstan; KE M3 Kenya; KI J2 Kiribati
KP M4 [North|Democratic People's Republic of|Democratic Peoples Republic of] Korea; KR M5 [South|Republic of] Korea
KW M6 Kuwait; KG 1N Kyrgyzstan; LA M7 Lao [People's|Peoples] Democratic Republic; LV 1R Latvia; LB M8 Lebanon
LS M9 Lesotho; LR N0 Liberia; LY N1 [|State of |The State of ]Libya; LI N2 Liechtenstein; LT 1Q Lithuania
LU N4 [|Duchy of |Grand Duchy of |The Grand Duchy of |The Duchy of ]Luxembourg; MO N5 Maca[o|u]; MG N6 Madagascar
MW N7 Malawi; MY N8 Malaysia; MV N9 Maldives; ML O0 Mali; MT O1 Malta
MH 1T [|Republic of |The Republic of |Republic of the |The Republic of the ]Marshall Islands; MQ O2 Martinique
MR O3 Mauritania; MU O4 Mauritius; YT 2P Mayotte; MX O5 [Mexico|United Mexican States]
FM 1K [|Federated States of |The Federated States of ]Micronesia; MD 1S [|Republic of |The Republic of ]Moldova
MC O9 Monaco; MN P0 Mongolia; ME Z5 Montenegro; MS P1 Montserrat; MA P2 Morocco; MZ P3 Mozambique; MM E1 Myanmar
NA T6 Namibia; NR P5 Nauru; NP P6 Nepal; - P8 Netherlands Antilles; NL P7 Netherlands; NC 1W New Caledonia
NZ Q2 New Zealand; NI Q3 Nicaragua; NE Q4 Niger; NG Q5 Nigeria; NU Q6 Niue; NF Q7 Norfolk Island
MK 1U [|Republic of |The Republic of ]North Macedonia; - 1U [|Republic of |The Republic of ]Macedonia
MP 1V Northern Mariana Islands; NO Q8 Norway; OM P4 Oman; PK R0 Pakistan; PW 1Y Palau
PS 1X [|State of |The State of ]Palestine; PA R1 Panama; PG R2 Papua New Guinea; PY R4 Paraguay; PE R5 Peru
PH R6 Philippines; PN R8 Pitcairn; PL R9 Poland; PT S1 Portugal; PR PR Puerto Rico; QA S3 Qatar; RE S4 R[é|e]union
RO S5 Romania; RU 1Z Russian Federation; RW S6 Rwanda; BL Z0 Saint Barth[é|e]lemy
SH U8 Saint Helena[|, Ascension, and Tristan|, Ascension and Tristan|, Ascension, and Tristan da Cunha]
SH U8 Saint Helena, Ascension and Tristan da Cunha; KN U7 Saint Kitts and Nevis; LC U9 Saint Lucia; MF Z1 Saint Martin
PM V0 Saint Pierre and Miquelon; VC V1 Saint Vincent[| and Grenadines| and the Grenadines]; WS Y0 Samoa
SM S8 San Marino; ST S9 Sao Tome and Principe; SA T0 Saudi Arabia; SN T1 Senegal; RS Z2 Serbia; SC T2 Seychelles
SL T8 Sierra Leone; SG U0 Singapore; SX - Sint Maarten; SK 2B Slovakia; SI 2A Slovenia; SB D7 Solomon Islands
SO U1 Somalia; ZA T3 [|Republic of |The Republic of ]South Africa
GS 1L South Georgia and [|the ]South Sandwich Islands; SS - South Sudan
ES U3 [|Kingdom of |The Kingdom of ]Spain; ES U3 Espa[ñ|n]a; LK F1 Sri Lanka; SD V2 Sudan; SR V3 Suriname
SJ L9 Svalbard and Jan Mayen; - V6 Swaziland; SE V7 Sweden; CH V8 Switzerland; SY V9 Syria[|n Arab Republic]
TW F5 Taiwan[|, Province of China| Province of China]; TJ 2D Tajikistan
TZ W0 [|United Republic of |The United Republic of ]Tanzania; TH W1 Thailand; TL Z3 Timor-Leste; TG W2 Togo
TK W3 Tokelau; TO W4 Tonga; TT W5 Trinidad and Tobago; TN W6 Tunisia; TR W8 T[u|ü]rk[ey|iye]; TM 2E Turkmenistan
TC W7 Turks and Caicos Islands; TV 2G Tuvalu; UG W9 Uganda; UA 2H Ukraine; AE C0 [UAE|United Arab Emirates]
GB X0 [UK|U.K.|U.K|Britain|Great Britain|England|England and Wales]
GB X0 United Kingdom[| of Great Britain and Northern Ireland]; UM 2J United States Minor Outlying Islands
US X1 [USA|U.S.A.|U.S.A|United States|United States of America]; UY X3 Uruguay; UZ 2K Uzbekistan; VU 2L Vanuatu
VE X5 Venezuela; VN Q1 Viet Nam; VG D8 British Virgin Islands; - D8 Virgin Islands[,|] British
VI VI [US|U.S.|U.S|U. S.] Virgin Islands; - VI Virgin Islands, [US|U.S.|U.S]; WF X8 Wallis and Futuna
EH U5 Western Sahara; YE T7 Yemen; ZM Y4 Zambia; ZW Y5 Zimbabwe; - XX Unknown
"""
_STATES = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE Delaware; FL Florida
GA Georgia; HI Hawaii; ID Idaho; IL Illinois; IN Indiana; IA Iowa; KS Kansas; KY Kentucky; LA Louisiana; ME Maine
MD Maryland; MA Massachusetts; MI Michigan; MN Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska
NV Nevada; NH New Hampshire; NJ New Jersey; NM New Mexico; NY New York; NC North Carolina; ND North Dakota; OH Ohio
OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South Dakota; TN Tennessee; TX Texas
UT Utah; VT Vermont; VA Virginia; WA Washington; WV West Virginia; WI Wisconsin; WY Wyoming; DC District of Columbia
AS [|American ]Samoa; GU Guam; MP Northern Mariana Islands; PR Puerto Rico; UM United States Minor Outlying Islands
VI Virgin Islands, U.S.; NT Northwest Territories; NU Nunavut
"""
_PROVINCES = """
AB A0 Alberta; BC A1 British Columbia; MB A2 Manitoba; NB A3 New Brunswick; NL A4 Newfoundland[| and Labrador]
NS A5 Nova Scotia; ON A6 Ontario; PE A7 Prince Edward Island; QC A8 Qu[e|é]bec; SK A9 Saskatchewan; YT B0 Yukon
"""
_EXCHANGES = """
BOX BOX Exchange[|, LLC| LLC]; CboeBYX Cboe BYX Exchange[|, Inc.|, Inc| Inc.| Inc]
CboeBZX Cboe BZX Exchange[|, Inc.|, Inc| Inc.| Inc]; C2 Cboe C2 Exchange[|, Inc.|, Inc| Inc.| Inc]
CboeEDGA Cboe EDGA Exchange[|, Inc.|, Inc| Inc.| Inc]; CboeEDGX Cboe EDGX Exchange[|, Inc.|, Inc| Inc.| Inc]
CBOE Cboe Exchange[|, Inc.|, Inc| Inc.| Inc]; CHX Chicago Stock Exchange[|, Inc.|, Inc| Inc.| Inc]
IEX Investors Exchange[|, LLC| LLC]; MIAX Miami International Securities Exchange[|, LLC| LLC]
PEARL MIAX PEARL[|, LLC| LLC]; BX Nasdaq BX[|, Inc.|, Inc| Inc.| Inc]; GEMX Nasdaq GEMX[|, LLC| LLC]
ISE Nasdaq ISE[|, LLC| LLC]; MRX Nasdaq MRX[|, LLC| LLC]; Phlx Nasdaq PHLX[|, LLC| LLC]; NYSE NYSE
NYSE New York Stock Exchange[|, LLC| LLC]; NYSEAMER NYSE American[|, LLC| LLC]
NYSEArca NYSE Arca[|, Inc.|, Inc| Inc.| Inc]; NYSENAT NYSE National[|, Inc.|, Inc| Inc.| Inc]; NASDAQ Nasdaq
NASDAQ Nasdaq [Stock|Global|Global Select] Market[|, LLC| LLC]
"""

_CHOICE = re.compile(r"\[([^\]]*)\]")


def _key(name: str) -> str:
    return " ".join(name.replace("’", "'").split()).casefold()


def _spellings(name: str) -> list[str]:
    pieces = _CHOICE.split(name)  # text, choice, text, choice ... text
    return ["".join(choice) for choice in product(*(p.split("|") if i % 2 else [p] for i, p in enumerate(pieces)))]


def _entries(table: str) -> list[str]:
    return [entry.strip() for line in table.strip().splitlines() for entry in line.split(";")]


def _places(column: int) -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in _entries(_COUNTRIES):
        *both, name = entry.split(" ", 2)
        if both[column] != "-":
            codes |= {_key(spelling): both[column] for spelling in _spellings(name)}
    return codes


def _states() -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in _entries(_STATES):
        code, name = entry.split(" ", 1)
        codes |= {_key(spelling): code for spelling in _spellings(name)}
    for entry in _entries(_PROVINCES):
        code, _, name = entry.split(" ", 2)
        codes |= {_key(spelling): code for spelling in _spellings(name)}
    return codes


def _edgar_places() -> dict[str, str]:
    codes = _places(1)
    for entry in _entries(_PROVINCES):
        _, code, name = entry.split(" ", 2)
        for spelling in _spellings(name):
            codes |= {_key(spelling + ending): code for ending in ("", " Canada", ", Canada")}
    return codes


def _exchanges() -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in _entries(_EXCHANGES):
        code, name = entry.split(" ", 1)
        for spelling in _spellings(name):
            codes |= {_key(spelling): code, _key("The " + spelling): code}
    return codes


def _filer_categories() -> dict[str, str]:
    names = ("Large Accelerated Filer", "Accelerated Filer", "Non-accelerated Filer")
    return {_key(name): name for name in names}


_TABLES: dict[str, Callable[[], dict[str, str]]] = {
    "countries": lambda: _places(0),
    "edgar": _edgar_places,
    "exchanges": _exchanges,
    "filer categories": _filer_categories,
    "states": _states,
}
_NON_ACCELERATED = re.compile(r"non\W+accelerated")


def matcher(table: str, wanted: Message) -> Callable[[str], str]:
    """A transformation from names to codes.

    Args:
        table: Name of the table; it is made on first use.
        wanted: What the text should name, for the refusal.
    """
    codes: dict[str, str] = {}

    def transform(text: str) -> str:
        if not codes:
            codes.update(_TABLES[table]())
        code = codes.get(_NON_ACCELERATED.sub("non-accelerated", _key(text)))
        if code is None:
            raise NotInDomain(text, wanted)
        return code

    return transform
