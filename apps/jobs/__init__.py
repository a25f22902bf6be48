"""Durable jobs."""

from apps.jobs.client import Progress, cancel, enqueue, retry, show, watch
from apps.jobs.keeper import Keeper, ensure_worker
from apps.jobs.registry import job
from apps.jobs.run import Run, Step
from apps.jobs.worker import Worker, run_worker

__all__ = [
    "Keeper",
    "Progress",
    "Run",
    "Step",
    "Worker",
    "cancel",
    "enqueue",
    "ensure_worker",
    "job",
    "retry",
    "run_worker",
    "show",
    "watch",
]
