"""``python -m benchmarks [NAME] [--json] [--recorded]``.

All are measured on the CPU. Exit status: 0 measured, 1 ``TANDEM_DEVICE`` names another device, 2 no such benchmark,
3 the data it needs is not on this machine, 4 a record differs.
"""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
import time

import benchmarks
from benchmarks import shared_data
from benchmarks.recorded import RecordDiffers
from benchmarks.shared_data import SharedDataAbsent
from core_model.device import refuse_other_than_cpu
from core_model.errors import TandemError

FRAMEWORK = {"figures", "shared_data", "recorded", "__main__"}


PARTS = {"core_probes", "core_tasks"}
"""Packages of parts that another benchmark measures with."""


def names() -> list[str]:
    """Modules and packages of this package, and nothing below it, that measure figures."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return sorted(name for name in found if name not in FRAMEWORK | PARTS and not name.startswith("_"))


def machine() -> dict:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf8") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def commit() -> str:
    """The commit measured, with ``+`` where the tree differs from it."""
    git = ["git", "-C", str(shared_data.REPOSITORY)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode:
        return "unknown"
    dirty = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def table(document: dict) -> str:
    """The document as a table for people."""
    lines = [f"{document['name']}  ({document['seconds']} s, load {document['machine']['load']})"]
    for name, figure in document["figures"].items():
        spread = ""
        if "interval" in figure:
            spread = "  [{:.4g}, {:.4g}]".format(*figure["interval"])
        elif "cases" in figure:
            spread = "  cases " + " ".join(f"{case:.4g}" for case in figure["cases"])
        against = f"  against {figure['baseline']}" if "baseline" in figure else ""
        note = f"\n      {figure['note']}" if "note" in figure else ""
        lines.append(f"  {name}: {figure['value']:.6g} {figure['unit']}  n={figure['n']}{spread}{against}{note}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--recorded", action="store_true", help="derive from recorded cases where there are any")
    options = parser.parse_args()
    if options.name is None:
        for name in names():
            module = importlib.import_module(f"benchmarks.{name}")
            summary = (module.__doc__ or "").strip().splitlines()[0]
            print(f"{name:22} {module.USUAL_MINUTES:5.1f} min  {summary}")
        return 0
    if options.name not in names():
        print(f"no benchmark {options.name!r}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    try:
        refuse_other_than_cpu()
    except TandemError as error:
        print(error, file=sys.stderr)
        return 1
    module = importlib.import_module(f"benchmarks.{options.name}")
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the load is {load:.2f}: timings are noisy above 0.5", file=sys.stderr)
    started = time.monotonic()
    described = machine()
    try:
        inputs = {name: shared_data.sha256_of(name) for name in module.INPUTS}
        figures = module.run(options.recorded)
    except SharedDataAbsent as absent:
        print(f"{options.name} needs the shared data: {absent}", file=sys.stderr)
        return 3
    except RecordDiffers as differs:
        print(differs, file=sys.stderr)
        return 4
    document = {
        "name": options.name,
        "figures": {name: figure.as_dict() for name, figure in figures.items()},
        "machine": described,
        "commit": commit(),
        "inputs": inputs,
        "recorded": options.recorded,
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(document, indent=2) if options.json else table(document))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
