"""The terms of patients' records for the trunk's corpus; training patients.

``python -m apps.medical.corpus --out FILE --records FOLDER`` writes a corpus (see ``core_model.training.corpus``, which
joins several) from FHIR bundles (``PATIENT.json``). Patients outside the training split are left out.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

from core_model.training.corpus import write
from core_model.training.splits import split_of


def record_documents(folder: Path) -> Iterator[list[str]]:
    """The displayed terms (conditions, procedures, observations, drugs) of each training patient, each once.

    Args:
        folder: FHIR bundles as JSON, named by the patient.
    """
    for path in sorted(folder.glob("*.json")):
        if split_of(path.stem) == "train":
            text = path.read_text(encoding="utf8")
            terms = [json.loads(f'"{term}"') for term in re.findall(r'"display":\s*"((?:[^"\\]|\\.)*)"', text)]
            yield sorted({term for term in terms if not re.search(r"\d{3}", term)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--records", type=Path, required=True, help="folder of FHIR bundles: PATIENT.json")
    options = parser.parse_args()
    print(f"{write(record_documents(options.records), options.out)} lines")


if __name__ == "__main__":
    main()
