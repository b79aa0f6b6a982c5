"""`gradcam-bot explain --model`: any network explains any picture."""

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base
from typer.testing import Result

from core._keras import keras
from core.explain.explainer import Explainer
from core.figures.heatmaps import Colormap
from core.figures.style import SKY
from core.preprocessing import Preprocessing, prepare
from tests.bot.cli.conftest import Typed
from tests.bot.cli.networks import (
    COLOURS,
    colour_network,
    even_network,
    mean_network,
    patch,
    reddish_network,
    saved,
)
from tests.builders import picture

RED, GREEN, BLUE = (230, 30, 30), (30, 230, 30), (30, 30, 230)
UPPER_LEFT, LOWER_RIGHT = np.s_[:32, :32], np.s_[64:, 64:]

pytestmark = pytest.mark.filterwarnings(
    "ignore:You are saving your model as an HDF5 file:UserWarning"
)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of networks, and of names for their classes."""
    folder = tmp_path_factory.mktemp("networks")
    saved(colour_network(), folder / "colours.keras")
    saved(colour_network(activation=None), folder / "colours.h5")
    saved(colour_network(classes=30), folder / "many.keras")
    saved(reddish_network(), folder / "reddish.keras")
    saved(mean_network(), folder / "mean.keras")
    saved(mean_network(1), folder / "grey.keras")
    saved(mean_network(4), folder / "four.keras")
    saved(even_network(), folder / "even.keras")
    (folder / "colours.txt").write_text("\n".join(COLOURS) + "\n")
    return folder


@pytest.fixture(scope="module", autouse=True)
def loaded_once() -> Iterator[None]:
    """Load and compile each network once: these tests ask for the same few again and again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Explainer, "load", cache(Explainer.load))
        yield


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A large red patch at the upper left, and a smaller blue one at the lower right."""
    pixels = patch(RED, UPPER_LEFT)
    pixels[72:, 72:] = BLUE
    return _save(pixels, tmp_path / "scene.png")


def _save(pixels: NDArray[np.uint8], file: Path, **options: Any) -> Path:
    Image.fromarray(pixels).save(file, **options)
    return file


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def named(networks: Path) -> tuple[str, ...]:
    return f"--model={networks / 'colours.keras'}", f"--labels={networks / 'colours.txt'}"


# --- what is told --------------------------------------------------------------------------------


def test_json_has_the_classes_and_where_the_heat_is(
    typed: Typed, networks: Path, scene: Path
) -> None:
    told = typed("explain", scene, *named(networks), "--json")

    assert (told.exit_code, told.stderr) == (0, "")
    (answer,) = answers(told)
    explainer = Explainer(colour_network())
    pixels = np.asarray(Image.open(scene))
    explained = explainer.explain(prepare(pixels, (32, 32, 3)))
    classes = answer.pop("classes")
    assert [(each["class"], each["index"]) for each in classes] == [
        ("red", 0),
        ("blue", 2),
        ("green", 1),
    ]
    for each in classes:
        assert set(each) == {"class", "index", "probability"}
        assert each["probability"] == pytest.approx(
            explained.probabilities[0, each["index"]], abs=1e-5
        )
    assert answer == {
        "source": str(scene),
        "target": 0,
        "layer": "maps",
        "score": "log_odds",
        "against": None,
        "method": "gradcam",
        "evidence": {"heat": ["upper left"], "against": []},
        "error": None,
    }


def test_five_classes_of_many_are_told(typed: Typed, networks: Path, scene: Path) -> None:
    (answer,) = answers(typed("explain", scene, f"--model={networks / 'many.keras'}", "--json"))

    assert [each["class"] for each in answer["classes"]] == ["0", "2", "1", "3", "4"]
    probabilities = [each["probability"] for each in answer["classes"]]
    assert probabilities == sorted(probabilities, reverse=True)


def test_people_are_told_in_words_and_how_to_get_the_picture(
    typed: Typed, networks: Path, scene: Path
) -> None:
    usual = typed("explain", scene, *named(networks)).stdout.splitlines()
    blue = typed("explain", scene, *named(networks), "--target=blue").stdout
    none = typed("explain", scene, *named(networks), "--target=green", "--score=logit").stdout
    signed = typed("explain", scene, *named(networks), "--method=occlusion").stdout
    two = typed("explain", scene, scene, *named(networks), "--against=blue").stdout.splitlines()
    same = typed("explain", scene, *named(networks), "--against=red").stdout

    read, where = usual[0].split("). Brightest regions: ")
    assert read.startswith(f"{scene}: red (")
    assert "), blue (" in read
    assert "), green (" in read
    assert where == "upper left."
    assert usual[1:] == ["For the picture: -o heatmap.png"]
    assert "Brightest regions for blue: lower right." in blue
    assert "Empty heatmap: nothing is evidence for green at maps by logit." in none
    assert "Evidence for red: upper left; against it: lower right." in signed
    assert "Evidence for red and not blue: upper left; for blue and not red: lower right." in two[1]
    assert two[2] == "For the pictures: -o heatmaps"
    assert "Empty heatmap: red is compared with itself, so name another" in same


@pytest.mark.parametrize("blue", ["blue", "2"])
def test_a_class_is_named_by_its_label_or_its_number(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path, blue: str
) -> None:
    heat = tmp_path / "deep" / "heat.npy"
    options = (f"--target={blue}", "--against=red", "--heatmap", heat, "--json")

    (answer,) = answers(typed("explain", scene, *named(networks), *options))

    assert (answer["target"], answer["against"]) == (2, 0)
    assert answer["evidence"] == {"heat": ["lower right"], "against": ["upper left"]}
    heatmap = np.load(heat)
    assert heatmap.shape == (32, 32)
    assert heatmap[0, 0] < 0 < heatmap[-1, -1]


def test_a_label_that_is_a_number_is_meant_before_the_number(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (labels := tmp_path / "labels.txt").write_text("7\n0\n1\n")
    options = ("--model", networks / "colours.keras", "--labels", labels, "--json")

    targets = [
        answers(typed("explain", scene, *options, "--target", target))[0]["target"]
        for target in ("7", "1", "2")
    ]

    assert targets == [0, 2, 2]


def test_a_name_of_several_classes_is_not_guessed(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (labels := tmp_path / "labels.txt").write_text("crane\nship\ncrane\n")
    options = ("--model", networks / "colours.keras", "--labels", labels, "--json")

    told = typed("explain", scene, *options, "--target=crane")

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == "Classes 0, 2 are all 'crane': name one by number.\n"
    assert typed("explain", scene, *options, "--target=2").exit_code == 0


def test_labels_may_come_from_any_editor(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (labels := tmp_path / "labels.txt").write_bytes("\ufeff빨강\r\n초록 \r\n파랑".encode())
    options = ("--model", networks / "colours.keras", "--labels", labels)

    told = typed("explain", scene, *options, "--target=파랑", "--json")

    (answer,) = answers(told)
    assert [each["class"] for each in answer["classes"]] == ["빨강", "파랑", "초록"]
    assert answer["target"] == 2


def test_the_score_is_the_one_that_is_asked_for(
    typed: Typed, networks: Path, tmp_path: Path
) -> None:
    pixels = patch(RED, UPPER_LEFT)
    pixels[LOWER_RIGHT] = 230, 30, 230  # as red as it is blue: no reason for red and not blue
    file = _save(pixels, tmp_path / "magenta.png")

    logit, log_odds = (
        answers(typed("explain", file, *named(networks), f"--score={score}", "--json"))[0]
        for score in ("logit", "log_odds")
    )

    assert (logit["score"], log_odds["score"]) == ("logit", "log_odds")
    assert logit["evidence"]["heat"] == ["upper left", "lower right"]
    assert log_odds["evidence"]["heat"] == ["upper left"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", ["hirescam", "ablationcam", "saliency", "rise"])
def test_other_methods_explain_it_too(
    typed: Typed, networks: Path, scene: Path, method: str
) -> None:
    (answer,) = answers(typed("explain", scene, *named(networks), "--method", method, "--json"))

    assert answer["method"] == method
    assert answer["layer"] == ("maps" if method.endswith("cam") else "input")
    assert answer["evidence"]["heat"]


# --- networks of every kind ----------------------------------------------------------------------


def test_a_network_of_logits_in_a_file_of_the_older_kind(
    typed: Typed, networks: Path, scene: Path
) -> None:
    new, old = (
        answers(typed("explain", scene, f"--model={networks / name}", "--json"))
        for name in ("colours.keras", "colours.h5")
    )

    for one, other in zip(new[0]["classes"], old[0]["classes"], strict=True):
        assert one["probability"] == pytest.approx(other["probability"], abs=1e-5)
    assert new[0]["evidence"] == old[0]["evidence"]


def test_a_network_of_one_probability_has_two_classes(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (labels := tmp_path / "labels.txt").write_text("no fire\nfire\n")
    model = f"--model={networks / 'reddish.keras'}"

    (usual,) = answers(typed("explain", scene, model, "--json"))
    (labelled,) = answers(typed("explain", scene, model, "--labels", labels, "--json"))

    assert [each["class"] for each in usual["classes"]] == ["is", "not"]
    assert [each["class"] for each in labelled["classes"]] == ["fire", "no fire"]
    assert usual["evidence"]["heat"] == ["upper left"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("size", "cells"), [((90, 100), (90, 100)), ((20, 2000), (64, 512)), ((1, 1), (64, 64))]
)
def test_a_network_of_any_size_gets_the_picture_s_own_within_bounds(
    typed: Typed, networks: Path, tmp_path: Path, size: tuple[int, int], cells: tuple[int, int]
) -> None:
    file = _save(np.full((*size, 3), RED, np.uint8), tmp_path / "any.png")
    heat, out = tmp_path / "heat.npy", tmp_path / "out.png"
    options = ("--heatmap", heat, "-o", out)

    told = typed("explain", file, f"--model={networks / 'reddish.keras'}", *options)

    assert (told.exit_code, told.stderr) == (0, "")
    assert np.load(heat).shape == cells
    assert out.read_bytes().startswith(b"\x89PNG")


def test_maps_that_differ_in_size_do_not_go_into_one_file(
    typed: Typed, networks: Path, tmp_path: Path
) -> None:
    files = [_save(patch(RED, UPPER_LEFT, side), tmp_path / f"{side}.png") for side in (80, 90)]
    heat = tmp_path / "heat.npy"

    told = typed("explain", *files, f"--model={networks / 'reddish.keras'}", "--heatmap", heat)

    assert told.exit_code == 1
    assert told.stderr == (
        f"{heat} is not written: the maps differ in size, so explain one picture at a time.\n"
    )
    assert not heat.exists()


def test_a_picture_that_the_network_cannot_be_run_on_is_told(
    typed: Typed, networks: Path, tmp_path: Path
) -> None:
    odd, even = (_save(patch(RED, UPPER_LEFT, n), tmp_path / f"{n}.png") for n in (81, 80))
    model = f"--model={networks / 'even.keras'}"

    told = typed("explain", odd, even, model, "--json")
    said = typed("explain", odd, model)

    assert told.exit_code == 1
    assert told.stderr == ""
    not_run, run = answers(told)
    assert not_run["classes"] == []
    assert not_run["error"] == "The network cannot be run on a picture of this size."
    assert run["error"] is None
    assert said.stderr == f"{odd}: {not_run['error']}\n"


def test_the_tutorial_s_own_network_gets_the_whole_picture_too(
    typed: Typed, explainer: Explainer, tmp_path: Path
) -> None:
    (file := tmp_path / "seven.png").write_bytes(picture(0, dark_on_light=False))
    explainer.model.save_weights(weights := tmp_path / "own.weights.h5")

    (answer,) = answers(typed("explain", file, "--model", weights, "--json"))
    unfit = typed("explain", file, "--model", weights, "--preprocess=tf")

    assert answer["classes"][0]["class"] == "7"
    assert answer["layer"] == "max_pooling2d_1"
    assert unfit.exit_code == 2
    assert unfit.stderr == (
        f"{weights} with --preprocess tf: images must lie in [0, 1], not in [-1, 1].\n"
    )


# --- pictures ------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [None, *Preprocessing])
def test_the_network_gets_pixels_as_it_is_said_to(
    typed: Typed, networks: Path, tmp_path: Path, name: str | None
) -> None:
    file = _save(np.full((40, 60, 3), (200, 90, 30), np.uint8), tmp_path / "plain.png")
    options = ("--preprocess", name) if name else ()

    (answer,) = answers(
        typed("explain", file, f"--model={networks / 'mean.keras'}", *options, "--json")
    )

    batch = np.full((1, 1, 1, 3), (200, 90, 30), np.float32)
    mode = name or "unit"
    if mode in {"unit", "none"}:
        mean = batch / (255 if mode == "unit" else 1)
    else:
        mean = keras.applications.imagenet_utils.preprocess_input(batch, mode=str(mode))
    powers = np.exp(mean.ravel() / 10)
    for each in answer["classes"]:
        expected = powers[each["index"]] / powers.sum()
        assert each["probability"] == pytest.approx(expected, abs=1e-5)


def test_what_is_transparent_is_white(typed: Typed, networks: Path, tmp_path: Path) -> None:
    yellow = np.zeros((80, 80, 4), np.uint8)
    yellow[20:60, 20:60] = 255, 255, 0, 255
    clear = _save(yellow, tmp_path / "clear.png")
    yellow[yellow[..., 3] == 0] = 255
    white = _save(yellow[..., :3], tmp_path / "white.png")

    told = answers(
        typed("explain", clear, white, f"--model={networks / 'colours.keras'}", "--json")
    )

    assert told[0]["classes"] == told[1]["classes"]


def test_a_picture_is_turned_as_it_is_shown(typed: Typed, networks: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    file = _save(patch(RED, UPPER_LEFT), tmp_path / "turned.jpg", exif=exif, quality=95)

    (answer,) = answers(typed("explain", file, *named(networks), "--json"))

    assert answer["evidence"]["heat"] == ["upper right"]


def test_a_grey_network_gets_grey(typed: Typed, networks: Path, tmp_path: Path) -> None:
    file = _save(np.full((40, 40, 3), RED, np.uint8), tmp_path / "red.png")

    told = typed("explain", file, f"--model={networks / 'grey.keras'}", "--json")

    luminance = round(0.299 * 230 + 0.587 * 30 + 0.114 * 30) / 255
    expected = np.exp(luminance / 10) / (1 + np.exp(luminance / 10))
    assert answers(told)[0]["classes"][0]["probability"] == pytest.approx(expected, abs=1e-5)


def test_it_goes_on_after_a_picture_that_cannot_be_read(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (bad := tmp_path / "bad.png").write_bytes(b"not a picture")
    absent = tmp_path / "absent.png"
    heat = tmp_path / "heat.npy"

    told = typed("explain", bad, absent, scene, *named(networks), "--json", "--heatmap", heat)
    said = typed("explain", bad, *named(networks), "--heatmap", tmp_path / "none.npy")

    assert (told.exit_code, told.stderr) == (1, "")
    not_read, missing, read = answers(told)
    assert not_read["error"].startswith("The file is not a picture")
    assert missing["error"] == "The file cannot be read: No such file or directory."
    assert not_read["classes"] == missing["classes"] == []
    assert set(not_read) == set(read)
    assert not_read["target"] is None
    assert read["classes"][0]["class"] == "red"
    assert np.load(heat).shape == (32, 32)
    assert said.exit_code == 1
    assert said.stdout == ""
    assert said.stderr == (
        f"{bad}: {not_read['error']}\n"
        f"No picture was explained: {tmp_path / 'none.npy'} is not written.\n"
    )


@pytest.mark.parametrize(("suffix", "kind"), [("png", "PNG"), ("jpg", "JPEG")])
def test_a_picture_is_drawn_beside_its_heat(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path, suffix: str, kind: str
) -> None:
    out = tmp_path / "deep" / f"out.{suffix}"

    told = typed("explain", scene, *named(networks), "-o", out)

    assert told.stdout.count("\n") == 1
    assert [file.name for file in out.parent.iterdir()] == [out.name]
    with Image.open(io.BytesIO(out.read_bytes())) as image:
        assert image.format == kind
        assert image.width > 3 * 256


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("options", "colour"),
    [
        ((), tuple(Colormap.VIRIDIS.table[255])),
        (("--colours=jet",), tuple(Colormap.JET.table[255])),
        (("--against=blue",), SKY),
        (("--method=rise",), SKY),
    ],
)
def test_heat_has_the_colours_of_its_kind(
    typed: Typed,
    networks: Path,
    scene: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    colour: tuple[int, int, int],
) -> None:
    typed("explain", scene, *named(networks), *options, "-o", tmp_path / "out.png")

    with Image.open(tmp_path / "out.png") as image:
        drawn = np.asarray(image.convert("RGB"))
    colours = {SKY, *(tuple(each.table[255]) for each in (Colormap.VIRIDIS, Colormap.JET))}
    assert {each for each in colours if (drawn == each).all(-1).any()} == {colour}


def test_pictures_go_into_a_folder(
    typed: Typed, networks: Path, scene: Path, tmp_path: Path
) -> None:
    (bad := tmp_path / "bad.png").write_bytes(b"not a picture")
    out = tmp_path / "out"

    told = typed("explain", bad, scene, scene, *named(networks), "-o", out)

    assert told.exit_code == 1
    assert sorted(file.name for file in out.iterdir()) == ["00-scene.png", "01-scene.png"]


def test_a_picture_that_is_explained_is_never_written_over(
    typed: Typed, networks: Path, scene: Path
) -> None:
    before = scene.read_bytes()
    scene.rename(itself := scene.with_name("00-scene.png"))

    told = typed("explain", itself, *named(networks), "-o", scene.with_name("00-scene.png"))

    assert told.exit_code == 2
    assert told.stderr == f"-o {itself} is the picture itself: name another file.\n"
    assert itself.read_bytes() == before


# --- what does not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--labels=colours.txt",), "--labels goes with --model: name the file of the network."),
        (("--preprocess=tf",), "--preprocess goes with --model: name the file of the network."),
        (
            ("--model=colours.keras", "--index=7"),
            "--index names test digits, which do not go with --model: name pictures.",
        ),
        (
            ("--model=colours.keras", "--network=uploads"),
            "--network names one of the bot's own networks: leave it or --model out.",
        ),
        (
            ("--model=colours.keras", "--method=saliency", "--layer=maps"),
            "--layer does not go with saliency, which explains the input: leave it out, or choose "
            "gradcam, gradcam++, hirescam, layercam, xgradcam, eigencam, scorecam, ablationcam.",
        ),
        (
            ("--model=colours.keras", "--method=rise", "--colours=jet"),
            "--colours jet is for maps without evidence against the class.",
        ),
        (
            ("--model=colours.keras", "--against=1", "--colours=jet"),
            "--colours jet is for maps without evidence against the class.",
        ),
        (
            ("--model=colours.keras", "--preprocess=magic"),
            "No preprocessing 'magic': choose none, unit, tf, caffe, torch.",
        ),
        (
            ("--model=colours.keras", "--labels=gone.txt"),
            "--labels gone.txt cannot be read: No such file or directory.",
        ),
        (
            ("--model=colours.keras", "--labels=latin.txt"),
            "--labels latin.txt: the file is not a text in UTF-8.",
        ),
        (
            ("--model=colours.keras", "--labels=gap.txt"),
            "--labels gap.txt: line 2 is empty.",
        ),
        (
            ("--model=colours.keras", "--labels=two.txt"),
            "two.txt has 2 labels, and the network 3 classes.",
        ),
        (
            ("--model=colours.keras", "--layer=conv9"),
            "No layer 'conv9': choose maps.",
        ),
        (("--model=colours.keras", "--target=3"), "No class '3': choose 0 to 2."),
        (("--model=colours.keras", "--against=-1"), "No class '-1': choose 0 to 2."),
        (
            ("--model=colours.keras", "--labels=colours.txt", "--target=gren"),
            "No class 'gren': choose 0 to 2, or red, green, blue.",
        ),
        (
            ("--model=many.keras", "--labels=many.txt", "--against=kind 29x"),
            "No class 'kind 29x': choose 0 to 29, or one of 30, such as kind 29, ",
        ),
        (
            ("--model=colours.keras", "--labels=colours.txt", "--target=red", "--against=0"),
            "--against 0 is the class to explain: name another.",
        ),
        (
            ("--model=grey.keras", "--preprocess=caffe"),
            "grey.keras with --preprocess caffe: caffe is for RGB, and the network takes grey ",
        ),
        (
            ("--model=four.keras",),
            "four.keras with --preprocess unit: the network takes images of 4 channels, neither ",
        ),
    ],
)
def test_options_that_do_not_fit_are_told_and_nothing_is_done(
    typed: Typed,
    networks: Path,
    scene: Path,
    options: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(networks)
    Path("latin.txt").write_bytes("Käfer\nb\nc".encode("latin-1"))
    Path("gap.txt").write_text("a\n\nb\n")
    Path("two.txt").write_text("a\nb\n")
    Path("many.txt").write_text("".join(f"kind {index}\n" for index in range(30)))

    told = typed("explain", scene, *options)

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(said)
    assert told.stderr.endswith(".\n")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.keras", "There is no network at absent.keras."),
        ("colours.txt", "colours.txt is neither a .weights.h5, a .keras nor a .h5 file."),
        ("text.keras", "text.keras is not a Keras network that is safe to load."),
        ("text.h5", "text.h5 is not a Keras network that is safe to load."),
        (
            "flat.keras",
            "flat.keras cannot be explained: the network has no layer with feature maps.",
        ),
    ],
)
def test_a_file_that_is_no_network_is_told(
    typed: Typed,
    networks: Path,
    scene: Path,
    name: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(networks)
    for text in ("text.keras", "text.h5"):
        Path(text).write_text("not a network")
    flat = [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]
    keras.Sequential(flat).save("flat.keras")

    told = typed("explain", scene, "--model", name)

    assert (told.exit_code, told.stdout, told.stderr) == (1, "", f"{said}\n")


def test_a_network_of_many_layers_names_those_that_are_alike(
    typed: Typed, scene: Path, tmp_path: Path
) -> None:
    layers = [keras.layers.Conv2D(2, 1, name=f"block{n}_conv") for n in range(1, 31)]
    end = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    deep = saved(keras.Sequential([keras.Input((8, 8, 3)), *layers, *end]), tmp_path / "deep.keras")

    told = typed("explain", scene, "--model", deep, "--layer", "blok7_conv")

    assert told.exit_code == 2
    assert told.stderr.startswith("No layer 'blok7_conv': choose one of 30, such as block7_conv, ")
    assert told.stderr.endswith("block29_conv, block30_conv.\n")


def test_without_a_picture_there_is_nothing_to_explain(typed: Typed, networks: Path) -> None:
    told = typed("explain", *named(networks))

    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("Name at least one picture or folder")
