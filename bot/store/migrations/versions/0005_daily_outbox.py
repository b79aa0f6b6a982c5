"""The digit of the day is sent by the outbox."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Enqueue today's digits that are not sent yet."""
    now = sa.literal(dt.datetime.now(dt.UTC), sa.DateTime(timezone=True))
    digits = sa.table(
        "daily_digits",
        *map(sa.column, ("server_id", "message_id")),
        sa.column("day", sa.Date()),
    )
    deliveries = sa.table(
        "deliveries",
        *map(sa.column, ("kind", "subject_id", "due_at", "attempts", "enqueued_at")),
    )
    unsent = sa.select(sa.literal("daily"), digits.c.server_id, now, sa.literal(0), now).where(
        digits.c.day == dt.datetime.now(dt.UTC).date(), digits.c.message_id.is_(None)
    )
    op.execute(deliveries.insert().from_select(list(deliveries.c), unsent))
    with op.batch_alter_table("daily_digits") as table:
        table.drop_column("retry_at")


def downgrade() -> None:
    """Let the digits that are not sent yet be tried at once."""
    retry_at = sa.Column(
        "retry_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=dt.datetime.now(dt.UTC).isoformat(" "),
    )
    with op.batch_alter_table("daily_digits") as table:
        table.add_column(retry_at)
    with op.batch_alter_table("daily_digits") as table:
        table.alter_column("retry_at", server_default=None)
