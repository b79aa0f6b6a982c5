"""Corrections of what was refused."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Allow a prediction of -1: no digit."""
    _constrain("prediction BETWEEN -1 AND 9")


def downgrade() -> None:
    """Forget refusals, for which there was no place."""
    op.execute("DELETE FROM corrections WHERE prediction = -1")
    _constrain("prediction BETWEEN 0 AND 9")


def _constrain(condition: str) -> None:
    constraint = op.f("ck_corrections_prediction")
    with op.batch_alter_table("corrections") as table:
        table.drop_constraint(constraint, type_="check")
        table.create_check_constraint(constraint, condition)
