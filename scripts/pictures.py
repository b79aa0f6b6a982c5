"""Take the README's pictures again, from the real preview in a real browser.

    python -m scripts.pictures          (or: make pictures)

It starts `gradcam-bot preview`, uses it as a person would, and writes into `docs/pictures/`.
Debian's `chromium` and `fonts-nanum` are needed.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, sync_playwright

from bot.explain.query import EXAMPLE
from bot.i18n import speaker
from bot.preview.photograph import photograph
from tests.preview.conftest import CHROMIUM_FLAGS
from tests.preview.page import StudyPage
from tests.preview.serving import Serving

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_TALL, _TALLER = 1500, 2200  # CSS pixels: a whole answer with its controls, without and with photo
_SHARPNESS = 2
_MARGIN = 6


def main() -> None:
    """Take every picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is missing: apt-get install chromium fonts-nanum")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Serving(Path(folder)) as serving,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for name, take in (
            ("explain", explain),
            ("explain-ko", explain_in_korean),
            ("upload", upload),
            ("digits", digits),
            ("phone", phone),
        ):
            file = FOLDER / f"{name}.png"
            file.write_bytes(small(take(browser, serving.address)))
            print(f"{file.relative_to(FOLDER.parents[1])}: {file.stat().st_size / 1000:.0f} kB")


def explain(browser: Browser, address: str) -> bytes:
    """A question about a test digit."""
    page = StudyPage(browser, address, width=1100, height=_TALL, sharpness=_SHARPNESS)
    return shot(page, page.command("explain", index=str(EXAMPLE)))


def explain_in_korean(browser: Browser, address: str) -> bytes:
    """What 민지 gets when she uses the controls of Alex's answer: why not a 1?"""
    page = StudyPage(browser, address, width=1100, height=_TALL, sharpness=_SHARPNESS)
    page.view_as("민지")
    say = speaker("en")
    answer = page.choose(
        page.first_answer,
        say("control.target_predicted", target=4),
        say("control.target_option", target=1),
    )
    return shot(page, answer)


def upload(browser: Browser, address: str) -> bytes:
    """A photograph of a three in a notebook, sent as `image`."""
    return photographed(browser, address, (32,))


def digits(browser: Browser, address: str) -> bytes:
    """The same of 31415."""
    return photographed(browser, address, (32, 2, 4, 5, 15))


def photographed(browser: Browser, address: str, indexes: Sequence[int]) -> bytes:
    """Send a photograph of these test digits."""
    page = StudyPage(browser, address, width=1100, height=_TALLER, sharpness=_SHARPNESS)
    file = photograph(indexes)
    answer = page.command(
        "explain", image={"name": "notebook.jpg", "mimeType": "image/jpeg", "buffer": file}
    )
    return shot(page, answer)


def phone(browser: Browser, address: str) -> bytes:
    """Alex goes on to the next digit, on a narrow screen."""
    page = StudyPage(browser, address, width=390, height=844, sharpness=_SHARPNESS)
    answer = page.press(page.first_answer, speaker("en")("control.next"))
    answer.evaluate("answer => answer.scrollIntoView({ block: 'start' })")
    page.page.locator(":focus").blur()  # a message in use shows a toolbar
    page.page.mouse.move(0, 0)
    return page.page.locator("#preview-app").screenshot()


def shot(page: StudyPage, answer: Locator) -> bytes:
    """Photograph an answer, as wide as what is in it."""
    answer.evaluate("answer => answer.scrollIntoView({ block: 'end' })")
    whole, inside = answer.bounding_box(), answer.locator(".component-container").bounding_box()
    if whole is None or inside is None:
        raise RuntimeError("the answer is not on the page")
    width = inside["x"] + inside["width"] + _MARGIN - whole["x"]
    return page.page.screenshot(clip={**whole, "width": width})


def small(png: bytes) -> bytes:
    """Reduce a picture to 256 colours, most of them for the heat, however small its area."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    colours, counts = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    chroma = np.ptp(colours.astype(int), axis=1)
    weights = counts**0.25 * (1 + chroma / 32)
    sample = np.repeat(colours, np.rint(weights).astype(int), axis=0)
    swatches = Image.fromarray(sample[None])
    palette = swatches.quantize(256, kmeans=3)
    buffer = io.BytesIO()
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
