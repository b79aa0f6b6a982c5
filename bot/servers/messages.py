"""What `/settings` shows: what a server wants, and the controls that change it."""

from collections.abc import Sequence
from typing import Any, Self

from discord import ChannelType, Object, SelectDefaultValue, SelectOption
from discord.enums import SelectDefaultValueType
from discord.ui import ActionRow, ChannelSelect, Item, RoleSelect, Select, Separator, TextDisplay

from bot.daily.daily import Problem
from bot.i18n import Say
from bot.servers.servers import Wished, Wishes
from bot.ui.control import OWNER, LegacyControl
from bot.ui.layout import CALM, WARNING, Message, framed

LANGUAGE_NAMES = {"en": "settings.english", "ko": "settings.korean"}
BOTH = "both"
"""In place of a language."""

_PROBLEMS = {
    Problem.GONE: "settings.daily_gone",
    Problem.FORBIDDEN: "settings.daily_forbidden",
    Problem.FAILED: "settings.daily_failed",
}
_MOST_ROLES = 25
_SEOUL = 9  # hours ahead of UTC, all year


class LanguageSelect(LegacyControl[Select[Any]], template=rf"settings_language:{OWNER}"):
    """The language of what everybody sees."""

    @classmethod
    def drawn(cls, wishes: Wishes, owner: int, say: Say) -> Self:
        """Offer every language, and all of them."""
        names = {BOTH: "settings.both"} | LANGUAGE_NAMES
        options = [
            SelectOption(label=say(name), value=value, default=value == (wishes.language or BOTH))
            for value, name in names.items()
        ]
        return cls(Select(custom_id=f"settings_language:{owner}", options=options))

    def asked(self, values: Sequence[str]) -> Wished:
        """See `Control.asked`."""
        return Wished("language", tuple(values))


class HostsSelect(LegacyControl[RoleSelect[Any]], template=rf"settings_hosts:{OWNER}"):
    """The roles whose members may host."""

    @classmethod
    def drawn(cls, wishes: Wishes, owner: int, say: Say) -> Self:
        """Show those chosen."""
        chosen = [Object(role) for role in sorted(wishes.host_roles)[:_MOST_ROLES]]
        return cls(
            RoleSelect(
                custom_id=f"settings_hosts:{owner}",
                placeholder=say("settings.choose_roles"),
                min_values=0,
                max_values=_MOST_ROLES,
                default_values=[
                    SelectDefaultValue(id=role.id, type=SelectDefaultValueType.role)
                    for role in chosen
                ],
            )
        )

    def asked(self, values: Sequence[str]) -> Wished:
        """See `Control.asked`."""
        return Wished("hosts", tuple(values))


class DailyChannelSelect(LegacyControl[ChannelSelect[Any]], template=rf"settings_channel:{OWNER}"):
    """Where the digit of the day appears."""

    @classmethod
    def drawn(cls, wishes: Wishes, owner: int, say: Say, *, gone: bool) -> Self:
        """Show the one chosen, unless it is gone: Discord would refuse the message."""
        chosen = None if gone else wishes.daily_channel_id
        default = (
            []
            if chosen is None
            else [SelectDefaultValue(id=chosen, type=SelectDefaultValueType.channel)]
        )
        return cls(
            ChannelSelect(
                custom_id=f"settings_channel:{owner}",
                channel_types=[ChannelType.text, ChannelType.news],
                placeholder=say("settings.choose_channel"),
                min_values=0,
                default_values=default,
            )
        )

    def asked(self, values: Sequence[str]) -> Wished:
        """See `Control.asked`."""
        return Wished("channel", tuple(values))


class DailyHourSelect(LegacyControl[Select[Any]], template=rf"settings_hour:{OWNER}"):
    """When it appears."""

    @classmethod
    def drawn(cls, wishes: Wishes, owner: int, say: Say) -> Self:
        """Offer the hours of the day."""
        options = [
            SelectOption(
                label=say("settings.hour", utc=hour, seoul=(hour + _SEOUL) % 24),
                value=str(hour),
                default=hour == wishes.daily_hour,
            )
            for hour in range(24)
        ]
        return cls(Select(custom_id=f"settings_hour:{owner}", options=options))

    def asked(self, values: Sequence[str]) -> Wished:
        """See `Control.asked`."""
        return Wished("hour", tuple(values))


CONTROLS = (LanguageSelect, HostsSelect, DailyChannelSelect, DailyHourSelect)
"""All that there are."""


def settings(
    wishes: Wishes, problem: Problem | None, midnight: int, say: Say, owner: int
) -> Message:
    """Lay the settings out.

    Args:
        wishes: what the server wants.
        problem: why the digit of the day cannot be sent.
        midnight: of any day in UTC, in seconds since 1970: Discord's readers see their own hours.
        say: the reader's language.
        owner: their id.
    """
    parts: tuple[Item[Any], ...] = (
        TextDisplay(say("settings.heading")),
        TextDisplay(say("settings.language")),
        ActionRow(LanguageSelect.drawn(wishes, owner, say)),
        TextDisplay(say("settings.hosts")),
        ActionRow(HostsSelect.drawn(wishes, owner, say)),
        Separator(),
        TextDisplay(f"{say('settings.daily')}\n{_where(wishes, problem, midnight, say)}"),
        ActionRow(DailyChannelSelect.drawn(wishes, owner, say, gone=problem is Problem.GONE)),
        ActionRow(DailyHourSelect.drawn(wishes, owner, say)),
    )
    return framed(*parts, colour=WARNING if problem else CALM)


def _where(wishes: Wishes, problem: Problem | None, midnight: int, say: Say) -> str:
    channel, hour = wishes.daily_channel_id, wishes.daily_hour
    if channel is None:
        return say("settings.daily_none")
    if problem is Problem.GONE:
        return say(_PROBLEMS[problem])
    time = f"<t:{midnight + hour * 3600}:t>"
    where = say("settings.daily_where", channel=channel, hour=hour, time=time)
    if problem is None:
        return where
    return f"{where}\n{say(_PROBLEMS[problem], channel=channel)}"
