"""The preview's page, used as a person uses it: by what is written on it."""

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Error, FilePayload, Locator

from tests.preview.serving import until

# The page's security policy forbids what Playwright's `wait_for_function` does.
_STATUS = """async () => {
    const deadline = performance.now() + 100_000;
    while (!window.simcordPreview?.ready) {
        if (performance.now() > deadline) throw new Error("not within 100 seconds");
        await new Promise(resolve => setTimeout(resolve, 20));
    }
    return window.simcordPreview;
}"""
_DATA_URL = """async image => {
    const reader = new FileReader();
    reader.readAsDataURL(await (await fetch(image.src)).blob());
    return new Promise(resolve => reader.onload = () => resolve(reader.result));
}"""


class StudyPage:
    """The study server's channel in a browser.

    Attributes:
        page: for what is not here; closed with the browser.
        faults: JavaScript errors so far.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        width: int = 1280,
        height: int = 800,
        sharpness: int = 1,
    ) -> None:
        """Open the page, and wait until it shows the channel.

        Args:
            browser: opens a page of its own.
            address: as the command printed it.
            width: of the window, in CSS pixels.
            height: of the window; not about 1000, where menus at the bottom do not open.
            sharpness: pixels of a screenshot per CSS pixel.
        """
        self.page = browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=sharpness
        )
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)
        self._settled()

    @property
    def messages(self) -> Locator:
        """Every message that the viewer may see, oldest first."""
        return self.page.locator("article[data-message-id]")

    @property
    def first_answer(self) -> Locator:
        """The answer to Alex that is there when the page is opened."""
        return self.messages.filter(has_text="Alex used /explain").first

    @property
    def panel(self) -> Locator:
        """The panel of the session that is under way."""
        return self.messages.filter(has=self.page.get_by_role("button", name="Join")).last

    @property
    def diagnostics(self) -> list[str]:
        """What the simulator finds to complain of in what it shows."""
        return [str(item["code"]) for item in self._settled()["diagnostics"]]

    def view_as(self, name: str) -> None:
        """Look through the eyes of another member."""
        self.page.get_by_label("Viewing as", exact=True).select_option(name)
        self._settled()

    def say(self, text: str) -> None:
        """Send an ordinary message."""
        composer = self.page.get_by_label("Message", exact=True)
        composer.fill(text)
        self._act(lambda: composer.press("Enter"))

    def command(self, name: str, **options: str | FilePayload) -> Locator:
        """Send a slash command, and find its answer.

        Args:
            name: of the command.
            options: what is typed for each option; a file where it takes a picture.
        """
        composer = self.page.get_by_label("Message", exact=True)
        composer.fill(f"/{name}")
        composer.press("Enter")
        form = self.page.locator("#channel-composer")
        for option, value in options.items():
            form.get_by_text(re.compile(r"^\+.*(options|more)$")).click()
            form.get_by_role("option", name=re.compile(rf"^{option}\W*$")).click()
            field = form.locator(f"input[data-option={option}]")
            if isinstance(value, str):
                field.fill(value)
                if field.get_attribute("role") == "combobox":
                    form.get_by_role(
                        "option", name=re.compile(rf"^{value}\b", re.IGNORECASE)
                    ).first.click()
            else:
                field.set_input_files(value)
        done = self._act(form.get_by_label("Send").click)
        return self._message(done)

    def press(self, message: Locator, button: str) -> Locator:
        """Press a button below a message, and find the message that answers: it, or a new one."""
        pressed = message.get_by_role("button", name=button)
        return self._message(self._act(lambda: self._until_taken(pressed.click)))

    def choose(self, message: Locator, menu: str, option: str) -> Locator:
        """Choose in a menu below a message, and find the message that answers.

        Args:
            message: has the menu.
            menu: what is chosen in it now.
            option: what to choose.
        """
        opener = message.get_by_role("combobox").filter(has_text=menu)
        label = message.locator(".option-label").get_by_text(option, exact=True)

        def open_and_choose() -> None:
            # The simulator shuts a menu that opens while the channel is still being scrolled to it.
            opener.evaluate("opener => opener.scrollIntoView({ block: 'center' })", timeout=10_000)
            if not label.is_visible():
                opener.click(timeout=10_000)
            label.click(timeout=2_000)

        return self._message(self._act(lambda: self._until_taken(open_and_choose)))

    def _until_taken(self, gesture: Callable[[], object]) -> None:
        """Do something again until the page has taken it: it may be redrawn at that moment."""
        before = self._settled()["lastAction"]

        def acted() -> bool:
            return bool(self._settled()["lastAction"] != before)

        def taken() -> bool:
            try:
                gesture()
                return until(acted, 20)
            except (Error, TimeoutError):
                return acted()

        until(taken)

    def pictures(self, message: Locator) -> list[bytes]:
        """The files of the pictures of a message, as the browser received them."""
        urls = [image.evaluate(_DATA_URL) for image in message.locator("img").all()]
        return [b64decode(url.partition(",")[2]) for url in urls]

    def _act(self, gesture: Callable[[], object]) -> dict[str, Any]:
        """Do something, and wait until the bot is done with it.

        Returns:
            The page's receipt for it.
        """
        before = self._settled()["lastAction"]
        gesture()
        until(lambda: self._settled()["lastAction"] != before)
        receipt: dict[str, Any] = self._settled()["lastAction"]
        assert receipt["settlement"] == "settled", receipt
        assert receipt["acknowledgement"] in {"acknowledged", "deferred", "not_applicable"}, receipt
        return receipt

    def _message(self, receipt: dict[str, Any]) -> Locator:
        """The message that came of an action; without a new one, the message acted on."""
        new = [o["messageId"] for o in receipt["outcomes"] if o["kind"] == "response"]
        message_id = new[0] if new else receipt["target"]["messageId"]
        return self.page.locator(f"article[data-message-id='{message_id}']")

    def _settled(self) -> dict[str, Any]:
        status: dict[str, Any] = self.page.evaluate(_STATUS)
        return status
