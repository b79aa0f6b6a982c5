"""For whom a message is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may do what with an answer.

    Attributes:
        owner: the id of the user whose presses change the message.
        uploader: the id of the user whose picture it is about; the owner's, for a test digit.
        shared: whether others see it, and so need to know whose it is.
    """

    owner: int
    uploader: int
    shared: bool

    @property
    def has_uploader(self) -> bool:
        """Whether the uploader sees it."""
        return self.shared or self.owner == self.uploader
