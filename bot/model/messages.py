"""What `/model` shows: the network, its training, how often it is right."""

from collections.abc import Sequence

import discord
from discord import MediaGalleryItem
from discord.ui import ActionRow, MediaGallery, Separator, TextDisplay

from bot.explain.corrections import Confusion, Tally
from bot.explain.query import NO_DIGIT
from bot.explain.reading_messages import changed, deciding
from bot.i18n import Say
from bot.model.about import About
from bot.model.controls import ExampleButton, OtherNetworkButton
from bot.runtime.networks import Network
from bot.ui.layout import Message, framed
from core.record import TUTORIAL_VAL_ACCURACY, ConfusedPair, Metrics

_PAIRS = 3


def model(network: Network, about: About, tally: Tally, owner: int, say: Say) -> Message:
    """Lay a network's record out; the owner is the id of the user who may change the message."""
    record, metrics, history = about.record, about.record.metrics, about.record.history
    pairs = _pairs(metrics.confused, say)
    curves = discord.File(
        record.curves_file,
        description=say(
            "model.alt_curves",
            epochs=len(history.loss),
            loss_first=f"{history.loss[0]:.3f}",
            loss_last=f"{history.loss[-1]:.3f}",
            val_loss=f"{history.val_loss[-1]:.3f}",
            accuracy=_share(history.accuracy[-1]),
            val_accuracy=_share(history.val_accuracy[-1]),
        ),
    )
    confusion = discord.File(
        record.confusion_file,
        description=say(
            "model.alt_confusion", right=metrics.correct, digits=metrics.digits, pairs=pairs
        ),
    )
    heading = "model.heading" if metrics.uploads is None else "model.heading_uploads"
    measured = [_accuracy(metrics, say), say("model.confused", pairs=pairs)]
    if metrics.uploads is not None:
        measured += [changed(metrics.uploads, say), *deciding(metrics.uploads, say)]
    return framed(
        TextDisplay(say(heading, parameters=metrics.parameters, weights=metrics.fingerprint)),
        TextDisplay(f"```\n{about.summary}\n```"),
        TextDisplay("\n".join(measured)),
        TextDisplay(_corrected(tally, say)),
        Separator(),
        TextDisplay(say("model.pictures", reference=TUTORIAL_VAL_ACCURACY)),
        MediaGallery(MediaGalleryItem(curves)),
        MediaGallery(MediaGalleryItem(confusion)),
        ActionRow(
            *(ExampleButton.of(network, pair, say) for pair in metrics.confused[:_PAIRS]),
            OtherNetworkButton.of(network, owner, say),
        ),
        files=[curves, confusion],
    )


def _accuracy(metrics: Metrics, say: Say) -> str:
    low, high = metrics.interval
    told = say(
        "model.accuracy",
        accuracy=_share(metrics.accuracy),
        digits=metrics.digits,
        correct=metrics.correct,
        low=_share(low),
        high=_share(high),
    )
    if len(metrics.runs) == 1:
        return told
    spread = say(
        "model.runs",
        runs=len(metrics.runs),
        worst=_share(metrics.test_accuracy.minimum),
        best=_share(metrics.test_accuracy.maximum),
        seed=metrics.seed,
    )
    return f"{told} {spread}"


def _pairs(confused: Sequence[ConfusedPair], say: Say) -> str:
    return ", ".join(
        say("model.pair", label=pair.label, prediction=pair.predicted, count=pair.count)
        for pair in confused[:_PAIRS]
    )


def _corrected(tally: Tally, say: Say) -> str:
    if not tally.total:
        return say("model.no_corrections")
    pairs = ", ".join(
        say(_kind(each), label=each.label, prediction=each.prediction, count=each.count)
        for each in tally.confusions
    )
    return say("model.corrections", total=tally.total, pairs=pairs)


def _kind(confusion: Confusion) -> str:
    if confusion.prediction == NO_DIGIT:
        return "model.refused"
    return "model.no_digit" if confusion.label == NO_DIGIT else "model.pair"


def _share(share: float) -> str:
    return f"{share:.2%}"
