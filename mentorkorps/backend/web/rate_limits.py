"""How often an effect may come about from one network: limits on what happens, wherever in the app
it is asked for.

What one person or one mailbox may have stands in the database (`db/asked_rows`, `signups/lifecycle`) and holds for all
instances. Networks are kept in memory only, and only as a keyed hash that ends with the process: each instance counts
for itself, so that with several of them these limits are as many times as high.

Whoever has a mail sent, a place taken or the database swept asks for it where it is done. A test
walks every address that takes posts and counts the mails.
"""

import hashlib
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from starlette.types import Scope

from mentorkorps.backend.web.client_address import (
    Address,
    Network,
    client_address,
    is_among,
    networks_of,
    socket_address,
)

Effect = Literal["submission", "erasure", "code", "guess", "log_in", "refused_link"]
"""What is limited.

submission: a row is kept, a place is taken, a mail leaves. erasure: the database is swept. code: a
certificate is looked up at its address. guess: a code or a name is typed. log_in: somebody asks to
log in at the desk. refused_link: a link to the desk is none of ours, or its code was wrong.
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many points an effect may cost a network within the window."""

    most: int
    window: timedelta = timedelta(minutes=10)


PROVED, UNPROVED = 1, 4
"""Points of a submission. A proof of work costs a robot processor time, and 120 people in a room
nothing.
"""
PLAIN_CHANGE = 1
LIMITS: dict[Effect, Limit] = {
    "submission": Limit(120),
    "erasure": Limit(20),
    # More than an employer has, and no way to find one by its proof of 40 bits.
    "code": Limit(100),
    "guess": Limit(30),
    "log_in": Limit(30),
    "refused_link": Limit(100, timedelta(hours=24)),
}
MOST_TO_A_FORM = 300
"""Unproved ones, by all visitors together. More than a municipality's campaign brings."""
MOST_OF_A_CROWD = 30
"""By how many of these one network can make a form crowded."""
MOST_NETWORKS = 20_000

log = logging.getLogger(__name__)


class SlidingWindow:
    """Points under each name within the last minutes."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._key = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, deque[tuple[datetime, int]]] = OrderedDict()

    def take(self, most: Mapping[str, int], points: int, now: datetime) -> timedelta | None:
        """Counts points under each of the names; or, where one of them has had its `most`, counts
        nothing.

        Returns how long to wait until there is room for them.
        """
        self._forget(now)
        waits = [
            wait
            for name, limit in most.items()
            if (wait := self._wait(self._of(name, now), limit, points, now))
        ]
        if waits:
            return max(waits)
        self.add(list(most), points, now)
        return None

    def add(self, names: Sequence[str], points: int, now: datetime) -> None:
        """Counts what has come about already, whatever the limit."""
        for name in names:
            self._of(name, now).append((now, points))
            self._entries.move_to_end(self._hashed(name))

    def give_back(self, names: Sequence[str], points: int) -> None:
        """Takes back what was counted last with so many points: what it stood for did not come
        about.
        """
        for name in names:
            entries = self._entries.get(self._hashed(name), deque())
            last = next((entry for entry in reversed(entries) if entry[1] == points), None)
            if last:
                entries.remove(last)

    def is_full(self, name: str, limit: int, now: datetime) -> bool:
        self._forget(now)
        return (
            self._hashed(name) in self._entries
            and self._wait(self._of(name, now), limit, 1, now) is not None
        )

    def _wait(
        self, entries: deque[tuple[datetime, int]], limit: int, points: int, now: datetime
    ) -> timedelta | None:
        excess = sum(cost for _, cost in entries) + points - limit
        if excess <= 0:
            return None
        for moment, freed in entries:
            excess -= freed
            if excess <= 0:
                return moment + self._window - now
        return self._window

    def _of(self, name: str, now: datetime) -> deque[tuple[datetime, int]]:
        entries = self._entries.setdefault(self._hashed(name), deque())
        if entries and entries[-1][0] > now:  # the clock was put back
            entries.clear()
        while entries and entries[0][0] <= now - self._window:
            entries.popleft()
        return entries

    def _hashed(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode(), key=self._key, digest_size=16).digest()

    def _forget(self, now: datetime) -> None:
        while self._entries:
            oldest = next(iter(self._entries.values()))
            is_over = not oldest or oldest[-1][0] <= now - self._window
            if not is_over and len(self._entries) < MOST_NETWORKS:
                return
            self._entries.popitem(last=False)


@dataclass(frozen=True, slots=True)
class VisitorLimits:
    """What one visitor may cause at one moment; who cannot be told from others is not counted."""

    _windows: Mapping[Effect, SlidingWindow]
    _crowds: SlidingWindow
    _address: Address | None
    _now: datetime

    def take(self, effect: Effect, points: int) -> timedelta | None:
        """Counts an effect that is about to come; or tells how long the visitor's network has to
        wait.
        """
        if self._address is None:
            return None
        most = {name: times * LIMITS[effect].most for name, times in networks_of(self._address)}
        return self._windows[effect].take(most, points, self._now)

    def is_used_up(self, effect: Effect) -> bool:
        """Whether the visitor's network has had all of an effect that it may have."""
        if self._address is None:
            return False
        window, most = self._windows[effect], LIMITS[effect].most
        names = networks_of(self._address)
        return any(window.is_full(name, times * most, self._now) for name, times in names)

    def is_crowded(self, form: str) -> bool:
        """Whether all visitors together send more to a form than people do."""
        return self._crowds.is_full(form, MOST_TO_A_FORM, self._now)

    def add(self, effect: Effect, points: int) -> None:
        """Counts more for an effect that has come about: it cost more than it seemed."""
        if self._address:
            names = [name for name, _ in networks_of(self._address)]
            self._windows[effect].add(names, points, self._now)

    def give_back(self, effect: Effect, points: int) -> None:
        """The effect did not come about: the database kept nothing."""
        if self._address:
            names = [name for name, _ in networks_of(self._address)]
            self._windows[effect].give_back(names, points)

    def add_to_crowd(self, form: str) -> None:
        """Counts a submission without a proof for its form, of one network only so many."""
        if self._address is None:
            return
        *_, (widest, _) = networks_of(self._address)
        if self._crowds.take({f"{form} {widest}": MOST_OF_A_CROWD}, 1, self._now) is None:
            self._crowds.take({form: MOST_TO_A_FORM}, 1, self._now)


class RateLimits:
    """The limits of one process. `proxies` are believed about whom they pass on.

    Behind a proxy on this machine that is not named in the settings, all visitors have one address:
    the loopback's. They cannot be told apart then, and are not counted; nor are those whom a named
    proxy names in no way we can read.
    """

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies = proxies
        self._windows = {effect: SlidingWindow(limit.window) for effect, limit in LIMITS.items()}
        self._crowds = SlidingWindow(LIMITS["submission"].window)
        self._has_warned = False

    def of(self, scope: Scope, now: datetime) -> VisitorLimits:
        """The limits of whoever sent this request, at this moment."""
        address: Address | None = client_address(scope, self._proxies)
        if not self._proxies:
            is_known = address is not None and not address.is_loopback
        else:
            is_known = address is not None and not is_among(address, self._proxies)
            if not is_known:
                self._warn(scope)
        return VisitorLimits(self._windows, self._crowds, address if is_known else None, now)

    def _warn(self, scope: Scope) -> None:
        if self._has_warned or not is_among(socket_address(scope), self._proxies):
            return
        self._has_warned = True
        log.warning(
            "the proxy in MENTORKORPS_TRUSTED_PROXY names no visitor whose address can be read in X-Forwarded-For or "
            "Forwarded: visitors are not counted by network"
        )
