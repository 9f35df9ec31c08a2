"""A job that does what cannot be undone, and so goes by a clock that was judged."""

from collections.abc import Callable

from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue


class GuardedJob(PeriodicJob):
    """`afterwards`: called when mails were queued."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        settings: Settings,
        guard: ClockGuard,
        afterwards: Callable[[], None],
    ) -> None:
        super().__init__()
        self._database = database
        self._catalogue = catalogue
        self._settings = settings
        self._guard = guard
        self._afterwards = afterwards
