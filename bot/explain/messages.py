"""Answers as messages: their words, their pictures, and the controls to go on asking."""

from typing import Any

import discord
from discord import MediaGalleryItem
from discord.ui import Item, MediaGallery, Section, Separator, TextDisplay, Thumbnail

from bot.explain.controls import controls
from bot.explain.phrases import (
    NETWORK_NAMES,
    REGION_NAMES,
    SCORE_NAMES,
    as_written,
    deletion,
    describe_regions,
    digit_locations,
    has_lines,
    in_order,
    lines_of,
    no_digit,
    place,
    places,
    ranking,
    read_as,
    refusal_reason,
    sanity_warning,
    way_up,
)
from bot.explain.query import NO_DIGIT, Ownership, Query
from bot.explain.results import (
    SURE,
    Answer,
    DigitResult,
    NoDigitResult,
    PictureResult,
    Rejection,
    region_of,
)
from bot.i18n import Say
from bot.ui.layout import CALM, WARNING, Message, attached, framed
from core.explain.methods import METHODS
from core.faithfulness.deletion import MARGIN, Verdict
from core.figures.probabilities import format_percent
from core.uploads import DecodedImage, Reading

_PNG = b"\x89PNG"


def answer(result: Answer, say: Say, ownership: Ownership, confirm: int | None = None) -> Message:
    """Lay an answer out; the uploader is asked to `confirm` a label."""
    match result:
        case DigitResult():
            return _digit(result, say, ownership, confirm)
        case PictureResult():
            return _picture(result, say, ownership)
        case NoDigitResult():
            return _no_digit(result, say, ownership)


def carried_picture(message: discord.Message) -> str | None:
    """Return the URL of the copy of an upload that an answer carries, for its controls to read."""
    for container in message.components:
        for part in getattr(container, "children", ()):
            accessory = getattr(part, "accessory", None)
            if isinstance(accessory, discord.ThumbnailComponent):
                return accessory.media.url
    return None


def describe_card(result: DigitResult, say: Say) -> str:
    """Describe the card to people who cannot see it."""
    query, explained = result.query, _explained(result, say)
    class_specific = METHODS[query.method].class_specific
    told = [say("alt.card" if class_specific else "alt.card_no_class", **explained)]
    if query.signed:
        key = "alt.card_signed" if query.against is None else "alt.card_against"
        told.append(say(key, **explained))
    told.append(describe_regions(result.regions, say))
    told.append(say("alt.card_prediction", **ranking(result.prediction)))
    if result.digit.label is not None:
        told.append(say("alt.card_label", label=result.digit.label))
    return " ".join(told)


def _describe_photo(result: DigitResult, reading: Reading, say: Say) -> str:
    """Describe the heatmap on the picture, as far as the picture names its digits."""
    explained = {"target": result.target, "heat": describe_regions(result.regions, say)}
    if len(reading.digits) == 1:
        region = say(REGION_NAMES[region_of(result.digit, reading)])
        read = result.prediction.digit
        return say("alt.photo_single", digit=read, region=region, **explained)
    digits = digit_locations(reading, result.predictions, [result.position], say)
    return say("alt.photo", digits=digits, place=place(result.position, reading, say), **explained)


def _explained(result: DigitResult, say: Say) -> dict[str, object]:
    """Return what was explained, and how, as the fields of texts."""
    query = result.query
    h, w = result.heatmap.shape
    score = say(SCORE_NAMES[query.score])
    if query.against is not None:
        score = f"z({result.target}) − z({query.against})"
    return {
        "method": METHODS[query.method].title,
        "layer": query.layer_read or say("explain.input"),
        "h": h,
        "w": w,
        "target": result.target,
        "against": query.against,
        "score": score,
    }


def _digit(result: DigitResult, say: Say, ownership: Ownership, confirm: int | None) -> Message:
    words = "\n".join(_digit_words(result, say, ownership))
    card = attached(result.card, "gradcam.png", describe_card(result, say))
    head: Item[Any] = TextDisplay(words)
    files, shown = [card], [card]
    if result.reading is not None:
        alt = _describe_photo(result, result.reading, say)
        overlay = attached(result.overlay, "overlay.jpg", alt)
        head, picture = header(words, result.reading.picture, say)
        files, shown = [picture, overlay, card], [overlay, card]
    # A gallery each: of two pictures in one, Discord would cut off what does not fit its tiles.
    parts: list[Item[Any]] = [head, *(MediaGallery(MediaGalleryItem(file)) for file in shown)]
    if confirm is not None:
        key = "correct.confirm_none" if confirm == NO_DIGIT else "correct.confirm"
        parts.append(TextDisplay(say(key, prediction=result.prediction.digit, label=confirm)))
    return framed(
        *parts,
        *controls(result, say, ownership, confirm),
        *_whose(say, ownership),
        colour=WARNING if _doubtful(result) else CALM,
        files=files,
    )


def _doubtful(result: DigitResult) -> bool:
    known_wrong = result.digit.label is not None and not result.correct
    wrongly_found = result.rejection is not None or result.query.correction == NO_DIGIT
    return known_wrong or wrongly_found or not result.prediction.sure


def _digit_words(result: DigitResult, say: Say, ownership: Ownership) -> list[str]:
    query, other = result.query, result.other_predictions[result.position]
    if result.rejection is None:
        lines = read_as(result.prediction, query.network, say)
    else:
        lines = _rejection_words(result, result.rejection, say, ownership)
    if other.digit != result.prediction.digit:
        network, confidence = NETWORK_NAMES[query.network.other], format_percent(other.confidence)
        differs = {"network": say(network), "digit": other.digit, "confidence": confidence}
        lines.append(say("explain.differs", **differs))
    if result.reading is not None:
        lines += _upload_words(result, result.reading, say, ownership)
    else:
        key = "explain.right" if result.correct else "explain.wrong"
        lines.append(say(key, index=query.index, label=result.digit.label))
    described = _explained(result, say)
    if result.test is not None:
        lines.append(f"{say(_map_key(query), **described)} {describe_regions(result.regions, say)}")
        lines.append(deletion(result.test, query, result.target, say))
        if result.test.before < MARGIN:
            lines.append(say("explain.improbable", target=result.target))
        return [*lines, *sanity_warning(query, result.records, say)]
    lines.append(say("explain.empty", **described))
    if not result.layers_with_evidence:
        return [*lines, say("explain.empty_nowhere")]
    layers = ", ".join(f"`{layer}`" for layer in result.layers_with_evidence)
    return [*lines, say("explain.empty_try", layers=layers)]


def _map_key(query: Query) -> str:
    if query.against is not None:
        return "explain.map_against"
    if not METHODS[query.method].class_specific:
        return "explain.map_no_class"
    return "explain.map_signed" if query.signed else "explain.map"


def _rejection_words(
    result: DigitResult, rejection: Rejection, say: Say, ownership: Ownership
) -> list[str]:
    query, prediction = result.query, result.prediction
    network = say(NETWORK_NAMES[query.network])
    confidence = format_percent(prediction.confidence)
    return [
        say("refused.heading", said=query.correction),
        *_corrected("correct.refused", query, say, ownership),
        f"{say('refused.shape')} {refusal_reason(rejection.shape, say)}",
        say("refused.as", network=network, digit=prediction.digit, confidence=confidence),
    ]


def _upload_words(
    result: DigitResult, reading: Reading, say: Say, ownership: Ownership
) -> list[str]:
    digits, correction = reading.digits, result.query.correction
    lines = []
    if result.rejection is None and correction is not None:
        wrong = "correct.none" if correction == NO_DIGIT else "correct.wrong"
        key = "correct.right" if result.correct else wrong
        lines += _corrected(key, result.query, say, ownership, result.prediction.digit)
    if len(digits) > 1:
        region = say(REGION_NAMES[region_of(result.digit, reading)])
        named = place(result.position, reading, say)
        lines.append(say("explain.place", place=named, count=len(digits), region=region))
    return [*lines, say("explain.seen"), *_caveats(reading, say)]


def _corrected(
    key: str, query: Query, say: Say, ownership: Ownership, prediction: int | None = None
) -> list[str]:
    """Tell who corrects the network, and what is stored of it."""
    own = not ownership.public and ownership.owner == ownership.uploader
    by = say("correct.by_you" if own else "correct.by", uploader=ownership.uploader)
    said = say(key, by=by, said=query.correction, prediction=prediction)
    return [said, say("correct.stored")]


def _picture(result: PictureResult, say: Say, ownership: Ownership) -> Message:
    digits = digit_locations(result.reading, result.predictions, result.shown, say)
    target = result.query.target
    alt = "alt.overview" if target is None else "alt.overview_target"
    overlay = attached(result.overlay, "overlay.jpg", say(alt, digits=digits, target=target))
    words = "\n".join(_picture_words(result, say))
    head, picture = header(words, result.reading.picture, say)
    return framed(
        head,
        MediaGallery(MediaGalleryItem(overlay)),
        *controls(result, say, ownership),
        *_whose(say, ownership),
        colour=CALM if all(result.predictions[i].sure for i in result.shown) else WARNING,
        files=[picture, overlay],
    )


def _picture_words(result: PictureResult, say: Say) -> list[str]:
    query, reading = result.query, result.reading
    lines = [*_heading(result), f"{_extent(result, say)} {_least_confident(result, say)}"]
    unsure = [i for i in result.shown if not result.predictions[i].sure]
    if unsure:
        lines.append(
            say("overview.unsure", places=places(unsure, reading, say), sure=f"{SURE:.0%}")
        )
    if others := _otherwise(result):
        other = say(NETWORK_NAMES[query.network.other])
        digits = as_written(reading, result.other_predictions, others, say)
        lines.append(say("overview.differs", network=other, digits=digits))
    score = say(SCORE_NAMES[query.score])
    key = "overview.map" if query.target is None else "overview.map_target"
    layer = query.layer_read or say("explain.input")
    method = METHODS[query.method].title
    if query.against is not None:
        score = f"z − z({query.against})"
    explained = say(key, layer=layer, score=score, target=query.target, method=method)
    is_page = has_lines(reading) and query.line is None
    explained += f" {say('overview.open_line' if is_page else 'overview.open_digit')}"
    tests = [each for each in result.tests if each is not None]
    better = sum(each.verdict is Verdict.BETTER for each in tests)
    tested = say("test.digits", better=better, count=len(tests)) if tests else say("test.none")
    warned = sanity_warning(query, result.records, say)
    return [*lines, *_caveats(reading, say), explained, tested, *warned]


def _heading(result: PictureResult) -> list[str]:
    """Write the digits line by line, as they stand on the page."""
    reading, predictions = result.reading, result.predictions
    if not has_lines(reading) or result.query.line is not None:
        return [f"## {in_order([predictions[i] for i in result.shown])}"]
    return [
        f"`{line + 1}` **{in_order([predictions[i] for i in positions])}**"
        for line, positions in lines_of(reading, result.shown).items()
    ]


def _extent(result: PictureResult, say: Say) -> str:
    """Tell how many digits are shown, and in which lines."""
    line, lines = result.query.line, len(set(result.reading.lines))
    fields = {"network": say(NETWORK_NAMES[result.query.network]), "count": len(result.shown)}
    if line is not None:
        return say("overview.reads_line", **fields, line=line + 1, lines=lines)
    return say("overview.reads" if lines == 1 else "overview.reads_lines", **fields, lines=lines)


def _least_confident(result: PictureResult, say: Say) -> str:
    position = min(result.shown, key=lambda i: result.predictions[i].confidence)
    least = result.predictions[position]
    named, percent = place(position, result.reading, say), format_percent(least.confidence)
    return say("overview.least", confidence=percent, place=named, digit=least.digit)


def _otherwise(result: PictureResult) -> list[int]:
    """Return the positions of the digits in lines that the other network reads otherwise."""
    pairs = zip(result.predictions, result.other_predictions, strict=True)
    differs = [own.digit != other.digit for own, other in pairs]
    lines = {result.reading.lines[i] for i in result.shown if differs[i]}
    return [i for i in result.shown if result.reading.lines[i] in lines]


def _no_digit(result: NoDigitResult, say: Say, ownership: Ownership) -> Message:
    heading, *lines = no_digit(result.shape, result.reading, say)
    lines, correction = [f"## {heading}", *lines, say("nothing.found")], result.query.correction
    if correction == NO_DIGIT:
        lines += _corrected("correct.agreed", result.query, say, ownership)
    elif correction is not None:
        lines += _corrected("correct.refused", result.query, say, ownership)
    lines += [say("nothing.try"), *_caveats(result.reading, say)]
    head, picture = header("\n".join(lines), result.reading.picture, say)
    return framed(
        head, Separator(), *controls(result, say, ownership), colour=WARNING, files=[picture]
    )


def header(words: str, picture: DecodedImage, say: Say) -> tuple[Section[Any], discord.File]:
    """Set an answer's first words beside the picture that they are about.

    Nothing of an upload is stored. This copy of it, clean of metadata, is what the controls read
    again, after a restart too.
    """
    name = "picture.png" if picture.file.startswith(_PNG) else "picture.jpg"
    file = attached(picture.file, name, say("alt.picture"))
    return Section(TextDisplay(words), accessory=Thumbnail(file)), file


def _caveats(reading: Reading, say: Say) -> list[str]:
    """Tell what of a picture was not read, and which way up it was read."""
    told = []
    if reading.picture.animated:
        told.append(say("upload.animated"))
    if reading.left_out:
        told.append(say("upload.left_out", left_out=reading.left_out, read=len(reading.digits)))
    if way := way_up(reading, say):
        told.append(way)
    return told


def _whose(say: Say, ownership: Ownership) -> list[Item[Any]]:
    return [Separator(), *map(TextDisplay[Any], shared(say, ownership))] if ownership.public else []


def shared(say: Say, ownership: Ownership) -> list[str]:
    """Tell whose a public message is."""
    return [say("explain.shared", owner=ownership.owner)] if ownership.public else []
