"""One bad fact never fails the reading: its value is not available, with the reason, and a caution counts it."""

import pytest

from apps.finance.filings import read_facts
from apps.messages import cautioned, said
from core_model.errors import Message
from tests.apps.finance.filings.documents import document, number, text

NO_PERIOD = (
    '<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="s">E</xbrli:identifier></xbrli:entity>{}'
    "</xbrli:context>"
)


def period(inner):
    return NO_PERIOD.format(f"<xbrli:period>{inner}</xbrli:period>")


BAD = [
    (number("many", "bad"), "", "bad_value", "'many' is not a decimal number"),
    (number("", "bad"), "", "bad_value", "'' is not a decimal number"),
    (number("1e400", "bad"), "", "bad_value", "'1e400' is not a decimal number"),
    (number("1,234", "bad"), "", "bad_value", "'1,234' is not a decimal number"),
    (number("1", "bad", scale="400"), "", "bad_value", "its scale 400 gives more than 128 digits"),
    (number("1", "bad", scale="many"), "", "bad_value", "its scale 'many' is not a small integer"),
    (number("9" * 200, "bad"), "", "bad_value", "it has more than 128 digits"),
    (number("-5", "bad", sign="-"), "", "bad_value", "'-5' has a minus besides the sign attribute"),
    (number("(5)", "bad", format="ixt:num-dot-decimal"), "", "bad_value", "'(5)' is not a number like 1,234.5"),
    (number("five", "bad", format="ixt:num-roman"), "", "unknown_format", "'ixt:num-roman' is not known in registry 4"),
    (number("five", "bad", format="my:words"), "", "unknown_format", "the prefix of its format 'my:words' is not"),
    (number("five", "bad", format="acme:words"), "", "unknown_format", "not known in the registry http://acme.example"),
    (number("∞", "bad", format="ixt-sec:numinf"), "", "bad_value", "'INF' is not a decimal number"),
    (number("5", "bad", contextRef="nowhere"), "", "undefined_context", "its context 'nowhere' is not defined"),
    (number("5", "bad", contextRef=""), "", "undefined_context", "it has no context"),
    (number("5", "bad", unitRef="nothing"), "", "undefined_unit", "its unit 'nothing' is not defined"),
    (number("5", "bad", unitRef=""), "", "undefined_unit", "it is a number without a unit"),
    (number("5", "bad", contextRef="c"), NO_PERIOD.format(""), "bad_context", "it has no period"),
    (
        number("5", "bad", contextRef="c"),
        period("<xbrli:instant>2023-02-30</xbrli:instant>"),
        "bad_context",
        "its context cannot be used: '2023-02-30' is not a date",
    ),
    (
        number("5", "bad", contextRef="c"),
        period("<xbrli:startDate>2023-12-31</xbrli:startDate><xbrli:endDate>2023-01-01</xbrli:endDate>"),
        "bad_context",
        "its period ends on 2023-01-01, before it starts on 2023-12-31",
    ),
    (
        number("5", "bad", contextRef="c"),
        period("<xbrli:instant>2023-12-31</xbrli:instant>").replace(
            "</xbrli:entity>",
            '<xbrli:segment><xbrldi:explicitMember dimension="a:A">a:B</xbrldi:explicitMember>'
            '<xbrldi:explicitMember dimension="a:A">a:C</xbrldi:explicitMember></xbrli:segment></xbrli:entity>',
        ),
        "bad_context",
        "it names one axis twice",
    ),
    (
        number("5", "bad", contextRef="c"),
        period("<xbrli:instant>2023-12-31</xbrli:instant>").replace(
            "</xbrli:entity>", "<xbrli:segment><acme:Old/></xbrli:segment></xbrli:entity>"
        ),
        "bad_context",
        "its segment or scenario holds something that is not a dimension",
    ),
    (number("5", "bad", unitRef="u"), '<xbrli:unit id="u"/>', "bad_unit", "its unit cannot be used: it has no measure"),
    (
        number("5", "bad", unitRef="u"),
        '<xbrli:unit id="u"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
        "</xbrli:unitNumerator></xbrli:divide></xbrli:unit>",
        "bad_unit",
        "its unit cannot be used: it divides by nothing",
    ),
    (
        text("31st of Nonsember", "bad", format="ixt:date-day-monthname-en"),
        "",
        "bad_value",
        "'31st of Nonsember' is not a day like 31 January",
    ),
    (
        '<ix:fraction id="bad" name="acme:R" contextRef="end" unitRef="shares"><ix:numerator>1</ix:numerator>'
        "</ix:fraction>",
        "",
        "bad_value",
        "the fraction has no denominator",
    ),
    (
        '<ix:fraction id="bad" name="acme:R" contextRef="end" unitRef="shares"><ix:numerator>1</ix:numerator>/'
        "<ix:denominator>0</ix:denominator></ix:fraction>",
        "",
        "bad_value",
        "the fraction's denominator is zero",
    ),
]


@pytest.mark.parametrize(("body", "resources", "code", "reason"), BAD, ids=[case[3][:40] for case in BAD])
def test_a_bad_fact_has_no_value_but_a_reason_and_the_others_are_read(body, resources, code, reason):
    filing = read_facts(document(f"<p>{body}</p><p>{number('7', 'good', 'us-gaap:Cash')}</p>", resources=resources))
    facts = {fact.fact_id: fact for fact in filing.facts}
    assert facts["good"].value == "7"
    assert facts["bad"].value is None
    assert not facts["bad"].nil
    assert facts["bad"].not_available is not None
    assert reason in said(facts["bad"].not_available)
    caution = next(caution for caution in filing.cautions if caution.code == code)
    assert caution.source == Message("place_fact", {"fact": "bad"})
    assert said(caution.source) == "fact bad"
    assert cautioned(caution) == f"A value is not available because {said(facts['bad'].not_available)}."


@pytest.mark.parametrize(
    ("body", "resources", "reason", "chinese"),
    [
        (
            number("many", "bad"),
            "",
            Message("no_decimal_number", {"text": Message("quoted", {"text": "many"}).as_dict()}),
            "“many” 不是十进制数",
        ),
        (
            number("1", "bad", scale="400"),
            "",
            Message("scale_gives_too_many_digits", {"scale": 400, "most": 128}),
            "按数量级 400 换算后超过 128 位",
        ),
        (
            number("5", "bad", contextRef="c"),
            period("<xbrli:startDate>2023-02-30</xbrli:startDate><xbrli:endDate>then</xbrli:endDate>"),
            Message(
                "context_unusable",
                {
                    "problems": [
                        Message("no_date", {"text": Message("quoted", {"text": text}).as_dict()}).as_dict()
                        for text in ("2023-02-30", "then")
                    ]
                },
            ),
            "其上下文无法使用：“2023-02-30” 不是日期；“then” 不是日期",
        ),
        (
            text("it's May", "bad", format="ixt:date-day-monthname-en"),
            "",
            Message(
                "text_not_in_domain",
                {
                    "text": Message("quoted_with_apostrophe", {"text": "it's May"}).as_dict(),
                    "wanted": Message("wanted_day_like", {"example": "31 January"}).as_dict(),
                },
            ),
            "“it's May” 不是形如 31 January 的月日",
        ),
    ],
)
def test_the_reason_is_a_code_with_values_and_is_said_in_chinese_too(body, resources, reason, chinese):
    filing = read_facts(document(body, resources=resources))
    assert filing.facts[0].not_available == reason
    assert said(reason, "zh") == chinese
    assert cautioned(filing.cautions[0], "zh") == f"数值不可用：{chinese}。"
    assert said(filing.cautions[0].source, "zh") == "事实 bad"


def test_several_things_wrong_with_a_context_are_all_said():
    resources = period("<xbrli:startDate>2023-02-30</xbrli:startDate><xbrli:endDate>then</xbrli:endDate>")
    filing = read_facts(document(number("5", "bad", contextRef="c"), resources=resources))
    reason = filing.facts[0].not_available
    assert said(reason) == "its context cannot be used: '2023-02-30' is not a date; 'then' is not a date"


def test_many_facts_with_one_fault_are_one_caution_with_its_count():
    body = "".join(number("many", f"f{i}", f"acme:C{i}") for i in range(50))
    filing = read_facts(
        document(body + number("x", "u", "acme:U", format="ixt:a") + number("x", "v", "acme:V", format="ixt:b"))
    )
    counts = {(caution.code, caution.count) for caution in filing.cautions}
    assert counts == {("bad_value", 50), ("unknown_format", 1)}
    assert [caution.code for caution in filing.cautions] == ["bad_value", "unknown_format", "unknown_format"]


def test_an_undeclared_prefix_keeps_the_value_and_is_reported():
    filing = read_facts(document(number("5", "f", "other:Thing")))
    assert (filing.facts[0].concept, filing.facts[0].namespace, filing.facts[0].value) == ("other:Thing", "", "5")
    assert [caution.code for caution in filing.cautions] == ["undeclared_prefix"]


def test_an_element_without_a_concept_is_left_out_and_reported():
    filing = read_facts(document(number("5", "f", "") + number("6", "g")))
    assert [fact.fact_id for fact in filing.facts] == ["g"]
    assert [caution.code for caution in filing.cautions] == ["no_concept"]


def test_facts_in_tuples_are_read_one_by_one_with_a_caution():
    filing = read_facts(document(f'<ix:tuple name="acme:T" tupleID="t">{number("5", order="1")}</ix:tuple>'))
    assert filing.facts[0].value == "5"
    assert [caution.code for caution in filing.cautions] == ["tuples"]
