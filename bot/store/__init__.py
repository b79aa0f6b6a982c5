"""The database: what the bot remembers, and for how little it can do so.

Kept of what people send are corrections alone: which network read which digit of which reply as
what, and what the digit is. Pictures, names of files, and who corrected whom are not. Of people who
learn here, kept is what they would miss if it were gone: how far they are, what they answered, with
whom they took part. `bot.privacy.privacy` shows them all of it, and forgets it.

A new table is a class in `models` and a file in `migrations/versions`; a test holds the two
together.
"""

from bot.store.database import Store, StoreError, try_to_write, up_to_date

__all__ = ["Store", "StoreError", "try_to_write", "up_to_date"]
