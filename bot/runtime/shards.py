"""Which servers belong to a process, where several of them run one bot."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, func, literal, true

_FIRST_BIT = 22  # of a server's id, by which Discord assigns the server to a shard


@dataclass(frozen=True, slots=True)
class Shards:
    """Some or all shards of a bot.

    Attributes:
        ids: the numbers of the shards, from 0.
        count: the number of all shards that the bot has.
    """

    ids: frozenset[int]
    count: int

    def condition(self, server_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Make the condition that a server belongs to one of these shards.

        Args:
            server_id: an expression of its id; NULL in direct messages, which are of shard 0.
        """
        if len(self.ids) == self.count:
            return true()
        # PostgreSQL shifts by integers of 32 bits alone.
        shifted = func.coalesce(server_id, 0).bitwise_rshift(literal(_FIRST_BIT, Integer))
        return (shifted % self.count).in_(sorted(self.ids))


ALL_SHARDS = Shards(frozenset({0}), 1)
"""For a bot that a single process runs: `condition` matches every server."""
