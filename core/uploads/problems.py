"""Why an uploaded file cannot be read."""

from enum import StrEnum, auto

from core.uploads.limits import MAX_BYTES


class UploadProblem(StrEnum):
    """What is wrong with an uploaded file."""

    EMPTY = auto()
    TOO_LARGE = auto()
    TOO_MANY_PIXELS = auto()
    NOT_A_PICTURE = auto()
    UNSUPPORTED = auto()
    DAMAGED = auto()
    GAVE_UP = auto()


_SENTENCES = {
    UploadProblem.EMPTY: "The file is empty: send the picture again.",
    UploadProblem.TOO_LARGE: f"The file is larger than {MAX_BYTES >> 20} MiB: send a smaller one.",
    UploadProblem.TOO_MANY_PIXELS: (
        "The picture has too many pixels to be read safely: make it smaller and send it again."
    ),
    UploadProblem.NOT_A_PICTURE: (
        "The file is not a picture: send a PNG, JPEG, WebP, GIF, HEIC or AVIF."
    ),
    UploadProblem.UNSUPPORTED: (
        "Pictures of this format cannot be read: send a PNG, JPEG, WebP, GIF, HEIC or AVIF."
    ),
    UploadProblem.DAMAGED: (
        "The picture is damaged and cannot be read completely: save it as a new file and send that."
    ),
    UploadProblem.GAVE_UP: (
        "The picture takes too much time or memory to be read: save it as a new file, or make it "
        "smaller, and send that."
    ),
}


class UploadError(ValueError):
    """An uploaded file cannot be read; the message is one sentence for the user.

    Attributes:
        problem: What is wrong.
    """

    def __init__(self, problem: UploadProblem) -> None:
        super().__init__(_SENTENCES[problem])
        self.problem = problem
