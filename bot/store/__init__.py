"""The database: what the bot remembers, and for how little it can do so.

Kept are corrections: which network read which digit of which reply as what, and what the digit is.
Pictures, names of files, and who corrected whom are not.

A new table is a class in `models` and a file in `migrations/versions`; a test holds the two
together.
"""

from bot.store.database import Store, StoreError, up_to_date

__all__ = ["Store", "StoreError", "up_to_date"]
