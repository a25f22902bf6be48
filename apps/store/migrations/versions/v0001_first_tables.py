"""The first tables: inputs, jobs, readings, finance, medical, blobs and the audit chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_hash", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "input",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('file', 'folder')", name=op.f("ck_input_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input")),
        sa.UniqueConstraint("path", name=op.f("uq_input_path")),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint(
            "patient_id", "issuer", "name", "birth_date", name=op.f("uq_patient_patient_id_issuer_name_birth_date")
        ),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("machine", sa.String(length=64), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_index(op.f("ix_worker_beat"), "worker", ["beat"], unique=False)
    op.create_table(
        "blob_reference",
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_blob_reference_sha256_blob")),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_blob_reference")),
    )
    op.create_index(op.f("ix_blob_reference_sha256"), "blob_reference", ["sha256"], unique=False)
    op.create_table(
        "study",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_row_id", sa.String(length=40), nullable=False),
        sa.Column("input_id", sa.String(length=40), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("study_date", sa.Date(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["input_id"], ["input.id"], name=op.f("fk_study_input_id_input"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["patient_row_id"], ["patient.id"], name=op.f("fk_study_patient_row_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("patient_row_id", "uid", name=op.f("uq_study_patient_row_id_uid")),
    )
    op.create_index(op.f("ix_study_input_id"), "study", ["input_id"], unique=False)
    op.create_index(op.f("ix_study_uid"), "study", ["uid"], unique=False)
    op.create_table(
        "reading",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("input_id", sa.String(length=40), nullable=True),
        sa.Column("study_id", sa.String(length=40), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("weights_hash", sa.String(length=64), nullable=False),
        sa.Column("settings_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["document_sha256"], ["blob.sha256"], name=op.f("fk_reading_document_sha256_blob")),
        sa.ForeignKeyConstraint(
            ["input_id"], ["input.id"], name=op.f("fk_reading_input_id_input"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_reading_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("key", name=op.f("uq_reading_key")),
    )
    op.create_index(op.f("ix_reading_input_id"), "reading", ["input_id"], unique=False)
    op.create_index(
        "ix_reading_provenance",
        "reading",
        ["kind", "input_hash", "code_version", "weights_hash", "settings_hash", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_reading_study_id"), "reading", ["study_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("study_id", sa.String(length=40), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("num_images", sa.Integer(), nullable=False),
        sa.Column("skipped_because", sa.Text(), nullable=False),
        sa.Column("geometry", JSON, nullable=False),
        sa.Column("volume_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_series_study_id_study"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["volume_sha256"], ["blob.sha256"], name=op.f("fk_series_volume_sha256_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("study_id", "uid", name=op.f("uq_series_study_id_uid")),
    )
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
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_anomaly_reading_id_reading"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly")),
        sa.UniqueConstraint("reading_id", "anomaly_id", name=op.f("uq_anomaly_reading_id_anomaly_id")),
    )
    op.create_index(op.f("ix_anomaly_anomaly_id"), "anomaly", ["anomaly_id"], unique=False)
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
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_consistency_check_reading_id_reading"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consistency_check")),
    )
    op.create_index(op.f("ix_consistency_check_reading_id"), "consistency_check", ["reading_id"], unique=False)
    op.create_table(
        "filing",
        sa.Column("reading_id", sa.String(length=40), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("num_facts", sa.Integer(), nullable=False),
        sa.Column("num_anomalies", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_filing_reading_id_reading"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_filing")),
    )
    op.create_index(op.f("ix_filing_company"), "filing", ["company"], unique=False)
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
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("input_id", sa.String(length=40), nullable=True),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=False),
        sa.Column("eta_s", sa.Float(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("error_text", sa.Text(), nullable=False),
        sa.Column("reading_id", sa.String(length=40), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.CheckConstraint("fraction >= 0 AND fraction <= 1", name=op.f("ck_job_fraction")),
        sa.ForeignKeyConstraint(["input_id"], ["input.id"], name=op.f("fk_job_input_id_input"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_job_reading_id_reading"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_input_id"), "job", ["input_id"], unique=False)
    op.create_index(op.f("ix_job_key"), "job", ["key"], unique=False)
    op.create_index(op.f("ix_job_reading_id"), "job", ["reading_id"], unique=False)
    op.create_index("ix_job_state_created_at", "job", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_job_worker"), "job", ["worker"], unique=False)
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
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_statement_value_reading_id_reading"), ondelete="CASCADE"
        ),
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
    protect_audit()


def protect_audit() -> None:
    """Refuse every change of a row of the audit chain, and its removal."""
    if op.get_context().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit chain only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit chain only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_statement_value_line"), table_name="statement_value")
    op.drop_table("statement_value")
    op.drop_index(op.f("ix_job_worker"), table_name="job")
    op.drop_index("ix_job_state_created_at", table_name="job")
    op.drop_index(op.f("ix_job_reading_id"), table_name="job")
    op.drop_index(op.f("ix_job_key"), table_name="job")
    op.drop_index(op.f("ix_job_input_id"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_finding_finding_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_filing_company"), table_name="filing")
    op.drop_table("filing")
    op.drop_index(op.f("ix_consistency_check_reading_id"), table_name="consistency_check")
    op.drop_table("consistency_check")
    op.drop_index(op.f("ix_anomaly_anomaly_id"), table_name="anomaly")
    op.drop_table("anomaly")
    op.drop_table("series")
    op.drop_index(op.f("ix_reading_study_id"), table_name="reading")
    op.drop_index("ix_reading_provenance", table_name="reading")
    op.drop_index(op.f("ix_reading_input_id"), table_name="reading")
    op.drop_table("reading")
    op.drop_index(op.f("ix_study_uid"), table_name="study")
    op.drop_index(op.f("ix_study_input_id"), table_name="study")
    op.drop_table("study")
    op.drop_index(op.f("ix_blob_reference_sha256"), table_name="blob_reference")
    op.drop_table("blob_reference")
    op.drop_index(op.f("ix_worker_beat"), table_name="worker")
    op.drop_table("worker")
    op.drop_table("patient")
    op.drop_table("input")
    op.drop_table("blob")
    op.drop_table("audit")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_only_grows()")
