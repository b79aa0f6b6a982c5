"""`gradcam-bot doctor`."""

from collections.abc import Callable

import typer
from rich.console import Console
from rich.markup import escape

from bot.cli.common import FAILED


def doctor() -> None:
    """Check that everything the bot needs is here and works; says what to do where it is not.

    Exit status:

    - 0: all is well
    - 1: something is not
    """
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    healthy = True
    for name, check in _CHECKS.items():
        try:
            console.print(f"[green]✓[/green] {name}: {escape(check())}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the next check still runs
            healthy = False
            console.print(f"[red]✗[/red] {name}: {escape(str(error))}")
    if not healthy:
        raise typer.Exit(FAILED)


def _versions() -> str:
    import platform
    from importlib.metadata import version

    packages = ("gradcam-bot", "tensorflow", "keras", "discord.py", "numpy", "pillow")
    named = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"Python {platform.python_version()}, {named}"


def _settings() -> str:
    from bot.settings import Settings

    settings = Settings.read()
    if settings.discord_token is None:
        return "readable; no DISCORD_TOKEN: only preview works"
    return f"readable; a token of {len(settings.token)} characters is set"


def _database() -> str:
    import asyncio
    import os
    from pathlib import Path

    from bot.settings import Settings, SettingsError
    from bot.store import StoreError, up_to_date

    try:
        url = Settings.read().database_url
    except SettingsError:
        raise StoreError("not looked at before the settings are right") from None
    file = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and not file.exists():
        if not os.access(file.parent, os.W_OK):
            raise StoreError(f"{file} cannot be made there. Check DATABASE_URL.")
        return f"{url} is made at the first start"
    if asyncio.run(up_to_date(url)):
        return f"{url} is up to date"
    return f"{url} is brought up to date at the next start"


def _lessons() -> str:
    from bot.lessons.parsing import load_lessons

    lessons = load_lessons()
    named, terms = len(lessons.names), len(lessons.term_names)
    return f"{named} lessons and {terms} terms, alike in each language"


def _digits() -> str:
    from core.dataset import load_test_digits

    return f"{len(load_test_digits()):,} test digits"


def _network() -> str:
    from bot.runtime.networks import load_explainer
    from bot.settings import NetworkSettings
    from core.dataset import test_digit

    explainer = load_explainer(NetworkSettings.read().load_tutorial_record().folder)
    predicted = explainer.explain(test_digit(7).image[None]).predictions[0]
    return f"weights {explainer.weights_hash} read test digit 7 as {predicted} (it is a 9)"


def _picture() -> str:
    import io

    from PIL import Image

    from bot.runtime.networks import load_explainer
    from core.dataset import load_test_digits
    from core.network import UPLOADS_WEIGHTS
    from core.uploads import Reader
    from core.uploads.worker import DecodingWorker

    drawing = io.BytesIO()
    Image.fromarray(load_test_digits().images[7]).resize((280, 280)).save(drawing, "PNG")
    with DecodingWorker(processes=1) as worker:
        picture = worker.decode(drawing.getvalue())
    found = Reader(load_explainer(UPLOADS_WEIGHTS).logits).read(picture).digits
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} digits found in the picture of one")
    return "drawn, decoded in a separate process, and its digit found"


_CHECKS: dict[str, Callable[[], str]] = {
    "Versions": _versions,
    "Settings": _settings,
    "Database": _database,
    "Digits": _digits,
    "Lessons": _lessons,
    "Network": _network,
    "Pictures": _picture,
}
