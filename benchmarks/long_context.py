"""Questions of two hops over 4K to 16K tokens of real reports: sparse, dense, and windows alone.

A passage names where the answer stands, windows away; seven others of the same form stand around. A question is found
where the one token of the whole row that the head scores highest lies in its answer. The same weights are read three
times: their last layers sparsely, densely, and inside windows (the control, which must fail). Reports of test
companies; the lower layers run once a trial. Cases are kept after each trial: a second start goes on.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch

from apps.finance.corpus import text_blocks
from benchmarks import recorded as records
from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap
from core_model import load_core
from core_model.adapters.pointer import Pointer
from core_model.inputs.packing import LONGEST_ROW
from core_model.shipped import WEIGHTS
from core_model.training.mixture.two_hops import Report, Shape, TwoHopRows, report_of

USUAL_MINUTES = 90.0
INPUTS = ["finance/us_filings_ixbrl.tar.xz"]
NAME = "long_context"
LENGTHS = {4096: 68, 8192: 66, 16_384: 66}
CANDIDATES = 8
ARMS = ("sparse", "dense", "windows")
SEED = 4_000_037


def folder() -> Path:
    """Where the adapter called ``pointer`` lies: beside the core's weights, or in ``TANDEM_POINTER``."""
    return Path(os.environ.get("TANDEM_POINTER") or WEIGHTS)


@cache
def pointer() -> Pointer:
    """The head that points, around the core that it was trained with."""
    return Pointer.load(folder(), "pointer", load_core())


@cache
def reports() -> tuple[Report, ...]:
    """Of test companies."""
    tokenizer, found = load_core().tokenizer, []
    for filing in shared_data.filings("test"):
        lines = [line for line in text_blocks(filing.path.read_bytes()) if any(map(str.isalnum, line))]
        found.append(report_of(lines, tokenizer, filing.ticker))
    return tuple(found)


def look(arm: str) -> None:
    """Set how the last layers see a long row."""
    core = pointer().core
    for block in core.layers[core.config.num_layers - core.config.num_full_attention :]:
        block.attention.across_windows = arm != "windows"
        block.attention.dense_up_to = LONGEST_ROW if arm == "dense" else 3 * core.config.window


@torch.inference_mode()
def trial(case: str) -> dict[str, Any]:
    """Found or not by each arm; a case is ``LENGTH-NUMBER``."""
    length, number = map(int, case.split("-"))
    rows = TwoHopRows(reports(), load_core().tokenizer, Shape(tokens=length, candidates=CANDIDATES))
    row = rows.row(SEED + length + number)
    adapter = pointer()
    core = adapter.core
    batch, first = core.pack([row.row]), core.config.num_layers - core.config.num_full_attention
    lower_TD = core(batch, num_layers=first, embedded_TD=adapter.embed(batch)).hidden_TD
    behind = int(row.question_Q2[-1, 1])
    begin, end = (row.answer_S2[row.right_Q[0]] - behind).tolist()
    found: dict[str, Any] = {"company": row.identity, "form": row.form}
    for arm in ARMS:
        look(arm)
        output = core(batch, first_layer=first, embedded_TD=lower_TD)
        best = int(adapter.pointed(output, [row.question_Q2])[0][0].argmax())
        found[arm] = int(begin <= best < end)
    look("sparse")
    return found


def cases() -> list[str]:
    """The trials, lengths in turn."""
    names = [(number, length) for length, count in LENGTHS.items() for number in range(count)]
    return [f"{length}-{number}" for number, length in sorted(names)]


def hashes() -> dict[str, str]:
    """What the cases follow from."""
    core = records.REPOSITORY / "core_model"
    parts = [core / "nn", core / "inputs", core / "core.py", core / "training" / "mixture" / "two_hops.py"]
    return {
        "code": records.hash_of(Path(__file__), *parts),
        "core": load_core().weights_hash,
        "pointer": str(pointer().card["weights_sha256"]),
        "reports": shared_data.sha256_of(INPUTS[0]),
    }


def measured(wanted: Iterable[str]) -> dict[str, Any]:
    """All cases, those of a record of the same hashes taken over."""
    now: dict[str, str] = hashes()
    known: dict[str, Any] = {}
    path = records.FOLDER / f"{NAME}.json"
    if path.is_file():
        record = json.loads(path.read_text())
        known = record["cases"] if record["hashes"] == now else {}
    for case in wanted:
        if case not in known:
            known[case] = trial(case)
            records.save(NAME, now, known)
    return known


def run(recorded: bool) -> dict[str, Figure]:
    """Measure, or derive from the record after 5% of it was run again."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        if recorded:
            found = records.load(NAME, hashes(), trial, lambda one, other: one == other)
        else:
            found = measured(cases())
    finally:
        torch.set_num_threads(threads)
    return figures_of(found)


def figures_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """The figures, each of its worst length."""
    chance = 1 / CANDIDATES
    by_length: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for case, entry in found.items():
        by_length[int(case.split("-")[0])].append(entry)

    def share(entries: list[Mapping[str, Any]], arm: str) -> float:
        return sum(entry[arm] for entry in entries) / len(entries)

    def interval(entries: list[Mapping[str, Any]], value: Any) -> tuple[float, float]:
        companies: dict[str, list[float]] = defaultdict(list)
        for entry in entries:
            companies[entry["company"]].append(value(entry))
        return bootstrap(companies)

    shares = {arm: {n: share(by_length[n], arm) for n in sorted(by_length)} for arm in ARMS}
    gaps = {n: 100 * (shares["dense"][n] - shares["sparse"][n]) for n in by_length}
    least = min(by_length, key=lambda n: shares["sparse"][n])
    widest = max(by_length, key=lambda n: gaps[n])
    control = max(by_length, key=lambda n: shares["windows"][n])

    def note(arm: str) -> str:
        lengths = ", ".join(f"{n} tokens {value:.3f} of {len(by_length[n])}" for n, value in shares[arm].items())
        return f"{arm}: {lengths}; chance {chance:.3f}"

    forms = defaultdict(list)
    for entry in found.values():
        forms[entry["form"]].append(entry["sparse"])
    by_form = ", ".join(f"{form} {sum(hits) / len(hits):.3f}" for form, hits in sorted(forms.items()))
    windows = [value - chance for value in interval(by_length[control], lambda e: e["windows"])]
    return {
        "trials": Figure(len(found), "count", len(found), note=f"of {len(by_length)} lengths; {by_form}"),
        "found_sparse": Figure(
            shares["sparse"][least],
            "share",
            len(by_length[least]),
            interval(by_length[least], lambda e: e["sparse"]),
            note=note("sparse"),
        ),
        "gap_points": Figure(
            gaps[widest],
            "points",
            len(by_length[widest]),
            interval(by_length[widest], lambda e: 100.0 * (e["dense"] - e["sparse"])),
            baseline="the same weights with dense last layers",
            note=note("dense"),
        ),
        "windows_only_over_chance": Figure(
            shares["windows"][control] - chance,
            "share",
            len(by_length[control]),
            (windows[0], windows[1]),
            baseline="the same weights, all layers in windows",
            note=note("windows"),
        ),
    }
