"""How many connections a mail server likes, and whose turn it is to use one.

Nobody says how many, so it is found out: a few at first, one more while all goes well and mails
wait, and as few as it took when it refuses one, as Postfix does beyond its
smtpd_client_connection_count_limit and Exim beyond smtp_accept_max_per_host. One is left for mails
that somebody waits for.
"""

import asyncio
import heapq
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

FIRST_CONNECTIONS = 2
MOST_CONNECTIONS = 10
MORE_AFTER_MAILS = 20
CAUTIOUS_SECONDS = 300
"""After a connection was refused."""


class NoTurn(Exception):
    """The server is busy with other mails, or we are about to end: this one was not tried."""


class ConnectionTurns:
    """`limit`: how many connections there may be at the moment."""

    def __init__(self) -> None:
        self.limit = FIRST_CONNECTIONS
        self._busy = {True: 0, False: 0}
        self._leaving = 0
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._accepted = 0
        self._refused_at = -float(CAUTIOUS_SECONDS)
        self._is_over = False

    @asynccontextmanager
    async def turn(self, is_bulk: bool, seconds: float) -> AsyncIterator[None]:
        """Holds a turn while the block runs; those of bulk mails come last.

        Raises NoTurn where it did not come within so many seconds.
        """
        await self._begin(is_bulk, seconds)
        try:
            yield
        finally:
            self._busy[is_bulk] -= 1
            self._hand_on()

    def accepted(self) -> None:
        """The server took a mail."""
        self._accepted += 1
        is_cautious = time.monotonic() - self._refused_at < CAUTIOUS_SECONDS
        if self._waiting and self._accepted >= MORE_AFTER_MAILS and not is_cautious:
            self._accepted = 0
            self.limit = min(self.limit + 1, MOST_CONNECTIONS)
            self._hand_on()

    def refused(self, others: int) -> None:
        """The server wants no connection beside those `others`, at least one."""
        self.limit = max(1, min(self.limit, others))
        self._accepted, self._refused_at = 0, time.monotonic()

    def leaves(self) -> None:
        """A connection is being ended; until `left` it counts."""
        self._leaving += 1

    def left(self) -> None:
        self._leaving -= 1
        self._hand_on()

    def end(self) -> None:
        """Whoever waits, and whoever comes, gets NoTurn."""
        self._is_over = True
        for _, _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(NoTurn())
        self._waiting.clear()

    async def _begin(self, is_bulk: bool, seconds: float) -> None:
        if self._is_over:
            raise NoTurn
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (is_bulk, next(self._numbers), waiter))
        self._hand_on()
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            self._let_go(is_bulk, waiter)
            raise NoTurn from None
        except asyncio.CancelledError:
            self._let_go(is_bulk, waiter)
            raise

    def _let_go(self, is_bulk: bool, waiter: asyncio.Future[None]) -> None:
        """Gives back a turn that was handed to somebody who has just stopped waiting."""
        if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
            self._busy[is_bulk] -= 1
            self._hand_on()

    def _hand_on(self) -> None:
        while self._waiting:
            is_bulk, _, waiter = self._waiting[0]
            if waiter.done():
                heapq.heappop(self._waiting)
                continue
            if not self._is_free(is_bulk):
                return
            heapq.heappop(self._waiting)
            self._busy[is_bulk] += 1
            waiter.set_result(None)

    def _is_free(self, is_bulk: bool) -> bool:
        if is_bulk and self._busy[True] >= max(1, self.limit - 1):
            return False
        return sum(self._busy.values()) + self._leaving < self.limit
