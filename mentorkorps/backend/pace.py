"""How much one address prefix may send. Kept in memory only, and only as a keyed hash that ends with the process."""

import hashlib
import secrets
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_POSTS = 30
WINDOW = timedelta(minutes=10)
MOST_PREFIXES = 20_000


class Pace:
    """Counts the posts of each prefix within the last ten minutes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._posts: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def wait(self, prefix: str, now: datetime) -> timedelta | None:
        """Counts a post; or, if there were too many, counts nothing and tells when the next may come."""
        self._forget(now)
        name = hashlib.blake2b(prefix.encode(), key=self._key, digest_size=16).digest()
        posts = self._posts.setdefault(name, deque())
        while posts and posts[0] <= now - WINDOW:
            posts.popleft()
        if len(posts) >= MOST_POSTS:
            return posts[0] + WINDOW - now
        posts.append(now)
        self._posts.move_to_end(name)
        return None

    def _forget(self, now: datetime) -> None:
        while self._posts:
            oldest = next(iter(self._posts.values()))
            if oldest[-1] > now - WINDOW and len(self._posts) < MOST_PREFIXES:
                return
            self._posts.popitem(last=False)
