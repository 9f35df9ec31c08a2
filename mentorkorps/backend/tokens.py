"""Links that nobody can guess or forge: an id, the moment it was given out, and a signature for one purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from mentorkorps.backend.clock import Clock

Purpose = Literal["receipt", "confirm", "confirm_all", "mine", "desk", "offer", "doubtful"]

LIFETIMES: dict[Purpose, timedelta | None] = {
    "receipt": None,
    "confirm": timedelta(hours=72),
    "confirm_all": timedelta(hours=72),
    "mine": None,
    "desk": timedelta(days=30),
    "offer": None,
    "doubtful": timedelta(days=14),
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

    def sign(self, purpose: Purpose, id: str, given: datetime) -> str:
        """The same id and moment give the same token, so that a mail sent twice holds the same link."""
        return _serializer(tuple(self.keys), purpose).dumps([id, int(given.timestamp())])

    def read(self, purpose: Purpose, token: str) -> str:
        """The id in a token. Raises BadToken, or ExpiredToken where its lifetime is over."""
        try:
            id, given = _serializer(tuple(self.keys), purpose).loads(token)
        except BadData as error:
            raise BadToken(purpose) from error
        lifetime = LIFETIMES[purpose]
        if lifetime and self.clock() > datetime.fromtimestamp(given, UTC) + lifetime:
            raise ExpiredToken(id)
        return id


@cache
def _serializer(keys: tuple[str, ...], purpose: Purpose) -> URLSafeSerializer:
    # itsdangerous takes the oldest key first and signs with the last.
    return URLSafeSerializer(list(reversed(keys)), salt=f"mentorkorps.{purpose}")
