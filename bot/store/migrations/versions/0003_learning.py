"""Learning together: lessons, sessions, quizzes, reviews, digits of the day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "daily_digits",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("digit", sa.SmallInteger(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("server_id", "day", name=op.f("pk_daily_digits")),
    )
    op.create_table(
        "host_roles",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("server_id", "role_id", name=op.f("pk_host_roles")),
    )
    op.create_table(
        "lesson_answers",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lesson", sa.String(32), nullable=False),
        sa.Column("question", sa.SmallInteger(), nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id", "session_id", "lesson", "question", name=op.f("pk_lesson_answers")
        ),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lesson", sa.String(32), nullable=False),
        sa.Column("screen", sa.SmallInteger(), nullable=False),
        sa.Column("digit", sa.SmallInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "lesson", name=op.f("pk_lesson_progress")),
    )
    op.create_table(
        "people",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_scoreboards", sa.Boolean(), nullable=False),
        sa.Column("reviews_in_groups", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people")),
    )
    op.create_table(
        "review_items",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(48), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "topic", name=op.f("pk_review_items")),
    )
    op.create_index("ix_review_items_due", "review_items", ["user_id", "due_at"], unique=False)
    op.create_table(
        "servers",
        sa.Column("server_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("daily_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("daily_hour", sa.SmallInteger(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("daily_hour BETWEEN 0 AND 23", name=op.f("ck_servers_daily_hour")),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_servers")),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("panel_id", sa.BigInteger(), nullable=True),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("lesson", sa.String(32), nullable=True),
        sa.Column("screen", sa.SmallInteger(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_sessions_thread_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sessions_host_id"), "sessions", ["host_id"], unique=False)
    op.create_index(op.f("ix_sessions_server_id"), "sessions", ["server_id"], unique=False)
    op.create_table(
        "following",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(32), nullable=False),
        sa.Column("screen", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name=op.f("fk_following_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "session_id", "lesson", "screen", "user_id", name=op.f("pk_following")
        ),
    )
    op.create_index(op.f("ix_following_user_id"), "following", ["user_id"], unique=False)
    op.create_table(
        "looked_at",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("digit", sa.SmallInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name=op.f("fk_looked_at_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "digit", name=op.f("pk_looked_at")),
    )
    op.create_table(
        "participants",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name=op.f("fk_participants_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_participants")),
    )
    op.create_index(op.f("ix_participants_user_id"), "participants", ["user_id"], unique=False)
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("server_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name=op.f("fk_rounds_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_rounds")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rounds_open", "rounds", ["closed_at", "closes_at"], unique=False)
    op.create_index(op.f("ix_rounds_server_id"), "rounds", ["server_id"], unique=False)
    op.create_index(op.f("ix_rounds_session_id"), "rounds", ["session_id"], unique=False)
    op.create_index(op.f("ix_rounds_user_id"), "rounds", ["user_id"], unique=False)
    op.create_index(op.f("ix_rounds_revealed_at"), "rounds", ["revealed_at"], unique=False)
    op.create_index("ix_rounds_channel", "rounds", ["channel_id", "closed_at"], unique=False)
    op.create_index(
        "uq_rounds_one_open",
        "rounds",
        ["channel_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL AND user_id IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND user_id IS NULL"),
    )
    op.create_table(
        "votes",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.round_id"],
            name=op.f("fk_votes_round_id_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", "user_id", name=op.f("pk_votes")),
    )
    op.create_index(op.f("ix_votes_user_id"), "votes", ["user_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_votes_user_id"), table_name="votes")
    op.drop_table("votes")
    op.drop_index(op.f("ix_rounds_session_id"), table_name="rounds")
    op.drop_index(op.f("ix_rounds_server_id"), table_name="rounds")
    op.drop_index("uq_rounds_one_open", table_name="rounds")
    op.drop_index("ix_rounds_channel", table_name="rounds")
    op.drop_index(op.f("ix_rounds_revealed_at"), table_name="rounds")
    op.drop_index(op.f("ix_rounds_user_id"), table_name="rounds")
    op.drop_index("ix_rounds_open", table_name="rounds")
    op.drop_table("rounds")
    op.drop_index(op.f("ix_participants_user_id"), table_name="participants")
    op.drop_table("participants")
    op.drop_table("looked_at")
    op.drop_index(op.f("ix_following_user_id"), table_name="following")
    op.drop_table("following")
    op.drop_index(op.f("ix_sessions_server_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_host_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("servers")
    op.drop_index("ix_review_items_due", table_name="review_items")
    op.drop_table("review_items")
    op.drop_table("people")
    op.drop_table("lesson_progress")
    op.drop_table("lesson_answers")
    op.drop_table("host_roles")
    op.drop_table("daily_digits")
