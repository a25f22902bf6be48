"""Of a reading of a study one row is kept, with the number of findings that it shows; the findings stand in its
document, and nobody read their table. Of a series that was read its geometry and volume are kept; skipped ones, numbers
and modalities stand in the document too, and no issuer of a patient's number was ever filled in. One name a thing:
``study_uid``, ``series_uid``. The documents take the form that is read now."""

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
    op.execute("DELETE FROM series WHERE volume_sha256 IS NULL")
    with op.batch_alter_table("series") as table:
        table.drop_constraint(op.f("uq_series_study_id_uid"), type_="unique")
        table.alter_column("uid", new_column_name="series_uid", existing_type=sa.Text())
        table.alter_column("volume_sha256", existing_type=sa.String(length=64), nullable=False)
        for name in ("modality", "number", "num_images", "skipped_because"):
            table.drop_column(name)
    with op.batch_alter_table("series") as table:
        table.create_unique_constraint(op.f("uq_series_study_id_series_uid"), ["study_id", "series_uid"])
    with op.batch_alter_table("patient") as table:
        table.drop_constraint(op.f("uq_patient_patient_id_issuer_name_birth_date"), type_="unique")
        table.drop_column("issuer")
        table.create_unique_constraint(
            op.f("uq_patient_patient_id_name_birth_date"), ["patient_id", "name", "birth_date"]
        )
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
    """The table of findings comes back empty, as it was made, and that of series without those that were skipped."""
    with op.batch_alter_table("patient") as table:
        table.drop_constraint(op.f("uq_patient_patient_id_name_birth_date"), type_="unique")
        table.add_column(sa.Column("issuer", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("patient") as table:
        table.alter_column("issuer", existing_type=sa.Text(), server_default=None)
        table.create_unique_constraint(
            op.f("uq_patient_patient_id_issuer_name_birth_date"), ["patient_id", "issuer", "name", "birth_date"]
        )
    with op.batch_alter_table("series") as table:
        table.drop_constraint(op.f("uq_series_study_id_series_uid"), type_="unique")
        table.alter_column("series_uid", new_column_name="uid", existing_type=sa.Text())
        table.alter_column("volume_sha256", existing_type=sa.String(length=64), nullable=True)
        table.add_column(sa.Column("modality", sa.Text(), server_default="CT", nullable=False))
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
        table.add_column(sa.Column("num_images", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("skipped_because", sa.Text(), server_default="", nullable=False))
    _count_images()
    with op.batch_alter_table("series") as table:
        table.create_unique_constraint(op.f("uq_series_study_id_uid"), ["study_id", "uid"])
        for name, kind in (("modality", sa.Text()), ("num_images", sa.Integer()), ("skipped_because", sa.Text())):
            table.alter_column(name, existing_type=kind, server_default=None)
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


def _count_images() -> None:
    """Of each series that was read, from its geometry."""
    table = sa.table("series", sa.column("id"), sa.column("geometry", JSON), sa.column("num_images"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.id, table.c.geometry)).all():
        num_images = row.geometry.get("size", [0])[0]
        connection.execute(sa.update(table).where(table.c.id == row.id).values(num_images=num_images))
