"""Reads reports in one process and says what each cost, in CPU seconds of the process and its children.

``python -m benchmarks._read_worker jobs DATA_FOLDER REPORT...``: one worker reads them as jobs, one after the other.
``python -m benchmarks._read_worker parts REPORT...``: facts, then statements and checks, without store and jobs.

It uses what the command line uses of jobs, so that an earlier version of Tandem can run it as well.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path


def cpu_s() -> float:
    """CPU seconds of this process, of all that came from it and lives, and of those of theirs that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + sum(map(_spent_by, _descendants()))


def _stat(process: str) -> list[str]:
    """What Linux says of a process, from its state on; nothing where it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _descendants() -> list[str]:
    """Processes that live and came from this one."""
    parents = {path.name: stat[1] for path in Path("/proc").glob("[0-9]*") if (stat := _stat(path.name))}
    found = [str(os.getpid())]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _spent_by(process: str) -> float:
    """CPU seconds of a process and of its children that have ended."""
    return sum(map(int, _stat(process)[11:15])) / os.sysconf("SC_CLK_TCK")


def as_jobs(data: Path, reports: list[Path]) -> list[float]:
    """Cost of each report in one worker of this process."""
    from apps.finance.jobs import submit
    from apps.jobs import Worker, watch
    from apps.settings import load_settings
    from apps.store.store import Store

    seconds = []
    with Store(load_settings(data_dir=data, database_url="")) as store, Worker(store, ["apps.finance.jobs"]):
        for report in reports:
            started = cpu_s()
            *_, last = watch(store, submit(store, report))
            if last.state != "done":
                raise SystemExit(f"{report.name} was not read")
            seconds.append(cpu_s() - started)
    return seconds


def in_parts(reports: list[Path]) -> list[float]:
    """Cost of each report's statements and checks, facts and tree at hand."""
    from apps.finance import jobs
    from apps.finance.anomaly import check_statements
    from apps.finance.filings import read_facts
    from apps.finance.filings.source import markup_of
    from apps.finance.filings.xml import parse
    from apps.finance.statements import build_statements

    seconds = []
    for report in reports:
        content = report.read_bytes()
        filing, root = read_facts(content), parse(markup_of(content))
        started = cpu_s()
        made = getattr(jobs, "embedding", None) or getattr(jobs, "_embedder", None)  # a job of before had one
        embed = made("cpu", "") if made and made.__name__ == "embedding" else made() if made else None
        check_statements(filing, build_statements(root, filing, embed))
        seconds.append(cpu_s() - started)
    return seconds


def main() -> None:
    mode, *arguments = sys.argv[1:]
    paths = [Path(argument) for argument in arguments]
    print(json.dumps(as_jobs(paths[0], paths[1:]) if mode == "jobs" else in_parts(paths)))


if __name__ == "__main__":
    main()
