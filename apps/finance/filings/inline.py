"""From the tagged elements of a report to facts."""

import re
from functools import cached_property

from lxml import etree

from apps.finance.cautions import Cautions, of_fact
from apps.finance.filings.content import Content, TooMuchText
from apps.finance.filings.inventory import FACT_KINDS, Inventory
from apps.finance.filings.model import Context, Fact, Kind, Tuple, Unit
from apps.finance.filings.names import Names
from apps.finance.filings.numbers import NotANumber, canonical
from apps.finance.filings.paths import Paths
from apps.finance.filings.transforms import REGISTRIES, NotInDomain, Transformation, lookup
from apps.finance.quoted import in_quotes
from core_model.errors import Caution, Message

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TRUE = ("true", "1")
_KINDS: tuple[Kind, ...] = ("number", "text", "fraction")


class Reading:
    """Turns the elements of one document into facts.

    Args:
        inventory: The document's elements.
        names: Resolves prefixed names.
        contexts: By id.
        units: By id.
        cautions: Where to record what cannot be used.
        size: Bytes of the document.
    """

    def __init__(
        self,
        inventory: Inventory,
        names: Names,
        contexts: dict[str, Context],
        units: dict[str, Unit],
        cautions: Cautions,
        size: int,
    ) -> None:
        self._inventory = inventory
        self._names = names
        self._contexts = contexts
        self._units = units
        self._cautions = cautions
        self._kinds = {inventory.ix + name: kind for name, kind in zip(FACT_KINDS, _KINDS, strict=True)}
        self._paths = Paths(inventory.root)
        self._formats: dict[tuple[str, str], tuple[Transformation | None, Message | None]] = {}
        self._scales: dict[str, int] = {}
        self._taken: set[str] = set()
        self.content = Content(inventory, cautions, size)
        self.footnote_references: dict[str, list[str]] = {}
        """For inline XBRL 1.0: ids of footnotes that facts name, by fact id."""

    def facts(self) -> list[Fact]:
        """The facts of one target document, in document order."""
        targets = {element.get("target") for element in self._inventory.facts}
        target = self._target(targets) if targets != {None} else None
        facts: list[Fact] = []
        for element in self._inventory.facts:
            attributes = dict(element.items())
            if attributes.get("target") != target:
                continue
            fact_id = self._fact_id(element, attributes.get("id"))
            if attributes.get("name"):
                facts.append(self._fact(element, attributes, fact_id, len(facts)))
            else:
                self._cautions.add(Caution("no_concept", source=of_fact(fact_id)))
        return facts

    def _fact_id(self, element: etree._Element, element_id: str | None) -> str:
        if element_id is None or element_id in self._taken:
            if element_id is not None:
                self._cautions.add(Caution("id_twice", source=of_fact(element_id)))
            return self._paths.of(element)
        self._taken.add(element_id)
        return element_id

    def _fact(self, element: etree._Element, attributes: dict[str, str], fact_id: str, order: int) -> Fact:
        get = attributes.get
        kind = self._kinds[element.tag]
        concept, namespace = self._names.resolve(attributes["name"], element)
        code, problem = "", None
        context_id = (get("contextRef") or "").strip()
        context = self._contexts.get(context_id)
        if context is None:
            code, context = "undefined_context", _UNKNOWN
            problem = _not_defined(context_id)
        elif context.problems:
            problems = [reason.as_dict() for reason in context.problems]
            code, problem = "bad_context", Message("context_unusable", {"problems": problems})
        unit_text = unit_id = value = None
        if kind != "text":
            unit_id = (get("unitRef") or "").strip()
            unit = self._units.get(unit_id)
            if unit is not None:
                unit_text = unit.text
                if unit.problem is not None and problem is None:
                    code, problem = "bad_unit", Message("unit_unusable", {"problem": unit.problem.as_dict()})
            elif problem is None:
                code, problem = "undefined_unit", _unit_not_defined(unit_id)
        nil = get(_NIL) in _TRUE
        escaped = kind == "text" and get("escape") in _TRUE
        format_name = get("format")
        if not nil and problem is None:
            try:
                if kind == "number":
                    value = self._number(element, attributes, format_name)
                elif kind == "text":
                    value = self._text(element, get("continuedAt"), escaped, format_name)
                else:
                    value = self._fraction(element)
            except (NotANumber, NotInDomain, TooMuchText) as error:
                code, problem = "bad_value", error.reason
            except _UnknownFormat as error:
                code, problem = "unknown_format", error.reason
        if problem is not None:
            caution = Caution(code, {"reason": problem.as_dict()}, of_fact(fact_id))
            self._cautions.add(caution, each=code == "unknown_format")
        references = get("footnoteRefs")
        if references:
            self.footnote_references[fact_id] = references.split()
        in_tuple = self._tuple_of(element, get("tupleRef")) if self._inventory.tuples else None
        return Fact(
            fact_id=fact_id,
            concept=concept,
            namespace=namespace,
            kind=kind,
            value=value,
            nil=nil,
            not_available=problem,
            context_id=context_id,
            entity=context.entity,
            start=context.start,
            end=context.end,
            instant=context.instant,
            dimensions=context.dimensions,
            unit=unit_text,
            unit_id=unit_id,
            decimals=get("decimals"),
            precision=get("precision"),
            scale=get("scale"),
            sign=get("sign"),
            format=format_name,
            element_id=get("id"),
            hidden=element in self._inventory.hidden,
            escaped=escaped,
            footnotes=(),
            order=order,
            in_tuple=in_tuple,
            tuple_order=None if in_tuple is None else get("order"),
        )

    def _tuple_of(self, element: etree._Element, reference: str | None) -> Tuple | None:
        """The tuple that a fact or a tuple names, or that it stands in; None for none."""
        if reference and reference.strip():
            return self._tuples.get(reference.strip(), Tuple(reference.strip()))
        holder = next(element.iterancestors(self._inventory.ix + "tuple"), None)
        return None if holder is None else self._tuples[self._id_of(holder)]

    def _id_of(self, holder: etree._Element) -> str:
        return (holder.get("tupleID") or "").strip() or self._paths.of(holder)

    @cached_property
    def _tuples(self) -> dict[str, Tuple]:
        """The tuples of the document by id, the first of each."""
        found: dict[str, Tuple] = {}
        for element in self._inventory.tuples:
            concept, _ = self._names.resolve(element.get("name") or "", element)
            holder = next(element.iterancestors(self._inventory.ix + "tuple"), None)
            parent = (element.get("tupleRef") or "").strip() or ("" if holder is None else self._id_of(holder))
            tuple_id = self._id_of(element)
            found.setdefault(tuple_id, Tuple(tuple_id, concept, parent))
        return found

    def _target(self, targets: set[str | None]) -> str | None:
        """The target document to read: the default one, else the first by name."""
        chosen = None if None in targets else min(str(target) for target in targets)
        for other in sorted(str(target) for target in targets - {chosen}):
            self._cautions.add(Caution("other_target", {"target": in_quotes(other[:60])}), each=True)
        return chosen

    def _number(self, element: etree._Element, attributes: dict[str, str], format_name: str | None) -> str:
        text = (element.text or "") if len(element) == 0 else self.content.plain(element)
        if format_name is not None:
            text = self._transformed(text, format_name, element)
        scale = attributes.get("scale")
        sign = attributes.get("sign")
        if sign and text.lstrip(" \t\r\n").startswith("-"):
            raise NotANumber(Message("minus_twice", {"text": in_quotes(text[:40])}))
        return canonical(text, self._scale(scale) if scale else 0, bool(sign))

    def _scale(self, text: str) -> int:
        scale = self._scales.get(text)
        if scale is None:
            if _INTEGER.fullmatch(text) is None:
                raise NotANumber(Message("scale_no_integer", {"scale": in_quotes(text[:40])}))
            scale = self._scales[text] = int(text)
        return scale

    def _text(self, element: etree._Element, continued: str | None, escaped: bool, format_name: str | None) -> str:
        if escaped:
            text = self.content.markup(element, continued)
        elif continued is None and len(element) == 0:
            text = element.text or ""
        else:
            text = self.content.chain(element, continued)
        return text if format_name is None else self._transformed(text, format_name, element)

    def _fraction(self, element: etree._Element) -> str:
        terms = []
        for part in ("numerator", "denominator"):
            term = next(element.iter(self._inventory.ix + part), None)
            if term is None:
                raise NotANumber(Message(f"fraction_without_{part}"))
            terms.append(self._number(term, dict(term.items()), term.get("format")))
        if terms[1] == "0":
            raise NotANumber(Message("fraction_by_zero"))
        return "/".join(terms)

    def _transformed(self, text: str, name: str, element: etree._Element) -> str:
        qname = self._names.resolve(name, element)
        known = self._formats.get(qname)
        if known is None:
            known = self._formats[qname] = self._format(name.strip(), qname)
        function, problem = known
        if function is None:
            assert problem is not None
            raise _UnknownFormat(problem)
        if not text.isprintable() or " " in text:
            text = _WHITE_SPACE.sub(" ", text).strip(" ")
        return function(text)

    def _format(self, name: str, qname: tuple[str, str]) -> tuple[Transformation | None, Message | None]:
        function = lookup(qname[1], qname[0].rpartition(":")[2])
        if function is not None:
            return function, None
        shown = in_quotes(name[:60])
        if not qname[1]:
            return None, Message("format_prefix_not_declared", {"format": shown})
        registry = REGISTRIES.get(qname[1])
        if registry:
            return None, Message("format_not_in_registry", {"format": shown, "registry": registry})
        return None, Message("format_not_in_namespace", {"format": shown, "namespace": qname[1][:80]})


def _not_defined(context_id: str) -> Message:
    if not context_id:
        return Message("no_context")
    return Message("context_not_defined", {"context": in_quotes(context_id[:60])})


def _unit_not_defined(unit_id: str) -> Message:
    if not unit_id:
        return Message("no_unit")
    return Message("unit_not_defined", {"unit": in_quotes(unit_id[:60])})


class _UnknownFormat(ValueError):
    """The fact's format is in no registry that we know.

    Attributes:
        reason: Which format and which registry, in words that follow "because".
    """

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(reason.code)


_UNKNOWN = Context("")
_INTEGER = re.compile(r"[ \t\n\r]*[+-]?[0-9]{1,6}[ \t\n\r]*")
_WHITE_SPACE = re.compile(r"[ \t\n\r]+")
