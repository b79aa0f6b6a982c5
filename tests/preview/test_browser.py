"""The preview in a real browser: what a newcomer sees, types, presses and is answered."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from bot.i18n import Say, speaker
from tests.builders import blank, picture, row
from tests.preview.conftest import Open
from tests.preview.page import StudyPage
from tests.preview.serving import Serving

english, korean = speaker("en"), speaker("ko")


def upload(index: int) -> FilePayload:
    return {"name": "mine.png", "mimeType": "image/png", "buffer": picture(index)}


def only_picture(page: StudyPage, message: Locator) -> bytes:
    (data,) = page.pictures(message)
    return data


def plain(text: str) -> str:
    """A text as it is read, without its markup."""
    return re.sub(r"[*`]|^(-#|##) ", "", text, flags=re.MULTILINE)


def test_the_terminal_says_what_to_try_in_both_languages(served: Serving) -> None:
    for word in ("/explain", "/model", "민지", "Try", "해 보세요", "Ctrl-C"):
        assert word in served.stdout


@pytest.mark.slow
def test_a_first_question_is_answered_already(served: Serving, visit: Open) -> None:
    page = visit(served)
    answer = page.first_answer

    expect(page.messages.filter(has_text="민지").first).to_be_attached()
    expect(answer.get_by_role("heading")).to_have_text(re.compile("^4 "))
    expect(answer).to_contain_text(plain(english("explain.right", index=901, label=4)))
    card = Image.open(io.BytesIO(only_picture(page, answer)))
    assert card.width >= 720
    assert len(np.unique(np.asarray(card.convert("L")))) > 20
    alt = answer.locator("img").get_attribute("alt") or ""
    assert "Grad-CAM at max_pooling2d_1 for class 4." in alt


@pytest.mark.slow
def test_a_visitor_is_told_who_they_are_and_what_to_try_beside_a_digit(
    served: Serving, visit: Open
) -> None:
    page = visit(served)

    introduction = page.messages.filter(has_text="You are Alex").last
    expect(introduction).to_contain_text("지금은 Alex예요")
    expect(introduction.locator("img").last).to_be_attached()


@pytest.mark.slow
def test_the_host_may_use_settings(served: Serving, visit: Open) -> None:
    page = visit(served)
    page.view_as("서연")

    answer = page.command("settings")

    expect(answer).to_contain_text(plain(korean("settings.heading")))


@pytest.mark.slow
def test_a_session_is_under_way_and_its_panel_is_in_sight(served: Serving, visit: Open) -> None:
    page = visit(served)

    expect(page.panel.get_by_role("button", name="Join")).to_be_in_viewport()
    expect(page.messages.filter(has_text=english("quiz.said")).first).to_contain_text("@Sam")
    step = page.messages.filter(
        has=page.page.get_by_role("button", name=english("session.clear"))
    ).first
    assert step.locator("img").first.get_attribute("alt")


@pytest.mark.slow  # a round takes as long as on Discord
def test_a_visitor_joins_and_others_play_with_them(served: Serving, visit: Open) -> None:
    page = visit(served)
    open_round = page.messages.filter(has_text="you can change it until then")
    answered = page.messages.filter(has_text=re.compile(r"Right: \d of \d"))
    expect(answered).to_have_count(1)

    joined = page.press(page.panel, "Join")
    expect(joined).to_contain_text("Only you can see this")

    expect(page.messages.filter(has_text="Welcome, @Alex!")).to_be_attached(timeout=60_000)
    expect(open_round).to_have_count(1, timeout=60_000)
    expect(answered).to_have_count(2, timeout=120_000)
    expect(open_round).to_have_count(0)
    expect(answered.last).to_contain_text(re.compile(r"Right: \d of 3"))


@pytest.mark.slow
def test_explain_with_options_typed_and_chosen(served: Serving, visit: Open) -> None:
    page = visit(served)

    answer = page.command("explain", index="42", layer="conv2d_1", colours="jet")

    expect(answer).to_contain_text(plain(english("explain.right", index=42, label=4)))
    expect(answer).to_contain_text("conv2d_1")
    expect(answer).to_contain_text("14×14")
    assert only_picture(page, answer) != only_picture(page, page.first_answer)


def test_an_uploaded_picture_is_read_and_asked_on(served: Serving, visit: Open) -> None:
    page = visit(served)

    answer = page.command("explain", image=upload(1))

    expect(answer.get_by_role("heading")).to_have_text(re.compile("^2 "))
    expect(answer).to_contain_text(plain(english("explain.seen")))
    alts = [image.get_attribute("alt") or "" for image in answer.locator("img").all()]
    assert alts[0] == english("alt.picture")
    assert "a box around the digit (a 2, centre)" in alts[1]
    before = page.pictures(answer)
    after = page.choose(
        answer,
        english("control.target_predicted", target=2),
        english("control.target_option", target=3),
    )
    expect(after.get_by_role("heading")).to_have_text(re.compile("^2 "))
    expect(after.get_by_role("combobox").nth(2)).to_have_text(
        english("control.target_option", target=3)
    )
    kept_before, *drawn_before = before
    kept, *drawn = page.pictures(after)
    assert kept == kept_before
    assert len(drawn) == 2
    assert not set(drawn) & set(drawn_before)


@pytest.mark.slow
def test_the_scene_has_a_photograph_of_several_digits_to_go_into(
    served: Serving, visit: Open
) -> None:
    page = visit(served)
    answer = page.messages.filter(has=page.page.get_by_role("heading", name="2 0 7"))
    expect(answer).to_contain_text(plain(korean("network.uploads")))

    private = page.choose(
        answer, korean("control.digits", first="A", last="C"), _digit(answer, "C", korean)
    )

    expect(private).to_contain_text("Only you can see this")
    expect(private.get_by_role("heading")).to_have_text(re.compile("^7 "))
    place = english("explain.place", place="C", count=3, region=english("region.right"))
    expect(private).to_contain_text(plain(place))
    steps = page.press(private, english("control.how_read"))
    expect(steps).to_contain_text(plain(english("steps.heading")))
    assert Image.open(io.BytesIO(only_picture(page, steps))).width == 768


@pytest.mark.slow
def test_a_refusal_is_looked_into_and_corrected(served: Serving, visit: Open) -> None:
    page = visit(served)
    file = FilePayload(name="mine.png", mimeType="image/png", buffer=blank())

    answer = page.command("explain", image=file)

    expect(answer.get_by_role("heading")).to_have_text(english("nothing.no_stroke"))
    private = page.press(answer, english("control.how_read"))
    expect(private).to_contain_text(plain(english("steps.heading_refused")))
    assert Image.open(io.BytesIO(only_picture(page, private))).width == 768
    three = english("control.correct_digit", digit=3)
    corrected = page.choose(answer, english("control.correct"), three)
    expect(corrected).to_contain_text(plain(english("correct.refused", by="@Alex says", said=3)))
    expect(corrected.get_by_role("combobox")).to_have_text(three)


@pytest.mark.slow
def test_menus_show_what_the_answer_holds_while_parts_of_it_come_and_go(
    served: Serving, visit: Open
) -> None:
    page = visit(served)
    file = FilePayload(name="mine.png", mimeType="image/png", buffer=row(0, 2))
    answer = page.command("explain", image=file)
    layer, conv2d = (english("control.layer", layer=name) for name in ("max_pooling2d_1", "conv2d"))
    each = english("control.target_each")
    score, logit = (
        english("control.score", score=english(f"score.{name}")) for name in ("log_odds", "logit")
    )
    digits, correct = english("control.digits", first="A", last="B"), english("control.correct")
    method, alone = english("control.method", method="Grad-CAM"), english("control.against_nothing")
    expect(answer.get_by_role("combobox")).to_have_text([digits, method, layer, each, alone, score])

    page.choose(answer, layer, conv2d)
    expect(answer.get_by_role("combobox")).to_have_text(
        [digits, method, conv2d, each, alone, score]
    )
    one = _digit(answer, "B", english)
    page.choose(answer, digits, one)
    predicted = english("control.target_predicted", target=1)
    opened = [one, method, conv2d, predicted, alone, score, correct]
    expect(answer.get_by_role("combobox")).to_have_text(opened)
    page.choose(answer, score, logit)
    seven, why_seven = (
        english(key, digit=7, target=7)
        for key in ("control.correct_digit", "control.target_option")
    )
    page.choose(answer, correct, seven)
    if answer.get_by_role("button", name=seven).count():
        page.press(answer, seven)
    said = [one, method, conv2d, why_seven, alone, logit, seven]
    expect(answer.get_by_role("combobox")).to_have_text(said)
    for _ in range(2):
        page.press(answer, english("control.all_digits", count=2))
        expect(answer.get_by_role("combobox")).to_have_text(
            [digits, method, conv2d, each, alone, logit]
        )
        page.choose(answer, digits, one)
        expect(answer.get_by_role("combobox").first).to_have_text(one)


def _digit(message: Locator, letter: str, say: Say) -> str:
    """The whole label of a menu's option for a digit, which ends with a confidence."""
    begins, _, _ = say("control.digit", letter=letter, digit="|", confidence="").partition("|")
    labels = message.locator(".option-label").all_text_contents()
    return next(label for label in labels if label.startswith(begins))


@pytest.mark.slow
def test_controls_change_the_message_they_are_below(served: Serving, visit: Open) -> None:
    page = visit(served)
    answer = page.command("explain", index="11")
    count = page.messages.count()
    seen = [only_picture(page, answer)]

    page.press(answer, english("control.next"))
    expect(answer).to_contain_text(plain(english("explain.right", index=12, label=9)))
    seen.append(only_picture(page, answer))

    page.choose(
        answer,
        english("control.layer", layer="max_pooling2d_1"),
        english("control.layer", layer="conv2d"),
    )
    expect(answer).to_contain_text("28×28")
    seen.append(only_picture(page, answer))

    page.choose(
        answer,
        english("control.target_predicted", target=9),
        english("control.target_option", target=4),
    )
    expect(answer.get_by_role("combobox").nth(2)).to_have_text(
        english("control.target_option", target=4)
    )
    seen.append(only_picture(page, answer))

    page.choose(
        answer,
        english("control.score", score=english("score.log_odds")),
        english("control.score", score=english("score.logit")),
    )
    expect(answer).to_contain_text("logit")
    seen.append(only_picture(page, answer))

    assert len(set(seen)) == len(seen)
    assert page.messages.count() == count


@pytest.mark.slow
def test_a_menu_follows_when_a_button_changes_what_it_shows(served: Serving, visit: Open) -> None:
    page = visit(served)
    answer = page.command("explain", index="11")
    predicted = english("control.target_predicted", target=6)
    why_4 = english("control.target_option", target=4)
    page.choose(answer, predicted, why_4)
    target = answer.get_by_role("combobox").nth(2)
    expect(target).to_have_text(why_4)

    page.press(answer, english("control.next"))

    expect(target).to_have_text(english("control.target_predicted", target=9))
    page.choose(answer, english("control.target_predicted", target=9), why_4)
    expect(target).to_have_text(why_4)


@pytest.mark.slow
def test_somebody_else_is_answered_alone_and_in_their_language(
    served: Serving, visit: Open
) -> None:
    page = visit(served)
    before = page.first_answer.inner_text()

    page.view_as("민지")
    private = page.press(page.first_answer, english("control.next"))

    expect(private).to_contain_text("Only you can see this")
    expect(private).to_contain_text(plain(korean("explain.right", index=902, label=4)))
    expect(private.get_by_role("button", name=korean("control.next"))).to_be_visible()
    assert korean("alt.heat", regions="").split(":")[0] in (
        private.locator("img").get_attribute("alt") or ""
    )
    assert page.first_answer.inner_text() == before
    page.view_as("Alex")
    theirs = plain(korean("explain.right", index=902, label=4))
    expect(page.messages.filter(has_text=theirs)).to_have_count(0)


@pytest.mark.slow
def test_help_and_model_are_answered(served: Serving, visit: Open) -> None:
    page = visit(served)

    help_page = page.command("help")
    expect(help_page).to_contain_text(plain(english("help.first")))

    page.view_as("서연")
    model = page.command("model")
    heading, _ = plain(korean("model.heading", parameters=50186, weights="")).splitlines()
    expect(model.get_by_role("heading")).to_have_text(heading)
    expect(model).to_contain_text("50,186")
    expect(model).to_contain_text("max_pooling2d_1")
    curves, confusion = page.pictures(model)
    assert Image.open(io.BytesIO(curves)).width > 300
    assert Image.open(io.BytesIO(confusion)).width > 300
    assert all(image.get_attribute("alt") for image in model.locator("img").all())


@pytest.mark.slow
def test_ordinary_messages_are_left_alone(served: Serving, visit: Open) -> None:
    page = visit(served)
    count = page.messages.count()

    page.say("안녕하세요! What is that bright cell?")

    expect(page.messages).to_have_count(count + 1)


def test_a_telephone_is_wide_enough(served: Serving, visit: Open) -> None:
    page = visit(served, width=390, height=844)

    answer = page.command("explain", index="3")
    page.press(answer, english("control.previous"))
    page.choose(
        answer,
        english("control.layer", layer="max_pooling2d_1"),
        english("control.layer", layer="max_pooling2d"),
    )

    expect(answer).to_contain_text(plain(english("explain.right", index=2, label=1)))
    expect(answer).to_contain_text("14×14")
    for part in (answer.locator("img"), answer.get_by_role("button", name=english("control.next"))):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
