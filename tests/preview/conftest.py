"""The preview served once for all that look at it, and a browser to look with."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.preview.page import StudyPage
from tests.preview.serving import Serving

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Open = Callable[..., StudyPage]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium; where it is missing there is nothing to test, except in CI."""
    executable = shutil.which("chromium")
    if executable is None and "CI" not in os.environ:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A preview that nothing goes wrong in: it complains of nothing, and ends as it should."""
    with Serving(tmp_path_factory.mktemp("preview")) as serving:
        yield serving
        assert serving.send(signal.SIGTERM) == 0
        assert serving.stderr == ""


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Opens pages; at the end, none may have had a fault."""
    pages: list[StudyPage] = []

    def open_page(serving: Serving, **window: int) -> StudyPage:
        pages.append(StudyPage(chromium, serving.address, **window))
        return pages[-1]

    yield open_page
    for page in pages:
        assert page.faults == []
        page.page.close()
