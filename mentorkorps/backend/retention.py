"""How long sign-ups are kept, and what stays of them afterwards: counts by form, month and outcome."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mentorkorps.backend import digest, store
from mentorkorps.backend.clock import DENMARK, Clock, danish_day, months_before
from mentorkorps.backend.rounds import Rounds
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.store import Life, Store
from mentorkorps.backend.writer import sweep_afterwards
from mentorkorps.catalogue import Catalogue
from mentorkorps.model import Retention

WITHDRAWN_KEPT = timedelta(days=7)
"""So that the coordinator, who may have noted the person elsewhere, still sees who it was after a holiday."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many sign-ups were deleted, and which mails went with them."""

    sign_ups: int
    mails: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.sign_ups} sign-ups and {len(self.mails)} mails deleted"


def purge(connection: Connection, catalogue: Catalogue, now: datetime) -> Purged:
    """Deletes the sign-ups whose time is over, with their consents and mails. A job for the writer."""
    store.forget_asked(connection, danish_day(now))
    store.forget_spent(connection, now)
    return delete(connection, list(_over(connection, catalogue, now)))


def delete(connection: Connection, lives: Sequence[Life]) -> Purged:
    """Deletes these sign-ups for good and counts them. A job for the writer."""
    ids = [one.id for one in lives]
    mails = store.mail_ids(connection, ids)
    tally = Counter((one.form, f"{danish_day(one.received_at):%Y-%m}", one.outcome) for one in lives)
    for (form, month, outcome), count in tally.items():
        store.add_count(connection, form, month, outcome, count)
    store.delete_sign_ups(connection, ids)
    sweep_afterwards(connection)
    return Purged(len(ids), tuple(mails))


def erase(connection: Connection, id: str) -> Purged:
    """Deletes one sign-up at once. A job for the writer."""
    life = store.life_of(connection, id)
    return delete(connection, [life] if life else [])


def purge_now(settings: Settings, catalogue: Catalogue, now: datetime) -> Purged:
    """The same while no server runs. Raises CannotOpen or MissingKey."""
    purged = store.run(settings, purge, catalogue, now)
    forget_files(settings, purged.mails)
    return purged


def forget_files(settings: Settings, mails: Sequence[str]) -> None:
    """Deletes the mails that lie as files, where there is no mail server."""
    for id in mails:
        (settings.mail_folder / f"{id}.eml").unlink(missing_ok=True)


class Daily(Rounds):
    """Purges when it starts and on each new day after that; in the morning tells what is doubtful or was given up."""

    name = "retention"

    def __init__(
        self, store: Store, catalogue: Catalogue, settings: Settings, clock: Clock, afterwards: Callable[[], None]
    ) -> None:
        super().__init__()
        self._store = store
        self._catalogue = catalogue
        self._settings = settings
        self._clock = clock
        self._afterwards = afterwards
        self._done: date | None = None
        self._told: date | None = None
        self._left: tuple[str, ...] = ()

    async def look(self) -> None:
        if self._done != danish_day(self._clock()):
            await self._purge()
        if self._told != danish_day(self._clock()) and self._clock().astimezone(DENMARK).hour >= digest.HOUR:
            await self._tell()
        self._forget_files()

    async def _purge(self) -> None:
        now = self._clock()
        purged = await self._store.do(purge, self._catalogue, now)
        self._done = danish_day(now)
        self._left += purged.mails
        log.info("purge: %s", purged)

    def _forget_files(self) -> None:
        try:
            forget_files(self._settings, self._left)
        except OSError as error:  # a read-only disk: at the next look
            log.error("purge: mails are left as files (%s)", type(error).__name__)
            return
        self._left = ()

    async def _tell(self) -> None:
        now = self._clock()
        count = await self._store.do(digest.tell, self._catalogue, self._settings, now)
        self._told = danish_day(now)
        self._afterwards()
        if count:
            log.info("digest: %s mails queued", count)


def _over(connection: Connection, catalogue: Catalogue, now: datetime) -> Iterator[Life]:
    limits = [form.retention for form in catalogue.forms.values()]
    # A form that is no longer there has no limit of its own: the shortest holds.
    shortest = Retention(min(one.unconfirmed_hours for one in limits), min(one.months for one in limits))
    for form in store.forms_signed_up_for(connection):
        known = catalogue.forms.get(form)
        limit = known.retention if known else shortest
        yield from store.lives_over(
            connection,
            form,
            unconfirmed=now - timedelta(hours=limit.unconfirmed_hours),
            confirmed=months_before(now, limit.months),
            withdrawn=now - WITHDRAWN_KEPT,
        )
