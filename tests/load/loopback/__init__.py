"""A loopback Discord for proof: a gateway, the REST API and the CDN on 127.0.0.1.

The real process `gradcam-bot run` is tested against it; see `tests/load/test_loopback.py`.
"""

from tests.load.loopback.harm import Harm
from tests.load.loopback.people import Answer, Channel, Guild, Message, NotAnsweredError, Person
from tests.load.loopback.process import Process
from tests.load.loopback.server import Loopback

__all__ = [
    "Answer",
    "Channel",
    "Guild",
    "Harm",
    "Loopback",
    "Message",
    "NotAnsweredError",
    "Person",
    "Process",
]
