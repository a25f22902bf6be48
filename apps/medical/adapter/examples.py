"""Write the medical sources of the joint run: ``python -m apps.medical.adapter.examples --data FOLDER --out DIR``.

Into ``DIR`` go, each with its card (see ``core_model.training.mixture.files``):

``medical_images``     small images with and without a nodule, outlines, readers' ratings (``pictures``)
``medical_volumes``    candidates of scans with grids of the detector's features (``grids``)
``medical_facts``      laboratory and vital values of records, visit by visit (``records``)
``medical_questions``  questions and answers (``questions``)

Training and validation identities alone are read. What ``FOLDER`` may hold stands in ``apps.medical.adapter.folders``;
a source whose data is absent is left out. ``--only`` makes some of the four.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import torch

from apps.medical.adapter.folders import background_names, identity_of, unpacked
from apps.medical.adapter.pictures import PIXEL_MM, Cutting, cut, table
from apps.medical.adapter.questions import question_rows
from apps.medical.adapter.records import record_rows
from apps.medical.nodules.training.sources.fields import Field, load_fields
from core_model.errors import NotFound, TandemError
from core_model.training.mixture.cards import Card
from core_model.training.mixture.files import About, write_arrays, write_lines
from core_model.training.splits import Split

LEARNED: tuple[Split, ...] = ("train", "validation")
LIDC = (
    "LIDC-IDRI: readers' outlines and ratings on slices cut from chest CT (Armato and others 2011, The Cancer Imaging "
    "Archive)"
)
COMMAND = "python -m apps.medical.adapter.examples --data FOLDER --out DIR --only {only} --seed {seed}"


def _about(options: argparse.Namespace, only: str, licence: str, source: str, **details: object) -> About:
    command = COMMAND.format(only=only, seed=options.seed)
    for name in ("most", "plantings"):
        command += f" --{name} {value}" if (value := getattr(options, name)) is not None else ""
    return About(licence=licence, source=source, command=command, domain="medical", details=details)


def _fields(options: argparse.Namespace, *, splits: tuple[Split, ...] = LEARNED, grid_mm: float) -> Iterator[Field]:
    folder = unpacked(options.data, "lidc_nodule_slices", options.cache)
    nodules = options.data / "lidc_nodules.csv"
    fields = load_fields(
        folder,
        options.data / "lidc_series.csv",
        nodules if nodules.is_file() else None,
        splits=splits,
        grid_mm=grid_mm,
    )
    return islice(fields, options.most)


def images(options: argparse.Namespace) -> Card:
    """The source ``medical_images``."""
    cutting = Cutting(seed=options.seed)
    arrays, columns = table(cut(_fields(options, grid_mm=PIXEL_MM), cutting))
    about = _about(
        options,
        "images",
        "CC BY 3.0",
        LIDC,
        pixel_mm=PIXEL_MM,
        least_readers=cutting.least_readers,
        intensities="8 bit; lung at 42, tissue at 184",
        ratings="means over the readers; malignancy is their suspicion, not pathology",
        background="cut from the same slices; no nodule by any reader anywhere in an image",
    )
    return write_arrays(options.out, "medical_images", "images", arrays, columns, about)[1]


def facts(options: argparse.Namespace) -> Card:
    """The source ``medical_facts``."""
    folder = unpacked(options.data, "synthea_fhir_r4", options.cache)
    about = _about(options, "facts", "Apache-2.0", "Synthea: synthetic patient records, FHIR R4", synthetic=True)
    return write_lines(options.out, "medical_facts", "facts", record_rows(folder), about)[1]


def pairs(options: argparse.Namespace) -> Card:
    """The source ``medical_questions``."""
    tables = [options.data / f"medical_questions{ending}" for ending in (".parquet", ".csv")]
    there = next((path for path in tables if path.is_file()), None)
    if there is None:
        raise NotFound(
            "the folder of data holds no {name}",
            allowed="a folder of that name, or a zip or tar archive",
            action="see apps.medical.adapter.folders",
            code="training_data_missing",
            values={"name": "medical_questions"},
        )
    about = _about(options, "pairs", "CC BY 4.0", "MedQuAD: medical questions and answers of US institutes of health")
    return write_lines(options.out, "medical_questions", "pairs", question_rows(there), about)[1]


def volumes(options: argparse.Namespace) -> Card:
    """The source ``medical_volumes``."""
    from apps.medical.adapter.volumes import candidates

    arrays, columns, details = candidates(
        lambda name: unpacked(options.data, name, options.cache),
        {name: identity_of(name) for name in background_names(options.data)},
        list(_fields(options, grid_mm=1.0)),
        options.seed,
        options.plantings,
        options.log,
    )
    about = _about(options, "volumes", "CC BY 3.0 and others, see NOTICE", LIDC + "; whole CT of several", **details)
    return write_arrays(options.out, "medical_volumes", "volumes", arrays, columns, about, group="scan")[1]


SOURCES: dict[str, Callable[[argparse.Namespace], Card]] = {
    "facts": facts,
    "pairs": pairs,
    "images": images,
    "volumes": volumes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--cache", type=Path, help="where archives are unpacked; a temporary folder where not given")
    parser.add_argument("--most", type=int, help="so many fields at most, to try it")
    parser.add_argument("--plantings", type=int, help="so many nodules pasted into whole CT at most, for volumes")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    options.log = lambda line: print(line, file=sys.stderr, flush=True)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        options.cache = options.cache or Path(folder)
        for name in options.only:
            try:
                card = SOURCES[name](options)
            except NotFound as error:
                options.log(f"{name}: left out, {error}")
                continue
            except TandemError as error:
                sys.exit(f"{name}: {error}")
            print(f"{card.name}: {card.count['train']} to train on, {card.count['validation']} to validate", flush=True)


if __name__ == "__main__":
    main()
