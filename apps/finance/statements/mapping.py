"""Which row of the face is which key line, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.finance.filings import Fact
from apps.finance.filings.entity.taxonomies import mostly_national
from apps.finance.money import is_money, is_ratio
from apps.finance.quoted import in_quotes
from apps.finance.statements.captions import CaptionIndex, Nearest, line_called, names_it, simple
from apps.finance.statements.choice.place import changes_in_cash, direction_of_interest
from apps.finance.statements.choice.scope import LEAVES_OUT, Scope, scope_of
from apps.finance.statements.concepts import CANDIDATES, CAPTION_RULES, CaptionRule, ConceptChoice
from apps.finance.statements.face import Face, FaceRow
from apps.finance.statements.lines import LINES, KeyLine
from apps.finance.statements.model import StatementName, statement_message
from apps.finance.statements.structure import CONFIRMED, STRUCTURE
from core_model.errors import Message

NEAR = 0.94
"""Cosine from which a caption is taken for a standard one; with MARGIN set on rows of training companies, where the
wrong ones end at 0.934."""
MARGIN = 0.015
"""How much nearer it must be than to anything else."""

_KNOWN = {candidate.concept for candidates in CANDIDATES.values() for candidate in candidates}
_PLAIN = {choice.concept for choices in CANDIDATES.values() for choice in choices if choice.needs is None}
"""Concepts that are a line whatever their captions say."""
_COUNTED_AS_COST = {
    "cost_of_revenue",
    "research_and_development",
    "selling_general_administrative",
    "interest_expense",
    "capital_expenditure",
    "dividends_paid",
}
_NET_INTEREST = {"interest", "interest net", "net interest"}
"""Captions of net interest that do not say whether it is an expense."""
_CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"
_FIRST_CLASS = ("us-gaap:CommonClassAMember", "us-gaap:CommonStockMember")


@dataclass(frozen=True, slots=True)
class Choice:
    """The row chosen for a line, or why there is none.

    Attributes:
        row: None where the line is not available.
        confidence: That the row is the line; 0 without a row.
        reason: Why this row, or why none.
        sign: -1 where the row counts the other way round than the line.
        net: Whether a negative value is not the line at all (a net interest income is no interest expense).
        scope: Whether the row counts more or less than the line's definition.
    """

    row: FaceRow | None
    confidence: float
    reason: Message
    sign: int = 1
    net: bool = False
    scope: Scope = "exact"


class Mapper:
    """Maps the rows of the faces to the key lines.

    Args:
        faces: The statements that were found.
        missing: For those that were not the reason.
        english: Whether captions are in English, so that the caption rules apply.
        captions: Standard captions with their embeddings; None where no embedding was given.
    """

    def __init__(
        self,
        faces: Mapping[StatementName, Face],
        missing: Mapping[StatementName, Message],
        english: bool,
        captions: CaptionIndex | None,
    ) -> None:
        self._faces = faces
        self._missing = missing
        self._english = english
        self._captions = captions

    def choose(self, line: KeyLine) -> Choice:
        """The row of a line."""
        face = self._faces.get(line.statement)
        if face is None:
            return Choice(None, 0.0, self._missing[line.statement])
        every = (under for row in face.rows for under in (row, *row.also))
        rows = [row for row in every if row.concept and row.instant == (line.kind == "instant")]
        refused: list[Message] = []
        found = self._by_concept(line, face, [row for row in rows if not row.dimensions], refused)
        if found is None and line.name.startswith("eps_"):
            found = self._by_class(line, rows)
        if found is None:
            found = self._by_caption(line, rows, refused) or _by_place(line, face, rows)
        if found is None and not refused:
            found = self._by_embedding(line, face, rows, refused)
        return found or Choice(None, 0.0, _why_not(line, face, rows, refused))

    def _by_concept(self, line: KeyLine, face: Face, whole: list[FaceRow], refused: list[Message]) -> Choice | None:
        rule = CAPTION_RULES.get(line.name)
        structure = STRUCTURE.get(line.name)
        confirmed = CONFIRMED.get(line.name)
        for candidate in CANDIDATES[line.name]:
            rows = [row for row in whole if row.concept == candidate.concept]
            passed = []
            for row in rows:
                if confirmed is not None and confirmed(face, row):
                    passed.append(row)
                elif self._english and row.caption and candidate.needs and not candidate.needs.search(row.caption):
                    if candidate.concept in _PLAIN:  # the row of another line, which it is by its concept
                        continue
                    refused.append(Message("caption_names_another", {"tagged": _tagged(row, candidate)}))
                elif self._english and rule and row.caption and not _says(rule, row.caption):
                    tagged = _tagged(row, candidate)
                    refused.append(Message("prints_another", {"tagged": tagged, "wanted": rule.message.as_dict()}))
                else:
                    passed.append(row)
            if not passed:
                continue
            row = min(passed, key=_preference)
            problem = structure(face, row, candidate) if structure else None
            if problem is not None:
                refused.append(problem)
                continue
            return self._chosen(line, face, row, candidate)
        return None

    def _chosen(self, line: KeyLine, face: Face, row: FaceRow, candidate: ConceptChoice) -> Choice:
        tagged = {"tagged": _tagged(row, candidate)}
        reason, confidence = Message("chosen_by_concept", tagged), candidate.confidence
        if line_called(row.caption) == line.name:
            reason, confidence = Message("chosen_by_concept_and_caption", tagged), min(0.99, confidence + 0.01)
        net = line.name == "interest_expense" and (candidate.sign < 0 or "net" in row.caption.lower())
        beside = {other.local_name for other in face.rows if not other.dimensions}
        scope = scope_of(candidate.meaning, beside)
        if scope == "exact" and line.name in _COUNTED_AS_COST and LEAVES_OUT.search(row.caption):
            scope = "narrower"
        return Choice(row, confidence, reason, candidate.sign, net, scope)

    def _by_class(self, line: KeyLine, rows: list[FaceRow]) -> Choice | None:
        """Earnings per share where each class of stock has its own: those of the first class."""
        for candidate in CANDIDATES[line.name]:
            for member in _FIRST_CLASS:
                classes = [
                    row
                    for row in rows
                    if row.concept == candidate.concept
                    and [(d.axis, d.member) for d in row.dimensions] == [(_CLASS_AXIS, member)]
                ]
                if classes:
                    row = min(classes, key=_preference)
                    name = Message("class_a") if "ClassA" in member else Message("the_common_stock")
                    parts = {"class": name.as_dict(), "row": _called(row), "concept": candidate.concept}
                    return Choice(row, 0.9, Message("chosen_of_class", parts))
        return None

    def _by_caption(self, line: KeyLine, rows: list[FaceRow], refused: list[Message]) -> Choice | None:
        """A row called exactly as the line, whose concept is not that of another line."""
        called = [
            row
            for row in rows
            if not row.dimensions and row.concept not in _KNOWN and line_called(row.caption) == line.name
        ]
        if len({row.concept for row in called}) > 1:
            refused.append(Message("called_alike", {"rows": len(called)}))
            return None
        if not called or not _fits(line, called[0]):
            return None
        row = min(called, key=_preference)
        problem = _odd_sign(line, row)
        if problem is not None:
            refused.append(problem)
            return None
        net = line.name == "interest_expense"
        whose = Message("own_concept") if row.own else Message("concept_of_another_name")
        parts = {"row": _called(row), "whose": whose.as_dict(), "concept": row.concept}
        return Choice(row, 0.88 if row.own else 0.85, Message("chosen_by_caption", parts), net=net)

    def _by_embedding(self, line: KeyLine, face: Face, rows: list[FaceRow], refused: list[Message]) -> Choice | None:
        """A row of the company's own concepts whose caption is nearest to the line's."""
        own = [row for row in rows if row.own and not row.dimensions and row.caption and _fits(line, row)]
        if not own:
            return None
        if self._captions is None:
            refused.append(Message("captions_not_compared", {"rows": len(own)}))
            return None
        if self._english:  # asked first: most reports then need no embedding, which takes seconds to load
            rule = CAPTION_RULES.get(line.name)
            own = [row for row in own if _english_fits(line.name, rule, row.caption)]
        near = [(row, nearest) for row, nearest in self._nearest_of(face, own) if nearest.line == line.name]
        near = [(row, nearest) for row, nearest in near if nearest.similarity >= NEAR and nearest.margin >= MARGIN]
        if len({row.concept for row, _ in near}) != 1:
            if near:
                refused.append(Message("alike_without_total", {"rows": len(near)}))
            return None
        row, nearest = min(near, key=lambda found: _preference(found[0]))
        problem = _odd_sign(line, row)
        if problem is not None:
            refused.append(problem)
            return None
        confidence = round(min(0.85, 0.6 + 3 * nearest.margin + 2 * (nearest.similarity - NEAR)), 3)
        parts = {
            "row": _called(row),
            "caption": in_quotes(nearest.caption),
            "similarity": round(nearest.similarity, 3),
            "margin": round(nearest.margin, 3),
            "concept": row.concept,
        }
        return Choice(row, confidence, Message("chosen_by_nearest", parts), net=line.name == "interest_expense")

    def _nearest_of(self, face: Face, rows: list[FaceRow]) -> list[tuple[FaceRow, Nearest]]:
        assert self._captions is not None
        lines = [line.name for line in LINES if line.statement == face.statement]
        found = self._captions.nearest(face.statement, lines, [row.caption for row in rows])
        return list(zip(rows, found, strict=True))


def _by_place(line: KeyLine, face: Face, rows: list[FaceRow]) -> Choice | None:
    """A row whose place among the others, by their amounts, makes it the line: a change in cash that is the sum of the
    flows; net interest between operating income and income before tax."""
    whole = [row for row in rows if not row.dimensions and _fits(line, row)]
    if line.name == "change_in_cash":
        found = changes_in_cash(face, [row for row in whole if row.concept not in _KNOWN])
        if len({row.concept for row in found}) == 1:
            row = min(found, key=_preference)
            parts = {"row": _called(row), "concept": row.concept}
            return Choice(row, 0.85, Message("chosen_by_arithmetic", parts))
    if line.name == "interest_expense":
        called = [row for row in whole if simple(row.caption) in _NET_INTEREST]
        if len(called) == 1 and (sign := direction_of_interest(face, called[0])):
            parts = {"row": _called(called[0]), "concept": called[0].concept}
            return Choice(called[0], 0.8, Message("chosen_by_place", parts), sign, net=True, scope="narrower")
    return None


def _english_fits(line: str, rule: CaptionRule | None, caption: str) -> bool:
    return names_it(line, caption) and (rule is None or _says(rule, caption))


def _says(rule: CaptionRule, caption: str) -> bool:
    if rule.needs is not None and not rule.needs.search(caption):
        return False
    return rule.refuses is None or not rule.refuses.search(caption)


def _preference(row: FaceRow) -> tuple:
    """Of rows with one concept the fullest, then totals, then the shortest caption: never the place on the page."""
    return (-len(row.facts), not row.total, len(row.caption), row.caption)


def _fits(line: KeyLine, row: FaceRow) -> bool:
    """Whether the row's unit is that of the line: per share for earnings per share, else an amount of money."""
    fact: Fact | None = next(iter(row.facts), None)
    if fact is None or not fact.unit:
        return False
    return is_ratio(fact.unit) if line.name.startswith("eps_") else is_money(fact.unit)


def _odd_sign(line: KeyLine, row: FaceRow) -> Message | None:
    """Whether a negative amount stands in a line of costs, whose direction an own concept does not tell."""
    if line.name not in _COUNTED_AS_COST or line.name == "interest_expense":
        return None
    if any(fact.value is not None and fact.value.startswith("-") for fact in row.facts):
        return Message("direction_unknown", {"row": _called(row), "concept": row.concept})
    return None


def _tagged(row: FaceRow, candidate: ConceptChoice) -> dict[str, Any]:
    """What a row is tagged as, as a part of a sentence."""
    parts = {"row": _called(row), "meaning": candidate.message.as_dict(), "concept": candidate.concept}
    return Message("tagged_as", parts).as_dict()


def _called(row: FaceRow) -> dict[str, Any]:
    """What to call a row, as a part of a sentence."""
    caption = row.caption if len(row.caption) <= 80 else row.caption[:77] + "..."
    if not caption:
        return Message("row_without_caption").as_dict()
    return Message("row_called", {"caption": in_quotes(caption)}).as_dict()


def _why_not(line: KeyLine, face: Face, rows: list[FaceRow], refused: list[Message]) -> Message:
    where = {"statement": statement_message(line.statement).as_dict(), "line": line.message.as_dict()}
    parts = [row for row in rows if row.dimensions and any(row.concept == c.concept for c in CANDIDATES[line.name])]
    country = mostly_national(fact for row in face.rows for fact in row.facts)
    if refused and not (country and all(reason.code == "captions_not_compared" for reason in refused)):
        different = [reason for k, reason in enumerate(refused) if reason not in refused[:k]]
        return Message("line_not_printed", {**where, "reasons": [reason.as_dict() for reason in different]})
    if parts:
        captions = [in_quotes(row.caption) for row in parts[:3]]
        return Message("line_only_in_parts", {**where, "rows": captions})
    if country:
        return Message("line_of_national_taxonomy", {**where, "taxonomy": Message(country).as_dict()})
    return Message("line_not_tagged", where)
