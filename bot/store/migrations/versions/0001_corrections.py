"""Corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of corrections."""
    op.create_table(
        "corrections",
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("prediction", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("network", "message_id", "place", name=op.f("pk_corrections")),
        sa.CheckConstraint("place >= 0", name=op.f("ck_corrections_place")),
        sa.CheckConstraint("prediction BETWEEN 0 AND 9", name=op.f("ck_corrections_prediction")),
        sa.CheckConstraint(
            "label BETWEEN -1 AND 9 AND label <> prediction", name=op.f("ck_corrections_label")
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("corrections")
