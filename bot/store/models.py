"""The tables. Ids are Discord's own where Discord has one, times are UTC."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typing_extensions import override


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC: SQLite keeps no time zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment has a time zone")
        return value.astimezone(dt.UTC)

    @override
    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        return value and value.replace(tzinfo=value.tzinfo or dt.UTC)


SERVER_RETENTION = dt.timedelta(days=30)
"""How long the data of a server is kept after it has removed the bot."""


class Base(DeclarativeBase):
    """What the tables share: constraints have names, so that a migration can change them."""

    type_annotation_map: ClassVar = {dt.datetime: Moment, dict[str, Any]: JSON}
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


Key = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
"""An id in a primary key, given by Discord or another table."""

SessionKey = Annotated[
    int, mapped_column(ForeignKey("sessions.session_id", ondelete="CASCADE"), primary_key=True)
]
"""The session that a row belongs to and is deleted with, in a primary key."""


class Correction(Base):
    """What a network misread, as the person who uploaded the picture says.

    A digit of a reply is corrected once for each network that read it: a second correction takes
    the place of the first, so that a reply pressed twice is not counted twice. To tell replies
    apart is all that the message's id is for. Nothing is kept of the person or the picture, and no
    time either.

    Attributes:
        network: names the weights (`core.network.fingerprint`).
        message_id: the id of the reply.
        place: which of the reply's digits, from 0 in reading order.
        prediction: the class that the network predicted, or -1 where it refused.
        label: what the digit is, or -1 if it is not a digit; never the prediction.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("place >= 0", name="place"),
        CheckConstraint("prediction BETWEEN -1 AND 9", name="prediction"),
        CheckConstraint("label BETWEEN -1 AND 9 AND label <> prediction", name="label"),
    )

    # The network leads the primary key: its index then serves the tally of a network, too.
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[Key]
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    prediction: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[int] = mapped_column(SmallInteger)


class Person(Base):
    """The choices of one person.

    Attributes:
        on_scoreboards: whether their name and points may be shown to others.
        reviews_in_groups: whether what they got wrong may come back as a group's round.
    """

    __tablename__ = "people"

    user_id: Mapped[Key]
    on_scoreboards: Mapped[bool] = mapped_column(default=True)
    reviews_in_groups: Mapped[bool] = mapped_column(default=False)


class Server(Base):
    """A server that the bot is in or was in lately, and its settings.

    Attributes:
        language: the language of shared messages; `None` means all languages.
        daily_channel_id: the channel of the digit of the day; `None` for no such digit.
        daily_hour: its hour, in UTC.
        left_at: when the bot was removed; the server's data is deleted `SERVER_RETENTION` later.
    """

    __tablename__ = "servers"
    __table_args__ = (CheckConstraint("daily_hour BETWEEN 0 AND 23", name="daily_hour"),)

    server_id: Mapped[Key]
    language: Mapped[str | None] = mapped_column(String(8))
    daily_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    daily_hour: Mapped[int] = mapped_column(SmallInteger, default=9)
    left_at: Mapped[dt.datetime | None]


class HostRole(Base):
    """A role whose members may host sessions, beside those who may manage threads."""

    __tablename__ = "host_roles"

    server_id: Mapped[Key]
    role_id: Mapped[Key]


class DailyDigit(Base):
    """The digit of the day of a server.

    Attributes:
        day: in UTC.
        message_id: `None` until it is sent.
        digit: index of the test digit.
        problem: why it could not be sent, a `bot.daily.daily.DailyProblem`; `None` if it was sent
            or not tried yet.
    """

    __tablename__ = "daily_digits"

    server_id: Mapped[Key]
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    digit: Mapped[int] = mapped_column(SmallInteger)
    problem: Mapped[str | None] = mapped_column(String(16))


class LessonProgress(Base):
    """How far one person has come in a lesson of their own.

    Attributes:
        lesson: its name (`bot.lessons.course`).
        screen: the one to go on with, from 0.
        digit: index of the test digit that they learn with.
        finished_at: when all its questions were first answered.
        touched_at: when they last went on.
    """

    __tablename__ = "lesson_progress"

    user_id: Mapped[Key]
    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    screen: Mapped[int] = mapped_column(SmallInteger)
    digit: Mapped[int] = mapped_column(SmallInteger)
    finished_at: Mapped[dt.datetime | None]
    touched_at: Mapped[dt.datetime]


class Session(Base):
    """A study session: a group in its own thread, led by a host.

    Attributes:
        session_id: the bot's own id.
        channel_id: the thread's parent.
        thread_id: Discord's id; `None` until the thread is made.
        panel_id: the pinned message; `None` until it is sent.
        host_id: who leads it; 0 for no one, after the host's data was deleted.
        topic: its title.
        lesson: the name of the lesson that the group is at; `None` before the first one.
        page: the page of that lesson, from 0.
        revision: the number of changes of lesson and page, by which a late press is recognised.
        step_id: the message that shows the page; `None` until it is sent.
        language: the language of its public messages; `None` for every language.
        ended_at: `None` while it is open.
        summary_id: the message with the summary; `None` until it is sent, 0 if it cannot be.
    """

    __tablename__ = "sessions"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  an id is never given twice

    session_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    server_id: Mapped[int] = mapped_column(BigInteger, index=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    panel_id: Mapped[int | None] = mapped_column(BigInteger)
    host_id: Mapped[int] = mapped_column(BigInteger, index=True)
    topic: Mapped[str] = mapped_column(String(100))
    lesson: Mapped[str | None] = mapped_column(String(32))
    page: Mapped[int] = mapped_column("screen", SmallInteger, default=0)
    revision: Mapped[int] = mapped_column("moves", Integer, default=0)
    step_id: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str | None] = mapped_column(String(8))
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    summary_id: Mapped[int | None] = mapped_column(BigInteger)


class Participant(Base):
    """A user who takes part, or took part, in a session."""

    __tablename__ = "participants"

    session_id: Mapped[SessionKey]
    user_id: Mapped[Key] = mapped_column(index=True)
    joined_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime | None]


class Understanding(Base):
    """Whether a participant says that they follow a page of a session."""

    __tablename__ = "following"

    session_id: Mapped[SessionKey]
    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    screen: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    user_id: Mapped[Key] = mapped_column(index=True)
    follows: Mapped[bool]


class ViewedDigit(Base):
    """How often a test digit was viewed in a session."""

    __tablename__ = "looked_at"

    session_id: Mapped[SessionKey]
    digit: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    times: Mapped[int] = mapped_column(Integer, default=1)


class LessonAnswer(Base):
    """How a person answered a question of a lesson; the last answer counts.

    Attributes:
        session_id: the id of the session; 0 outside of sessions.
        question: its number in the lesson, from 0.
        choice: the option chosen, from 0.
    """

    __tablename__ = "lesson_answers"

    user_id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    question: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    choice: Mapped[int] = mapped_column(SmallInteger)
    right: Mapped[bool]
    answered_at: Mapped[dt.datetime]


class Round(Base):
    """A round of a quiz.

    Attributes:
        server_id: `None`: in direct messages.
        channel_id: the id of the channel or thread.
        message_id: the id of the question; `None` until it is sent.
        session_id: the id of the session, if it is part of one.
        user_id: the person whose review it is, the only one asked; `None`: anyone.
        kind: the kind of question (`bot.quiz`).
        question: what it takes to make the same question again; never sent to Discord.
        language: the language of the message; `None`: both.
        opened_at: when votes began.
        closes_at: from when on they are late.
        closed_at: when points were given; `None`: it is open.
        revealed_at: when its message was given the answer; `None`: it is still to be.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        Index("ix_rounds_open", "closed_at", "closes_at"),
        Index("ix_rounds_channel", "channel_id", "closed_at"),
        Index(
            "uq_rounds_one_open",  # at a time in a channel
            "channel_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL AND user_id IS NULL"),
            postgresql_where=text("closed_at IS NULL AND user_id IS NULL"),
        ),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    round_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    server_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey(Session.session_id, ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    question: Mapped[dict[str, Any]]
    language: Mapped[str | None] = mapped_column(String(8))
    opened_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    revealed_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class Vote(Base):
    """Somebody's answer to a round: secret until the round closes, and the last one counts.

    Attributes:
        voted_at: when the choice was made last.
        points: given when the round closed; `None` before.
        right: whether it was right; `None` before.
    """

    __tablename__ = "votes"

    round_id: Mapped[int] = mapped_column(
        ForeignKey(Round.round_id, ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[Key] = mapped_column(index=True)
    choice: Mapped[str] = mapped_column(String(16))
    voted_at: Mapped[dt.datetime]
    points: Mapped[int | None] = mapped_column(Integer)
    right: Mapped[bool | None]


class ReviewItem(Base):
    """What one person got wrong, and when a question of its kind comes back.

    Attributes:
        topic: what it was about, such as the true digit or a lesson's question.
        step: how often it was right since it was last wrong; the wait grows with it.
        due_at: when it is asked again.
    """

    __tablename__ = "review_items"
    __table_args__ = (Index("ix_review_items_due", "user_id", "due_at"),)

    user_id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    topic: Mapped[str] = mapped_column(String(48), primary_key=True)
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[dt.datetime]


class DeliveryKind(StrEnum):
    """What a delivery brings to Discord, and what its subject is."""

    REVEAL = "reveal"
    """The answer of a round; the subject is the round's id."""
    SESSION = "session"
    """The messages of a session brought up to date; the subject is the session's id."""
    DAILY = "daily"
    """The digit of the day; the subject is the server's id."""


class Delivery(Base):
    """A message that Discord has not accepted yet; see `bot.runtime.outbox`.

    Attributes:
        kind: a `DeliveryKind`.
        subject_id: what it is about, such as the id of a round.
        due_at: when it is tried next; while it is tried, when its lease ends.
        attempts: how often it was tried.
        enqueued_at: when it became due first.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_due", "kind", "due_at"),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[Key]
    due_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    enqueued_at: Mapped[dt.datetime]
