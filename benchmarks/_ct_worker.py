"""A worker's process that reads studies one after the other and says how long each step took.

python -m benchmarks._ct_worker DATA_FOLDER WARM_UP_STUDY STUDY...
"""

import json
import sys
import time
from pathlib import Path

from apps.jobs import Worker
from apps.medical.jobs import FIRST_IMAGE, submit
from apps.settings import load_settings
from apps.store import blobs, jobs, readings
from apps.store.store import Store

STEPS = ("import", "lungs", "nodules", "document")


def read(store: Store, study: Path) -> tuple[dict, dict[str, float], float]:
    """The document of a study, the seconds of each step and those to the first image, from the job's start."""
    job_id = submit(store, study)
    began: dict[str, float] = {}
    first_image = None
    while True:
        row = jobs.get(store, job_id)
        now = time.monotonic()
        if row.step and row.step not in began:
            began[row.step] = now
        if first_image is None and row.step and (row.step != "import" or FIRST_IMAGE in blobs.owned(store, job_id)):
            first_image = now
        if row.state in jobs.ENDED:
            break
        time.sleep(0.02 if first_image is None else 0.05)
    if row.state != "done":
        raise SystemExit(f"the study was not read: {row.error}")
    assert row.started_at is not None
    assert row.ended_at is not None
    total = (row.ended_at - row.started_at).total_seconds()
    start = began["import"]
    ends = [began[step] for step in STEPS[1:]] + [start + total]
    seconds = {step: end - began[step] for step, end in zip(STEPS, ends, strict=True)}
    assert first_image is not None
    return json.loads(readings.document(store, str(row.reading_id))), seconds, first_image - start


def peak_gb() -> float:
    """The largest memory that this process has held."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9


def main() -> None:
    data, *studies = map(Path, sys.argv[1:])
    settings = load_settings(data_dir=data, database_url="")
    documents, seconds, first = [], [], []
    with Store(settings) as store, Worker(store, ["apps.medical.jobs"]):
        for number, study in enumerate(studies):
            document, took, image = read(store, study)
            if number:
                documents.append(document)
                seconds.append(took)
                first.append(image)
    print(json.dumps({"documents": documents, "seconds": seconds, "first_image_s": first, "peak_gb": peak_gb()}))


if __name__ == "__main__":
    main()
