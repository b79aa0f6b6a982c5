"""Holds what the bot sends against Discord's own description of its API."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import simcord
from jsonschema_rs import Draft202012Validator

_DESCRIPTION = Path(__file__).parents[3] / "shared" / "discord-openapi.json"


@dataclass(frozen=True, eq=False)
class _Route:
    method: str
    pattern: re.Pattern[str]
    schema: dict[str, Any]

    @cached_property
    def validator(self) -> Draft202012Validator:
        """Compiled when it is first needed: few routes are."""
        return Draft202012Validator(self.schema)


class Validator:
    """Validates requests by their route; without the description it can only count them."""

    def __init__(self, description: dict[str, Any] | None) -> None:
        self._routes: list[_Route] = []
        self._valid: set[tuple[str, str, str]] = set()
        if description is None:
            return
        components = description["components"]
        # discord.py sends ids as integers, which Discord takes.
        components["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        for path, methods in description["paths"].items():
            pattern = re.compile(re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(path)) + "$")
            for method, operation in methods.items():
                body = operation.get("requestBody") if isinstance(operation, dict) else None
                if body and "application/json" in body["content"]:
                    schema = body["content"]["application/json"]["schema"]
                    whole = {**schema, "components": components}
                    self._routes.append(_Route(method.upper(), pattern, whole))

    @classmethod
    def find(cls) -> Self:
        """Load the description from beside the repository, if it is there."""
        if not _DESCRIPTION.is_file():
            return cls(None)
        return cls(json.loads(_DESCRIPTION.read_text(encoding="utf-8")))

    def check(self, requests: Iterable[simcord.HttpLogEntry]) -> None:
        """Fail on the first request that Discord would not understand."""
        for request in requests:
            fault = self.fault(request.method, request.path, request.json)
            assert fault is None, fault

    def fault(self, method: str, path: str, body: Any) -> str | None:
        """What Discord would not understand in a request; `None` if it understands all."""
        if not self._routes or body is None or method == "GET":
            return None
        sent = (method, path, json.dumps(body, sort_keys=True))
        if sent in self._valid:  # every start registers the same commands
            return None
        route = self._route(method, path)
        if route is None:
            return f"Discord has no route {method} {path}"
        error = next(route.validator.iter_errors(body), None)
        if error is not None:
            return f"{method} {path}: {error.message[:2000]}"
        self._valid.add(sent)
        return None

    def _route(self, method: str, path: str) -> _Route | None:
        for route in self._routes:
            if route.method == method and route.pattern.search(path):
                return route
        return None
