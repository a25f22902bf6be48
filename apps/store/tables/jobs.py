"""Jobs as people see them, and the workers that are alive. No names, no paths, no results."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from apps.store.tables.base import HASH, ID, Base, Json, NullJson, UtcDateTime

STATES = ("queued", "running", "done", "failed", "cancelled")


class JobRow(Base):
    """One job: a reading of one input with one set of settings.

    ``attempt`` counts from 1 and grows with each retry and each take-over, so that one worker alone has an attempt;
    ``handed`` is the last attempt that DBOS was given, so a job whose ``handed`` is behind waits for a worker to pass
    it on. ``starts`` counts the workers that began at the step
    it stands at: several that died there mean that the job kills its worker. ``error`` is a ``Refusal`` as a
    dictionary.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("fraction >= 0 AND fraction <= 1", name="fraction"),
        Index("ix_job_state_created_at", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    input_id: Mapped[str | None] = mapped_column(ForeignKey("input.id", ondelete="SET NULL"), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str | None] = mapped_column(HASH, index=True)
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    handed: Mapped[int] = mapped_column(Integer, default=0)
    starts: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str | None] = mapped_column(ID, index=True)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    step: Mapped[str] = mapped_column(Text, default="")
    fraction: Mapped[float] = mapped_column(Float, default=0.0)
    eta_s: Mapped[float | None] = mapped_column(Float)
    error: Mapped[dict[str, Any] | None] = mapped_column(NullJson)
    reading_id: Mapped[str | None] = mapped_column(ForeignKey("reading.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkerRow(Base):
    """A worker process and its last heartbeat (seconds since 1970, by the database's clock)."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    machine: Mapped[str] = mapped_column(HASH)
    pid: Mapped[int] = mapped_column(Integer)
    beat: Mapped[float] = mapped_column(Float(53), index=True)
