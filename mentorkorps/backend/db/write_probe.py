"""Whether the database takes a row, tried as often as is useful and not as often as somebody asks.

It writes a row and takes it back in one transaction: reading goes well on a full disk.
"""

import asyncio
import time

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.spent_rows import try_out
from mentorkorps.backend.db.writer import Busy, Unavailable

PATIENCE_SECONDS = 3
"""As long as the writer may be busy with what others asked for; whoever monitors waits longer."""
VALID_SECONDS = 5
"""A verdict is told to strangers for so long. Who may see the figures gets a fresh one."""


class WriteProbe:
    """Writes a row and takes it back; while one try is under way, whoever comes waits for its verdict."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = asyncio.Lock()
        self._verdict: bool | None = None
        self._tried_at = 0.0

    async def takes_a_row(self, is_fresh: bool) -> bool:
        """Tries it anew where `is_fresh`, or where the last verdict is older than five seconds."""
        async with self._lock:
            is_old = time.monotonic() - self._tried_at > VALID_SECONDS
            if is_fresh or is_old or self._verdict is None:
                self._verdict = await self._try()
                self._tried_at = time.monotonic()
            return self._verdict

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._database.change(try_out, self._clock())
        except (Busy, Unavailable, TimeoutError):
            return False
        return True
