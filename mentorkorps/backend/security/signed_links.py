"""Links that nobody can guess or forge: an id, the moment it was given out, and a signature for one purpose.

How soon a link ends depends on where it lies: six hours in a browser's history, half a year in the
person's own mailbox. A link on a page never outlasts the one by which the page was reached, or a
key found in a log could be renewed by following it. Who comes too late gets a fresh link by mail,
never on the page. A session or a `#fragment` would keep tokens out of addresses too, but the site
does without cookies and scripts; so the guide's proxies log no request at all, and a test runs
them with the guide's own blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from mentorkorps.backend.clock import Clock

Purpose = Literal[
    "receipt",
    "confirm",
    "confirm_all",
    "links",
    "mine",
    "desk",
    "waiting",
    "gathering",
    "offer",
    "doubtful",
    "renew",
    "leave",
    "desk_login",
]

SHOWN = timedelta(hours=6)
"""For a link that a page shows: it stays in the history of a browser, which others may use."""
MAILED = timedelta(days=180)
"""For a link to somebody's own sign-up that lies in that one's mailbox: courses are booked months ahead."""

LIFETIMES: dict[Purpose, timedelta] = {
    "receipt": SHOWN,
    "confirm": timedelta(hours=72),
    "confirm_all": timedelta(hours=72),
    "links": timedelta(hours=72),
    "mine": MAILED,
    "desk": timedelta(days=30),
    "waiting": timedelta(days=14),
    "gathering": timedelta(days=14),
    "offer": timedelta(days=30),
    "doubtful": timedelta(days=14),
    "renew": SHOWN,
    "desk_login": timedelta(minutes=15),
    # As long as anybody keeps a mail: it does no more than end mails, and must not be a dead end.
    "leave": timedelta(days=3 * 365),
}


class BadToken(Exception):
    """The link is not one of ours, or not one for this purpose."""


class ExpiredToken(BadToken):
    """The link was ours. `id` is what it stood for."""

    def __init__(self, id: str) -> None:
        super().__init__("expired")
        self.id = id


@dataclass(frozen=True, slots=True)
class Tokens:
    """Signs with the first key and takes every key: a new one in front retires the others bit by bit."""

    keys: Sequence[str]
    clock: Clock

    def sign(
        self, purpose: Purpose, id: str, issued_at: datetime, lifetime: timedelta | None = None
    ) -> str:
        """A token that lasts as long as its purpose says, unless it is told another lifetime.

        The same id and moment give the same token, so that a form sent twice gets the same receipt.
        """
        lasting = [] if lifetime is None else [int(lifetime.total_seconds())]
        return _serializer(tuple(self.keys), purpose).dumps(
            [id, int(issued_at.timestamp()), *lasting]
        )

    def read(self, purpose: Purpose, token: str) -> str:
        """The id in a token. Raises BadToken, or ExpiredToken where its lifetime is over."""
        id, ends = self._read(purpose, token)
        if self.clock() > ends:
            raise ExpiredToken(id)
        return id

    def ends(self, purpose: Purpose, token: str) -> datetime:
        """When the lifetime of a token is over, or was. Raises BadToken."""
        return self._read(purpose, token)[1]

    def _read(self, purpose: Purpose, token: str) -> tuple[str, datetime]:
        try:
            id, issued_at, *lasting = _serializer(tuple(self.keys), purpose).loads(token)
        except BadData as error:
            raise BadToken(purpose) from error
        lifetime = timedelta(seconds=lasting[0]) if lasting else LIFETIMES[purpose]
        return id, datetime.fromtimestamp(issued_at, UTC) + lifetime


@cache
def _serializer(keys: tuple[str, ...], purpose: Purpose) -> URLSafeSerializer:
    # itsdangerous takes the oldest key first and signs with the last.
    return URLSafeSerializer(list(reversed(keys)), salt=f"mentorkorps.{purpose}")
