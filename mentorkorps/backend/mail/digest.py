"""What coordinators and operators hear each morning: doubtful sign-ups, and mails given up.

A mail of the digest is about a coordinator's mailbox or the service, and holds a number and
perhaps a link, nothing personal. How many sign-ups are doubtful is counted again when it leaves.

The mail's id is made of day and mailbox, so that a restart or a second instance sends none twice.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentorkorps.backend.clock import DENMARK, danish_day
from mentorkorps.backend.db import mail_rows, place_rows
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.kinds import MailKind
from mentorkorps.backend.mail.recipients import (
    gathering_of,
    host_mailbox,
    mailbox,
    mailbox_by_id,
    recipient_id,
)
from mentorkorps.backend.mail.waiting import waiting_by_mailbox
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue

HOUR = 7
"""In Denmark."""
ONE_DAY = timedelta(days=1)
SERVICE = "mentorkorps"
"""The id of the one subject that operators are written to about."""


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail of the day. `details`: of what waits, the first day that was promised."""

    id: str
    kind: MailKind
    subject: str
    count: int
    details: str | None = None


def due_digests(
    snapshot: Snapshot, catalogue: Catalogue, settings: Settings, now: datetime
) -> list[DueMail]:
    """The mails of the day, queued or not. For a reader: it decrypts what is doubtful or waits.

    They are about what came before the hour, so that the mails of the next day are about the rest.
    """
    until = now.astimezone(DENMARK).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    due = [
        _due(settings, now, kinds.DIGEST, address, address, count)
        for address, count in _doubtful_by_mailbox(snapshot, catalogue, settings, until).items()
    ]
    due += _due_waiting(snapshot, catalogue, settings, until, now)
    due += _due_bookings(snapshot, catalogue, settings, until, now)
    count = mail_rows.count_given_up(snapshot, until - ONE_DAY, until, kinds.GIVEN_UP)
    if count:
        id = _id_of_the_day(settings, now, "given up")
        due.append(DueMail(id, kinds.GIVEN_UP, SERVICE, count))
    return due


def queue_digests(transaction: Transaction, due: Sequence[DueMail], now: datetime) -> int:
    """Queues those of them that are not yet; how many. A job for the writer."""
    return sum(
        mail_rows.queue_once(
            transaction, mail.id, mail.kind, mail.subject, mail.count, now, mail.details
        )
        for mail in due
    )


def _due(
    settings: Settings,
    now: datetime,
    kind: MailKind,
    mark: str,
    address: str,
    count: int,
    details: str | None = None,
) -> DueMail:
    """A mail to a coordinator. `mark`: what tells it from the others of the day."""
    subject = recipient_id(settings.secret_keys[0], address)
    return DueMail(_id_of_the_day(settings, now, mark), kind, subject, count, details)


def _due_waiting(
    snapshot: Snapshot,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime,
    now: datetime,
) -> list[DueMail]:
    """One mail to each mailbox that has chosen to hear once a morning, where anything waits."""
    if not settings.recipients.collected:
        return []
    by_mailbox = waiting_by_mailbox(snapshot, catalogue, settings, until)
    return [
        _due(
            settings,
            now,
            kinds.WAITING,
            f"waiting {box}",
            box,
            len(waiting),
            waiting[0].by.isoformat(),
        )
        for box, waiting in by_mailbox.items()
        if box in settings.recipients.collected
    ]


def _due_bookings(
    snapshot: Snapshot,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime,
    now: datetime,
) -> list[DueMail]:
    """One mail to each mailbox for whose courses and events somebody confirmed a sign-up since the
    morning before.
    """
    counts: Counter[str] = Counter()
    confirmed = place_rows.confirmed_between(snapshot, until - ONE_DAY, until)
    for bookable, count in confirmed.items():
        gathering = gathering_of(catalogue, bookable)
        if gathering:
            counts[host_mailbox(catalogue, settings, gathering)] += count
    return [
        _due(settings, now, kinds.BOOKINGS, f"bookings {box}", box, count)
        for box, count in counts.items()
    ]


def queue_alarm(
    transaction: Transaction,
    settings: Settings,
    kind: MailKind,
    seen_at: datetime,
    count: int,
    now: datetime,
) -> None:
    """Queues a mail to the operator, at most one of a kind for each day of the last moment seen.

    Part of a job for the writer.
    """
    id = _id_of_the_day(settings, seen_at, kind.name)
    mail_rows.queue_once(transaction, id, kind, SERVICE, count, now)


def count_doubtful(
    snapshot: Snapshot, recipients: Sequence[str], catalogue: Catalogue, settings: Settings
) -> Mapping[str, int]:
    """How many doubtful sign-ups wait at this moment for each of these recipients; reads only.

    A mailbox that is no longer among the settings has none: its sign-ups are another one's.
    """
    waiting = _doubtful_by_mailbox(snapshot, catalogue, settings)
    return {id: waiting[mailbox_by_id(settings, id) or ""] for id in recipients}


def _doubtful_by_mailbox(
    snapshot: Snapshot,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime | None = None,
) -> Counter[str]:
    return Counter(
        mailbox(catalogue, settings, sign_up)
        for sign_up in mail_rows.readable_doubtful(snapshot)
        if until is None or sign_up.received_at < until
    )


def _id_of_the_day(settings: Settings, now: datetime, name: str) -> str:
    """The same for the same mailbox or kind on the same day, on every instance."""
    key = derived_key(settings.secret_keys[0], "digests", KEY_BYTES)
    return hmac.new(key, f"{danish_day(now)} {name}".encode(), hashlib.sha256).hexdigest()[:32]
