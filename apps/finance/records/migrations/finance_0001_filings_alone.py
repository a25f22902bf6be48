"""Of a report one row is kept, that of the list; the lines, checks and anomalies stand in its document, and nobody read
their tables. The documents take the form that is read now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from apps.finance.records import carry
from apps.store.migrations.documents import carry_documents

revision = "finance_0001"
down_revision = None
branch_labels = ("finance",)
depends_on = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.drop_table("anomaly")
    op.drop_table("consistency_check")
    op.drop_table("statement_value")
    with op.batch_alter_table("filing") as table:
        table.drop_column("language")
    carry_documents("finance.read", carry.SCHEMA, carry.carried)


def downgrade() -> None:
    """The tables come back empty, as they were made."""
    with op.batch_alter_table("filing") as table:
        table.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("filing") as table:
        table.alter_column("language", existing_type=sa.Text(), server_default=None)
    op.create_table(
        "statement_value",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("column_number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("not_available", sa.Text(), nullable=True),
        sa.Column("fact_ids", JSON, nullable=False),
        sa.CheckConstraint(
            "(value IS NULL) <> (not_available IS NULL)", name=op.f("ck_statement_value_value_or_reason")
        ),
        _of_reading("statement_value"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_value")),
        sa.UniqueConstraint(
            "reading_id",
            "statement",
            "position",
            "column_number",
            name=op.f("uq_statement_value_reading_id_statement_position_column_number"),
        ),
    )
    op.create_index(op.f("ix_statement_value_line"), "statement_value", ["line"], unique=False)
    op.create_table(
        "consistency_check",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("tolerance", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fact_ids", JSON, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('holds', 'fails', 'not_applicable')", name=op.f("ck_consistency_check_verdict")
        ),
        _of_reading("consistency_check"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consistency_check")),
    )
    op.create_index(op.f("ix_consistency_check_reading_id"), "consistency_check", ["reading_id"], unique=False)
    op.create_table(
        "anomaly",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("anomaly_id", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fact_ids", JSON, nullable=False),
        _of_reading("anomaly"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly")),
        sa.UniqueConstraint("reading_id", "anomaly_id", name=op.f("uq_anomaly_reading_id_anomaly_id")),
    )
    op.create_index(op.f("ix_anomaly_anomaly_id"), "anomaly", ["anomaly_id"], unique=False)


def _of_reading(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_reading_id_reading")
    return sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=name, ondelete="CASCADE")
