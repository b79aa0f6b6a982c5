"""How lessons let people take part in a session: by answering a question or trying a digit."""

from collections.abc import Callable

from bot.sessions.sessions import Sessions


class SessionGroups:
    """See `bot.lessons.actions.Groups`."""

    def __init__(self, sessions: Sessions, changed: Callable[[int], None]) -> None:
        """Look in sessions.

        Args:
            sessions: keeps them.
            changed: is told the id of a session that somebody has joined.
        """
        self._sessions = sessions
        self._changed = changed

    async def join_by_answer(self, session_id: int, user_id: int) -> bool:
        """Let a person who answers take part; see `bot.lessons.actions.Groups`."""
        if not (await self._sessions.get(session_id)).under_way:
            return False
        if await self._sessions.join(session_id, user_id):
            self._changed(session_id)
        return True

    async def join_by_trying(self, session_id: int, user_id: int, digit: int) -> None:
        """Let a person who tries a digit take part; see `bot.lessons.actions.Groups`."""
        if await self._sessions.tried(session_id, user_id, digit):
            self._changed(session_id)
