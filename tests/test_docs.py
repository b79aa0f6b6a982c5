"""What the README and the documents show is what happens."""

import ast
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.explain_model import PictureAnswer
from bot.cli.run import LONGEST
from bot.i18n import LANGUAGES, catalogue
from bot.lessons.parsing import load_lessons
from bot.quiz.kinds import KINDS
from bot.store.models import SERVER_RETENTION
from core._keras import keras
from core.explain.methods import METHODS
from core.faithfulness.deletion import SHARE
from core.preprocessing import Preprocessing, prepare
from core.uploads.limits import MAX_BYTES, MAX_DECODED, MAX_SIDE
from scripts import scaling
from tests.bot.cli.networks import COLOURS, colour_network, patch, saved

_ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- not run -->\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language, but those that are marked as not to be run."""
    found = _BLOCK.findall((_ROOT / page).read_text(encoding="utf-8"))
    return [code for skipped, name, code in found if name == language and not skipped]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network, its labels and a photo, as a reader has them."""
    monkeypatch.chdir(tmp_path)
    saved(colour_network(), Path("my-network.keras"))
    Path("labels.txt").write_text("\n".join(COLOURS) + "\n")
    pixels = patch((230, 30, 30), np.s_[:32, :32])
    pixels[64:, 64:] = 230, 30, 230
    pixels[70:90, 10:40] = 30, 30, 230
    Image.fromarray(pixels).save("photo.png")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("page", "checked"), [("README.md", 1), ("docs/your-own-network.md", 19)])
def test_code_gives_what_the_comment_beside_it_says(page: str, checked: int) -> None:
    names: dict[str, Any] = {}
    compared = 0
    for code in _blocks(page, "python"):
        lines = code.splitlines()
        for statement in ast.parse(code).body:
            if not isinstance(statement, ast.Expr):
                exec(compile(ast.Module([statement], []), page, "exec"), names)  # noqa: S102
                continue
            value = eval(ast.unparse(statement), names)  # noqa: S307 - of this repository
            _, _, comment = lines[(statement.end_lineno or 1) - 1].partition("  # ")
            assert comment.startswith(repr(value)), ast.unparse(statement)
            compared += 1
    assert compared >= checked


@pytest.mark.usefixtures("files")
def test_commands_print_what_stands_below_them() -> None:
    page = "docs/your-own-network.md"
    commands = 0
    for block in _blocks(page, "console"):
        for command in block.removeprefix("$ ").split("\n$ "):
            typed, _, printed = command.partition("\n")
            name, *arguments = shlex.split(typed)
            told = CliRunner().invoke(app, arguments)
            assert (name, told.exit_code, told.output.strip()) == (
                "gradcam-bot",
                0,
                printed.strip(),
            )
            commands += 1
    assert commands == 2
    assert Path("heatmap.png").is_file()


def test_the_table_names_what_each_of_keras_s_networks_takes() -> None:
    page = (_ROOT / "docs" / "your-own-network.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+\w)", page, re.MULTILINE)
    modules = {
        name.replace("_", ""): module.preprocess_input
        for name, module in vars(keras.applications).items()
        if hasattr(module, "preprocess_input") and name not in {"imagenet_utils", "resnet50"}
    }  # resnet50 is resnet by an older name
    pixels = np.random.default_rng(0).integers(0, 256, (8, 6, 3), np.uint8)

    for name, networks in rows:
        for network in networks.split(", "):
            own = modules.pop(network.lower())(pixels[np.newaxis].astype(np.float32))
            prepared = prepare(pixels, (8, 6, 3), Preprocessing(name))
            np.testing.assert_allclose(prepared, own, rtol=1e-5, atol=1e-5, err_msg=network)
    assert not modules


def test_the_figures_on_scaling_follow_from_the_assumptions() -> None:
    assert scaling.PAGE.read_text(encoding="utf-8") == scaling.page(), (
        "run python -m scripts.scaling"
    )


def test_the_limits_are_those_that_hold() -> None:
    page = (_ROOT / "docs" / "your-own-network.md").read_text(encoding="utf-8")

    assert f"up to {MAX_BYTES >> 20} MiB" in page
    assert f"more than {MAX_DECODED:,} pixels or a side is longer than {MAX_SIDE:,}" in page
    assert set(re.findall(r"`(\w+)`", page.split("one JSON object with")[1].split(";")[0])) == {
        field.name for field in fields(PictureAnswer)
    }


def test_the_readme_counts_methods_rounds_and_lessons() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")

    assert f"(Grad-CAM if left out, and {len(METHODS) - 1} more)" in readme
    assert len(KINDS) == 6
    assert "of six kinds" in readme
    assert len(load_lessons().names) == 13
    assert "\nThirteen lessons" in readme


def test_texts_name_the_share_of_the_ink_that_the_deletion_test_removes() -> None:
    assert f"{SHARE:.0%}" == "20%"
    for language in LANGUAGES:
        for key in (
            "test.deletion",
            "test.digits",
            "methods.left",
            "alt.methods",
            "quiz.true.because",
            "quiz.alt.tests",
        ):
            assert "20%" in catalogue(language)[key], (language, key)


def test_pages_for_operators_name_the_times_that_hold() -> None:
    pages = {
        name: (_ROOT / name).read_text(encoding="utf-8")
        for name in (
            "SECURITY.md",
            "docs/operating.md",
            "docs/watching.md",
            "deploy/compose.yaml",
            "deploy/gradcam-bot.service",
        )
    }

    assert f"deleted {SERVER_RETENTION.days} days after" in pages["SECURITY.md"]
    assert "wait for 20 seconds; the bot needs ten at most" in " ".join(
        pages["docs/operating.md"].split()
    )
    assert "finishes within ten seconds" in pages["docs/watching.md"]
    assert LONGEST < 10
    assert "stop_grace_period: 20s" in pages["deploy/compose.yaml"]
    assert "TimeoutStopSec=20" in pages["deploy/gradcam-bot.service"]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*_ROOT.glob("*.md"), *_ROOT.glob("docs/*.md")]
    links = [(page, link) for page in pages for link in _links(page)]
    inside = [(page, link) for page, link in links if "://" not in link]

    assert len(inside) > 30
    for page, link in inside:
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{page.name}: {link}"
        if heading:
            assert heading in _headings(target), f"{page.name}: {link}"


def _links(page: Path) -> list[str]:
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    inline = [child for token in tokens for child in token.children or ()]
    return [str(each.attrs.get("href") or each.attrs["src"]) for each in inline if each.attrs]


def _headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = page.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
