"""What happens to a sign-up: accepted, confirmed, answered. Each is one job for the store's writer."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from mentorkorps.backend import store
from mentorkorps.backend.store import SignUp
from mentorkorps.backend.tokens import LIFETIMES
from mentorkorps.forms import Answers
from mentorkorps.model import Language


@dataclass(frozen=True, slots=True)
class Submission:
    """Checked answers on their way in. `flagged`: the trap for robots was filled."""

    form: str
    language: Language
    answers: Answers
    flagged: bool
    fingerprint: str
    at: datetime


def fingerprint(key: str, form: str, answers: Answers) -> str:
    """The same for the same answers to the same form; tells nothing about them without the key."""
    return hmac.new(key.encode(), f"{form}\n{answers.canonical()}".encode(), hashlib.sha256).hexdigest()


def accept(connection: Connection, submission: Submission) -> SignUp:
    """Keeps the sign-up with its consents and mails; the same answers again give the sign-up that is kept.

    Who lets the confirmation run out and signs up again is asked to confirm once more.
    """
    kept = store.sign_up_by_fingerprint(connection, submission.fingerprint)
    if kept is None:
        return _keep(connection, submission)
    if kept.confirmed_at is None and submission.at > kept.asked_at + LIFETIMES["confirm"]:
        store.mark_asked(connection, kept.id, submission.at)
        store.queue_mails(connection, kept.id, ("confirm",), submission.at)
    return kept


def confirm(connection: Connection, id: str, at: datetime) -> SignUp | None:
    """Confirms a sign-up and queues the mail that says so. Returns it as it was before; None if it is gone."""
    before = store.sign_up_by_id(connection, id)
    if before and before.confirmed_at is None:
        store.mark_confirmed(connection, id, at)
        store.queue_mails(connection, id, ("receipt",), at)
    return before


def answer(connection: Connection, id: str, at: datetime) -> None:
    """Notes that a coordinator has answered; the first time counts."""
    before = store.sign_up_by_id(connection, id)
    if before and before.answered_at is None:
        store.mark_answered(connection, id, at)


def _keep(connection: Connection, submission: Submission) -> SignUp:
    at = submission.at
    sign_up = SignUp(
        id=uuid4().hex,
        form=submission.form,
        language=submission.language,
        answers=submission.answers.values,
        flagged=submission.flagged,
        received_at=at,
        asked_at=at,
        confirmed_at=None,
        answered_at=None,
    )
    store.insert_sign_up(connection, sign_up, submission.fingerprint)
    store.insert_consents(connection, sign_up.id, submission.answers.consents, at)
    store.queue_mails(connection, sign_up.id, ("confirm", "notice"), at)
    return sign_up
