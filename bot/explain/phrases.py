"""Phrases that several messages share."""

from collections.abc import Sequence

from bot.explain.answers import SURE, Opinion, region_of
from bot.explain.audience import Audience
from bot.explain.names import NETWORK_NAMES, REGION_NAMES
from bot.explain.questions import Question
from bot.i18n import Say
from bot.runtime.networks import Network
from core.explain.methods import GradCAM
from core.explain.regions import Region
from core.figures.percent import format_percent
from core.figures.refusal import format_evidence
from core.uploads import Reading

_PLACED = 24
"""The place of each of so many digits still leaves an alt text short enough for Discord."""


def read_as(opinion: Opinion, network: Network, say: Say) -> list[str]:
    """Say what a network takes a digit for: plainly, or as the candidates where it is not sure."""
    name, confidence = say(NETWORK_NAMES[network]), format_percent(opinion.confidence)
    if not opinion.sure:
        candidates = ", ".join(
            f"**{c}** ({format_percent(opinion.probabilities[c])})" for c in opinion.candidates
        )
        return [
            say(
                "explain.unsure",
                digit=opinion.prediction,
                confidence=confidence,
                network=name,
                sure=f"{SURE:.0%}",
                candidates=candidates,
            )
        ]
    digit, first, second = opinion.ranked[:3]
    return [
        say("explain.reads", digit=digit, confidence=confidence, network=name),
        say(
            "explain.runners_up",
            first=first,
            first_p=format_percent(opinion.probabilities[first]),
            second=second,
            second_p=format_percent(opinion.probabilities[second]),
        ),
    ]


def where(regions: Sequence[Region], say: Say) -> str:
    """Say where a map's heat lies."""
    if not regions:
        return say("alt.no_heat")
    named = say("alt.then").join(say(REGION_NAMES[region]) for region in regions)
    return say("alt.heat", regions=named)


def boxed(reading: Reading, opinions: Sequence[Opinion], say: Say) -> str:
    """Say which digits stand where in a picture; of very many, only which they are."""
    if len(opinions) > _PLACED:
        return say("alt.boxed_many", count=len(opinions), digits=in_order(opinions))
    places = "; ".join(
        say(
            "alt.boxed",
            number=i + 1,
            digit=opinion.prediction,
            region=say(REGION_NAMES[region_of(digit, reading)]),
        )
        for i, (digit, opinion) in enumerate(zip(reading.digits, opinions, strict=True))
    )
    return say("alt.boxed_few", places=places)


def tested(evidence: float, needed: float, say: Say) -> str:
    """Say by how much a shape fell short of being a digit, or that something else did."""
    key = "refused.too_little" if evidence < needed else "refused.enough"
    return say(key, evidence=format_evidence(evidence), needed=format_evidence(needed))


def in_order(opinions: Sequence[Opinion]) -> str:
    """Write what digits were read as, one after the other."""
    return " ".join(str(opinion.prediction) for opinion in opinions)


def small_print(
    question: Question, weights: str, target: object, say: Say, audience: Audience
) -> str:
    """Write an answer's receipt, and whose message it is.

    Args:
        question: what was asked.
        weights: names the weights that answered.
        target: the class explained, or the classes.
        say: the reader's language.
        audience: for whom the message is.
    """
    source = (
        say("explain.source_upload")
        if question.index is None
        else say("explain.source_index", index=question.index)
    )
    receipt = say(
        "explain.receipt",
        network=question.network,
        weights=weights,
        source=source,
        layer=question.layer,
        target=target,
        score=question.score,
        method=GradCAM.name,
    )
    if not audience.shared:
        return receipt
    return f"{receipt}\n{say('explain.shared', owner=audience.owner)}"
