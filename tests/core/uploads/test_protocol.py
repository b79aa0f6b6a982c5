"""What one side sends is what the other gets; nonsense is told, whatever it is."""

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.uploads import MAX_BYTES, MAX_PIXELS, DecodedImage, UploadError, UploadProblem
from core.uploads.limits import MAX_SIDE
from core.uploads.protocol import (
    Task,
    receive_acknowledgement,
    receive_answer,
    receive_request,
    send_acknowledgement,
    send_answer,
    send_request,
)

_HEAD = "<B?5I"
_PICTURE = len(UploadProblem)


@st.composite
def _pictures(draw: st.DrawFn) -> DecodedImage:
    rows, columns, shrunk = (draw(st.integers(1, 30)) for _ in range(3))
    noise = np.random.default_rng(draw(st.integers(0, 99)))
    pixels = noise.integers(0, 256, (rows, columns, 3), np.uint8)
    file = draw(st.binary(min_size=1, max_size=200))
    return DecodedImage(pixels, (columns * shrunk, rows * shrunk), file, draw(st.booleans()))


def _sent(answer: DecodedImage | UploadProblem) -> bytes:
    stream = io.BytesIO()
    send_answer(stream, answer)
    return stream.getvalue()


def _sent_request(task: Task, data: bytes) -> bytes:
    stream = io.BytesIO()
    send_request(stream, task, data)
    return stream.getvalue()


@given(_pictures())
def test_a_picture_arrives_as_it_was(picture: DecodedImage) -> None:
    arrived = receive_answer(io.BytesIO(_sent(picture)))

    assert np.array_equal(arrived.pixels, picture.pixels)
    assert arrived.size == picture.size
    assert arrived.file == picture.file
    assert arrived.animated == picture.animated


def test_pixels_that_are_not_in_a_row_arrive_too() -> None:
    turned = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[::-1].transpose(1, 0, 2)

    arrived = receive_answer(
        io.BytesIO(_sent(DecodedImage(turned, (4, 5), b"file", animated=False)))
    )

    assert np.array_equal(arrived.pixels, turned)


@pytest.mark.parametrize("problem", UploadProblem)
def test_a_problem_arrives_as_it_was(problem: UploadProblem) -> None:
    with pytest.raises(UploadError) as told:
        receive_answer(io.BytesIO(_sent(problem)))

    assert told.value.problem is problem


@given(st.sampled_from(Task), st.binary(max_size=500), st.binary(max_size=9))
def test_a_request_arrives_as_it_was_and_nothing_of_the_next(
    task: Task, data: bytes, rest: bytes
) -> None:
    stream = io.BytesIO(_sent_request(task, data) + rest)

    assert receive_request(stream) == (task, data)
    assert stream.read() == rest


@given(_pictures(), st.floats(0, 1, exclude_max=True))
def test_an_answer_that_ends_early_is_none(picture: DecodedImage, part: float) -> None:
    sent = _sent(picture)

    with pytest.raises(EOFError):
        receive_answer(io.BytesIO(sent[: int(part * len(sent))]))


@given(st.sampled_from(Task), st.binary(max_size=50), st.floats(0, 1, exclude_max=True))
def test_a_request_that_ends_early_is_none(task: Task, data: bytes, part: float) -> None:
    sent = _sent_request(task, data)

    with pytest.raises(EOFError):
        receive_request(io.BytesIO(sent[: int(part * len(sent))]))


def test_whether_a_request_is_there_is_said() -> None:
    stream = io.BytesIO()
    send_acknowledgement(stream)

    receive_acknowledgement(io.BytesIO(stream.getvalue()))
    with pytest.raises(EOFError):
        receive_acknowledgement(io.BytesIO())


@given(st.binary(max_size=300))
def test_any_bytes_are_a_picture_a_problem_or_nothing(sent: bytes) -> None:
    with suppress(EOFError, UploadError):
        receive_answer(io.BytesIO(sent))
    with suppress(EOFError):
        receive_acknowledgement(io.BytesIO(sent))


_NUMBERS = st.one_of(st.integers(0, 3), st.sampled_from([MAX_SIDE, 2**31, 2**32 - 1]))


@given(
    st.integers(0, 255),
    st.booleans(),
    *([_NUMBERS] * 5),
    st.binary(max_size=40),
)
def test_numbers_that_no_picture_has_are_not_believed(
    outcome: int,
    animated: bool,
    columns: int,
    rows: int,
    width: int,
    height: int,
    length: int,
    rest: bytes,
) -> None:
    head = struct.pack(_HEAD, outcome, animated, columns, rows, width, height, length)
    try:
        picture = receive_answer(io.BytesIO(head + rest))
    except (EOFError, UploadError):
        return

    assert 0 < columns <= width
    assert 0 < rows <= height
    assert picture.pixels.nbytes + len(picture.file) <= len(rest)
    assert min(picture.scale) >= 1


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 1, 1, 1, 1),
        (MAX_SIDE + 1, 1, MAX_SIDE + 1, 1, 1),
        (4096, 1025, 4096, 1025, 1),
        (1, 1, 1, 1, 0),
        (1, 1, 1, 1, MAX_BYTES + 1),
        (2, 2, 1, 2, 1),
        (1, 1, 0, 1, 1),
        (1, 1, MAX_PIXELS, 2, 1),
    ],
)
def test_nothing_is_read_for_them(numbers: tuple[int, ...]) -> None:
    stream = io.BytesIO(struct.pack(_HEAD, _PICTURE, False, *numbers) + bytes(30_000))

    with pytest.raises(EOFError):
        receive_answer(stream)

    assert stream.tell() == struct.calcsize(_HEAD)
