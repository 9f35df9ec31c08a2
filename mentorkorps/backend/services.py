"""What every answer draws on, made once when the app starts.

The jobs beside the answers lie above, so that they are known here by what answers need of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.records import Stop
from mentorkorps.backend.db.write_probe import WriteProbe
from mentorkorps.backend.security.signed_links import SHOWN, Purpose, Tokens
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.web import visit
from mentorkorps.backend.web.rate_limits import RateLimits
from mentorkorps.backend.web.responses import Shell
from mentorkorps.backend.web.static_site import StaticSite
from mentorkorps.catalogue.load import Catalogue


class RunningJob(Protocol):
    """What is looked after again and again for as long as the server runs."""

    @property
    def is_alive(self) -> bool: ...

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class MailQueue(RunningJob, Protocol):
    """The outbox: `trouble` says what the mail server refuses us for, if it does."""

    @property
    def trouble(self) -> str | None: ...

    def wake(self) -> None:
        """Looks for mails that have just been queued."""


class CaseRounds(RunningJob, Protocol):
    """What the desk does with its cases by itself."""

    async def return_lost(self) -> None:
        """Gives back what people have who are gone: before the first request."""


class MissingRecords(RunningJob, Protocol):
    """People in records that the data lack."""

    @property
    def missing(self) -> Mapping[Any, int] | None:
        """People in each record, which is a pair of table and id (a mapping's keys are
        invariant).
        """

    def by_table(self) -> dict[str, int] | None: ...


class ClockVerdict(Protocol):
    """Whether the clock is believed, and what its leap has stopped."""

    @property
    def stop(self) -> Stop | None: ...

    @property
    def leap(self) -> timedelta: ...

    @property
    def steady(self) -> timedelta: ...

    @property
    def is_believed(self) -> bool: ...


class JudgedClock(Protocol):
    @property
    def verdict(self) -> ClockVerdict: ...

    async def look(self) -> ClockVerdict: ...


@dataclass(frozen=True, slots=True)
class Services:
    catalogue: Catalogue
    settings: Settings
    site: StaticSite
    shell: Shell
    database: Database
    outbox: MailQueue
    purge: RunningJob
    waiting_lists: RunningJob
    command_files: RunningJob
    references: MissingRecords
    collected_confirmations: RunningJob
    reminders: RunningJob
    lists: RunningJob
    cases: CaseRounds | None
    tokens: Tokens
    clock: Clock
    guard: JudgedClock
    rate_limits: RateLimits
    probe: WriteProbe

    @property
    def jobs(self) -> tuple[RunningJob, ...]:
        """In the order in which they start."""
        return (
            self.outbox,
            self.purge,
            self.waiting_lists,
            self.command_files,
            self.references,
            self.collected_confirmations,
            self.reminders,
            self.lists,
            *((self.cases,) if self.cases else ()),
        )

    def link(self, purpose: Purpose, id: str, issued_at: datetime) -> str:
        """The path of a link that lasts as long as its purpose says: it holds wherever the
        visitor sees the site.
        """
        return f"{self.settings.root}{purpose}/{self.tokens.sign(purpose, id, issued_at)}"

    def onward_link(self, purpose: Purpose, id: str, now: datetime, ends: datetime | None) -> str:
        """The path of a link that a page shows: it lasts for some hours.

        It lasts no longer than the link by which the page was reached: following one link after
        another leads nobody further than the first would have.
        """
        lifetime = min(SHOWN, ends - now) if ends else SHOWN
        return f"{self.settings.root}{purpose}/{self.tokens.sign(purpose, id, now, lifetime)}"


Visit = visit.Visit[Services]
"""A request to this service."""
