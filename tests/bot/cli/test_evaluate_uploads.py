"""`gradcam-bot evaluate --uploads`, as a teacher types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app
from core import dataset
from core.network import UPLOADS_WEIGHTS, WEIGHTS, epoch_file, fingerprint
from tests.builders import blank, picture, row, some_digits

_RUN = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Test digits 0, 2 and 3 are a 7, a 1 and a 0."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "일곱 7.png").write_bytes(picture(0))
    (folder / "wrong.jpg").write_bytes(picture(2, kind="JPEG"))
    (folder / "row.png").write_bytes(row(0, 2, 3))
    (folder / "blank.png").write_bytes(blank())
    (folder / "text.png").write_text("not a picture")
    (folder / "labels.csv").write_text(
        "file,label,source\n"
        '"일곱 7.png",7,민지\n'
        "wrong.jpg,8,민지\n"
        "row.png,710,Alex\n"
        "blank.png,,Alex\n"
        "text.png,5,Alex\n"
        "absent.png,5,Alex\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    output = str(tmp_path_factory.mktemp("out"))
    result = _RUN.invoke(app, ["evaluate", "--uploads", str(folder), "-o", output, "--json"])

    assert result.exit_code == 0
    assert result.stderr == ""
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_every_picture_is_told_with_its_answer(told: dict[str, Any]) -> None:
    results = {each["file"]: each for each in told["results"]}

    assert [(f, r["label"], r["answer"], r["right"]) for f, r in results.items()] == [
        ("일곱 7.png", "7", "7", True),
        ("wrong.jpg", "8", "1", False),
        ("row.png", "710", "710", True),
        ("blank.png", "", "", True),
        ("text.png", "5", "", False),
    ]
    assert [r["number"] for r in results.values()] == [None, 1, None, None, 2]
    assert len(results["row.png"]["confidences"]) == 3
    assert results["text.png"]["error"].endswith(".")
    assert told["missing"] == ["absent.png"]


def test_the_figures_are_of_these_pictures(told: dict[str, Any]) -> None:
    assert told["one_digit"]["right"]["count"] == 1
    assert told["one_digit"]["right"]["total"] == 3
    assert told["no_digit"]["count"] == told["no_digit"]["total"] == 1
    assert told["many_digits"]["found"] == 1
    sources = {g["name"]: g["right"]["count"] for g in told["by"]["source"]["groups"]}
    assert sources == {"민지": 1, "Alex": 2}
    assert 0 < told["decoding"]["median"] <= told["in_all"]["median"]


def test_what_went_wrong_is_on_a_sheet(told: dict[str, Any]) -> None:
    (sheet,) = told["sheets"]
    with Image.open(sheet) as drawn:
        assert drawn.size == (512, 292)  # two pictures side by side


def test_it_says_the_same_for_people(folder: Path, tmp_path: Path) -> None:
    (stale := tmp_path / "mistakes-02.jpg").write_bytes(b"of an earlier run")

    result = _RUN.invoke(app, ["evaluate", "--uploads", str(folder), "-o", str(tmp_path)])

    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert f"{folder}: 5, read by the weights {fingerprint(UPLOADS_WEIGHTS)}" in said
    assert "unreadable, and counted as wrong: 1; missing, and not counted: 1" in said
    assert "│ read as exactly that │ 33.33% │ 1 of 3 │" in said
    assert "│ found and read in order │ 100.00% │ 0 edits, 3 digits │" in said
    assert "│ 1 │ wrong.jpg │ 8 │ 1 │" in said
    assert "│ 2 │ text.png │ 5 │ ⚠ │ │" in said
    assert "absent.png: there is no such file." in said
    assert [file.name for file in tmp_path.iterdir()] == ["mistakes-01.jpg"]
    assert not stale.exists()


def test_when_all_is_right_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(0))
    (tmp_path / "labels.csv").write_text("file,label\na.png,7\n")

    result = _RUN.invoke(app, ["evaluate", "--uploads", str(tmp_path), "-o", f"{tmp_path}/out"])

    assert "Nothing went wrong." in result.stdout
    assert "source" not in result.stdout
    assert list((tmp_path / "out").iterdir()) == []


def test_the_tutorials_network_says_which_digits_they_are_that_the_other_found(
    folder: Path, told: dict[str, Any], tmp_path: Path
) -> None:
    arguments = ["evaluate", "--uploads", str(folder), "--network", "tutorial", "--json"]

    other = json.loads(_RUN.invoke(app, [*arguments, "-o", str(tmp_path)]).stdout)

    assert other["networks"]["finds"] == fingerprint(UPLOADS_WEIGHTS)
    assert other["networks"]["classifies"] == fingerprint(WEIGHTS)
    assert other["results"][0]["answer"] == "7"
    for one, same in zip(other["results"][:3], told["results"], strict=False):
        assert one["confidences"] != pytest.approx(same["confidences"], abs=1e-5)
    assert other["no_digit"] == told["no_digit"]


@pytest.fixture
def _few_test_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    few = some_digits(dataset.load_test_digits(), 0, 200)
    monkeypatch.setattr(dataset, "load_test_digits", lambda: few)


@pytest.mark.usefixtures("_few_test_digits")
def test_test_digits_are_read_by_whichever_network_is_named() -> None:
    names = [
        json.loads(_RUN.invoke(app, ["evaluate", "--json", *network]).stdout)["weights"]
        for network in ((), ("--network", "uploads"))
    ]

    assert names == [fingerprint(WEIGHTS), fingerprint(UPLOADS_WEIGHTS)]


@pytest.mark.usefixtures("_few_test_digits")
def test_the_setting_weights_is_measured_in_place_of_the_tutorials_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEIGHTS", str(epoch_file(2)))

    names = [
        json.loads(_RUN.invoke(app, ["evaluate", "--json", *network]).stdout)["weights"]
        for network in ((), ("--network", "tutorial"))
    ]

    assert names == [fingerprint(epoch_file(2))] * 2


@pytest.mark.parametrize(
    ("labels", "options", "status", "said"),
    [
        (None, (), 1, "labels.csv in {folder} cannot be read: No such file or directory."),
        ("file,label\nb.png,7\n", (), 1, "None of the files is there that labels.csv in {folder}"),
        ("file,label\na.png,x\n", (), 1, "Line 2 of labels.csv has the label 'x'"),
        ("file,label\na.png,7\n", ("-o", "{folder}/a.png"), 1, "a.png is a file, not a folder."),
        ("file,label\na.png,7\n", ("--weights", "absent"), 1, "There is no network at absent."),
        (
            "file,label\na.png,7\n",
            ("--network", "brain"),
            2,
            "No network 'brain': choose tutorial, uploads.",
        ),
        (
            "file,label\na.png,7\n",
            ("--weights", "a", "--network", "uploads"),
            2,
            "Give --weights or --network, not both.",
        ),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_read(
    tmp_path: Path, labels: str | None, options: tuple[str, ...], status: int, said: str
) -> None:
    (tmp_path / "a.png").write_bytes(picture(0))
    if labels is not None:
        (tmp_path / "labels.csv").write_text(labels)
    given = [option.format(folder=tmp_path) for option in options]

    result = _RUN.invoke(app, ["evaluate", "--uploads", str(tmp_path), *given])

    assert result.exit_code == status
    assert said.format(folder=tmp_path) in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_sheets_without_pictures_to_read_are_refused() -> None:
    result = _RUN.invoke(app, ["evaluate", "-o", "out"])

    assert result.exit_code == 2
    assert result.stderr == "-o goes with --uploads or --explanations.\n"
