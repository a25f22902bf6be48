"""``tandem demo``: make the input, read it as any user would, say what was found beside what was planted."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from apps import console
from apps.demo.phantom import PhantomTruth, make_phantom_ct
from apps.demo.report import ReportTruth, make_example_report
from apps.finance.reading import FinanceReading
from apps.medical.reading import MedicalReading, ReadFinding
from apps.messages import said


def make_input(
    folder: Path, seed: int, tick: Callable[[float], None] | None = None
) -> tuple[PhantomTruth, ReportTruth]:
    """Write the phantom CT into ``folder/ct`` and the report to ``folder/report.html``.

    Args:
        folder: An old demo in it is replaced.
        seed: Of both.
        tick: Told the share that is done.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    report = make_example_report(folder / "report.html", seed)
    return make_phantom_ct(folder / "ct", seed, tick=tick), report


def run_demo(seed: int | None) -> int:
    """Run both main jobs on generated input and print what they found.

    Args:
        seed: Of the input; taken from the clock where not given, and printed.

    Returns:
        0 where both jobs ended well, else 1.
    """
    from apps.finance.jobs import stored as stored_report
    from apps.finance.jobs import submit as submit_report
    from apps.jobs.following import Submitted, wait_for
    from apps.medical.jobs import stored as stored_study
    from apps.medical.jobs import submit as submit_study
    from apps.messages import refused
    from apps.settings import load_settings
    from apps.store.disk import private_folder
    from apps.store.folders.privacy import keep_private
    from apps.store.store import open_store

    seed = int(time.time()) % 100_000 if seed is None else seed
    settings = load_settings()
    demos = settings.data_dir / "demo"
    keep_private(settings)
    private_folder(demos)
    folder = demos / f"seed-{seed}"
    console.say(f"making a phantom chest CT and an annual report (seed {seed})")
    with console.progress_bar("making the input") as bar:
        phantom, report = make_input(folder, seed, lambda share: bar.update(bar.task_ids[0], completed=share))
    with open_store(settings) as store:
        jobs = [
            Submitted(submit_report(store, folder / "report.html"), "the annual report"),
            Submitted(submit_study(store, folder / "ct"), "the chest CT"),
        ]
        ended = wait_for(store, jobs)
        for each, progress in zip(jobs, ended, strict=True):
            if progress.state != "done" or not progress.reading_id:
                console.say(f"{each.name}: {progress.state}: {refused(progress.refusal)}")
                return 1
        finance = stored_report(store, str(ended[0].reading_id))
        medical = stored_study(store, str(ended[1].reading_id))
    _tell_report(finance, report)
    _tell_study(medical, phantom)
    console.out.print()
    console.out.print("your own report:  tandem finance read REPORT.html", highlight=False)
    console.out.print("your own scan:    tandem medical read FOLDER", highlight=False)
    console.out.print(f"your data:        {settings.data_dir}", highlight=False, markup=False, soft_wrap=True)
    return 0


def named(reading: FinanceReading, truth: ReportTruth) -> bool:
    """Whether an anomaly of the reading points at the planted element."""
    return any(set(anomaly.fact_ids) & set(truth.element_ids) for anomaly in reading.anomalies)


def hits(reading: MedicalReading, truth: PhantomTruth) -> list[ReadFinding | None]:
    """For each planted nodule the shown finding whose centre lies within its radius, None where there is none."""
    found = []
    for nodule in truth.nodules:
        near = [
            finding
            for finding in reading.shown
            if sum((a - b) ** 2 for a, b in zip(finding.centre_mm, nodule.centre_mm, strict=True))
            <= nodule.radius_mm**2
        ]
        found.append(near[0] if near else None)
    return found


def _tell_report(reading: FinanceReading, truth: ReportTruth) -> None:
    console.out.print(f"[bold]annual report[/]  {reading.document.company}, {reading.facts.count} facts")
    console.out.print(f"  planted: {truth.sentence}", highlight=False)
    for anomaly in reading.anomalies:
        mark = "the planted one" if set(anomaly.fact_ids) & set(truth.element_ids) else "another"
        console.out.print(f"  {anomaly.rank}. ({mark}) {said(anomaly.reason)}", highlight=False, markup=False)
    if not named(reading, truth):
        console.out.print("  the planted inconsistency was not found")


def _tell_study(reading: MedicalReading, truth: PhantomTruth) -> None:
    console.out.print(
        f"[bold]chest CT[/]  {reading.series.num_slices} slices, {len(reading.shown)} findings shown, "
        f"{len(truth.nodules)} nodules planted"
    )
    matched = hits(reading, truth)
    for nodule, finding in zip(truth.nodules, matched, strict=True):
        told = (
            f"found at rank {finding.rank}, {finding.long_axis_mm:.1f} mm, probability {finding.probability:.2f}"
            if finding
            else "not found"
        )
        console.out.print(f"  {nodule.kind} {nodule.diameter_mm:.1f} mm, {nodule.lobe}: {told}", highlight=False)
    others = len(reading.shown) - len({finding.id for finding in matched if finding})
    console.out.print(f"  other marks: {others}", highlight=False)
