"""What `gradcam-bot evaluate --uploads` prints for people."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.figures.percent import format_percent

if TYPE_CHECKING:
    from bot.cli.evaluate_uploads import Report
    from core.uploads.evaluation import Grouping, OneDigit, Seconds, Share, UploadsEvaluation

_INTERVAL = "95% interval"
_NONE = "–"


def print_report(report: "Report") -> None:
    """Print figures, what could not be read, and where the contact sheets are."""
    console, figures = Console(highlight=False), report.figures

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


def _heading(report: "Report") -> str:
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
    told.append(f"the least evidence of a digit, in log-odds: {networks.least:g}")
    return "; ".join(told) + "."


def _overview(figures: "UploadsEvaluation", sure: float) -> Table:
    table = Table("pictures", "", "share", "of", _INTERVAL)
    one, none, many = figures.one_digit, figures.no_digit, figures.many_digits
    if one.right.total:
        _add(table, "one digit", "read as exactly that", one.right)
        _add(table, "", "refused", one.refused)
        _add(table, "", f"answered with {sure:.0%} or more", one.sure)
        _add(table, "", "… of these, right", one.right_when_sure)
        _add(table, "", "of the less certain, right", one.right_when_unsure)
    if one.calibration_error is not None:
        table.add_row("", "expected calibration error", f"{one.calibration_error:.2%}")
    if none.total:
        table.add_section()
        _add(table, "no digit", "refused", none)
    if many.found is not None:
        table.add_section()
        wrong = f"{many.distance} edits, {many.digits} digits"
        table.add_row("several digits", "found and read in order", f"{many.found:.2%}", wrong)
        _add(table, "", "read exactly", many.exact)
        _add(table, "", "refused", many.refused)
    return table


def _add(table: Table, pictures: str, what: str, share: "Share") -> None:
    table.add_row(pictures, what, _percent(share), _of(share), _interval(share))


def _calibration(one: "OneDigit") -> Table:
    table = Table("confidence", "answers", "mean confidence", "right", _INTERVAL)
    for each in one.bins:
        right = each.right
        span = f"{each.low:.0%} to {each.high:.0%}"
        mean = f"{each.confidence:.2%}"
        table.add_row(span, str(right.total), mean, _percent(right), _interval(right))
    return table


def _grouping(column: str, grouping: "Grouping") -> Table:
    table = Table(column, "pictures", "right", "share", _INTERVAL, "refused")
    for group in grouping.groups:
        right, name = group.right, escape(group.name) or _NONE
        figures = (_percent(right), _interval(right), str(group.refused.count))
        table.add_row(name, str(right.total), str(right.count), *figures)
    table.add_section()
    table.add_row("mean of these", "", "", f"{grouping.mean:.2%}")
    return table


def _times(figures: "UploadsEvaluation") -> Table:
    table = Table("milliseconds a picture", "median", "95th percentile", "slowest")
    rows: dict[str, Seconds | None] = {
        "in all": figures.in_all,
        "decoding": figures.decoding,
        "reading": figures.reading,
    }
    for name, seconds in rows.items():
        if seconds is not None:
            times = (seconds.median, seconds.percentile_95, seconds.slowest)
            table.add_row(name, *(f"{1000 * time:.1f}" for time in times))
    return table


def _mistakes(report: "Report") -> Table:
    table = Table("number", "picture", "is", "read as", "confidence")
    for result, number in zip(report.results, report.numbers, strict=True):
        if number is not None:
            said = "⚠" if result.error else result.answer or _NONE
            sure = "" if result.confidence is None else format_percent(result.confidence)
            name, label = escape(result.picture.file), result.picture.label or _NONE
            table.add_row(str(number), name, label, said, sure)
    return table


def _percent(share: "Share") -> str:
    return _NONE if share.share is None else f"{share.share:.2%}"


def _of(share: "Share") -> str:
    return f"{share.count} of {share.total}"


def _interval(share: "Share") -> str:
    return "" if share.interval is None else "{:.1%} to {:.1%}".format(*share.interval)
