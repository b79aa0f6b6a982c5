"""For whom the bot works, and in which order: servers take turns, and in each server people."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from typing_extensions import override

from bot.runtime.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Requester:
    """For whom something is done.

    Attributes:
        server: the id of the server; of the person, where there is no server.
        person: the id of the person.
    """

    server: int
    person: int


class _Request:
    """What a person asks for, until it is answered."""

    def __init__(
        self, requester: Requester, let_in: Callable[["_Request"], None], persons_turn: asyncio.Lock
    ) -> None:
        self.requester = requester
        self._let_in = let_in
        self._persons_turn = persons_turn
        self._has_turn = False
        self._ended = asyncio.Event()
        self._once = asyncio.Lock()

    def enter(self) -> None:
        """Take a place in the queue, unless the request has one.

        Raises:
            UserError: If too many wait already.
        """
        self._let_in(self)

    async def begin(self) -> None:
        """Wait until the requests that the person made before it have ended.

        Raises:
            UserError: If too many wait already.
        """
        async with self._once:  # it may ask for several things at the same time
            if self._has_turn or self._ended.is_set():
                return
            self.enter()
            await self._persons_turn.acquire()
            self._has_turn = True
            if self._ended.is_set():  # meanwhile
                self.end()

    def end(self) -> None:
        """Give the person's turn to the next request."""
        self._ended.set()
        if self._has_turn:
            self._has_turn = False
            self._persons_turn.release()


_request = ContextVar[_Request | None]("request", default=None)
"""What request is answered here; none where the bot acts of its own accord."""

_NOBODY = Requester(0, 0)


def current_requester() -> Requester:
    """Return the person and the server that the current context works for."""
    request = _request.get()
    return _NOBODY if request is None else request.requester


def enter() -> None:
    """Take a place in the queue before a request is acknowledged, so that a refusal is its answer.

    Otherwise it takes its place when something is computed for it; see `begin`.

    Raises:
        UserError: If too many wait already.
    """
    request = _request.get()
    if request is not None:
        request.enter()


async def begin() -> None:
    """Wait, before anything is computed, until the person's earlier requests have ended.

    Raises:
        UserError: If too many wait already; a request that is let in stays so to its end.
    """
    request = _request.get()
    if request is not None:
        await request.begin()


class Turns(Generic[T]):
    """A thread-safe queue that serves servers in turn, and within a server its people in turn.

    Each person's items keep their order. However many items one person queues, another person's
    next item waits behind at most one of them; the same holds between servers.
    """

    def __init__(self) -> None:
        self._servers: dict[int, dict[int, deque[T]]] = {}
        self._lock = Lock()

    def put(self, item: T, requester: Requester) -> None:
        """Append an item to those of its person."""
        with self._lock:
            people = self._servers.setdefault(requester.server, {})
            people.setdefault(requester.person, deque()).append(item)

    def take(self, fits: Callable[[T], bool] = lambda _: True) -> T | None:
        """Take the next item, unless there is none or it does not fit."""
        with self._lock:
            if not self._servers:
                return None
            server, people = next(iter(self._servers.items()))
            person, items = next(iter(people.items()))
            if not fits(items[0]):
                return None
            item = items.popleft()
            # A person with more items is served again after all others.
            del people[person]
            if items:
                people[person] = items
            del self._servers[server]
            if people:
                self._servers[server] = people
            return item


@dataclass(frozen=True, eq=False, slots=True)
class _Work(Generic[T]):
    """A function that waits to be called, and what becomes of it."""

    run: Callable[[], T]
    done: Future[T]

    def __call__(self) -> None:
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            result = self.run()
        except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
            self.done.set_exception(error)
        else:
            self.done.set_result(result)


class FairExecutor(ThreadPoolExecutor):
    """Threads that take what they are given in turn between servers and people; see `Turns`."""

    def __init__(self, threads: int, name: str) -> None:
        super().__init__(threads, name)
        self._turns = Turns[_Work[Any]]()

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        work = _Work(partial(fn, *args, **kwargs), Future[T]())
        self._turns.put(work, current_requester())
        super().submit(self._take_turn)
        return work.done

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        while cancel_futures and (work := self._turns.take()) is not None:
            work.done.cancel()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _take_turn(self) -> None:
        # `submit` schedules a turn for each item; this turn may take another item than its own.
        work = self._turns.take()
        if work is not None:
            work()


class Admission:
    """Limits the requests for which something is computed: of a person, of a server, and in all.

    Others, such as votes, are not counted.
    """

    def __init__(self, most: int, per_server: int, per_person: int) -> None:
        self._most, self._per_server, self._per_person = most, per_server, per_person
        self._let_in: dict[_Request, None] = {}  # in the order they came
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @contextmanager
    def request(self, person: int, server: int | None) -> Iterator[Callable[[], int]]:
        """Treat all that is done in this context as one request of a person; see `begin`.

        Yields:
            A function that returns how many requests come before this one.
        """
        persons_turn = self._turns.setdefault(person, asyncio.Lock())
        request = _Request(Requester(server or person, person), self._let, persons_turn)
        outer = _request.set(request)
        try:
            yield partial(self._before, request)
        finally:
            _request.reset(outer)
            self._let_in.pop(request, None)
            request.end()

    def _let(self, request: _Request) -> None:
        if request in self._let_in:
            return
        requester, others = request.requester, [each.requester for each in self._let_in]
        if sum(other.person == requester.person for other in others) >= self._per_person:
            raise UserError("problem.yours_wait", count=self._per_person)
        if sum(other.server == requester.server for other in others) >= self._per_server:
            raise UserError("problem.server_busy", count=self._per_server)
        if len(others) >= self._most:
            raise UserError("problem.busy")
        self._let_in[request] = None

    def _before(self, request: _Request) -> int:
        """Count the requests that come before one, if none was begun yet."""
        if request not in self._let_in:
            return 0
        turns = Turns[_Request]()
        for each in self._let_in:
            turns.put(each, each.requester)
        return next(before for before in count() if turns.take() is request)
