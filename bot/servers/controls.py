"""The menus of `/settings`."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

from discord import ChannelType, Object, SelectOption
from discord.ui import ChannelSelect, RoleSelect, Select
from typing_extensions import Unpack, override

from bot.i18n import Say
from bot.servers.servers import Changes, ServerSettings
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_LANGUAGES = {"both": "settings.both", "en": "settings.english", "ko": "settings.korean"}
_ALL_LANGUAGES = "both"
_MAX_ROLES = 25
_SEOUL = 9  # hours ahead of UTC, all year


class _Presses(Protocol):
    async def change(self, interaction: Interaction, **changes: Unpack[Changes]) -> None: ...


class LanguageSelect(Control[Select[Any], _Presses], template=rf"settings_language:{OWNER}"):
    """The language of shared messages."""

    @classmethod
    def drawn(cls, settings: ServerSettings, owner: int, say: Say) -> Self:
        """Offer each language, and all of them."""
        chosen = settings.language or _ALL_LANGUAGES
        options = [
            SelectOption(label=say(name), value=value, default=value == chosen)
            for value, name in _LANGUAGES.items()
        ]
        return cls(Select(custom_id=f"settings_language:{owner}", options=options))

    @override
    async def press(
        self, feature: _Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        language = None if values[0] == _ALL_LANGUAGES else values[0]
        await feature.change(interaction, language=language)


class HostRolesSelect(Control[RoleSelect[Any], _Presses], template=rf"settings_hosts:{OWNER}"):
    """The roles whose members may host sessions."""

    @classmethod
    def drawn(cls, settings: ServerSettings, owner: int, say: Say) -> Self:
        """Show the roles chosen; each must exist, or Discord refuses the message."""
        return cls(
            RoleSelect(
                custom_id=f"settings_hosts:{owner}",
                placeholder=say("settings.choose_roles"),
                min_values=0,
                max_values=_MAX_ROLES,
                default_values=[Object(each) for each in sorted(settings.host_roles)[:_MAX_ROLES]],
            )
        )

    @override
    async def press(
        self, feature: _Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.change(interaction, host_roles=[int(role_id) for role_id in values])


class DailyChannelSelect(
    Control[ChannelSelect[Any], _Presses], template=rf"settings_channel:{OWNER}"
):
    """The channel of the digit of the day."""

    @classmethod
    def drawn(cls, channel_id: int | None, owner: int, say: Say) -> Self:
        """Show the channel chosen; it must exist, or Discord refuses the message."""
        return cls(
            ChannelSelect(
                custom_id=f"settings_channel:{owner}",
                channel_types=[ChannelType.text, ChannelType.news],
                placeholder=say("settings.choose_channel"),
                min_values=0,
                default_values=[] if channel_id is None else [Object(channel_id)],
            )
        )

    @override
    async def press(
        self, feature: _Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        channel_id = int(values[0]) if values else None
        await feature.change(interaction, daily_channel_id=channel_id)


class DailyHourSelect(Control[Select[Any], _Presses], template=rf"settings_hour:{OWNER}"):
    """The hour of the digit of the day."""

    @classmethod
    def drawn(cls, settings: ServerSettings, owner: int, say: Say) -> Self:
        """Offer the hours of the day."""
        options = [
            SelectOption(
                label=say("settings.hour", utc=hour, seoul=(hour + _SEOUL) % 24),
                value=str(hour),
                default=hour == settings.daily_hour,
            )
            for hour in range(24)
        ]
        return cls(Select(custom_id=f"settings_hour:{owner}", options=options))

    @override
    async def press(
        self, feature: _Presses, interaction: Interaction, values: Sequence[str]
    ) -> None:
        await feature.change(interaction, daily_hour=int(values[0]))


CONTROLS = (LanguageSelect, HostRolesSelect, DailyChannelSelect, DailyHourSelect)
