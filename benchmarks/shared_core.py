"""Whether the shared core matters: retrieval, concepts of captions, nodules, and what shuffling its weights costs."""

import torch

from benchmarks.core_probes.concepts import concept_figures
from benchmarks.core_probes.nodules import DATA, nodule_figures
from benchmarks.core_probes.retrieval import TATQA, retrieval_figures
from benchmarks.figures import Figure
from core_model import load_core

USUAL_MINUTES = 18.0
INPUTS = [TATQA, "finance/us_filings_ixbrl.tar.xz", *DATA]

PARTS = (retrieval_figures, concept_figures, nodule_figures)
"""Each takes the core and gives figures."""

RECORDED = (concept_figures,)
"""Those that keep their cases, and take whether to derive the figures from them."""


def run(recorded: bool) -> dict[str, Figure]:
    """Measure all parts on the core that ships."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        core = load_core()
        found = [part(core, recorded) if part in RECORDED else part(core) for part in PARTS]
        return {name: figure for figures in found for name, figure in figures.items()}
    finally:
        torch.set_num_threads(threads)
