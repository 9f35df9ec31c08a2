"""What coordinators and operators hear each morning: doubtful sign-ups, and mails given up.

A mail of the digest is about a coordinator's mailbox or the service, and holds a number and
perhaps a link, nothing personal. How many sign-ups are doubtful is counted again when it leaves.

The mail's id is made of day and mailbox, so that a restart or a second instance sends none twice.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
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


def queue_digests(
    transaction: Transaction, catalogue: Catalogue, settings: Settings, now: datetime
) -> int:
    """Queues the mails of the day; how many. A job for the writer: twice on a day it queues none.

    They are about what came before the hour, so that the mails of the next day are about the rest.
    """
    until = now.astimezone(DENMARK).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    queued = 0
    for address, count in _doubtful_by_mailbox(transaction, catalogue, settings, until).items():
        id = _id_of_the_day(settings, now, address)
        subject = recipient_id(settings.secret_keys[0], address)
        queued += mail_rows.queue_once(transaction, id, kinds.DIGEST, subject, count, now)
    queued += _queue_waiting(transaction, catalogue, settings, until, now)
    queued += _queue_bookings(transaction, catalogue, settings, until, now)
    count = mail_rows.count_given_up(transaction, until - ONE_DAY, until, kinds.GIVEN_UP)
    if count:
        id = _id_of_the_day(settings, now, "given up")
        queued += mail_rows.queue_once(transaction, id, kinds.GIVEN_UP, SERVICE, count, now)
    return queued


def _queue_waiting(
    transaction: Transaction,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime,
    now: datetime,
) -> int:
    """One mail to each mailbox that has chosen to hear once a morning, where anything waits."""
    if not settings.recipients.collected:
        return 0
    queued = 0
    by_mailbox = waiting_by_mailbox(transaction, catalogue, settings, until)
    for box, waiting in by_mailbox.items():
        if box in settings.recipients.collected:
            id = _id_of_the_day(settings, now, f"waiting {box}")
            subject = recipient_id(settings.secret_keys[0], box)
            first = waiting[0].by.isoformat()
            queued += mail_rows.queue_once(
                transaction, id, kinds.WAITING, subject, len(waiting), now, first
            )
    return queued


def _queue_bookings(
    transaction: Transaction,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime,
    now: datetime,
) -> int:
    """One mail to each mailbox for whose courses and events somebody confirmed a sign-up since the
    morning before.
    """
    counts: Counter[str] = Counter()
    for hall, count in place_rows.confirmed_between(transaction, until - ONE_DAY, until).items():
        gathering = gathering_of(catalogue, hall)
        if gathering:
            counts[host_mailbox(catalogue, settings, gathering)] += count
    return sum(
        mail_rows.queue_once(
            transaction,
            _id_of_the_day(settings, now, f"bookings {box}"),
            kinds.BOOKINGS,
            recipient_id(settings.secret_keys[0], box),
            count,
            now,
        )
        for box, count in counts.items()
    )


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
