"""What every control below an answer knows: the question that was answered, and for whom."""

import re
from abc import ABC
from collections.abc import Sequence

from bot.explain.audience import Audience
from bot.explain.questions import Asked, Question
from bot.runtime.networks import Network
from bot.ui.control import ItemT, LegacyControl
from core.explain.closed_form import SPATIAL_LAYERS
from core.explain.scores import Score
from core.figures.colours import Colours

_SCORES, _COLOURS, _NETWORKS = tuple(Score), tuple(Colours), tuple(Network)
_NONE = "-"
STATE = (
    r"(?P<index>\d{1,4}|-)/(?P<layer>\d)/(?P<target>\d|-)/(?P<score>\d)/(?P<colours>\d)"
    r"/(?P<network>\d)/(?P<place>\d{1,2}|-)/(?P<said>-?\d|-)"
    r"/(?P<owner>\d{1,20})/(?P<uploader>\d{1,20})"
)
"""A question, its message's owner and its picture's uploader: 64 characters at most."""


class QuestionControl(LegacyControl[ItemT], ABC, template=r"(?!)"):
    """Knows the question of its message, from its `custom_id`.

    Attributes:
        question: the one that the message answers.
        uploader: the id of the user whose picture it is about.
    """

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.question = _decode(self.state)
        self.owner, self.uploader = int(self.state["owner"]), int(self.state["uploader"])

    def asked(self, values: Sequence[str]) -> object:
        """See `Control.asked`."""
        return Asked(self.changed(values), self.uploader)

    def changed(self, values: Sequence[str]) -> Question:
        """Change one thing in the question.

        Args:
            values: what was chosen in a select; empty for a button.
        """
        raise NotImplementedError


def encode(question: Question, audience: Audience) -> str:
    """Write down what a control needs to know, as `STATE` has it."""
    fields = (
        question.index,
        SPATIAL_LAYERS.index(question.layer),
        question.target,
        _SCORES.index(question.score),
        _COLOURS.index(question.colours),
        _NETWORKS.index(question.network),
        question.place,
        question.said,
        audience.owner,
        audience.uploader,
    )
    return "/".join(_NONE if field is None else str(field) for field in fields)


def _decode(state: re.Match[str]) -> Question:
    return Question(
        index=_number(state["index"]),
        layer=SPATIAL_LAYERS[int(state["layer"])],
        target=_number(state["target"]),
        score=_SCORES[int(state["score"])],
        colours=_COLOURS[int(state["colours"])],
        network=_NETWORKS[int(state["network"])],
        place=_number(state["place"]),
        said=_number(state["said"]),
    )


def _number(field: str) -> int | None:
    return None if field == _NONE else int(field)
