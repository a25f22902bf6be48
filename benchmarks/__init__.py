"""Figures, each with its baseline in the same run: ``python -m benchmarks NAME --json``.

A benchmark is a module of this package with ``USUAL_MINUTES`` (its usual duration), ``INPUTS`` (the shared files that
it reads, for their hashes) and ``run(recorded) -> dict[str, Figure]``. ``python -m benchmarks`` lists them.
"""
