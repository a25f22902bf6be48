"""A patient has the issuer of the number; of whom the headers do not say who it is, each study has a row of its own."""

import sqlalchemy as sa
from alembic import op

from apps.medical.records.studies import Identity
from apps.store.ids import new_id

revision = "medical_0002"
down_revision = "medical_0001"
branch_labels = None
depends_on = "0002"

BEFORE = ["patient_id", "name", "birth_date"]
NOW = ["patient_id", "issuer", "name", "birth_date", "apart"]
PATIENT = sa.table("patient", *map(sa.column, ("id", *NOW, "sex")))
STUDY = sa.table("study", *map(sa.column, ("id", "patient_row_id", "study_uid")))


def upgrade() -> None:
    with op.batch_alter_table("patient") as table:
        table.drop_constraint(op.f("uq_patient_patient_id_name_birth_date"), type_="unique")
        for name in ("issuer", "apart"):
            table.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("patient") as table:
        for name in ("issuer", "apart"):
            table.alter_column(name, existing_type=sa.Text(), server_default=None)
        table.create_unique_constraint(op.f("uq_patient_" + "_".join(NOW)), NOW)
    _set_apart()


def _set_apart() -> None:
    """Studies of nobody in particular, which shared a row, get one each."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(PATIENT)).all():
        if Identity(row.patient_id, row.name, row.birth_date).known:
            continue
        studies = sa.select(STUDY.c.id, STUDY.c.study_uid).where(STUDY.c.patient_row_id == row.id)
        for number, each in enumerate(connection.execute(studies.order_by(STUDY.c.study_uid)).all()):
            if number == 0:
                op.execute(sa.update(PATIENT).where(PATIENT.c.id == row.id).values(apart=each.study_uid))
                continue
            own = row._asdict() | {"id": new_id("patient"), "apart": each.study_uid}
            op.execute(sa.insert(PATIENT).values(own))
            op.execute(sa.update(STUDY).where(STUDY.c.id == each.id).values(patient_row_id=own["id"]))


def downgrade() -> None:
    """Rows that only issuer or study told apart become one again, with the studies of all of them."""
    _join_rows()
    with op.batch_alter_table("patient") as table:
        table.drop_constraint(op.f("uq_patient_" + "_".join(NOW)), type_="unique")
        for name in ("issuer", "apart"):
            table.drop_column(name)
    with op.batch_alter_table("patient") as table:
        table.create_unique_constraint(op.f("uq_patient_" + "_".join(BEFORE)), BEFORE)


def _join_rows() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(PATIENT).order_by(PATIENT.c.id)).all()
    kept: dict[tuple[str, ...], str] = {}
    for row in rows:
        first = kept.setdefault((row.patient_id, row.name, row.birth_date), row.id)
        if first == row.id:
            continue
        there = sa.select(STUDY.c.study_uid).where(STUDY.c.patient_row_id == first)
        op.execute(
            sa.update(STUDY)
            .where(STUDY.c.patient_row_id == row.id, STUDY.c.study_uid.not_in(there))
            .values(patient_row_id=first)
        )
        # A study that both have keeps its own row of the patient, told apart by the number.
        left = connection.execute(sa.select(STUDY.c.id).where(STUDY.c.patient_row_id == row.id)).first()
        if left is None:
            op.execute(sa.delete(PATIENT).where(PATIENT.c.id == row.id))
        else:
            op.execute(sa.update(PATIENT).where(PATIENT.c.id == row.id).values(patient_id=f"{row.patient_id} {row.id}"))
