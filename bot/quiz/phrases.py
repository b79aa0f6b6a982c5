"""What is said of each kind of round."""

from collections import Counter
from collections.abc import Mapping

from bot.explain.phrases import REGION_NAMES, where
from bot.i18n import Say
from bot.quiz import Asked, Picture, Riddle
from core.explain.regions import Region
from core.figures.percent import format_percent

KIND_NAMES = {
    "heat": "quiz.heat",
    "said": "quiz.said",
    "layer": "quiz.layer",
    "real": "quiz.real",
    "bet": "quiz.bet",
}
_ASKS = {
    "heat": "quiz.heat.ask",
    "said": "quiz.said.ask",
    "layer": "quiz.layer.ask",
    "real": "quiz.real.ask",
    "bet": "quiz.bet.ask",
}
_ASKED_ALTS = {
    "heat": "quiz.alt.heat",
    "said": "quiz.alt.said",
    "layer": "quiz.alt.layer",
    "real": "quiz.alt.real",
    "bet": "quiz.alt.bet",
}
_BECAUSE = {
    "heat": "quiz.heat.because",
    "said": "quiz.said.because",
    "layer": "quiz.layer.because",
    "real": "quiz.real.because",
    "bet": "quiz.bet.because",
}
_ANSWERED_ALTS = {
    "heat": "quiz.alt.card",
    "said": "quiz.alt.card",
    "layer": "quiz.alt.card",
    "real": "quiz.alt.pair",
    "bet": "quiz.alt.shares",
}
_FIELDS = tuple(Region)


def choice_label(kind: str, choice: str) -> str:
    """Write a choice, the same in all languages."""
    if kind == "bet":
        return choice.replace("@", " ▦ ")
    return choice if kind == "layer" else choice.upper()


def field_name(field: str, say: Say) -> str:
    """Name a field of the grid, 1 to 9 in reading order."""
    return say(REGION_NAMES[_FIELDS[int(field) - 1]])


def question_words(riddle: Riddle, shapes: Mapping[str, tuple[int, int]], say: Say) -> str:
    """Ask."""
    # Nothing but what the question itself may tell: the other fields would be the answer.
    given: dict[str, object] = {}
    if riddle.kind == "heat":
        h, w = shapes[riddle.layer]
        given = {"layer": riddle.layer, "h": h, "w": w}
    elif riddle.kind == "said":
        given = {"label": riddle.label}
    return f"## {say(KIND_NAMES[riddle.kind])}\n{say(_ASKS[riddle.kind], **given)}"


def question_alt(
    riddle: Riddle, picture: Picture, shapes: Mapping[str, tuple[int, int]], say: Say
) -> str:
    """Describe the picture of a question, as far as it may be."""
    maps = [where(regions, say) for regions in picture.regions]
    given: dict[str, object]
    match riddle.kind:
        case "heat":
            h, w = shapes[riddle.layer]
            given = {"first": maps[0], "h": h, "w": w}
        case "said":
            given = {"label": riddle.label}
        case "layer":
            given = {"label": riddle.label, "first": maps[0]}
        case "real":
            given = {"label": riddle.label, "first": maps[0], "second": maps[1]}
        case _:
            ink = say("alt.then").join(say(REGION_NAMES[each]) for each in picture.regions[0])
            given = {"first": say("quiz.alt.ink", regions=ink)}
    return say(_ASKED_ALTS[riddle.kind], **given)


def answer_words(
    riddle: Riddle, picture: Picture, shapes: Mapping[str, tuple[int, int]], say: Say
) -> str:
    """Give the answer, and say why."""
    answer = choice_label(riddle.kind, riddle.answer)
    h, w = shapes[riddle.layer]
    given = _facts(riddle, picture) | {"answer": answer, "h": h, "w": w}
    if riddle.kind == "bet":
        field = riddle.answer.partition("@")[2]
        given |= {"field": field, "region": field_name(field, say)}
        given |= {"share": f"{max(riddle.heat):.0%}"}
    title = say(KIND_NAMES[riddle.kind])
    return f"## {title} {answer}\n{say(_BECAUSE[riddle.kind], **given)}"


def answer_alt(riddle: Riddle, picture: Picture, say: Say) -> str:
    """Describe the picture of an answer."""
    maps = [where(regions, say) for regions in picture.regions]
    given = _facts(riddle, picture) | {
        "answer": choice_label(riddle.kind, riddle.answer),
        "first": maps[0],
        "second": maps[-1],
        "shares": ", ".join(f"{i} {share:.0%}" for i, share in enumerate(riddle.heat, 1)),
    }
    return say(_ANSWERED_ALTS[riddle.kind], **given)


def votes_words(asked: Asked, say: Say) -> str:
    """Say how the votes fell."""
    if not asked.awards:
        return say("quiz.nobody")
    counts = {"right": sum(each.right for each in asked.awards), "total": len(asked.awards)}
    chosen = [each.choice for each in asked.awards]
    if asked.riddle.kind == "bet":
        digits, fields = zip(*(each.split("@") for each in chosen), strict=True)
        return say("quiz.bets", **counts, digits=_tally(digits), fields=_tally(fields))
    labels = tuple(choice_label(asked.riddle.kind, each) for each in chosen)
    return say("quiz.votes", **counts, votes=_tally(labels))


def _facts(riddle: Riddle, picture: Picture) -> dict[str, object]:
    assert picture.probabilities is not None, "an answer has them"  # noqa: S101 - ours to know
    probabilities = picture.probabilities
    prediction = int(probabilities.argmax())
    return {
        "index": riddle.digit,
        "label": riddle.label,
        "label_p": format_percent(probabilities[riddle.label]),
        "digit": prediction,
        "confidence": format_percent(probabilities[prediction]),
        "target": riddle.target,
        "layer": riddle.layer,
    }


def _tally(choices: tuple[str, ...]) -> str:
    """Count what was chosen, the most often chosen first."""
    ordered = sorted(Counter(choices).items(), key=lambda each: (-each[1], each[0]))
    return " · ".join(f"**{choice}** ×{count}" for choice, count in ordered)
