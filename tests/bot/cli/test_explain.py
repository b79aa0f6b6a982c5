"""`gradcam-bot explain`, as a person at a terminal meets it."""

import json
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features
from typer.testing import Result

from bot.cli.explain import (
    COLOURS,
    LAYER_METHODS,
    LAYERS,
    METHODS,
    PREPROCESSING,
    SCORES,
    SIGNED_METHODS,
)
from bot.runtime.networks import load_explainer
from core.dataset import test_digit
from core.explain.explainer import Explainer
from core.explain.methods import METHODS as ALL_METHODS
from core.explain.regions import strongest_regions
from core.explain.scores import Score
from core.figures.heatmaps import Colormap
from core.network import epoch_file
from core.preprocessing import Preprocessing
from core.uploads import OtherWay, Reader
from tests.bot.cli.conftest import Typed
from tests.builders import blank, picture, row, saved, sideways
from tests.core.uploads.hostile import some_hostile_files


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """The picture of a 7."""
    (file := tmp_path / "seven.png").write_bytes(picture(0))
    return file


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """The picture of a 7, a 1 and a 0."""
    (file := tmp_path / "sheet.png").write_bytes(row(0, 2, 3))
    return file


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """The picture of nothing."""
    (file := tmp_path / "blank.png").write_bytes(blank())
    return file


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_test_digit(typed: Typed, tmp_path: Path) -> None:
    out, heat = tmp_path / "out.png", tmp_path / "heat.npy"

    told = typed(
        "explain", "--index=7", "--layer=max_pooling2d_1", "-o", out, "--heatmap", heat, "--json"
    )

    assert (told.exit_code, told.stderr) == (0, "")
    (answer,) = answers(told)
    assert answer["error"] is None
    assert answer["digits"][0]["digit"] == 9
    assert 0.5 < answer["digits"][0]["confidence"] <= 1
    with Image.open(out) as card:
        assert card.format == "PNG"
    heatmap = np.load(heat)
    assert heatmap.shape == (7, 7)
    assert heatmap.dtype == np.float32
    assert heatmap.max() == 1


def test_json_has_all_that_is_known_of_a_digit(
    typed: Typed, seven: Path, explainer: Explainer
) -> None:
    options = ("--target=4", "--layer=conv2d_1", "--score=logit", "--json")

    uploaded, from_test_set = answers(typed("explain", seven, "--index=7", *options))

    (digit,) = from_test_set["digits"]
    explained = explainer.explain(test_digit(7).image[None], "conv2d_1", 4, "gradcam", "logit")
    np.testing.assert_allclose(digit.pop("probabilities"), explained.probabilities[0], atol=1e-5)
    heat = [region.replace("_", " ") for region in strongest_regions(explained.heatmaps[0])]
    assert digit.pop("confidence") == pytest.approx(explained.probabilities[0].max(), abs=1e-5)
    assert digit == {
        "digit": 9,
        "box": [0, 0, 28, 28],
        "line": 0,
        "target": 4,
        "layer": "conv2d_1",
        "score": "logit",
        "against": None,
        "method": "gradcam",
        "evidence": {"heat": heat, "objectness": None},
    }
    assert uploaded["digits"][0]["evidence"]["objectness"] > 0


def test_it_goes_on_after_a_source_that_cannot_be_read(
    typed: Typed, tmp_path: Path, seven: Path, nothing: Path
) -> None:
    (bad := tmp_path / "bad.png").write_bytes(b"not a picture")
    absent, cards = tmp_path / "absent.png", tmp_path / "deep" / "cards"
    digits = ("--index", "2", "--index", "7")

    told = typed("explain", seven, bad, absent, nothing, *digits, "--json", "-o", cards)

    assert told.exit_code == 1
    assert told.stderr == f"{nothing}: no digit found, no card written\n"
    in_order = answers(told)
    assert [len(answer["digits"]) for answer in in_order] == [1, 0, 0, 0, 1, 1]
    assert [a["error"] is None for a in in_order] == [True, False, False, True, True, True]
    assert in_order[0]["source"] == str(seven)
    assert in_order[0]["digits"][0]["digit"] == 7
    left, top, right, bottom = in_order[0]["digits"][0]["box"]
    assert 0 <= left < right <= 280
    assert 0 <= top < bottom <= 280
    assert names(cards) == [
        "00-seven-photo.jpg",
        "00-seven.png",
        "01-index-2.png",
        "02-index-7.png",
    ]


def test_every_digit_of_a_picture_is_read_and_drawn(
    typed: Typed, tmp_path: Path, sheet: Path
) -> None:
    out, heat = tmp_path / "out", tmp_path / "missing" / "heat.npy"

    told = typed("explain", sheet, "-o", out, "--heatmap", heat, "--json")

    assert told.stderr == ""
    (answer,) = answers(told)
    assert set(answer) == {"source", "digits", "turned", "error"}
    assert [digit["line"] for digit in answer["digits"]] == [0, 0, 0]
    assert answer["turned"] == 0
    assert [digit["digit"] for digit in answer["digits"]] == [7, 1, 0]
    lefts = [digit["box"][0] for digit in answer["digits"]]
    assert lefts == sorted(lefts)
    assert names(out) == ["00-sheet-photo.jpg", "00-sheet.png", "01-sheet.png", "02-sheet.png"]
    with Image.open(out / "00-sheet-photo.jpg") as photo, Image.open(sheet) as drawn:
        assert photo.size >= drawn.size
    assert np.load(heat).shape == (3, 7, 7)


def test_a_digit_goes_into_a_file_and_the_overlay_beside_it(
    typed: Typed, tmp_path: Path, seven: Path
) -> None:
    told = typed("explain", seven, "-o", tmp_path / "deep" / "answer.png")

    assert told.stdout.startswith(f"{seven}: 7 (>\u00a099.9%). Brightest regions: ")
    assert told.stdout.count("\n") == 1
    assert names(tmp_path / "deep") == ["answer-photo.jpg", "answer.png"]


def test_several_digits_of_a_picture_go_into_a_file_as_its_overlay(
    typed: Typed, tmp_path: Path, sheet: Path
) -> None:
    told = typed("explain", sheet, "-o", tmp_path / "out" / "all.png")

    assert told.exit_code == 0
    assert names(tmp_path / "out") == ["all.png"]
    with Image.open(tmp_path / "out" / "all.png") as overlay:
        assert (overlay.format, overlay.width) == ("PNG", 1080)


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("PNG", "PNG"), ("webp", "WEBP")])
def test_a_files_format_is_what_its_name_says(
    typed: Typed, tmp_path: Path, suffix: str, kind: str
) -> None:
    assert kind != "WEBP" or features.check("webp")

    assert typed("explain", "--index=7", "-o", tmp_path / f"card.{suffix}").exit_code == 0

    with Image.open(tmp_path / f"card.{suffix}") as card:
        assert card.format == kind


def test_a_name_without_a_suffix_is_a_folder_for_one_picture_too(
    typed: Typed, tmp_path: Path, seven: Path
) -> None:
    for _ in range(2):  # what is there is replaced
        assert typed("explain", seven, "-o", tmp_path / "card").exit_code == 0

    assert names(tmp_path / "card") == ["00-seven-photo.jpg", "00-seven.png"]


def test_the_pictures_of_a_folder_are_explained_in_order(typed: Typed, tmp_path: Path) -> None:
    (folder := tmp_path / "class").mkdir()
    (folder / "b.PNG").write_bytes(picture(0))
    (folder / "a.jpg").write_bytes(picture(2, kind="JPEG"))
    (folder / "notes.txt").write_text("not to be read")
    (folder / "deeper.png").mkdir()
    (folder / "deeper.png" / "c.png").write_bytes(picture(3))
    (empty := tmp_path / "empty").mkdir()

    told = typed("explain", folder, empty, "--json")

    assert told.exit_code == 1
    read = [(a["source"], *(d["digit"] for d in a["digits"])) for a in answers(told)]
    assert read == [(f"{folder}/a.jpg", 1), (f"{folder}/b.PNG", 7), (str(empty),)]
    assert answers(told)[2]["error"].startswith("There is no picture in this folder")


def test_without_o_it_says_where_the_heat_is_and_how_to_get_the_picture(
    typed: Typed, seven: Path, sheet: Path, explainer: Explainer
) -> None:
    one = typed("explain", "--index=7", "--target=4").stdout.splitlines()
    several = typed("explain", seven, sheet).stdout.splitlines()

    (heatmap,) = explainer.explain(test_digit(7).image[None], targets=4).heatmaps
    where = ", ".join(region.replace("_", " ") for region in strongest_regions(heatmap))
    assert one == [
        f"index:7: 9 (99.8%). Brightest regions for 4: {where}.",
        "For the picture: -o card.png",
    ]
    assert several[1] == f"{sheet}: 7 1 0"
    assert [line[:4] for line in several[2:5]] == ["  7 ", "  1 ", "  0 "]
    assert all("Brightest regions: " in line for line in several[2:5])
    assert several[5:] == ["For the pictures: -o cards"]


def test_an_empty_map_is_told(typed: Typed, explainer: Explainer, digits: Any) -> None:
    images = digits.images[:500].astype(np.float32) / 255
    index = int(np.flatnonzero(explainer.explain(images, score="logit").empty)[0])

    told = typed("explain", "--index", index, "--score=logit")

    predicted = digits.labels[index]
    assert (
        f"Empty heatmap: nothing is evidence for {predicted} at max_pooling2d_1 by logit."
        in told.stdout
    )


def test_where_there_is_no_digit_nothing_is_written(
    typed: Typed, tmp_path: Path, nothing: Path
) -> None:
    heat = tmp_path / "heat.npy"

    told = typed("explain", nothing, "-o", tmp_path / "cards", "--heatmap", heat)

    assert told.exit_code == 0
    assert told.stdout == f"{nothing}: no digit found, no card written\n"
    assert told.stderr == f"No digit was found: {heat} is not written.\n"
    assert names(tmp_path) == ["blank.png"]
    assert typed("explain", nothing).stdout == f"{nothing}: no digit found\n"


def test_with_either_network(typed: Typed) -> None:
    usual, tutorial, uploads = (
        answers(typed("explain", "--index=7", "--json", *network))[0]["digits"][0]
        for network in ((), ("--network=tutorial",), ("--network=uploads",))
    )

    assert usual == tutorial
    assert usual["confidence"] != uploads["confidence"]


@pytest.mark.parametrize("network", [(), ("--network=tutorial",)])
def test_the_setting_weights_is_the_tutorials_network(
    typed: Typed, network: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTS", str(epoch_file(1)))
    monkeypatch.setenv("DATABASE_URL", "nonsense")  # which is of no concern here

    told = typed("explain", "--index=7", "--json", *network)

    ours = load_explainer(epoch_file(1)).explain(test_digit(7).image[None]).probabilities
    (digit,) = answers(told)[0]["digits"]
    np.testing.assert_allclose(digit["probabilities"], ours[0], atol=1e-5)


def test_a_network_that_is_not_there_or_damaged_is_told(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTS", str(tmp_path / "absent"))
    absent = typed("explain", "--index=7")
    (damaged := tmp_path / "damaged.weights.h5").write_text("nothing")
    monkeypatch.setenv("WEIGHTS", str(damaged))
    told = typed("explain", "--index=7")

    assert (absent.exit_code, told.exit_code) == (1, 1)
    assert absent.stderr == f"WEIGHTS: There is no network at {tmp_path / 'absent'}.\n"
    assert told.stderr == f"{damaged} does not hold weights of the tutorial's network.\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The picture of a 7 and a 1, and of a 0 and a 4 below."""
    rows = [Image.open(BytesIO(row(*indexes))) for indexes in ((0, 2), (3, 4))]
    both = Image.new("L", (rows[0].width, 2 * rows[0].height))
    for place, each in enumerate(rows):
        both.paste(each, (0, place * each.height))
    (file := tmp_path / "page.png").write_bytes(saved(both))
    return file


def test_a_page_is_told_line_by_line(typed: Typed, page: Path) -> None:
    (answer,) = answers(typed("explain", page, "--json"))
    told = typed("explain", page).stdout.splitlines()

    assert [(each["line"], each["digit"]) for each in answer["digits"]] == [
        (0, 7),
        (0, 1),
        (1, 0),
        (1, 4),
    ]
    assert told[0] == f"{page}: 4 digits in 2 lines"
    assert [told[1], told[4]] == ["  line 1: 7 1", "  line 2: 0 4"]
    assert [line[:6] for line in (*told[2:4], *told[5:7])] == [
        "    7 ",
        "    1 ",
        "    0 ",
        "    4 ",
    ]


def test_a_turned_picture_is_told_and_drawn_upright(
    typed: Typed, tmp_path: Path, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader turns no picture yet: here its reading is given."""
    upright, turned = tmp_path / "upright.jpg", tmp_path / "turned.jpg"
    typed("explain", sheet, "-o", upright)
    read = Reader.read
    monkeypatch.setattr(
        Reader,
        "read",
        lambda reader, picture: replace(
            sideways(read(reader, picture)), left_out=3, other=OtherWay(270, "96")
        ),
    )

    (answer,) = answers(typed("explain", sheet, "--json"))
    told = typed("explain", sheet, "-o", turned).stdout

    assert answer["turned"] == 90
    boxes = [digit["box"] for digit in answer["digits"]]
    assert [box[1] for box in boxes] == sorted(box[1] for box in boxes)  # as it was uploaded
    assert "  The picture is turned by 90° clockwise, and was read upright.\n" in told
    assert "  Turned by 270°, it would be 96.\n" in told
    assert "  Further digits that were left out: 3.\n" in told
    assert turned.read_bytes() == upright.read_bytes()


def test_no_file_brings_a_traceback(typed: Typed, tmp_path: Path, thorough: bool) -> None:
    for name, data in some_hostile_files(thorough=thorough).items():
        (tmp_path / name).write_bytes(data)
    files = sorted(tmp_path.iterdir())

    told = typed("explain", *files, "--json")

    assert told.stderr == ""
    assert [answer["source"] for answer in answers(told)] == [str(file) for file in files]
    assert told.exit_code == int(any(answer["error"] for answer in answers(told)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name at least one picture or folder, or a test digit with --index."),
        (("--index", "10000"), "No test digit 10000: choose 0 to 9999."),
        (("--index", "seven"), "No test digit seven: choose 0 to 9999."),
        (("--target", "10"), "No class 10: choose 0 to 9."),
        (
            ("--index", "7", "--layer", "conv9"),
            "No layer 'conv9': choose conv2d, max_pooling2d, conv2d_1, max_pooling2d_1.",
        ),
        (("--score", "luck"), "No score 'luck': choose log_odds, logit, probability."),
        (("--method", "magic"), f"No method 'magic': choose {', '.join(METHODS)}."),
        (("--colours", "pink"), "No colours 'pink': choose viridis, jet."),
        (("--network", "brain"), "No network 'brain': choose tutorial, uploads."),
    ],
)
def test_a_wrong_option_is_told_with_what_is_right(
    typed: Typed, arguments: tuple[str, ...], said: str
) -> None:
    told = typed("explain", *arguments)

    assert (told.exit_code, told.stdout, told.stderr) == (2, "", f"{said}\n")


@pytest.mark.parametrize("method", ["hirescam", "integrated_gradients"])
def test_another_method_makes_the_map(typed: Typed, tmp_path: Path, method: str) -> None:
    file, card = tmp_path / "map.npy", tmp_path / "card.png"
    options = ("--method", method, "--against", "4", "--heatmap", str(file), "-o", str(card))
    told = typed("explain", "--index", "7", *options, "--json")
    (digit,) = json.loads(told.stdout)["digits"]
    heatmap = np.load(file)

    assert (digit["method"], digit["target"], digit["against"]) == (method, 9, 4)
    assert digit["layer"] == ("max_pooling2d_1" if method == "hirescam" else "input")
    assert heatmap.min() < 0  # evidence against a 9
    assert np.abs(heatmap).max() == 1
    assert card.read_bytes().startswith(b"\x89PNG")


def test_the_choices_are_all_that_there_are(explainer: Explainer) -> None:
    assert explainer.layers == LAYERS
    assert tuple(ALL_METHODS) == METHODS
    assert tuple(m.name for m in ALL_METHODS.values() if m.per_layer) == LAYER_METHODS
    assert tuple(m.name for m in ALL_METHODS.values() if m.signed) == SIGNED_METHODS
    assert tuple(Preprocessing) == PREPROCESSING
    assert tuple(Score) == SCORES
    assert {*Colormap} - {Colormap.DIVERGING} == {*COLOURS}  # signed heatmaps always have it


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("seven.png", "sheet.png", "-o", "out.png"), "there are 2 sources: name a folder"),
        (("class", "-o", "out.png"), "there are 2 sources: name a folder, such as -o out."),
        (("seven.png", "-o", "seven.png"), "is the picture itself: name another file."),
        (("seven.png", "-o", "notes"), "-o notes is a file already"),
        (("seven.png", "-o", "notes/cards"), "notes is a file, not a folder."),
        (("seven.png", "-o", "notes/card.png"), "notes is a file, not a folder."),
        (("seven.png", "-o", "card.txt"), "-o card.txt: a name that ends in .png"),
        (("seven.png", "-o", "/proc/cards"), "/proc/cards cannot be written"),
        (("seven.png", "-o", "/proc/card.png"), "/proc/card.png cannot be written"),
        (("seven.png", "--heatmap", "map"), "--heatmap map: the name of the file must end in .npy"),
        (("seven.png", "--heatmap", "folder.npy"), "folder.npy cannot be written: Is a directory."),
        (("seven.png", "--heatmap", "notes/map.npy"), "notes is a file, not a folder."),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(
    typed: Typed,
    arguments: tuple[str, ...],
    said: str,
    seven: Path,
    sheet: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(seven.parent)
    Path("notes").write_text("mine")
    Path("folder.npy").mkdir()
    Path("class").mkdir()
    for file in (seven, sheet):
        shutil.copy(file, "class")
    before = names(Path())

    told = typed("explain", *arguments)

    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
    assert names(Path()) == before
    assert Path("notes").read_text() == "mine"
    assert seven.read_bytes() == picture(0)


def test_a_picture_that_is_explained_is_never_written_over(typed: Typed, seven: Path) -> None:
    shutil.copy(seven, card := seven.with_name("00-seven.png"))

    told = typed("explain", seven, card, "-o", seven.parent)

    assert told.exit_code == 1
    assert told.stderr.startswith(f"{card} is a picture to explain, and is not written over")
    assert card.read_bytes() == picture(0)


def test_what_cannot_be_written_in_the_end_is_told(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_bytes", _full)

    told = typed("explain", "--index=7", "-o", tmp_path / "card.png")

    assert told.exit_code == 1
    assert told.stderr == f"{tmp_path / 'card.png'} cannot be written: No space left on device.\n"


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")
