"""Small inline XBRL documents for the tests, made in code."""

IX_11 = "http://www.xbrl.org/2013/inlineXBRL"
IX_10 = "http://www.xbrl.org/2008/inlineXBRL"
REGISTRY_4 = "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
SEC = "http://www.sec.gov/inlineXBRL/transformation/2015-08-31"

CONTEXTS = """
<xbrli:context id="year"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000012345</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:context id="end"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000012345</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:instant>2023-12-31</xbrli:instant></xbrli:period></xbrli:context>
"""
UNITS = """
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>
<xbrli:unit id="perShare"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>
</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>
</xbrli:divide></xbrli:unit>
"""


def document(
    body: str,
    *,
    hidden: str = "",
    resources: str = "",
    contexts: str = CONTEXTS,
    units: str = UNITS,
    ix: str = IX_11,
    registry: str = REGISTRY_4,
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
    attributes: str = 'xml:lang="en-US"',
) -> bytes:
    """An inline XBRL document: contexts ``year`` and ``end``, units ``usd``, ``shares`` and ``perShare``.

    Args:
        body: What the page shows.
        hidden: Facts for ``ix:hidden``.
        resources: Further children of ``ix:resources``.
        contexts: The contexts.
        units: The units.
        ix: Namespace of inline XBRL.
        registry: Namespace behind the prefix ``ixt``.
        prolog: What stands before the root.
        attributes: Further attributes of the root.
    """
    return f"""{prolog}<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="{ix}" xmlns:ixt="{registry}"
 xmlns:ixt-sec="{SEC}" xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:link="http://www.xbrl.org/2003/linkbase"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:srt="http://fasb.org/srt/2023" xmlns:acme="http://acme.example/2023" {attributes}>
<head><title>report</title></head><body>
<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden>
<ix:references><link:schemaRef xlink:type="simple" xlink:href="acme.xsd"/></ix:references>
<ix:resources>{contexts}{units}{resources}</ix:resources></ix:header></div>
{body}
</body></html>""".encode()


def number(text: str, fact_id: str = "f", concept: str = "us-gaap:Assets", **more: str) -> str:
    """An ``ix:nonFraction`` of context ``end`` and unit ``usd`` unless told otherwise; ``""`` leaves one out."""
    given = {"id": fact_id, "name": concept, "contextRef": "end", "unitRef": "usd", "decimals": "0", **more}
    return f"<ix:nonFraction{_attributes(given)}>{text}</ix:nonFraction>"


def text(content: str, fact_id: str = "t", concept: str = "dei:DocumentType", **more: str) -> str:
    """An ``ix:nonNumeric`` in the context ``year`` unless told otherwise; ``""`` leaves an attribute out."""
    given = {"id": fact_id, "name": concept, "contextRef": "year", **more}
    return f"<ix:nonNumeric{_attributes(given)}>{content}</ix:nonNumeric>"


def _attributes(given: dict[str, str]) -> str:
    return "".join(f' {name.replace("__", ":")}="{value}"' for name, value in given.items() if value != "")
