"""What happens to a sign-up: accepted, confirmed, answered. Each is one job for the database's writer.

A form without an address is kept at once: there is nobody to confirm. Equal answers of several
people are then distinguished by a random number that the page's script puts in; without JavaScript
each sending counts.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.allocation import Booking
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import asked_rows, mail_rows, sign_up_rows, spent_rows
from mentorkorps.backend.db.records import Sign, SignUp
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.kinds import MailKind
from mentorkorps.backend.mail.waiting import is_waiting, request_of
from mentorkorps.backend.security.signed_links import LIFETIMES
from mentorkorps.backend.security.spam import Signs, is_doubtful
from mentorkorps.backend.signups import collected_confirmation, retention
from mentorkorps.backend.signups.retention import Purged
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form, Meaning
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.forms.answers import Answers, answer_by_meaning
from mentorkorps.interface.languages import Language

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_ASKED_A_DAY = 5
"""Confirmations to one address: enough for somebody who errs, too few to fill a stranger's
mailbox. What comes beyond that is asked for by one mail for all of it.
"""
MOST_NUDGED_A_DAY = 1
"""Of one sign-up: the second contact hears once a day that somebody waits."""
MOST_READDRESSED = 3
"""Changes of the address of one sign-up: each sends a mail to whoever has it."""
MOST_MOVED_A_DAY = 5
"""Changes of programme, place, course or event of one sign-up: each tells a coordinator or takes
a place.
"""
MOST_CHANGES_TOLD_A_DAY = 5
"""Changes of one sign-up of which mails tell: what comes beyond that is seen on the pages."""
MOVES: tuple[Meaning, ...] = ("programme", "place", "course", "event")

HearsAtOnce = Callable[[SignUp], bool]
"""Whether who is to answer a sign-up gets a mail of it; others get one each morning of all."""

RENEWED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Submission:
    """Checked answers on their way in. `signs`: what speaks for spam.

    `awaited`: somebody is to answer; `coded`: it gets a number. `addressee` is None where nobody
    can be written to. `fingerprints`: what the answers are known by, under each of the secret keys,
    the first key first. `addressee`: what the mailbox is counted by. `booking`: what it wants a
    place in.
    """

    form: str
    language: Language
    answers: Answers
    signs: Signs
    fingerprints: tuple[str, ...]
    addressee: str | None
    at: datetime
    awaited: bool = True
    coded: bool = False
    booking: Booking | None = None


def submission(
    form: Form,
    answers: Answers,
    *,
    language: Language,
    keys: Sequence[str],
    at: datetime,
    signs: Signs,
    once: str = "",
    booking: Booking | None = None,
) -> Submission:
    """Answers that passed, with all that is kept about them. `once` tells apart what several
    people answer alike.
    """
    email = answers.email
    apart = (once or secrets.token_urlsafe()) if form.is_anonymous else ""
    return Submission(
        form=lasting_id(form),
        language=language,
        answers=answers,
        signs=signs,
        fingerprints=tuple(
            sign_up_rows.fingerprint(key, lasting_id(form), answers, apart) for key in keys
        ),
        addressee=asked_rows.addressee(keys[0], str(email)) if email else None,
        at=at,
        awaited=form.answered,
        coded=form.code,
        booking=booking,
    )


class Doubled(Exception):
    """These very answers are another sign-up already."""


class TooManyAddresses(Exception):
    """This sign-up was given another address as often as may be."""


class TooManyMoves(Exception):
    """This sign-up was moved to another programme, place, course or event as often as may be on
    one day.
    """


def is_another_address(before: SignUp, answers: Answers) -> bool:
    return answers.email != before.email


def is_moved(before: SignUp, answers: Answers) -> bool:
    return any(
        answer_by_meaning(answers.values, meaning) != before.answer(meaning) for meaning in MOVES
    )


def accept(transaction: Transaction, submission: Submission) -> SignUp:
    """Keeps the sign-up with its consents and mails; the same answers again give the sign-up that
    is kept.

    Who lets the confirmation run out and signs up again is asked to confirm once more.
    """
    sign_up = sign_up_rows.sign_up_by_fingerprint(transaction, submission.fingerprints)
    if sign_up and _has_lapsed(sign_up, submission.at):
        sign_up = sign_up_rows.sign_up_to_change(transaction, sign_up.id)
    if sign_up is None:
        return _keep(transaction, submission)
    if _has_lapsed(sign_up, submission.at):
        sign_up_rows.mark_asked(transaction, sign_up.id, submission.at, submission.addressee)
        is_doubtful = not _ask(transaction, sign_up.id, submission) or sign_up.flagged
        if submission.booking:
            allocation.move(
                transaction,
                sign_up.id,
                submission.booking,
                submission.at,
                is_confirmed=False,
                is_doubtful=is_doubtful,
            )
    return sign_up


def hears_at_once(sign_up: SignUp) -> bool:
    """Whether a coordinator gets a mail of each sign-up: all do who have not chosen otherwise."""
    return True


def confirm(
    transaction: Transaction,
    id: str,
    catalogue: Catalogue,
    at: datetime,
    hears_at_once: HearsAtOnce = hears_at_once,
) -> SignUp | None:
    """Confirms a sign-up and queues the mails that say so, to the person and to who is to answer.

    A coordinator hears nothing before. Returns it as it was before; None if it is gone.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before and before.confirmed_at is None and before.withdrawn_at is None:
        sign_up_rows.mark_confirmed(transaction, id, at)
        allocation.confirmed(transaction, id, catalogue, at)
        mail_rows.queue_mails(transaction, id, (kinds.RECEIPT,), at)
        if before.flagged:
            # Whoever reads the mailbox wants this: the best evidence against spam that there is.
            sign_up_rows.mark_cleared(transaction, id, at)
        if hears_at_once(before) and _is_to_be_told(transaction, before):
            mail_rows.queue_mails(transaction, id, (kinds.NOTICE,), at)
    return before


def confirm_all(
    transaction: Transaction,
    addressee: str,
    chosen: Collection[str] | None,
    catalogue: Catalogue,
    at: datetime,
    hears_at_once: HearsAtOnce = hears_at_once,
) -> int:
    """Confirms what waits at a mailbox: all, or those whose ids were chosen. Returns how many."""
    waiting = sign_up_rows.unconfirmed_at(
        transaction, addressee, collected_confirmation.MOST_LISTED
    )
    chosen_sign_ups = [sign_up for sign_up in waiting if chosen is None or sign_up.id in chosen]
    for sign_up in chosen_sign_ups:
        confirm(transaction, sign_up.id, catalogue, at, hears_at_once)
    return len(chosen_sign_ups)


def restore(transaction: Transaction, id: str, at: datetime) -> bool:
    """Takes the doubt from a sign-up: the person is asked to confirm if nobody did yet, and the
    coordinator is told once somebody has.

    Returns whether there was a doubt to take away.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before is None or not before.flagged or before.withdrawn_at:
        return False
    sign_up_rows.mark_cleared(transaction, id, at)
    if before.confirmed_at and _is_to_be_told(transaction, before):
        mail_rows.queue_mails(transaction, id, (kinds.NOTICE,), at)
    if before.silenced and before.confirmed_at is None:
        sign_up_rows.mark_silenced(transaction, id, False)
        sign_up_rows.mark_asked(transaction, id, at, before.addressee)
        allocation.renew(transaction, id, at)
        mail_rows.queue_mails(transaction, id, (kinds.CONFIRM,), at)
    return True


def change(transaction: Transaction, id: str, submission: Submission) -> None:
    """Puts other answers in the place of those that are kept. Another address has to be confirmed
    again.

    Raises Doubled, TooManyAddresses or TooManyMoves. Where another coordinator is to answer now, a
    mail tells that one.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before is None or before.withdrawn_at:
        return
    same = sign_up_rows.sign_up_by_fingerprint(transaction, submission.fingerprints)
    if same and same.id != id:
        raise Doubled
    is_readdressed = is_another_address(before, submission.answers)
    if is_readdressed and before.readdressed >= MOST_READDRESSED:
        raise TooManyAddresses
    if is_moved(before, submission.answers) and not _may_move(transaction, id, submission.at):
        raise TooManyMoves
    now, at = submission.answers.values, submission.at
    changed = changed_names(before, submission.answers)
    sign_up_rows.replace_answers(transaction, id, now, submission.fingerprints[0])
    transaction.note_changed(id, at)
    sign_up_rows.renew_consents(transaction, id, submission.answers.consents, at)
    # What they agree to hear of, and where, may be another thing now.
    mail_rows.drop_waiting_mails(transaction, id, kinds.NEWS)
    if is_moved(before, submission.answers):
        mail_rows.drop_waiting_mails(transaction, id, kinds.OF_GATHERING)
    if submission.booking:
        is_confirmed = before.confirmed_at is not None
        is_doubtful = (before.flagged or before.silenced) and not is_confirmed
        allocation.move(transaction, id, submission.booking, at, is_confirmed, is_doubtful)
    if is_readdressed and submission.addressee:
        mail_rows.drop_waiting_mails(transaction, id, kinds.DROPPED_ON_WITHDRAWAL)
        sign_up_rows.mark_readdressed(transaction, id, submission.addressee, at)
        allocation.unconfirmed(transaction, id, at)
        _ask(transaction, id, submission)
    elsewhere: tuple[Meaning, ...] = ("programme", "place")
    is_elsewhere = any(
        answer_by_meaning(now, meaning) != before.answer(meaning) for meaning in elsewhere
    )
    if is_elsewhere and is_announced(before):
        mail_rows.queue_mails(transaction, id, (kinds.NOTICE,), at)
    if changed and _may_tell_change(transaction, id, at):
        to_person = before.confirmed_at is not None and not is_readdressed
        to_coordinator = is_announced(before) and not is_elsewhere
        notices = [kinds.CHANGED] * to_person + [kinds.CHANGED_NOTICE] * to_coordinator
        mail_rows.queue_mails(transaction, id, notices, at, details=",".join(changed))


def refuse(transaction: Transaction, id: str, consent: str, key: str, at: datetime) -> None:
    """Takes one consent back. News that was to leave by it does not."""
    sign_up = sign_up_rows.sign_up_to_change(transaction, id)
    sign_up_rows.withdraw_consent(transaction, id, consent, at)
    mail_rows.drop_waiting_mails(transaction, id, kinds.NEWS)
    if sign_up and sign_up.withdrawn_at is None:
        sign_up_rows.renew_fingerprint(transaction, sign_up, key)


def changed_names(before: SignUp, answers: Answers) -> list[str]:
    """The names of the answers that are others now."""
    names = {**before.answers, **answers.values}
    return [name for name in names if before.answers.get(name) != answers.values.get(name)]


def is_announced(sign_up: SignUp) -> bool:
    """Whether a coordinator was told of it, and is told of what becomes of it."""
    return sign_up.awaited and not sign_up.flagged and sign_up.confirmed_at is not None


def is_told_when_erased(sign_up: SignUp) -> bool:
    """Whether a coordinator, who may have written to the person, is told that it is erased."""
    return is_announced(sign_up) and sign_up.withdrawn_at is None


def withdraw(
    transaction: Transaction, id: str, at: datetime, is_answered_by_mail: bool = True
) -> None:
    """Takes the sign-up back: the person gets a mail that says so and how to undo it, unless no
    mail is wanted, and the coordinator hears of it.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before and before.withdrawn_at is None:
        sign_up_rows.mark_withdrawn(transaction, id, at)
        allocation.give_up(transaction, id)
        mail_rows.drop_waiting_mails(transaction, id, kinds.DROPPED_ON_WITHDRAWAL)
        if before.confirmed_at and is_answered_by_mail:
            mail_rows.queue_mails(transaction, id, (kinds.WITHDRAWAL,), at)
        if is_announced(before):
            mail_rows.queue_mails(transaction, id, (kinds.WITHDRAWN,), at)


def resume(
    transaction: Transaction, id: str, key: str, booking: Booking | None, at: datetime
) -> None:
    """Takes a withdrawal back. A place is asked for anew, as by somebody who comes now.

    Who has not confirmed the address is asked to once more. Raises Doubled where the same answers
    were sent again meanwhile, TooManyMoves where it was undone as often as may be on one day.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before is None or before.withdrawn_at is None:
        return
    known_by = sign_up_rows.fingerprint_of(transaction, before, key)
    if sign_up_rows.sign_up_by_fingerprint(transaction, [known_by]):
        raise Doubled
    if not _may_move(transaction, id, at):
        raise TooManyMoves
    sign_up_rows.mark_resumed(transaction, id, known_by, at)
    mail_rows.drop_waiting_mails(transaction, id, (kinds.WITHDRAWAL.name, kinds.WITHDRAWN.name))
    is_confirmed = before.confirmed_at is not None
    if booking:
        is_doubtful = before.flagged and not is_confirmed
        allocation.move(transaction, id, booking, at, is_confirmed, is_doubtful)
    if is_confirmed:
        mail_rows.queue_mails(transaction, id, (kinds.RECEIPT,), at)
    elif before.addressee:
        sign_up_rows.mark_asked(transaction, id, at, before.addressee)
        _ask_address(transaction, id, before.addressee, at)
    if is_announced(before):
        mail_rows.queue_mails(transaction, id, (kinds.RESUMED,), at)


def erase(transaction: Transaction, id: str, at: datetime) -> Purged:
    """Deletes a sign-up at its person's wish. Whoever knows of it gets a mail that says so."""
    before = sign_up_rows.sign_up_to_change(transaction, id)
    purged = retention.erase(transaction, id)
    if before and before.confirmed_at and before.email:
        needed: tuple[Meaning, ...] = ("email", "name")
        mail_rows.queue_about_erased(transaction, kinds.DELETED, _reduced(before, needed), at)
    if before and is_told_when_erased(before):
        needed = ("programme", "place")
        mail_rows.queue_about_erased(
            transaction, kinds.DELETED_NOTICE, _reduced(before, needed), at
        )
    return purged


def _reduced(sign_up: SignUp, meanings: Sequence[Meaning]) -> SignUp:
    """As much of a sign-up as a mail needs that is sent when the rest is gone."""
    answers = {meaning: sign_up.answer(meaning) for meaning in meanings}
    return replace(sign_up, answers={name: text for name, text in answers.items() if text})


def renew_link(transaction: Transaction, id: str, key: str, at: datetime) -> None:
    """Mails a fresh link to the address of a sign-up, once a day at most. A job for the writer.

    Who has not confirmed the address gets the confirmation again, which counts as every other one
    does.
    """
    sign_up = sign_up_rows.sign_up_to_change(transaction, id)
    if sign_up is None or sign_up.is_anonymous or _was_renewed(transaction, sign_up, at):
        return
    if sign_up.confirmed_at:
        mail_rows.queue_mails(transaction, id, (kinds.LINK,), at)
    elif not sign_up.withdrawn_at and _may_be_asked(transaction, sign_up, key, at):
        sign_up_rows.mark_silenced(transaction, id, False)
        mail_rows.queue_mails(transaction, id, (kinds.CONFIRM,), at)


def answer(transaction: Transaction, id: str, at: datetime) -> None:
    """Notes that a coordinator has answered; the first time counts. Whoever sent the same request
    several times was answered all of them.
    """
    before = sign_up_rows.sign_up_to_change(transaction, id)
    if before and before.answered_at is None:
        sign_up_rows.mark_answered(transaction, id, at)
        for double in _doubles(transaction, before):
            sign_up_rows.mark_answered(transaction, double.id, at)


def nudge(transaction: Transaction, id: str, at: datetime) -> bool:
    """Tells the second contact that somebody asks for the answer that was promised, once a day;
    whether it did now. A job for the writer.
    """
    counted = asked_rows.counted_as("nudged", id)
    is_first = asked_rows.ask(transaction, counted, danish_day(at), MOST_NUDGED_A_DAY)
    if is_first:
        mail_rows.queue_mails(transaction, id, (kinds.NUDGE,), at)
    return is_first


def _is_to_be_told(transaction: Transaction, sign_up: SignUp) -> bool:
    """Whether a coordinator is to answer, and has heard neither of it nor of its double."""
    if not sign_up.awaited or sign_up.answered_at:
        return False
    if mail_rows.was_queued(transaction, sign_up.id, kinds.NOTICE):
        return False
    return not _doubles(transaction, sign_up)


def _doubles(transaction: Transaction, sign_up: SignUp) -> list[SignUp]:
    """The confirmed sign-ups of the same mailbox to the same programme that wait for an answer."""
    if sign_up.addressee is None:
        return []
    kept = sign_up_rows.kept_at(transaction, sign_up.addressee, collected_confirmation.MOST_LISTED)
    return [
        other
        for other in kept
        if other.id != sign_up.id and request_of(other) == request_of(sign_up) and is_waiting(other)
    ]


def _was_renewed(transaction: Transaction, sign_up: SignUp, at: datetime) -> bool:
    """Whether a fresh link left within a day. The mail that first asked for the confirmation is
    none.
    """
    since = max(at - RENEWED_AFTER, sign_up.asked_at)
    mails = mail_rows.mails_of(transaction, sign_up.id)
    return any(
        mail.kind in (kinds.LINK.name, kinds.CONFIRM.name) and mail.created_at > since
        for mail in mails
    )


def _may_be_asked(transaction: Transaction, sign_up: SignUp, key: str, at: datetime) -> bool:
    return _may_ask(transaction, asked_rows.addressee(key, str(sign_up.email)), at)


def _has_lapsed(sign_up: SignUp, at: datetime) -> bool:
    return sign_up.confirmed_at is None and at > sign_up.asked_at + LIFETIMES["confirm"]


def _keep(transaction: Transaction, submission: Submission) -> SignUp:
    at = submission.at
    addressee = submission.addressee
    is_anonymous = addressee is None
    is_silenced = addressee is not None and not _may_ask(transaction, addressee, at)
    signs = _signs(transaction, submission.signs)
    sign_up = SignUp(
        id=secrets.token_hex(16),
        form=submission.form,
        language=submission.language,
        answers=submission.answers.values,
        flagged=is_doubtful(signs),
        received_at=at,
        asked_at=at,
        confirmed_at=at if is_anonymous else None,
        answered_at=None,
        withdrawn_at=None,
        silenced=is_silenced,
        awaited=submission.awaited,
        code=fresh_code() if submission.coded else None,
        signs=signs,
        addressee=submission.addressee,
    )
    sign_up_rows.insert_sign_up(transaction, sign_up, submission.fingerprints[0])
    sign_up_rows.insert_consents(transaction, sign_up.id, submission.answers.consents, at)
    if submission.booking:
        # Nor do places go to a mailbox that was written to often enough: it gets them when it confirms.
        allocation.allot(
            transaction, sign_up.id, submission.booking, at, sign_up.flagged or is_silenced
        )
    mail_rows.queue_mails(transaction, sign_up.id, _mails(sign_up), at)
    if is_silenced and addressee:
        collected_confirmation.note(transaction, addressee, at)
    return sign_up


def _signs(transaction: Transaction, signs: Signs) -> tuple[Sign, ...]:
    is_fresh = signs.proof is None or spent_rows.spend(
        transaction, signs.proof.name, signs.proof.until
    )
    return signs.against if is_fresh else (*signs.against, "spent")


def _mails(sign_up: SignUp) -> tuple[MailKind, ...]:
    """Of somebody's sign-up a coordinator hears once that person has confirmed it, of an anonymous
    one at once, unless it is doubtful.
    """
    if sign_up.is_anonymous:
        return (kinds.NOTICE,) if is_announced(sign_up) else ()
    return () if sign_up.silenced else (kinds.CONFIRM,)


def _may_move(transaction: Transaction, id: str, at: datetime) -> bool:
    return asked_rows.ask(
        transaction, asked_rows.counted_as("moved", id), danish_day(at), MOST_MOVED_A_DAY
    )


def _may_tell_change(transaction: Transaction, id: str, at: datetime) -> bool:
    counted = asked_rows.counted_as("changed", id)
    return asked_rows.ask(transaction, counted, danish_day(at), MOST_CHANGES_TOLD_A_DAY)


def fresh_code() -> str:
    """A number that nobody can guess and everybody can read aloud: 40 random bits in Crockford's
    base 32.
    """
    letters = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _ask(transaction: Transaction, id: str, submission: Submission) -> bool:
    """Asks the address to confirm, at once or with others that wait there; whether at once."""
    addressee = submission.addressee
    return addressee is not None and _ask_address(transaction, id, addressee, submission.at)


def _ask_address(transaction: Transaction, id: str, addressee: str, at: datetime) -> bool:
    is_asked = _may_ask(transaction, addressee, at)
    sign_up_rows.mark_silenced(transaction, id, not is_asked)
    if is_asked:
        mail_rows.queue_mails(transaction, id, (kinds.CONFIRM,), at)
    else:
        collected_confirmation.note(transaction, addressee, at)
    return is_asked


def _may_ask(transaction: Transaction, addressee: str, at: datetime) -> bool:
    """Counts a confirmation, unless the address has had its share for the day."""
    return asked_rows.ask(transaction, addressee, danish_day(at), MOST_ASKED_A_DAY)
