"""What `/model` shows: the network, its training, how often it is right."""

from collections.abc import Sequence

import discord
from discord import MediaGalleryItem
from discord.ui import LayoutView, MediaGallery, Separator, TextDisplay

from bot.i18n import Say
from bot.views.layout import framed
from core.evaluation import ConfusedPair
from core.record import Metrics, ModelRecord

_PAIRS = 3


def model(record: ModelRecord, summary: str, say: Say) -> tuple[LayoutView, list[discord.File]]:
    """Lay the network's record out.

    Args:
        record: what the training wrote and measured.
        summary: the layers, as Keras prints them.
        say: the reader's language.
    """
    metrics, history = record.metrics, record.history
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
    view = framed(
        TextDisplay(
            say("model.heading", parameters=metrics.parameters, weights=metrics.fingerprint)
        ),
        TextDisplay(f"```\n{summary}\n```"),
        TextDisplay(f"{_accuracy(metrics, say)}\n{say('model.confused', pairs=pairs)}"),
        Separator(),
        MediaGallery(MediaGalleryItem(curves)),
        MediaGallery(MediaGalleryItem(confusion)),
    )
    return view, [curves, confusion]


def _accuracy(metrics: Metrics, say: Say) -> str:
    low, high = metrics.interval
    return say(
        "model.accuracy",
        accuracy=_share(metrics.accuracy),
        digits=metrics.digits,
        correct=metrics.correct,
        low=_share(low),
        high=_share(high),
        runs=len(metrics.runs),
        worst=_share(metrics.test_accuracy.minimum),
        best=_share(metrics.test_accuracy.maximum),
        seed=metrics.seed,
    )


def _pairs(confused: Sequence[ConfusedPair], say: Say) -> str:
    return ", ".join(
        say("model.pair", label=pair.label, prediction=pair.predicted, count=pair.count)
        for pair in confused[:_PAIRS]
    )


def _share(share: float) -> str:
    return f"{share:.2%}"
