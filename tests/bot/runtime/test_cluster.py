"""What a cluster may answer, and what is made of it. A real one is in tests/load/test_ray.py."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.runtime import cluster as runtime
from bot.runtime.cluster import AwayError, Cluster
from bot.runtime.engine import Engine
from bot.runtime.networks import Network
from bot.runtime.wire import WireError, pack, unpack
from core.dataset import test_digit as digit_of
from core.explain.explainer import Explainer
from core.explain.scores import Score

_WEIGHTS = dict.fromkeys(Network, "2edb1002")
_PACKED = pack(logits=np.ones(10, np.float32), layer="conv2d")
_RIGHT = json.dumps(_WEIGHTS).encode()
_IMAGE = digit_of(7).image[None]


class _Server(HTTPServer):
    """Answers all alike, and counts what it is asked."""

    told: bytes = _RIGHT  # to GET
    status: int = 200  # to POST
    answer: bytes = b""
    length: int | None = None
    asked: int = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._send(200, self.server.told)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        self._send(self.server.status, self.server.answer, self.server.length)

    def _send(self, status: int, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    """Something that speaks HTTP."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _cluster(server: _Server) -> Cluster:
    return Cluster(f"http://127.0.0.1:{server.server_port}/gradcam", _WEIGHTS)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (b"<html>", "No answer from the cluster"),
        (b'{"tutorial": "2edb1002"}', "has other weights and is not used"),
        (b"[]", "has other weights and is not used"),
    ],
)
def test_what_is_no_cluster_of_the_same_networks_is_not_used_and_told_once(
    told: bytes, said: str, server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.told = told
    cluster = _cluster(server)

    for _ in range(2):
        assert cluster.check()

    with pytest.raises(AwayError):
        cluster.explainers[Network.TUTORIAL].logits(_IMAGE)
    assert server.asked == 0
    (line,) = caplog.messages
    assert said in line


@pytest.mark.parametrize(
    ("status", "answer", "length"),
    [
        (500, b"", None),
        (404, b"", None),
        (200, b"nonsense", None),
        (200, pack(other=1), None),
        (200, pack(logits=[[1]]), 10_000),  # cut off
    ],
)
async def test_after_a_wrong_answer_this_process_computes_and_asks_no_more(
    status: int, answer: bytes, length: int | None, server: _Server, explainer: Explainer
) -> None:
    server.status, server.answer, server.length = status, answer, length
    cluster = _cluster(server)
    cluster.check()
    engine = Engine(dict.fromkeys(Network, explainer), 0.0, cluster=cluster)
    try:
        logits = [await engine.logits(_IMAGE, Network.TUTORIAL) for _ in range(3)]
        ((explained,), explanation) = (
            await engine.explain_all(_IMAGE, Network.TUTORIAL, Score.LOGIT),
            await engine.explain(
                _IMAGE, Network.TUTORIAL, "conv2d", [9], "rise", Score.LOGIT, None
            ),
        )
    finally:
        engine.close()

    assert server.asked == 1
    assert {int(each.argmax()) for each in logits} == {9}
    assert explained.prediction == explanation.predictions[0] == 9


def test_a_cluster_that_is_back_is_used_again_after_a_while(
    server: _Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", runtime.__name__)
    checked = threading.Event()
    cluster = _cluster(server)
    assert cluster.check() is None
    server.status = 503
    with pytest.raises(AwayError):
        cluster.explainers[Network.TUTORIAL].logits(_IMAGE)
    server.status, server.answer = 200, pack(logits=np.ones((1, 10), np.float32))
    check = cluster.check

    def check_and_tell() -> None:
        check()
        checked.set()

    monkeypatch.setattr(cluster, "check", check_and_tell)

    assert not cluster.present
    assert not checked.is_set()
    monkeypatch.setattr(cluster, "_next_check", 0)  # some seconds later
    assert not cluster.present  # nobody waits
    checked.wait()

    assert cluster.explainers[Network.TUTORIAL].logits(_IMAGE).tolist() == [[1.0] * 10]
    assert ["503" in message for message in caplog.messages] == [False, True, False]


def _lone_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones(10, np.float32))
    return file.getvalue()


def _with_a_note() -> bytes:
    file = io.BytesIO(pack(logits=np.ones(10)))
    with ZipFile(file, "a") as archive:
        archive.writestr("note", b"a note")
    return file.getvalue()


@pytest.mark.parametrize("file", [b"", b"an error", _lone_array(), _with_a_note()])
def test_what_pack_has_not_written_is_refused(file: bytes) -> None:
    with pytest.raises(WireError):
        unpack(file)


@given(at=st.integers(0), byte=st.integers(0, 255))
@example(at=_PACKED.index(b"PK\x01\x02") + 8, byte=1)  # encrypted
@example(at=_PACKED.index(b"PK\x01\x02") + 10, byte=8)  # compressed in a way that it is not
@example(at=_PACKED.index(b"PK\x01\x02") + 10, byte=12)
@example(at=_PACKED.index(b"PK\x01\x02") + 10, byte=99)  # in an unknown way
def test_a_damaged_file_is_read_or_refused(at: int, byte: int) -> None:
    damaged = bytearray(_PACKED)
    damaged[at % len(damaged)] = byte

    with suppress(WireError):
        unpack(bytes(damaged))


def test_what_would_be_run_is_not_read() -> None:
    pickled = io.BytesIO()
    np.savez(pickled, logits=np.array([print], object))

    with pytest.raises(WireError):
        unpack(pickled.getvalue())
