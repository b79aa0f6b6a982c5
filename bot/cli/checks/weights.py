"""The two networks."""

from collections.abc import Iterator
from pathlib import Path

from bot.cli.checks import Finding, fine, wrong
from bot.settings import NetworkSettings, SettingsError


def tutorial() -> Iterator[Finding]:
    """Compare the tutorial's network with its record, and load it as it was after each epoch."""
    from core.network import WEIGHTS, WeightsError, epoch_file, load_network
    from core.record import Recipe

    settings = NetworkSettings.read()
    shipped = settings.tutorial_weights == WEIGHTS
    advice = _RESTORE if shipped else "Train it again (gradcam-bot train), or leave WEIGHTS out."
    try:
        folder = settings.load_tutorial_record().folder
    except SettingsError as error:
        yield wrong(str(error), advice)
        return
    for epoch in range(Recipe().epochs + 1):
        try:
            load_network(epoch_file(epoch, folder))
        except WeightsError as error:
            yield wrong(str(error), advice)
            return
    yield from _network(folder, advice)


def uploads() -> Iterator[Finding]:
    """Compare the uploads' network with its record, and load it."""
    from core.network import UPLOADS_WEIGHTS
    from core.record import ModelRecord, RecordError

    try:
        _ = ModelRecord.load(UPLOADS_WEIGHTS).uploads_metrics
    except RecordError as error:
        yield wrong(str(error), _RESTORE)
        return
    yield from _network(UPLOADS_WEIGHTS, _RESTORE)


_RESTORE = (
    "It belongs to this program: restore it with git checkout weights, or install the bot again."
)


def _network(folder: Path, advice: str) -> Iterator[Finding]:
    from bot.runtime.networks import load_explainer
    from core.dataset import test_digit
    from core.network import WeightsError, fingerprint
    from core.record import ModelRecord

    recorded = ModelRecord.load(folder).metrics.fingerprint
    try:
        found = fingerprint(folder)
        if found != recorded:
            yield wrong(f"{folder} holds weights {found}, and its record is of {recorded}", advice)
            return
        explainer = load_explainer(folder)
    except (WeightsError, OSError) as error:
        yield wrong(str(error), advice)
        return
    predicted = explainer.explain(test_digit(7).image[None]).predictions[0]
    yield fine(f"weights {found}, as recorded, read test digit 7 as {predicted} (it is a 9)")
