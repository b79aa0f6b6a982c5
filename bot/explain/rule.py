"""How it is decided what is a digit, and how often that is right."""

from discord.ui import TextDisplay

from bot.explain.answers import SURE
from bot.i18n import Say
from bot.ui.layout import Message, framed
from core.record import UploadsMetrics


def rule(metrics: UploadsMetrics, say: Say) -> Message:
    """Lay the rule out, with its measured error rates.

    Args:
        metrics: of the network that decides.
        say: the reader's language.
    """
    told = (say("rule.evidence"), *deciding(metrics, say), say("rule.ink"), changed(metrics, say))
    words = "\n".join((say("rule.heading"), *(f"- {each}" for each in told)))
    return framed(TextDisplay(words))


def deciding(metrics: UploadsMetrics, say: Say) -> list[str]:
    """Say what is refused, how often rightly, and what a confidence is worth."""
    return [
        say(
            "rule.rates",
            threshold=f"{metrics.threshold:.1f}",
            digits=f"{metrics.digits_refused:.1%}",
            strangers=f"{metrics.negatives_refused:.1%}",
        ),
        say(
            "rule.calibration",
            temperature=f"{metrics.temperature:.2f}",
            before=f"{metrics.ece_before:.4f}",
            after=f"{metrics.ece_after:.4f}",
            sure=f"{SURE:.0%}",
        ),
    ]


def changed(metrics: UploadsMetrics, say: Say) -> str:
    """Compare the networks on digits that are no longer as MNIST has them."""
    return say(
        "rule.changed",
        uploads=f"{metrics.changed_accuracy:.2%}",
        tutorial=f"{metrics.changed_accuracy_tutorial:.2%}",
    )
