"""The tables of `gradcam-bot evaluate --uploads`."""

from rich.console import Console
from rich.table import Table

from bot.cli.common import table
from bot.cli.evaluate_uploads import Report
from core.figures.probabilities import format_percent
from core.uploads.evaluation import Grouping, OneDigit, Share, UploadsEvaluation

_INTERVAL = "95% interval"
_NONE = "–"


def print_report(report: Report) -> None:
    """Print figures, what could not be read, and where the contact sheets are."""
    console, figures = Console(highlight=False, emoji=False), report.figures

    def say(sentence: str) -> None:
        console.print(sentence, soft_wrap=True, markup=False)

    say(_heading(report))
    console.print(_overview(figures, report.sure))
    if figures.one_digit.bins:
        console.print(_calibration(figures.one_digit))
    for column, grouping in figures.by.items():
        console.print(_grouping(column, grouping))
    if "source" in figures.by:
        say(
            "Nothing is learned from these pictures, so the line of a source is its own hold-out: "
            "the accuracy on it with that source left out of all others."
        )
    console.print(_times(figures))
    for result in report.results:
        if result.error is not None:
            say(f"{result.picture.file}: {result.error}")
    for file in report.missing:
        say(f"{file}: there is no such file.")
    if report.sheets:
        console.print(_mistakes(report))
        where = ", ".join(map(str, report.sheets))
        say(f"What went wrong, by these numbers, with what the network saw: {where}.")
    else:
        say("Nothing went wrong.")


def _heading(report: Report) -> str:
    networks, unread = report.networks, sum(r.error is not None for r in report.results)
    read = (
        f"read by the weights {networks.finds}"
        if networks.finds == networks.classifies
        else f"found by the weights {networks.finds} and read by {networks.classifies}"
    )
    told = [f"Pictures in {report.folder}: {len(report.results)}, {read}"]
    if unread:
        told.append(f"unreadable, and counted as wrong: {unread}")
    if report.missing:
        told.append(f"missing, and not counted: {len(report.missing)}")
    told.append(f"the least objectness of a digit, in log-odds: {networks.least:g}")
    return "; ".join(told) + "."


def _overview(figures: UploadsEvaluation, sure: float) -> Table:
    one, none, many = figures.one_digit, figures.no_digit, figures.many_digits
    one_digit, several = [], []
    if one.right.total:
        one_digit = [
            ("one digit", "read as exactly that", *_share(one.right)),
            ("", "refused", *_share(one.refused)),
            ("", f"answered with {sure:.0%} or more", *_share(one.sure)),
            ("", "… of these, right", *_share(one.right_when_sure)),
            ("", "of the less certain, right", *_share(one.right_when_unsure)),
        ]
    if one.calibration_error is not None:
        error = f"{one.calibration_error:.2%}"
        one_digit.append(("", "expected calibration error", error, "", ""))
    if many.found is not None:
        wrong = f"{many.distance} edits, {many.digits} digits"
        several = [
            ("several digits", "found and read in order", f"{many.found:.2%}", wrong, ""),
            ("", "read exactly", *_share(many.exact)),
            ("", "refused", *_share(many.refused)),
        ]
    no_digit = [("no digit", "refused", *_share(none))] if none.total else []
    columns = ("pictures", "", "share", "of", _INTERVAL)
    return table(columns, *filter(None, (one_digit, no_digit, several)))


def _calibration(one: OneDigit) -> Table:
    rows = []
    for each in one.bins:
        share, _, interval = _share(each.right)
        span, mean = f"{each.low:.0%} to {each.high:.0%}", f"{each.confidence:.2%}"
        rows.append((span, str(each.right.total), mean, share, interval))
    return table(("confidence", "answers", "mean confidence", "right", _INTERVAL), rows)


def _grouping(column: str, grouping: Grouping) -> Table:
    rows = []
    for group in grouping.groups:
        share, _, interval = _share(group.right)
        counts = (str(group.right.total), str(group.right.count))
        rows.append((group.name or _NONE, *counts, share, interval, str(group.refused.count)))
    mean = ("mean of these", "", "", f"{grouping.mean:.2%}", "", "")
    return table((column, "pictures", "right", "share", _INTERVAL, "refused"), rows, [mean])


def _times(figures: UploadsEvaluation) -> Table:
    seconds = {"in all": figures.in_all, "decoding": figures.decoding, "reading": figures.reading}
    rows = (
        (name, *(f"{1000 * time:.1f}" for time in (of.median, of.percentile_95, of.slowest)))
        for name, of in seconds.items()
        if of is not None
    )
    return table(("milliseconds a picture", "median", "95th percentile", "slowest"), rows)


def _mistakes(report: Report) -> Table:
    rows = []
    for result, number in zip(report.results, report.numbers, strict=True):
        if number is not None:
            said = "⚠" if result.error else result.answer or _NONE
            sure = "" if result.confidence is None else format_percent(result.confidence)
            picture = result.picture
            rows.append((str(number), picture.file, picture.label or _NONE, said, sure))
    return table(("number", "picture", "is", "read as", "confidence"), rows)


def _share(share: Share) -> tuple[str, str, str]:
    """Return a share in per cent, the numbers that it is of, and its interval."""
    numbers = f"{share.count} of {share.total}"
    if share.share is None or share.interval is None:
        return _NONE, numbers, ""
    return f"{share.share:.2%}", numbers, "{:.1%} to {:.1%}".format(*share.interval)
