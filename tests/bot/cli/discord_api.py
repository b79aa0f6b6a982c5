"""What `gradcam-bot doctor` asks Discord, answered on this machine."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from typing_extensions import override

from bot.ui.access import PERMISSIONS


@dataclass
class Discord:
    """Answers as to a bot that is set up well, but for what a test changes.

    Attributes:
        token: the only one that it takes.
        application: of the bot.
        servers: that the bot is in.
        ahead: how many seconds its clock is ahead of this machine's.
        url: of its API.
    """

    token: str
    application: dict[str, Any] = field(
        default_factory=lambda: {"id": "4321", "flags": 0, "integration_types_config": {"1": {}}}
    )
    servers: list[dict[str, Any]] = field(
        default_factory=lambda: [{"name": "Study", "permissions": str(PERMISSIONS.value)}]
    )
    ahead: float = 0
    url: str = ""

    def answer(self, path: str, authorization: str | None) -> tuple[int, object]:
        """Answer a request with a status and what it is about."""
        if path == "/gateway":
            return 200, {"url": "wss://gateway.discord.gg"}
        if authorization != f"Bot {self.token}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        told = {
            "/users/@me": {"id": "4321", "username": "Grad-CAM"},
            "/applications/@me": self.application,
            "/users/@me/guilds": self.servers,
        }
        return 200, told[path]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Answer at `url`."""
        discord = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, told = discord.answer(self.path, self.headers["Authorization"])
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def date_time_string(self, timestamp: float | None = None) -> str:

                return super().date_time_string(time.time() + discord.ahead)

            @override
            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield
            server.shutdown()
            thread.join()
