"""The menus of `/settings`."""

from collections.abc import Collection
from typing import Any, Protocol

from discord import ChannelType, Object, SelectOption
from discord.ui import ChannelSelect, RoleSelect, Select
from typing_extensions import Unpack, override

from bot.i18n import Say
from bot.servers.servers import Changes
from bot.ui.client import Interaction
from bot.ui.control import OWNER, Control

_LANGUAGES = {"both": "settings.both", "en": "settings.english", "ko": "settings.korean"}
_ALL_LANGUAGES = "both"
_MAX_ROLES = 25
_SEOUL = 9  # hours ahead of UTC, all year


class _Presses(Protocol):
    async def change(self, interaction: Interaction, **changes: Unpack[Changes]) -> None: ...


class SettingSelect(
    Control[Select[Any] | RoleSelect[Any] | ChannelSelect[Any], _Presses],
    template=rf"settings_(?P<setting>language|hosts|channel|hour):{OWNER}",
):
    """Changes one of the settings."""

    @override
    async def press(self, feature: _Presses, interaction: Interaction) -> None:
        match self.state["setting"]:
            case "language":
                language = None if self.values[0] == _ALL_LANGUAGES else self.values[0]
                await feature.change(interaction, language=language)
            case "hosts":
                await feature.change(
                    interaction, host_roles=[int(role_id) for role_id in self.values]
                )
            case "channel":
                channel_id = int(self.values[0]) if self.values else None
                await feature.change(interaction, daily_channel_id=channel_id)
            case _:
                await feature.change(interaction, daily_hour=int(self.values[0]))


def language_select(chosen: str | None, owner: int, say: Say) -> SettingSelect:
    """Offer the languages of shared messages, and all of them."""
    options = [
        SelectOption(label=say(name), value=value, default=value == (chosen or _ALL_LANGUAGES))
        for value, name in _LANGUAGES.items()
    ]
    return SettingSelect(Select(custom_id=f"settings_language:{owner}", options=options))


def host_roles_select(chosen: Collection[int], owner: int, say: Say) -> SettingSelect:
    """Offer the roles whose members may host; Discord refuses one chosen that does not exist."""
    return SettingSelect(
        RoleSelect(
            custom_id=f"settings_hosts:{owner}",
            placeholder=say("settings.choose_roles"),
            min_values=0,
            max_values=_MAX_ROLES,
            default_values=[Object(role_id) for role_id in sorted(chosen)[:_MAX_ROLES]],
        )
    )


def daily_channel_select(chosen: int | None, owner: int, say: Say) -> SettingSelect:
    """Offer channels for the digit of the day; Discord refuses one chosen that does not exist."""
    return SettingSelect(
        ChannelSelect(
            custom_id=f"settings_channel:{owner}",
            channel_types=[ChannelType.text, ChannelType.news],
            placeholder=say("settings.choose_channel"),
            min_values=0,
            default_values=[] if chosen is None else [Object(chosen)],
        )
    )


def daily_hour_select(chosen: int, owner: int, say: Say) -> SettingSelect:
    """Offer the hours of the day for the digit of the day."""
    options = [
        SelectOption(
            label=say("settings.hour", utc=hour, seoul=(hour + _SEOUL) % 24),
            value=str(hour),
            default=hour == chosen,
        )
        for hour in range(24)
    ]
    return SettingSelect(Select(custom_id=f"settings_hour:{owner}", options=options))
