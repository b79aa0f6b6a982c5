"""The messages of rounds: public ones, and those to a voter, host or learner alone."""

from typing import Any

from discord import File, MediaGalleryItem
from discord.ui import Item, MediaGallery, Separator, TextDisplay
from discord.utils import format_dt

from bot.explain.phrases import SCORE_NAMES
from bot.i18n import Say
from bot.quiz.controls import choice_rows, field_rows, host_row
from bot.quiz.kinds import KINDS
from bot.quiz.kinds.bet import BetKind
from bot.quiz.question import Figure, QuizQuestion, Round, VoteResult
from bot.reviews.asking import ReviewStatus
from bot.reviews.messages import review_rows
from bot.ui.control import EVERYONE
from bot.ui.languages import in_languages
from bot.ui.layout import CALM, WARNING, Message, attached, framed

_NAMED = 20  # are named with their points; the others are counted

_Illustrated = tuple[list[Item[Any]], list[File]]  # words with a picture, and its file


def question_message(round_: Round, figure: Figure) -> Message:
    """Lay out the question of a round. Nothing in it tells the answer."""
    language, question = round_.venue.language, round_.question
    when = format_dt(round_.closes_at, "R")
    parts, files = _question(question, figure, language)
    return framed(
        *parts,
        *choice_rows(round_.round_id, question.kind, EVERYONE),
        Separator(),
        TextDisplay(in_languages(lambda say: say("quiz.ends", when=when), language)),
        files=files,
    )


def answer_message(round_: Round, figure: Figure) -> Message:
    """Lay out the answer of a closed round: why, how the votes fell, who was right, the points."""
    language, question = round_.venue.language, round_.question
    lines = [in_languages(lambda say: _votes(round_, say), language)]
    scored = [each for each in round_.results if each.points]
    named = [each for each in scored if each.named][:_NAMED]
    if named:
        lines.append(
            " · ".join(
                f"{'✅ ' if each.right else ''}<@{each.user_id}> **+{each.points}**"
                for each in named
            )
        )
    if more := len(scored) - len(named):
        lines.append(in_languages(lambda say: say("quiz.more", count=more), language))
    parts, files = _answer(question, figure, language, f"answer-{round_.round_id}")
    return framed(
        *parts,
        TextDisplay("\n".join(lines)),
        Separator(),
        TextDisplay(in_languages(lambda say: _receipt(question, say), language)),
        files=files,
    )


def vote_message(round_: Round, choice: str, owner: int, say: Say) -> Message:
    """Confirm a vote to its voter."""
    kind = KINDS[round_.question.kind]
    answer = kind.describe_choice(choice, say)
    confirmation: TextDisplay[Any] = TextDisplay(say("quiz.yours", answer=answer))
    if kind.name != BetKind.name:
        return framed(confirmation)
    digit, _, field = choice.partition("@")
    return framed(confirmation, *field_rows(round_.round_id, digit, owner, field))


def field_message(round_: Round, digit: str, owner: int, say: Say) -> Message:
    """Ask for the second half of a bet."""
    question: TextDisplay[Any] = TextDisplay(say("quiz.which_field", digit=digit))
    return framed(question, *field_rows(round_.round_id, digit, owner))


def result_message(round_: Round, result: VoteResult, say: Say) -> Message:
    """Tell a voter how their vote did, and how the points came about."""
    kind = KINDS[round_.question.kind]
    mine, right = (
        kind.describe_choice(choice, say) for choice in (result.choice, round_.question.answer)
    )
    lines = [say("quiz.result.right" if result.right else "quiz.result.wrong", answer=mine)]
    if result.choice != round_.question.answer:
        lines.append(say("quiz.result.best", answer=right))
    if result.points:
        points = {"base": result.base, "speed": result.speed, "streak": result.streak}
        lines.append(say("quiz.result.points", total=result.points, **points))
    return framed(TextDisplay("\n".join(lines)))


def host_message(round_: Round, votes: int, owner: int, say: Say) -> Message:
    """Tell the host of a round how many have voted, and let them extend or close it."""
    if round_.closed_at is not None:
        return framed(TextDisplay(say("quiz.host.closed", count=votes)))
    when = format_dt(round_.closes_at, "R")
    return framed(
        TextDisplay(say("quiz.host", count=votes, when=when)),
        host_row(round_.round_id, owner, say),
    )


def review_question(
    round_: Round,
    figure: Figure,
    status: ReviewStatus,
    owner: int,
    say: Say,
    digit: str | None = None,
) -> Message:
    """Lay out a question of a user's review; `digit` is the first half of a bet, once chosen."""
    parts, files = _question(round_.question, figure, say.language)
    if digit is None:
        parts += choice_rows(round_.round_id, round_.question.kind, owner)
    else:
        parts.append(TextDisplay(say("quiz.which_field", digit=digit)))
        parts += field_rows(round_.round_id, digit, owner)
    parts += [Separator(), TextDisplay(say("review.due", count=status.due))]
    return framed(*parts, files=files)


def review_answer(
    round_: Round, figure: Figure, status: ReviewStatus, owner: int, say: Say
) -> Message:
    """Lay out the answer of a user's closed review."""
    (result,) = round_.results
    question = round_.question
    choice = KINDS[question.kind].choice_label(result.choice)
    verdict = say("review.right") if result.right else say("review.wrong", choice=choice)
    parts, files = _answer(question, figure, say.language, "answer", f"\n**{verdict}**")
    return framed(
        *parts,
        TextDisplay(say("review.due", count=status.due)),
        *review_rows(status, owner, say),
        colour=CALM if result.right else WARNING,
        files=files,
    )


def _question(question: QuizQuestion, figure: Figure, language: str | None) -> _Illustrated:
    kind = KINDS[question.kind]

    def ask(say: Say) -> str:
        fields = kind.question_fields(question, figure, say)
        return f"## {say(kind.title)}\n{say(kind.ask, **fields)}"

    def alt(say: Say) -> str:
        return say(kind.question_alt, **kind.question_fields(question, figure, say))

    return _illustrated(in_languages(ask, language), figure, "round", in_languages(alt, language))


def _answer(
    question: QuizQuestion, figure: Figure, language: str | None, name: str, after: str = ""
) -> _Illustrated:
    kind = KINDS[question.kind]

    def tell(say: Say) -> str:
        because = say(kind.because, **kind.answer_fields(question, figure, say))
        return f"## {say(kind.title)} {kind.choice_label(question.answer)}\n{because}"

    def alt(say: Say) -> str:
        return say(kind.answer_alt, **kind.answer_fields(question, figure, say))

    return _illustrated(
        in_languages(tell, language) + after, figure, name, in_languages(alt, language)
    )


def _illustrated(words: str, figure: Figure, name: str, alt: str) -> _Illustrated:
    file = attached(figure.file, f"{name}.{figure.extension}", alt)
    return [TextDisplay(words), MediaGallery(MediaGalleryItem(file))], [file]


def _receipt(question: QuizQuestion, say: Say) -> str:
    maps = KINDS[question.kind].maps(question)
    names = [name for method, score in maps for name in (say(SCORE_NAMES[score]), method)]
    return say(
        "quiz.receipt",
        index=question.digit,
        layer=question.layer,
        target=question.target,
        maps=" · ".join(dict.fromkeys(names)),  # a score that they share is named once
    )


def _votes(round_: Round, say: Say) -> str:
    if not round_.results:
        return say("quiz.nobody")
    return KINDS[round_.question.kind].describe_votes(round_.results, say)
