"""The tables."""

from sqlalchemy import BigInteger, CheckConstraint, MetaData, SmallInteger, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What the tables share: constraints have names, so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Correction(Base):
    """What a network misread, as the person who uploaded the picture says.

    A digit of a reply is corrected once for each network that read it: a second correction takes
    the place of the first, so that a reply pressed twice is not counted twice. To tell replies
    apart is all that the message's id is for. Nothing is kept of the person or the picture, and no
    time either.

    Attributes:
        network: names the weights (`core.network.fingerprint`).
        message_id: of the reply.
        place: which of the reply's digits, from 0 in reading order.
        prediction: the class that the network predicted, or -1 where it refused.
        label: what the digit is, or -1 where it is none; never the prediction.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("place >= 0", name="place"),
        CheckConstraint("prediction BETWEEN -1 AND 9", name="prediction"),
        CheckConstraint("label BETWEEN -1 AND 9 AND label <> prediction", name="label"),
    )

    # The network leads the primary key: its index then serves the tally of a network, too.
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    prediction: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[int] = mapped_column(SmallInteger)
