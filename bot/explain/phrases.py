"""Phrases that several messages share, and the catalogue keys of what is named in them."""

from collections.abc import Sequence

from bot.explain.query import Query
from bot.explain.results import SURE, Prediction, Records, region_of
from bot.i18n import Say
from bot.runtime.networks import Network
from core.explain.methods import METHODS
from core.explain.regions import Region
from core.explain.scores import Score
from core.faithfulness.deletion import MARGIN, DeletionTest, Verdict
from core.figures.letters import letter_in_line
from core.figures.probabilities import format_percent
from core.figures.rejection import OBJECTNESS, failed_rule
from core.uploads import Reading
from core.uploads.best_candidate import BestCandidate

SCORE_NAMES = {
    Score.LOG_ODDS: "score.log_odds",
    Score.LOGIT: "score.logit",
    Score.PROBABILITY: "score.probability",
}
SCORE_NOTES = {
    Score.LOG_ODDS: "score.log_odds.about",
    Score.LOGIT: "score.logit.about",
    Score.PROBABILITY: "score.probability.about",
}
NETWORK_NAMES = {
    Network.TUTORIAL: "network.tutorial",
    Network.UPLOADS: "network.uploads",
}
REGION_NAMES = {
    Region.UPPER_LEFT: "region.upper_left",
    Region.UPPER_CENTRE: "region.upper_centre",
    Region.UPPER_RIGHT: "region.upper_right",
    Region.LEFT: "region.left",
    Region.CENTRE: "region.centre",
    Region.RIGHT: "region.right",
    Region.LOWER_LEFT: "region.lower_left",
    Region.LOWER_CENTRE: "region.lower_centre",
    Region.LOWER_RIGHT: "region.lower_right",
}

METHOD_NOTES = {
    "gradcam": "method.gradcam",
    "gradcam++": "method.gradcam_plus_plus",
    "hirescam": "method.hirescam",
    "layercam": "method.layercam",
    "xgradcam": "method.xgradcam",
    "eigencam": "method.eigencam",
    "scorecam": "method.scorecam",
    "ablationcam": "method.ablationcam",
    "saliency": "method.saliency",
    "gradient_x_input": "method.gradient_x_input",
    "integrated_gradients": "method.integrated_gradients",
    "smoothgrad": "method.smoothgrad",
    "occlusion": "method.occlusion",
    "rise": "method.rise",
}
_EXACT, _FINE = "hirescam", "integrated_gradients"
_VERDICTS = {
    Verdict.BETTER: "test.better",
    Verdict.EQUAL: "test.equal",
    Verdict.WORSE: "test.worse",
}

_MAX_LOCATED = 24
"""The regions of this many digits leave an alt text short enough for Discord."""


def read_as(prediction: Prediction, network: Network, say: Say) -> list[str]:
    """Tell a prediction: as a plain fact, or as its candidates if the network is not sure."""
    fields = {"network": say(NETWORK_NAMES[network]), **ranking(prediction)}
    if prediction.sure:
        return [say("explain.reads", **fields), say("explain.runners_up", **fields)]
    candidates = ", ".join(
        f"**{c}** ({format_percent(prediction.probabilities[c])})" for c in prediction.candidates
    )
    return [say("explain.unsure", **fields, sure=f"{SURE:.0%}", candidates=candidates)]


def ranking(prediction: Prediction) -> dict[str, object]:
    """Return the three most likely classes with their probabilities, as the fields of texts."""
    digit, first, second = prediction.ranked[:3]
    percent = [format_percent(p) for p in prediction.probabilities]
    return {
        "digit": digit,
        "confidence": percent[digit],
        "first": first,
        "first_p": percent[first],
        "second": second,
        "second_p": percent[second],
    }


def describe_regions(regions: Sequence[Region], say: Say) -> str:
    """Say where a heatmap is brightest."""
    if not regions:
        return say("alt.no_heat")
    named = say("alt.then").join(say(REGION_NAMES[region]) for region in regions)
    return say("alt.heat", regions=named)


def method_note(method: str, layer: str, records: Records, say: Say) -> str:
    """Tell how a method works, or that it fails the sanity check at a layer, in one sentence."""
    record = records.get((method, layer if METHODS[method].per_layer else None))
    failed = record is not None and not record.sane
    return say("method.failed" if failed else METHOD_NOTES[method])


def suggested(method: str) -> str:
    """Return the method to try after another one.

    That is HiResCAM, which is exact where the logits are linear in the feature maps, and after it
    the method that points at ink that matters for the most digits.
    """
    return _FINE if method == _EXACT else _EXACT


def deletion(
    test: DeletionTest, query: Query, target: int, say: Say, *, advise: bool = True
) -> str:
    """Describe the result of a deletion test; with `advise`, suggest another method too."""
    before, after, random = map(format_percent, (test.before, test.after, test.random))
    if test.before < MARGIN:
        return say("test.nothing", target=target, before=before)
    told = say("test.deletion", target=target, before=before, after=after, random=random)
    if not advise:
        return told
    title = METHODS[suggested(query.method)].title
    return f"{told} {say(_VERDICTS[test.verdict], suggested=title)}"


def sanity_warning(query: Query, records: Records, say: Say) -> list[str]:
    """Warn of a method whose heatmaps hardly depend on the weights, if it was measured."""
    record = records.get((query.method, query.layer_read))
    if record is None or record.sane:
        return []
    sanity = f"{record.sanity:.2f}"
    return [say("explain.sanity_warning", method=METHODS[query.method].title, sanity=sanity)]


def digit_locations(
    reading: Reading, predictions: Sequence[Prediction], shown: Sequence[int], say: Say
) -> str:
    """Tell which of the digits shown stand where in a picture; of very many, only the digits."""
    if len(shown) > _MAX_LOCATED:
        digits = as_written(reading, predictions, shown, say)
        return say("alt.boxed_many", count=len(shown), digits=digits)
    located = "; ".join(
        say(
            "alt.boxed",
            place=place(i, reading, say),
            digit=predictions[i].digit,
            region=say(REGION_NAMES[region_of(reading.digits[i], reading)]),
        )
        for i in shown
    )
    return say("alt.boxed_few", places=located)


def places(positions: Sequence[int], reading: Reading, say: Say) -> str:
    """Name digits of a picture, as the figure does: by their letters, and by lines if needed."""
    named = []
    for line, within in lines_of(reading, positions).items():
        letters = ", ".join(letter_in_line(i, reading.lines) for i in within)
        if has_lines(reading):
            letters = say("place.in_line", line=line + 1, letters=letters)
        named.append(letters)
    return "; ".join(named)


def place(position: int, reading: Reading, say: Say) -> str:
    """Name a digit of a picture, as `places` does."""
    return places([position], reading, say)


def has_lines(reading: Reading) -> bool:
    """Whether the digits of a picture are in several lines."""
    return len(set(reading.lines)) > 1


def as_written(
    reading: Reading, predictions: Sequence[Prediction], positions: Sequence[int], say: Say
) -> str:
    """Write predicted digits at some positions line by line, each with its number if needed."""
    written = []
    for line, within in lines_of(reading, positions).items():
        digits = in_order([predictions[i] for i in within])
        if has_lines(reading):
            digits = say("place.line", line=line + 1, digits=digits)
        written.append(digits)
    return "; ".join(written)


def lines_of(reading: Reading, positions: Sequence[int]) -> dict[int, list[int]]:
    """Sort positions of digits by their lines."""
    lines: dict[int, list[int]] = {}
    for position in positions:
        lines.setdefault(reading.lines[position], []).append(position)
    return lines


_TURNED = {90: "upload.on_side", 180: "upload.upside_down", 270: "upload.on_side"}
_OTHERWISE = {
    90: "upload.other_on_side",
    180: "upload.other_upside_down",
    270: "upload.other_on_side",
}


def way_up(reading: Reading, say: Say) -> str:
    """Tell which way up a picture was read, and how it would be read another way; or nothing."""
    told = [say(_TURNED[reading.turned])] if reading.turned else []
    if reading.other is not None:
        answer, turned = reading.other.answer, reading.other.turned
        if not reading.turned:
            told.append(say("upload.as_it_came"))
        key = _OTHERWISE[(turned - reading.turned) % 360] if turned else "upload.other_as_it_came"
        told.append(say(key, answer=answer))
    return " ".join(told)


def no_digit(shape: BestCandidate | None, reading: Reading, say: Say) -> list[str]:
    """Tell why a picture has no digit: what comes closest to one, and the rule that it fails."""
    if shape is None:
        return [say("nothing.no_stroke")]
    region = say(REGION_NAMES[region_of(shape.digit, reading)])
    nearest = say("nothing.nearest", digit=shape.prediction, region=region)
    return [nearest, refusal_reason(shape, say)]


_REFUSED = {
    "objectness": "refused.too_little",
    "two_tone": "refused.two_tone",
    "thickness": "refused.thick",
    "runs_on": "refused.runs_on",
    "ink": "refused.little_ink",
}
"""The text for each of the `RULES`."""


def refusal_reason(shape: BestCandidate, say: Say) -> str:
    """Tell by which rule a shape is not taken for a digit."""
    rule = failed_rule(shape)
    value, needed = (rule or OBJECTNESS).written(shape)
    return say(_REFUSED[rule.name] if rule else "refused.enough", value=value, needed=needed)


def receipt(query: Query, weights: str, target: object, say: Say, method: str | None = None) -> str:
    """Return in small print what is needed to repeat an explanation.

    `method` takes the place of the query's.
    """
    source = "explain.source_upload" if query.index is None else "explain.source_index"
    return say(
        "explain.receipt",
        network=query.network,
        weights=weights,
        source=say(source, index=query.index),
        layer=query.layer_read or "input",
        target=target if query.against is None else f"{target} − {query.against}",
        score=query.score if query.against is None else "lead",
        method=method or query.method,
    )


def in_order(predictions: Sequence[Prediction], separator: str = " ") -> str:
    """Return predicted digits in a row, those with a question mark that are not sure."""
    return separator.join(f"{each.digit}{'' if each.sure else '?'}" for each in predictions)
