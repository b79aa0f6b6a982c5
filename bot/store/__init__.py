"""The database, which stores as little about people as the features allow.

Of uploads, only corrections are stored: which network read which digit of which reply as what, and
what the digit is. Pictures, file names, and who made a correction are not. Of learners, it stores
their progress, their answers, and the sessions they took part in. `bot.privacy.privacy` exports and
deletes what is stored about a person.

A new table is a class in `models` and a file in `migrations/versions`; a test holds the two
together.
"""

from bot.store.database import Store, StoreAwayError, StoreError, try_to_write, up_to_date

__all__ = ["Store", "StoreAwayError", "StoreError", "try_to_write", "up_to_date"]
