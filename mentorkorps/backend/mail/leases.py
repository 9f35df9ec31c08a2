"""Which mails leave now: those that are due and whose subject still wants them."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from mentorkorps.backend.db import desk_session_rows, mail_rows, place_rows
from mentorkorps.backend.db.records import Mail, SignUp, Subject
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.mail.kinds import DIGEST, KINDS
from mentorkorps.backend.security.encryption import Damaged

CountDoubtful = Callable[[Snapshot, Sequence[str]], Mapping[str, int]]
"""How many doubtful sign-ups wait for each of the recipients with these ids, see digest."""
Fate = Literal["leaves", "waits", "is dropped"]
Readings = Mapping[Subject, SignUp | Damaged]

log = logging.getLogger(__name__)


def none_doubtful(snapshot: Snapshot, recipients: Sequence[str]) -> Mapping[str, int]:
    return {}


def lease_due_mails(
    transaction: Transaction,
    now: datetime,
    until: datetime,
    never_so_late: datetime,
    most: int,
    count_doubtful: CountDoubtful = none_doubtful,
    bulk_kinds: Collection[str] = (),
    is_bulk: bool = False,
) -> list[tuple[Mail, SignUp | None]]:
    """Takes the mails that are due, and those whose lease ran out, for delivery until `until`.

    `most` of them, of the bulk kinds alone or of all others: these are taken however many of those
    wait.

    Each comes with the sign-up that it is about, or the newest that waits at the mailbox that it
    is about; None with others. What is due after `never_so_late` was put off or leased while the
    clock was wrong, and is due too. What another instance takes just now is left to it. What may
    not leave any more, or whose subject is gone, is deleted. A job for the writer.
    """
    mails = mail_rows.due_mails(transaction, now, never_so_late, most, bulk_kinds, is_bulk)
    if not mails:
        return []
    readings = _read_subjects(transaction, mails)
    mails = list(_recounted(transaction, mails, count_doubtful))
    mails = list(_seated(transaction, mails))
    logins = _open_logins(transaction, mails, now)
    fates = {mail.id: _fate(mail, readings.get(mail.subject), logins) for mail in mails}
    mail_rows.delete_mails(transaction, [id for id, fate in fates.items() if fate == "is dropped"])
    leased = [id for id, fate in fates.items() if fate != "is dropped"]
    mail_rows.lease_mails(transaction, leased, until)
    return [
        (mail, _sign_up(readings, mail.subject)) for mail in mails if fates[mail.id] == "leaves"
    ]


def _read_subjects(snapshot: Snapshot, mails: Sequence[Mail]) -> Readings:
    readings = mail_rows.read_subjects(snapshot, {mail.subject for mail in mails})
    for mail in mails:
        if mail.subject.kind == "erased" and (erased := mail_rows.read_erased(snapshot, mail)):
            readings[mail.subject] = erased
    return readings


def _open_logins(snapshot: Snapshot, mails: Sequence[Mail], now: datetime) -> Collection[str]:
    """The wishes to log in that still hold, and are somebody's who may."""
    ids = [mail.subject.id for mail in mails if mail.subject.kind == "login" and mail.details]
    return desk_session_rows.still_asked(snapshot, ids, now) if ids else ()


def _seated(snapshot: Snapshot, mails: Sequence[Mail]) -> Iterator[Mail]:
    """The mails to persons with the places of their sign-ups at this moment; the others as they
    are.
    """
    ids = {mail.subject.id for mail in mails if _tells_of_place(mail)}
    turns = place_rows.turns_of(snapshot, sorted(ids))
    for mail in mails:
        turn = turns.get(mail.subject.id) if _tells_of_place(mail) else None
        yield replace(mail, turn=turn) if turn else mail


def _tells_of_place(mail: Mail) -> bool:
    kind = KINDS.get(mail.kind)
    return mail.subject.kind == "sign_up" and kind is not None and kind.to == "person"


def _recounted(
    snapshot: Snapshot, mails: Sequence[Mail], count_doubtful: CountDoubtful
) -> Iterator[Mail]:
    """The digests with what they are about at this moment; the others as they are."""
    recipients = [mail.subject.id for mail in mails if _is_recounted(mail)]
    counts = count_doubtful(snapshot, recipients) if recipients else {}
    for mail in mails:
        if _is_recounted(mail):
            yield replace(mail, waiting=counts.get(mail.subject.id, 0))
        else:
            yield mail


def _is_recounted(mail: Mail) -> bool:
    return mail.subject.kind == "recipient" and mail.kind == DIGEST.name


def _fate(mail: Mail, reading: SignUp | Damaged | None, logins: Collection[str]) -> Fate:
    """Who withdrew gets the mail that says so and no other, and an address nobody confirmed the
    question alone.

    A mail that was under way when the address was changed would else reach the other one with its
    next attempt.
    """
    if mail.subject.kind == "service":
        return "leaves"
    if mail.subject.kind == "recipient":
        return "leaves" if mail.waiting else "is dropped"
    if mail.subject.kind == "login":
        return "leaves" if mail.subject.id in logins else "is dropped"
    if isinstance(reading, Damaged):
        log.error("store: %s", reading)
        return "waits"
    if reading is None:
        return "is dropped"
    kind = KINDS.get(mail.kind)
    if kind and kind.dropped_when_answered and (reading.answered_at or reading.withdrawn_at):
        return "is dropped"
    if kind is None or kind.to != "person" or kind.about == "address":
        return "leaves"
    is_confirmed = reading.confirmed_at is not None
    is_withdrawn = reading.withdrawn_at is not None
    may_leave = is_withdrawn == kind.is_for_withdrawn and (kind.asks_to_confirm or is_confirmed)
    if kind.is_news and reading.flagged:
        return "is dropped"
    return "leaves" if may_leave else "is dropped"


def _sign_up(readings: Readings, subject: Subject) -> SignUp | None:
    reading = readings.get(subject)
    return reading if isinstance(reading, SignUp) else None
