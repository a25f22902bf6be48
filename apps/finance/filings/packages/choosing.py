"""Which of several documents are the report, as one document."""

from collections.abc import Mapping

from apps.finance.filings.packages.parts import contexts_in, joined, sets_among
from core_model.errors import InputRejected


def one_report(documents: Mapping[str, bytes], *, first: bool = False) -> bytes | None:
    """The report among documents with inline XBRL: the only one, or those that are one set.

    Args:
        documents: By name, in their order.
        first: Whether the first is the report where there are several (in a submission, exhibits follow it).

    Returns:
        None where there is no document.

    Raises:
        InputRejected: They are several reports.
    """
    if len(documents) < 2:
        return next(iter(documents.values()), None)
    main = next(iter(documents))
    sets = sets_among({name: contexts_in(data) for name, data in documents.items()})
    chosen = next((names for names in sets if main in names), [main]) if first else next(iter(sets), [])
    if not first and len(chosen) < len(documents):
        raise InputRejected(
            "it holds {count} reports",
            allowed="one report, of one document or of several that refer to each other",
            action="give one of them",
            code="several_reports",
            values={"count": len(documents)},
        )
    return joined({name: documents[name] for name in chosen}) if len(chosen) > 1 else documents[main]
