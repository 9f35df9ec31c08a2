"""What is looked after again and again for as long as the server runs."""

import asyncio
import logging
from abc import ABC, abstractmethod

from mentorkorps.backend.db.writer import Busy, Unavailable

log = logging.getLogger(__name__)


class PeriodicJob(ABC):
    """Looks, waits, and looks again. A look that fails is not the last: until one succeeds, `is_alive` says no."""

    name: str
    seconds_between: float = 1

    def __init__(self) -> None:
        self._is_well = True
        self._task: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        return self._is_well and self._task is not None and not self._task.done()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    @abstractmethod
    async def look(self) -> None:
        """Does what is to be done now, and can be done twice. May raise Busy or Unavailable."""

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
                self._is_well = True
            except (Busy, Unavailable) as error:
                log.error("%s: the database took nothing (%s)", self.name, type(error).__name__)
            except Exception:  # the edge of the task: the next look may do better
                log.exception("%s: broken off", self.name)
                self._is_well = False
            await asyncio.sleep(self.seconds_between)
