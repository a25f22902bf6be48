"""``read_facts``: bytes of an inline XBRL report to facts, in one pass over the tree."""

from hashlib import sha256
from os import PathLike
from pathlib import Path

from lxml import etree

from apps.finance.cautions import Cautions, of_fact, of_named
from apps.finance.filings.contexts import either_of, read_context, read_unit
from apps.finance.filings.duplicates import find_duplicates
from apps.finance.filings.entity.document import describe
from apps.finance.filings.files import bytes_of
from apps.finance.filings.footnotes import attach_footnotes
from apps.finance.filings.inline import Reading
from apps.finance.filings.inventory import Inventory, take_inventory
from apps.finance.filings.markup import INLINE_NAMESPACES, markup_of, no_inline_xbrl
from apps.finance.filings.model import Context, Fact, Filing, Unit
from apps.finance.filings.names import Names, spoken
from apps.finance.filings.packages.letters import in_lower_case
from apps.finance.filings.xml import parse
from apps.finance.quoted import in_quotes
from core_model.errors import Caution, InputRejected, Message


def read_facts(path: str | PathLike[str] | bytes) -> Filing:
    """Reads every fact of an inline XBRL report.

    Args:
        path: The report's file, or its bytes.

    Returns:
        Facts with exact values, contexts, units, footnotes, information about the document, and cautions. A fact that
        cannot be read never fails the reading: its value is not available, with the reason, and a caution counts it.

    Raises:
        InputRejected: The file is no readable inline XBRL document; the message says what it is.
        NotFound: There is no file at ``path``.
    """
    data = path if isinstance(path, bytes) else bytes_of(Path(path))
    return open_report(data)[1]


def open_report(data: bytes) -> tuple[etree._Element, Filing]:
    """A report's tree and its facts, for those who go on to read its statements: it is parsed once.

    Args:
        data: The report's bytes.

    Returns:
        The root of the tree, and what ``read_facts`` returns.

    Raises:
        InputRejected: They are no readable inline XBRL document.
    """
    markup = markup_of(data)
    root = parse(markup)
    filing = read_tree(root, markup)
    filing.document.source_hash = sha256(data).hexdigest()
    filing.document.size = len(data)
    return root, filing


def read_tree(root: etree._Element, data: bytes) -> Filing:
    """The filing in a tree that ``parse`` made from ``data``; its document lacks the file's hash and size."""
    names = Names(root, local_declarations=data.count(b"xmlns") != len(root.nsmap))
    cautions = Cautions()
    inventory = _inventory(root, data)
    contexts: dict[str, Context] = {}
    for element in inventory.contexts:
        context = read_context(element, names)
        first = contexts.setdefault(context.context_id, context)
        if first is not context:
            cautions.add(Caution("context_twice", source=of_named(context.context_id[:60])))
            contexts[context.context_id] = either_of(first, context)
    units: dict[str, Unit] = {}
    for element in inventory.units:
        unit = read_unit(element, names)
        if units.setdefault(unit.unit_id, unit) is not unit:
            cautions.add(Caution("unit_twice", source=of_named(unit.unit_id[:60])))
    reading = Reading(inventory, names, contexts, units, cautions, len(data))
    facts = reading.facts()
    if not facts:
        raise no_inline_xbrl()
    if not contexts:
        raise _part_of_a_set()
    if in_lower_case(data):
        cautions.add(Caution("names_in_lower_case"))
    if inventory.tuples:
        cautions.add(Caution("tuples"))
    footnotes, relationships = attach_footnotes(inventory, facts, reading, cautions)
    duplicates = find_duplicates(facts)
    for group in duplicates:
        if group.reason is not None:
            cautions.add(_contradiction(group.best, group.reason), each=True)
    for prefix in names.undeclared:
        cautions.add(Caution("undeclared_prefix", {"prefix": in_quotes(prefix[:40])}))
    document = describe(inventory, facts, contexts)
    return Filing(document, facts, contexts, units, footnotes, relationships, duplicates, cautions.listed())


def _part_of_a_set() -> InputRejected:
    return InputRejected(
        "this is a part of a set of documents: its contexts are in another file",
        allowed="the documents of the set together",
        action="give the folder that holds all of them, or a zip of it",
        code="part_of_a_set",
    )


def _contradiction(best: Fact, reason: Message) -> Caution:
    name = spoken(best.concept)
    values = {"name": name[:1].upper() + name[1:], "concept": best.concept}
    stated = Message("stated_of", {**values, "end": best.end}) if best.end else Message("stated", values)
    parts = {"stated": stated.as_dict(), "reason": reason.as_dict()}
    return Caution("contradicting_duplicates", parts, of_fact(best.fact_id))


def _inventory(root: etree._Element, data: bytes) -> Inventory:
    """The elements of the newer inline XBRL namespace, else of the older one."""
    for namespace in INLINE_NAMESPACES:
        if namespace.encode() in data:
            inventory = take_inventory(root, namespace)
            if inventory.facts:
                return inventory
    raise no_inline_xbrl()
