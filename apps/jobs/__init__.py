"""Durable jobs: steps that are recorded, progress, cancelling, and take-over from workers that die.

An application registers a function as a kind of job; each of its steps takes small JSON and returns small JSON (hashes
of blobs, ids, counts), since its result is recorded. A step gets a ``Step``: the open store, the job's settings, and
``tick``, which reports progress and raises where the job was cancelled. Hand ``step.tick`` on to what takes long. A
step whose end was recorded never runs again; one whose worker died runs again from its start, so what it stores has a
key of its own (``save_reading``, ``blobs.put`` and ``inputs.add`` all have).

A job of two steps, from its registration to its result:

>>> import tempfile
>>> from apps.provenance import Provenance
>>> from apps.settings import load_settings
>>> from apps.store import blobs, inputs, readings
>>> from apps.store.store import Store

>>> STEPS = {"take in": "1", "count": "1"}              # versions, raised by hand when what a step makes changes

>>> def take_in(step, input_id):
...     text = inputs.path_of(step.store, input_id).read_bytes()
...     return blobs.put(step.store, step.job_id, "text", text)

>>> def count(step, text_hash):
...     words = blobs.get(step.store, text_hash).split()
...     for number, _ in enumerate(words):
...         step.tick(number / len(words))
...     provenance = Provenance(text_hash, STEPS, settings={}, weights={}, libraries={})
...     return save_reading(step, provenance, lambda reading_id: Made(b'{"words": %d}' % len(words)))

>>> @job("example.count", steps={"take in": 1, "count": 4})     # the steps, and how long they take beside each other
... def count_words(run):
...     text_hash = run.step("take in", take_in, run.input_id)
...     return run.step("count", count, text_hash)              # the id of the reading

>>> folder = tempfile.mkdtemp()
>>> with open(folder + "/text.txt", "w") as file:
...     _ = file.write("four words are here")
>>> with Store(load_settings(data_dir=folder, database_url="")) as store:
...     job_id = enqueue(store, "example.count", inputs.add(store, folder + "/text.txt"))
...     with Worker(store, modules=[]):                         # in this process; ``ensure_worker`` starts another
...         for progress in watch(store, job_id):
...             end = progress
...     (end.state, end.fraction, readings.document(store, end.reading_id))
('done', 1.0, b'{"words": 4}')

From a command: ``with ensure_worker(store) as supervisor: for progress in watch(store, job_id, supervisor): ...``; it
starts a worker process where none is alive, and ends it with the block. What a job failed with is stored as code and
values (``Progress.error``) and put into words where it is shown. ``delete(store, id)`` removes a reading, an ended job,
or what an application keeps. ``run_guarded()`` is the body of ``tandem worker``. Both watch the worker's process and
replace it where its heart has stopped. ``Worker(store)`` runs jobs in the process that makes it, and ``run_worker()``
too (the body of ``python -m apps.jobs``, which both start): nobody can end that process for whoever lives in it, so
there nobody watches; see ``apps.jobs.pulse``.
"""

from apps.jobs.client import Progress, cancel, delete, enqueue, refusal_of, retry, show, watch
from apps.jobs.guard import run_guarded
from apps.jobs.isolated import in_child, scratch
from apps.jobs.registry import job
from apps.jobs.run import JobInterrupted, Run, Step
from apps.jobs.saving import Made, save_reading
from apps.jobs.supervisor import WorkerSupervisor, ensure_worker
from apps.jobs.worker import Worker, run_worker

__all__ = [
    "JobInterrupted",
    "Made",
    "Progress",
    "Run",
    "Step",
    "Worker",
    "WorkerSupervisor",
    "cancel",
    "delete",
    "enqueue",
    "ensure_worker",
    "in_child",
    "job",
    "refusal_of",
    "retry",
    "run_guarded",
    "run_worker",
    "save_reading",
    "scratch",
    "show",
    "watch",
]
