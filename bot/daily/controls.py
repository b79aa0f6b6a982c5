"""The button below the answer to a digit of the day."""

from typing import Any, ClassVar, Self

from discord.ui import Button
from typing_extensions import override

from bot.explain.actions import ExplainActions
from bot.explain.query import Query
from bot.ui.client import Interaction
from bot.ui.control import EVERYONE, OWNER, Control
from bot.ui.languages import in_languages_inline


class LookCloserButton(
    Control[Button[Any], ExplainActions], template=rf"daily:(?P<digit>\d{{1,4}}):{OWNER}"
):
    """Explains the digit, privately."""

    private: ClassVar[bool] = True

    @classmethod
    def drawn(cls, digit: int, language: str | None) -> Self:
        """Label it in the language of a shared message."""
        label = in_languages_inline(lambda say: say("daily.closer"), language)
        return cls(Button(label=label, emoji="🔎", custom_id=f"daily:{digit}:{EVERYONE}"))

    @override
    async def press(self, feature: ExplainActions, interaction: Interaction) -> None:
        query, me = Query.test_digit(int(self.state["digit"])), interaction.user.id
        await feature.answer(interaction, query, me, me)
