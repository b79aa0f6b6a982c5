"""The two networks that answer."""

from enum import StrEnum


class Network(StrEnum):
    """Which network answers: both have the same layers, and differ in what they were trained on."""

    TUTORIAL = "tutorial"
    """By the tutorial's recipe on MNIST, or what the operator put in its place."""
    UPLOADS = "uploads"
    """For digits in photographs and drawings."""

    @property
    def other(self) -> "Network":
        """The one to compare with."""
        return Network.UPLOADS if self is Network.TUTORIAL else Network.TUTORIAL
