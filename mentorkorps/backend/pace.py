"""How much one address prefix may send, and when a form is crowded.

Kept in memory only, and only as a keyed hash that ends with the process: each instance counts for itself, so that
with several of them the limits are as many times as high.
"""

import hashlib
import secrets
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_POSTS = 30
MOST_TO_A_FORM = 300
"""By all visitors together. More than a municipality's campaign brings; above it those without a proof are doubted."""
MOST_CODES = 100
"""Certificates looked up: more than an employer has, and no way to find one by its proof of 40 bits."""
WINDOW = timedelta(minutes=10)
MOST_PREFIXES = 20_000


class Pace:
    """Counts the posts under each name, an address prefix or a form, within the last ten minutes."""

    def __init__(self, most_posts: int = MOST_POSTS) -> None:
        self._most_posts = most_posts
        self._key = secrets.token_bytes(32)
        self._posts: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def wait(self, name: str, now: datetime) -> timedelta | None:
        """Counts a post; or, if there were too many, counts nothing and tells when the next may come."""
        self._forget(now)
        hashed = hashlib.blake2b(name.encode(), key=self._key, digest_size=16).digest()
        posts = self._posts.setdefault(hashed, deque())
        if posts and posts[-1] > now:  # the clock was put back
            posts.clear()
        while posts and posts[0] <= now - WINDOW:
            posts.popleft()
        if len(posts) >= self._most_posts:
            return posts[0] + WINDOW - now
        posts.append(now)
        self._posts.move_to_end(hashed)
        return None

    def _forget(self, now: datetime) -> None:
        while self._posts:
            oldest = next(iter(self._posts.values()))
            if oldest[-1] > now - WINDOW and len(self._posts) < MOST_PREFIXES:
                return
            self._posts.popitem(last=False)
