"""Controls of a message that is one person's."""

from abc import ABC

from bot.ui.control import Control, ItemT

OWNER = r"(?P<owner>\d{1,20})"
"""In a template: whose message it is."""


class OwnedControl(Control[ItemT], ABC, template=r"(?!)"):
    """Knows whose message it is, from its `custom_id`."""

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.owner = int(self.state["owner"])
