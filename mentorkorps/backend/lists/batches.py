"""Batches: held, released, sent and cancelled by operators, and queued into the outbox when their
time has come.

The id of a mail is made of what it is about and of the mailbox, so that whatever is killed or
started twice, nobody gets it again under another Message-ID. What is held after some have left
leaves the outbox and comes back under the same ids.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from mentorkorps.backend.clock import is_within
from mentorkorps.backend.db import audience_rows, batch_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.place_rows import ALIVE, UNCONFIRMED
from mentorkorps.backend.db.records import Batch, BatchState, QueuedMail
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.lists import audience, newsletter, public_facts
from mentorkorps.backend.lists.leaving_hours import NEWS_HOURS
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.kinds import KINDS
from mentorkorps.catalogue.load import Catalogue

Action = Literal["hold", "release", "send", "cancel"]
PORTION = 100
"""Mails that are queued in one transaction: some milliseconds, for which a visitor may have to
wait.
"""
COMING = tuple(state for state in ALIVE if state not in UNCONFIRMED)

MAY: dict[Action, tuple[BatchState, ...]] = {
    "hold": ("waiting", "leaving", "done"),
    "release": ("held",),
    "send": ("draft", "waiting", "held"),
    "cancel": (*batch_rows.TO_COME, "done"),
}
"""In which states of a batch an operator may do what. Of one that is done some mails may not have left."""


def act(transaction: Transaction, action: Action, id: str, now: datetime) -> bool:
    """Does to a batch what an operator asked for; whether its state allowed it. A job for the
    writer.
    """
    batch = batch_rows.batch_to_change(transaction, id)
    if batch is None or batch.state not in MAY[action]:
        return False
    if action in ("hold", "cancel"):
        dropped = batch_rows.drop_unsent(transaction, id)
        if batch.state == "done" and not dropped:
            return False
        batch_rows.count_queued(transaction, id)
    after: dict[Action, tuple[BatchState, datetime | None]] = {
        "hold": ("held", batch.due_at),
        "release": ("waiting", max(batch.due_at or now, now)),
        "send": ("leaving", now),
        "cancel": ("cancelled", None),
    }
    batch_rows.set_state(transaction, id, *after[action])
    return True


def begin(transaction: Transaction, id: str, now: datetime) -> bool:
    """Lets a batch leave that has waited. A job for the writer: it may have been held meanwhile."""
    batch = batch_rows.batch_to_change(transaction, id)
    if batch is None or batch.state != "waiting":
        return False
    batch_rows.set_state(transaction, id, "leaving", now)
    return True


def is_due(batch: Batch, now: datetime) -> bool:
    """News waits for the day; what was moved shortly before it begins does not."""
    if batch.state != "waiting" or batch.due_at is None or now < batch.due_at:
        return False
    is_urgent = batch.kind == kinds.MOVED.name and batch.due_at == batch.created_at
    return is_urgent or is_within(now, NEWS_HOURS)


async def queue_all(
    database: Database, catalogue: Catalogue, key: str, batch: Batch, now: datetime
) -> None:
    """Queues the mails of a batch that is leaving; goes on where it was broken off."""
    mails = await database.read(mails_of_batch, catalogue, key, batch)
    for start in range(0, len(mails), PORTION):
        portion = mails[start : start + PORTION]
        if not await database.change(queue_portion, batch, portion, now):
            return
    await database.change(finish, batch.id)


def queue_portion(
    transaction: Transaction, batch: Batch, mails: Sequence[QueuedMail], now: datetime
) -> bool:
    """Queues some of the mails, unless the batch was held or cancelled meanwhile; whether it goes
    on.
    """
    current = batch_rows.batch_to_change(transaction, batch.id)
    if current is None or current.state != "leaving":
        return False
    batch_rows.queue_in_batch(transaction, batch.id, KINDS[batch.kind], mails, now)
    return True


def finish(transaction: Transaction, id: str) -> None:
    """Notes that all mails of a batch are in the outbox."""
    batch = batch_rows.batch_to_change(transaction, id)
    if batch and batch.state == "leaving":
        batch_rows.count_queued(transaction, id)
        batch_rows.set_state(transaction, id, "done", batch.due_at)


def mails_of_batch(
    snapshot: Snapshot, catalogue: Catalogue, key: str, batch: Batch
) -> list[QueuedMail]:
    """The mails of a batch, as the lists are at this moment. For a reader."""
    if batch.kind == kinds.MOVED.name:
        bookable = public_facts.bookable_about(batch.about)
        coming = audience_rows.seated(snapshot, bookable.kind, bookable.record, COMING)
        return [
            QueuedMail(mail_id(batch.kind, batch.id, seat.id), seat.id, _details(batch))
            for seat in coming
        ]
    everybody = audience.listeners(snapshot, catalogue, key)
    if batch.kind == kinds.NEWSLETTER.name:
        readers = [listener for listener in everybody if newsletter.is_reader(listener, batch)]
        subject = batch.id
    else:
        openings = audience.openings_of(catalogue, batch)
        readers = [
            listener for listener in everybody if any(it.concerns(listener) for it in openings)
        ]
        # Once a person and record, also when it opens again.
        subject = batch.about
    return [
        QueuedMail(
            mail_id(batch.kind, subject, listener.mailbox), listener.sign_up, _details(batch)
        )
        for listener in audience.one_each(readers)
    ]


def mail_id(kind: str, subject: str, person: str) -> str:
    """The lasting id of a mail, made of what it is about and of whom it goes to."""
    return hashlib.sha256(f"{kind} {subject} {person}".encode()).hexdigest()[:32]


def _details(batch: Batch) -> str:
    return f"{batch.about}\n{batch.content}"
