"""Of a reading of a study one row is kept, with the number of findings that it shows; the findings stand in its
document, and nobody read their table. One name a thing: ``study_uid``, ``series_uid``, ``num_slices``, and ``reason``
for why a series was skipped, as a message. The documents take the form that is read now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from apps.medical.records import carry
from apps.store.migrations.documents import carry_documents, stored_documents

revision = "medical_0001"
down_revision = None
branch_labels = ("medical",)
depends_on = "0002"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("study_reading") as table:
        table.add_column(sa.Column("num_shown", sa.Integer(), nullable=True))
    _count_findings()
    with op.batch_alter_table("study_reading") as table:
        table.alter_column("num_shown", existing_type=sa.Integer(), nullable=False)
    op.drop_table("finding")
    op.drop_index(op.f("ix_study_uid"), table_name="study")
    with op.batch_alter_table("study") as table:
        table.drop_constraint(op.f("uq_study_patient_row_id_uid"), type_="unique")
        table.alter_column("uid", new_column_name="study_uid", existing_type=sa.Text())
    with op.batch_alter_table("study") as table:  # a batch that renames a column knows it by its old name
        table.create_unique_constraint(op.f("uq_study_patient_row_id_study_uid"), ["patient_row_id", "study_uid"])
    with op.batch_alter_table("series") as table:
        table.drop_constraint(op.f("uq_series_study_id_uid"), type_="unique")
        table.alter_column("uid", new_column_name="series_uid", existing_type=sa.Text())
        table.alter_column("num_images", new_column_name="num_slices", existing_type=sa.Integer())
        table.add_column(sa.Column("reason", JSON, nullable=True))
    with op.batch_alter_table("series") as table:
        table.create_unique_constraint(op.f("uq_series_study_id_series_uid"), ["study_id", "series_uid"])
    series = _series("skipped_because")
    connection = op.get_bind()
    for row in connection.execute(sa.select(series).where(series.c.skipped_because != "")).all():
        reason = {"code": "as_written", "values": {"text": row.skipped_because}}
        connection.execute(sa.update(series).where(series.c.id == row.id).values(reason=reason))
    with op.batch_alter_table("series") as table:
        table.drop_column("skipped_because")
    carry_documents("medical.read", carry.SCHEMA, carry.carried)


def _count_findings() -> None:
    """From the documents; where one is lost, from the rows of before."""
    op.execute(
        "UPDATE study_reading SET num_shown = "
        "(SELECT count(*) FROM finding WHERE finding.reading_id = study_reading.reading_id AND finding.shown)"
    )
    table = sa.table("study_reading", *map(sa.column, ("reading_id", "num_shown")))
    for reading_id, _, document in stored_documents("medical.read"):
        num_shown = sum(finding["shown"] for finding in document["findings"])
        op.execute(sa.update(table).where(table.c.reading_id == reading_id).values(num_shown=num_shown))


def downgrade() -> None:
    """The table of findings comes back empty, as it was made."""
    with op.batch_alter_table("series") as table:
        table.drop_constraint(op.f("uq_series_study_id_series_uid"), type_="unique")
        table.alter_column("series_uid", new_column_name="uid", existing_type=sa.Text())
        table.alter_column("num_slices", new_column_name="num_images", existing_type=sa.Integer())
        table.add_column(sa.Column("skipped_because", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("series") as table:
        table.create_unique_constraint(op.f("uq_series_study_id_uid"), ["study_id", "uid"])
    series = _series("skipped_because")
    connection = op.get_bind()
    for row in connection.execute(sa.select(series).where(series.c.reason.is_not(None))).all():
        text = row.reason["values"].get("text", row.reason["code"])
        connection.execute(sa.update(series).where(series.c.id == row.id).values(skipped_because=text))
    with op.batch_alter_table("series") as table:
        table.drop_column("reason")
        table.alter_column("skipped_because", existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table("study") as table:
        table.drop_constraint(op.f("uq_study_patient_row_id_study_uid"), type_="unique")
        table.alter_column("study_uid", new_column_name="uid", existing_type=sa.Text())
    with op.batch_alter_table("study") as table:
        table.create_unique_constraint(op.f("uq_study_patient_row_id_uid"), ["patient_row_id", "uid"])
    op.create_index(op.f("ix_study_uid"), "study", ["uid"], unique=False)
    with op.batch_alter_table("study_reading") as table:
        table.drop_column("num_shown")
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("finding_id", sa.String(length=40), nullable=False),
        sa.Column("tracking_uid", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("long_axis_mm", sa.Float(), nullable=True),
        sa.Column("short_axis_mm", sa.Float(), nullable=True),
        sa.Column("volume_mm3", sa.Float(), nullable=True),
        sa.Column("centre_mm", JSON, nullable=False),
        sa.Column("centre_voxel", JSON, nullable=False),
        sa.Column("heatmap_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_finding_reading_id_reading"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("reading_id", "finding_id", name=op.f("uq_finding_reading_id_finding_id")),
    )
    op.create_index(op.f("ix_finding_finding_id"), "finding", ["finding_id"], unique=False)


def _series(*columns: str) -> sa.TableClause:
    return sa.table("series", sa.column("id"), *map(sa.column, columns), sa.column("reason", JSON))
