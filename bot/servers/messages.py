"""What `/settings` shows."""

from discord.ui import ActionRow, Separator, TextDisplay

from bot.daily.daily import DailyProblem
from bot.i18n import Say
from bot.servers.controls import (
    daily_channel_select,
    daily_hour_select,
    host_roles_select,
    language_select,
)
from bot.servers.servers import ServerSettings
from bot.ui.layout import CALM, WARNING, Message, framed

_PROBLEMS = {
    DailyProblem.GONE: "settings.daily_gone",
    DailyProblem.FORBIDDEN: "settings.daily_forbidden",
    DailyProblem.FAILED: "settings.daily_failed",
}


def settings_message(
    settings: ServerSettings, problem: DailyProblem | None, midnight: int, say: Say, owner: int
) -> Message:
    """Lay out the settings of a server.

    Args:
        settings: the settings; the roles among them exist.
        problem: why the digit of the day cannot be sent.
        midnight: the start of a day in UTC, in seconds since 1970; Discord shows the reader's time.
        say: the reader's language.
        owner: the reader's id.
    """
    channel_id = None if problem is DailyProblem.GONE else settings.daily_channel_id
    return framed(
        TextDisplay(say("settings.heading")),
        TextDisplay(say("settings.language")),
        ActionRow(language_select(settings.language, owner, say)),
        TextDisplay(say("settings.hosts")),
        ActionRow(host_roles_select(settings.host_roles, owner, say)),
        Separator(),
        TextDisplay(f"{say('settings.daily')}\n{_daily(settings, problem, midnight, say)}"),
        ActionRow(daily_channel_select(channel_id, owner, say)),
        ActionRow(daily_hour_select(settings.daily_hour, owner, say)),
        colour=WARNING if problem else CALM,
    )


def _daily(settings: ServerSettings, problem: DailyProblem | None, midnight: int, say: Say) -> str:
    """Say where and when the digit of the day appears, or why it does not."""
    channel, hour = settings.daily_channel_id, settings.daily_hour
    if channel is None:
        return say("settings.daily_none")
    if problem is DailyProblem.GONE:
        return say(_PROBLEMS[problem])
    time = f"<t:{midnight + hour * 3600}:t>"
    where = say("settings.daily_where", channel=channel, hour=hour, time=time)
    if problem is None:
        return where
    return f"{where}\n{say(_PROBLEMS[problem], channel=channel)}"
