"""The cluster that computes for the bot."""

from collections.abc import Iterator

from bot.cli.checks import Finding, fine, unchecked, warning
from bot.settings import Settings, SettingsError


def cluster() -> Iterator[Finding]:
    """Ask the cluster, if there is to be one, whether it has the bot's weights."""
    from bot.runtime.cluster import Cluster
    from bot.runtime.networks import Network
    from core.network import UPLOADS_WEIGHTS, fingerprint

    try:
        settings = Settings.read()
    except SettingsError:
        yield unchecked("not checked before the settings are right")
        return
    if settings.inference is None:
        yield fine("none: the bot computes by itself")
        return
    folders = {Network.TUTORIAL: settings.tutorial_weights, Network.UPLOADS: UPLOADS_WEIGHTS}
    weights = {network: fingerprint(folder) for network, folder in folders.items()}
    problem = Cluster(str(settings.inference), weights).check()
    if problem is None:
        yield fine("answers, and has the weights that are here")
    else:
        advice = "Start it as docs/ray.md says; until then the bot computes by itself."
        yield warning(f"not used: {problem}", advice)
