"""The outbox: messages that must still be sent."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, and enqueue what earlier versions had still to say."""
    deliveries = op.create_table(
        "deliveries",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["kind", "due_at"])
    rounds = sa.table(
        "rounds",
        *map(sa.column, ("round_id", "closed_at", "revealed_at", "user_id", "message_id")),
    )
    sessions = sa.table(
        "sessions", *map(sa.column, ("session_id", "thread_id", "ended_at", "summary_id"))
    )
    unrevealed = sa.select(rounds.c.round_id).where(
        rounds.c.closed_at.is_not(None),
        rounds.c.revealed_at.is_(None),
        rounds.c.user_id.is_(None),
        rounds.c.message_id.is_not(None),
    )
    # Sessions under way too: what they show may have been cut short.
    unfinished = sa.select(sessions.c.session_id).where(
        sessions.c.thread_id.is_not(None), sessions.c.summary_id.is_(None)
    )
    now = dt.datetime.now(dt.UTC)
    for kind, subjects in (("reveal", unrevealed), ("session", unfinished)):
        rows = [
            {"kind": kind, "subject_id": subject, "due_at": now, "attempts": 0, "enqueued_at": now}
            for subject in op.get_bind().scalars(subjects)
        ]
        if rows:
            op.bulk_insert(deliveries, rows)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("deliveries")
