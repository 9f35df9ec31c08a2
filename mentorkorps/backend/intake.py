"""What happens to a sign-up: accepted, confirmed, answered. Each is one job for the store's writer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from mentorkorps.backend import store
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.store import SignUp
from mentorkorps.backend.tokens import LIFETIMES
from mentorkorps.forms import Answers
from mentorkorps.model import Language

MOST_ASKED_A_DAY = 5
"""Confirmations to one address: enough for somebody who errs, too few to fill a stranger's mailbox."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Checked answers on their way in. `flagged`: the trap for robots was filled.

    `fingerprints`: what the answers are known by, under each of the secret keys, the first key first.
    `addressee`: what the mailbox is counted by.
    """

    form: str
    language: Language
    answers: Answers
    flagged: bool
    fingerprints: tuple[str, ...]
    addressee: str
    at: datetime


class Doubled(Exception):
    """These very answers are another sign-up already."""


def accept(connection: Connection, submission: Submission) -> SignUp:
    """Keeps the sign-up with its consents and mails; the same answers again give the sign-up that is kept.

    Who lets the confirmation run out and signs up again is asked to confirm once more.
    """
    kept = store.sign_up_by_fingerprint(connection, submission.fingerprints)
    if kept is None:
        return _keep(connection, submission)
    if kept.confirmed_at is None and submission.at > kept.asked_at + LIFETIMES["confirm"]:
        store.mark_asked(connection, kept.id, submission.at)
        _ask(connection, kept.id, submission)
    return kept


def confirm(connection: Connection, id: str, at: datetime) -> SignUp | None:
    """Confirms a sign-up and queues the mail that says so. Returns it as it was before; None if it is gone."""
    before = store.sign_up_by_id(connection, id)
    if before and before.confirmed_at is None and before.withdrawn_at is None:
        store.mark_confirmed(connection, id, at)
        store.queue_mails(connection, id, ("receipt",), at)
    return before


def change(connection: Connection, id: str, submission: Submission) -> None:
    """Puts other answers in the place of those that are kept. Another address has to be confirmed again.

    Raises Doubled. Where another coordinator is to answer now, a mail tells that one.
    """
    before = store.sign_up_by_id(connection, id)
    if before is None or before.withdrawn_at:
        return
    same = store.sign_up_by_fingerprint(connection, submission.fingerprints)
    if same and same.id != id:
        raise Doubled
    now, at = submission.answers.values, submission.at
    store.replace_answers(connection, id, now, submission.fingerprints[0])
    store.renew_consents(connection, id, submission.answers.consents, at)
    if now["email"] != before.answers["email"]:
        store.drop_waiting_mails(connection, id)
        store.mark_unconfirmed(connection, id, at)
        _ask(connection, id, submission)
    if any(now.get(name) != before.answers.get(name) for name in ("programme", "place")):
        store.queue_mails(connection, id, ("notice",), at)


def refuse(connection: Connection, id: str, consent: str, key: str, at: datetime) -> None:
    """Takes one consent back."""
    store.withdraw_consent(connection, id, consent, at)
    kept = store.sign_up_by_id(connection, id)
    if kept and kept.withdrawn_at is None:
        store.renew_fingerprint(connection, kept, key)


def withdraw(connection: Connection, id: str, at: datetime) -> None:
    """Takes the sign-up back: nobody is written to any more, but the coordinator hears of it."""
    before = store.sign_up_by_id(connection, id)
    if before and before.withdrawn_at is None:
        store.mark_withdrawn(connection, id, at)
        store.drop_waiting_mails(connection, id)
        store.queue_mails(connection, id, ("withdrawn",), at)


def answer(connection: Connection, id: str, at: datetime) -> None:
    """Notes that a coordinator has answered; the first time counts."""
    before = store.sign_up_by_id(connection, id)
    if before and before.answered_at is None:
        store.mark_answered(connection, id, at)


def _keep(connection: Connection, submission: Submission) -> SignUp:
    at = submission.at
    is_silenced = not _may_ask(connection, submission)
    sign_up = SignUp(
        id=uuid4().hex,
        form=submission.form,
        language=submission.language,
        answers=submission.answers.values,
        flagged=submission.flagged or is_silenced,
        received_at=at,
        asked_at=at,
        confirmed_at=None,
        answered_at=None,
        withdrawn_at=None,
        silenced=is_silenced,
    )
    store.insert_sign_up(connection, sign_up, submission.fingerprints[0])
    store.insert_consents(connection, sign_up.id, submission.answers.consents, at)
    store.queue_mails(connection, sign_up.id, ("notice",) if is_silenced else ("confirm", "notice"), at)
    return sign_up


def _ask(connection: Connection, id: str, submission: Submission) -> None:
    may_ask = _may_ask(connection, submission)
    store.mark_silenced(connection, id, not may_ask)
    if may_ask:
        store.queue_mails(connection, id, ("confirm",), submission.at)


def _may_ask(connection: Connection, submission: Submission) -> bool:
    """Counts a confirmation, unless the address has had its share for the day."""
    day = danish_day(submission.at)
    if store.times_asked(connection, submission.addressee, day) >= MOST_ASKED_A_DAY:
        return False
    store.note_asked(connection, submission.addressee, day)
    return True
