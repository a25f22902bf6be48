"""Which row of the face is which key line, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.finance.filings import Fact
from apps.finance.money import is_money, is_ratio
from apps.finance.statements.captions import CaptionIndex, Nearest, line_called, names_it
from apps.finance.statements.concepts import CANDIDATES, CAPTION_RULES, Candidate, CaptionRule
from apps.finance.statements.face import Face, FaceRow
from apps.finance.statements.lines import LINES, KeyLine
from apps.finance.statements.model import StatementName
from apps.finance.statements.structure import CONFIRMED, STRUCTURE

SPOKEN: dict[StatementName, str] = {
    "income": "income statement",
    "balance": "balance sheet",
    "cash_flow": "cash-flow statement",
}
NEAR = 0.94
"""Cosine from which a caption is taken for a standard one; with MARGIN set on rows of training companies, where the
wrong ones end at 0.934."""
MARGIN = 0.015
"""How much nearer it must be than to anything else."""

_KNOWN = {candidate.concept for candidates in CANDIDATES.values() for candidate in candidates}
_COUNTED_AS_COST = {
    "cost_of_revenue",
    "research_and_development",
    "selling_general_administrative",
    "interest_expense",
    "capital_expenditure",
    "dividends_paid",
}
_CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"
_FIRST_CLASS = ("us-gaap:CommonClassAMember", "us-gaap:CommonStockMember")


@dataclass(frozen=True, slots=True)
class Choice:
    """The row chosen for a line, or why there is none.

    Attributes:
        row: None where the line is not available.
        confidence: That the row is the line; 0 without a row.
        reason: In plain words.
        sign: -1 where the row counts the other way round than the line.
        net: Whether a negative value is not the line at all (a net interest income is no interest expense).
    """

    row: FaceRow | None
    confidence: float
    reason: str
    sign: int = 1
    net: bool = False


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
        missing: Mapping[StatementName, str],
        english: bool,
        captions: CaptionIndex | None,
    ) -> None:
        self._faces = faces
        self._missing = missing
        self._english = english
        self._captions = captions
        self._nearest: dict[StatementName, list[tuple[FaceRow, Nearest]]] = {}

    def choose(self, line: KeyLine) -> Choice:
        """The row of a line."""
        face = self._faces.get(line.statement)
        if face is None:
            return Choice(None, 0.0, self._missing[line.statement])
        rows = [row for row in face.rows if row.concept and row.instant == (line.kind == "instant")]
        refused: list[str] = []
        found = self._by_concept(line, face, [row for row in rows if not row.dimensions], refused)
        if found is None and line.name.startswith("eps_"):
            found = self._by_class(line, rows)
        if found is None:
            found = self._by_caption(line, rows, refused)
        if found is None and not refused:
            found = self._by_embedding(line, face, rows, refused)
        return found or Choice(None, 0.0, _why_not(line, rows, refused))

    def _by_concept(self, line: KeyLine, face: Face, whole: list[FaceRow], refused: list[str]) -> Choice | None:
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
                    refused.append(f"{_tagged(row, candidate)}, but its caption names something else")
                elif self._english and rule and row.caption and not _says(rule, row.caption):
                    refused.append(f"{_tagged(row, candidate)}, but does not print {rule.why}")
                else:
                    passed.append(row)
            if not passed:
                continue
            row = min(passed, key=_preference)
            problem = structure(face, row, candidate) if structure else ""
            if problem:
                refused.append(problem)
                continue
            return self._chosen(line, row, candidate)
        return None

    def _chosen(self, line: KeyLine, row: FaceRow, candidate: Candidate) -> Choice:
        reason = f"{_tagged(row, candidate)}."
        confidence = candidate.confidence
        if line_called(row.caption) == line.name:
            confidence = min(0.99, confidence + 0.01)
            reason += " It is also called so."
        net = line.name == "interest_expense" and (candidate.sign < 0 or "net" in row.caption.lower())
        return Choice(row, confidence, reason, candidate.sign, net)

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
                    name = "class A" if "ClassA" in member else "the common stock"
                    return Choice(
                        row,
                        0.9,
                        f"Each class of stock has its own earnings per share; these are those of {name}, in "
                        f"{_quote(row)} ({candidate.concept}).",
                    )
        return None

    def _by_caption(self, line: KeyLine, rows: list[FaceRow], refused: list[str]) -> Choice | None:
        """A row called exactly as the line, whose concept is not that of another line."""
        called = [
            row
            for row in rows
            if not row.dimensions and row.concept not in _KNOWN and line_called(row.caption) == line.name
        ]
        if len({row.concept for row in called}) != 1 or not _fits(line, called[0]):
            return None
        row = min(called, key=_preference)
        problem = _odd_sign(line, row)
        if problem:
            refused.append(problem)
            return None
        net = line.name == "interest_expense"
        whose = "the company's own concept" if row.own else "a concept of another name"
        reason = f"{_quote(row)} is called exactly so; its tag is {whose} ({row.concept})."
        return Choice(row, 0.88 if row.own else 0.85, reason, net=net)

    def _by_embedding(self, line: KeyLine, face: Face, rows: list[FaceRow], refused: list[str]) -> Choice | None:
        """A row of the company's own concepts whose caption is nearest to the line's."""
        own = [row for row in rows if row.own and not row.dimensions and row.caption and _fits(line, row)]
        if not own:
            return None
        if self._captions is None:
            rows_are = "1 row carries" if len(own) == 1 else f"{len(own)} rows carry"
            refused.append(
                f"no standard concept for it stands there; {rows_are} the company's own concepts, whose captions were "
                "not compared because no text embedding is at hand"
            )
            return None
        near = [(row, nearest) for row, nearest in self._nearest_of(face) if row in own and nearest.line == line.name]
        near = [(row, nearest) for row, nearest in near if nearest.similarity >= NEAR and nearest.margin >= MARGIN]
        rule = CAPTION_RULES.get(line.name)
        if self._english:
            odd = [row for row, _ in near if not _english_fits(line.name, rule, row.caption)]
            refused.extend(f"{_quote(row)} is called alike, but does not print it" for row in odd)
            near = [(row, nearest) for row, nearest in near if row not in odd]
        if len({row.concept for row, _ in near}) != 1:
            if near:
                refused.append(f"{len(near)} rows of the company's own concepts are called alike, none is the total")
            return None
        row, nearest = min(near, key=lambda found: _preference(found[0]))
        problem = _odd_sign(line, row)
        if problem:
            refused.append(problem)
            return None
        confidence = round(min(0.85, 0.6 + 3 * nearest.margin + 2 * (nearest.similarity - NEAR)), 3)
        return Choice(
            row,
            confidence,
            f"{_quote(row)}: the caption is nearest to {nearest.caption!r} (similarity {nearest.similarity:.3f}, "
            f"{nearest.margin:.3f} ahead of any other); its tag is the company's own concept ({row.concept}).",
            net=line.name == "interest_expense",
        )

    def _nearest_of(self, face: Face) -> list[tuple[FaceRow, Nearest]]:
        if face.statement not in self._nearest:
            assert self._captions is not None
            own = [row for row in face.rows if row.own and not row.dimensions and row.caption]
            lines = [line.name for line in LINES if line.statement == face.statement]
            found = self._captions.nearest(face.statement, lines, [row.caption for row in own])
            self._nearest[face.statement] = list(zip(own, found, strict=True))
        return self._nearest[face.statement]


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


def _odd_sign(line: KeyLine, row: FaceRow) -> str:
    """Whether a negative amount stands in a line of costs, whose direction an own concept does not tell."""
    if line.name not in _COUNTED_AS_COST or line.name == "interest_expense":
        return ""
    if any(fact.value is not None and fact.value.startswith("-") for fact in row.facts):
        return f"{_quote(row)} has a negative amount, and which way its concept counts ({row.concept}) cannot be told"
    return ""


def _tagged(row: FaceRow, candidate: Candidate) -> str:
    return f"{_quote(row)} is tagged as {candidate.meaning} ({candidate.concept})"


def _quote(row: FaceRow) -> str:
    caption = row.caption if len(row.caption) <= 80 else row.caption[:77] + "..."
    return f"Row {caption!r}" if caption else "A row without a caption"


def _why_not(line: KeyLine, rows: list[FaceRow], refused: list[str]) -> str:
    where = SPOKEN[line.statement]
    parts = [row for row in rows if row.dimensions and any(row.concept == c.concept for c in CANDIDATES[line.name])]
    if refused:
        return f"The {where} prints no {line.english.lower()}: " + "; ".join(dict.fromkeys(refused)) + "."
    if parts:
        names = ", ".join(repr(row.caption) for row in parts[:3])
        return f"The {where} prints {line.english.lower()} only in parts ({names}); a sum is printed nowhere."
    return f"No row of the {where} is tagged as {line.english.lower()}."
