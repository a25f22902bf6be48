"""The store keeps what every application needs, and knows none: a reading has its whole provenance and no study, the
error of a job is a code with values.

The tables that 0001 made for the applications are theirs now: the first revision of each takes them over. Which study a
reading is of goes into a table for the one of medicine. (Where an application is not set up, its tables of 0001 stay,
without rows, as they were made.)

A reading of before names the version of the code as its only step, and the hash over all weights as its only weights:
nothing that is read now has an equal provenance, so it is read anew when it is asked for again.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from apps.store.ids import hash_of

revision = "0002"
down_revision = "0001"
branch_labels = ("store",)
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
FOUR = ("input_hash", "code_version", "weights_hash", "settings_hash")


def upgrade() -> None:
    op.create_table(
        "study_reading",
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("study_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_study_reading_reading_id_reading"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_study_reading_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_study_reading")),
    )
    op.create_index(op.f("ix_study_reading_study_id"), "study_reading", ["study_id"], unique=False)
    op.execute(
        "INSERT INTO study_reading (reading_id, study_id) SELECT id, study_id FROM reading WHERE study_id IS NOT NULL"
    )
    _readings_up()
    _jobs_up()


def _readings_up() -> None:
    with op.batch_alter_table("reading") as table:
        table.add_column(sa.Column("provenance", JSON, nullable=True))
        table.add_column(sa.Column("provenance_hash", sa.String(length=64), nullable=True))
    reading = _table("reading", "id", *FOUR, "provenance_hash", provenance=JSON)
    connection = op.get_bind()
    for row in connection.execute(sa.select(reading)).mappings().all():
        made = _provenance(row)
        change = sa.update(reading).where(reading.c.id == row["id"])
        connection.execute(change.values(provenance=made, provenance_hash=hash_of(made)))
    op.drop_index("ix_reading_provenance", table_name="reading")
    op.drop_index(op.f("ix_reading_study_id"), table_name="reading")
    with op.batch_alter_table("reading") as table:
        table.alter_column("provenance", existing_type=JSON, nullable=False)
        table.alter_column("provenance_hash", existing_type=sa.String(length=64), nullable=False)
        table.drop_constraint(op.f("fk_reading_study_id_study"), type_="foreignkey")
        for name in ("study_id", *FOUR):
            table.drop_column(name)
    op.create_index("ix_reading_provenance", "reading", ["kind", "provenance_hash", "created_at"], unique=False)


def _provenance(row: Any) -> dict[str, Any]:
    """What a reading of before follows from, as far as its row tells: the settings stand in its document, and their
    hash here in their place."""
    return {
        "input_hash": row["input_hash"],
        "steps": {"code": row["code_version"]},
        "settings": {"hash": row["settings_hash"]},
        "weights": {"all": row["weights_hash"]},
        "libraries": {},
    }


def _jobs_up() -> None:
    """A sentence becomes the values of a message that is said as it was written; its full stop comes with saying it."""
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("error", JSON, nullable=True))
    job = _table("job", "id", "error_code", "error_text", error=JSON)
    connection = op.get_bind()
    for row in connection.execute(sa.select(job).where(job.c.error_text != "")).all():
        values = {"text": row.error_text.removesuffix("."), "code": row.error_code}
        error = {"code": "as_written", "values": values, "source": None}
        connection.execute(sa.update(job).where(job.c.id == row.id).values(error=error))
    with op.batch_alter_table("job") as table:
        table.drop_column("error_code")
        table.drop_column("error_text")


def downgrade() -> None:
    _jobs_down()
    _readings_down()
    op.execute(
        "UPDATE reading SET study_id = (SELECT study_id FROM study_reading WHERE study_reading.reading_id = reading.id)"
    )
    op.drop_index(op.f("ix_study_reading_study_id"), table_name="study_reading")
    op.drop_table("study_reading")


def _readings_down() -> None:
    op.drop_index("ix_reading_provenance", table_name="reading")
    with op.batch_alter_table("reading") as table:
        table.add_column(sa.Column("study_id", sa.String(length=40), nullable=True))
        for name, kind in zip(FOUR, (sa.String(64), sa.Text(), sa.String(64), sa.String(64)), strict=True):
            table.add_column(sa.Column(name, kind, nullable=True))
        table.create_foreign_key(op.f("fk_reading_study_id_study"), "study", ["study_id"], ["id"], ondelete="CASCADE")
    reading = _table("reading", "id", *FOUR, provenance=JSON)
    connection = op.get_bind()
    for row in connection.execute(sa.select(reading.c.id, reading.c.provenance)).all():
        steps, weights, settings = (row.provenance[part] for part in ("steps", "weights", "settings"))
        four = (
            row.provenance["input_hash"],
            steps.get("code") or json.dumps(steps, sort_keys=True),
            weights.get("all") or hash_of(weights),
            settings.get("hash") or hash_of(settings),
        )
        change = sa.update(reading).where(reading.c.id == row.id)
        connection.execute(change.values(dict(zip(FOUR, four, strict=True))))
    with op.batch_alter_table("reading") as table:
        for name in FOUR:
            table.alter_column(name, existing_type=sa.Text() if name == FOUR[1] else sa.String(64), nullable=False)
        table.drop_column("provenance")
        table.drop_column("provenance_hash")
    op.create_index("ix_reading_provenance", "reading", ["kind", *FOUR, "created_at"], unique=False)
    op.create_index(op.f("ix_reading_study_id"), "reading", ["study_id"], unique=False)


def _jobs_down() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("error_code", sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("error_text", sa.Text(), server_default="", nullable=False))
    job = _table("job", "id", "error_code", "error_text", error=JSON)
    connection = op.get_bind()
    for row in connection.execute(sa.select(job.c.id, job.c.error).where(job.c.error.is_not(None))).all():
        code, values = row.error["code"], row.error["values"]
        text = f"{values['text']}." if code == "as_written" else json.dumps(values, ensure_ascii=False)
        change = sa.update(job).where(job.c.id == row.id)
        connection.execute(change.values(error_code=values.get("code", code), error_text=text))
    with op.batch_alter_table("job") as table:
        table.drop_column("error")
        table.alter_column("error_code", existing_type=sa.Text(), server_default=None)
        table.alter_column("error_text", existing_type=sa.Text(), server_default=None)


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns), *(sa.column(n, kind) for n, kind in typed.items()))
