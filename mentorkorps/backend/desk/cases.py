"""What people of the desk do with a case. Each is one job for the writer, and writes one event.

Whoever changes a case says by its `version` what they saw. If somebody was quicker, nothing is
changed and `Conflict` carries both texts. `actor` is the id of a person of the desk; whether that
person may do it is asked before, by the permissions.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from mentorkorps.backend.clock import after_working_days, danish_day, working_days_between
from mentorkorps.backend.db import case_rows, sign_up_rows
from mentorkorps.backend.db.records import (
    Case,
    CaseDetail,
    CaseEvent,
    CaseEventKind,
    CaseState,
)
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk.case_state import is_answered, is_closed, moved
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.backend.signups import lifecycle

SYSTEM = "system"
PERSON = "person"
"""Actors that are nobody of the desk: the service itself, and whoever signed up."""


class NoCase(Exception):
    """There is no such case, or not any more."""


class NotResponsible(Exception):
    """Whoever is to have the case may not answer it, or is not there any more."""


class Closed(Exception):
    """The case is closed: it has to be taken up again first; who withdrew does that alone."""


class Conflict(Exception):
    """Somebody was quicker. `case`: as it is now; `theirs`: what happened to it since; `mine`: what
    was to be kept, nothing of which is.
    """

    def __init__(self, case: Case, theirs: tuple[CaseEvent, ...], mine: CaseDetail) -> None:
        super().__init__(f"version {case.version}")
        self.case = case
        self.theirs = theirs
        self.mine = mine


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changes which case at which moment, and the `version` of it that they saw."""

    actor: str
    case: str
    version: int
    at: datetime


def take(transaction: Transaction, edit: Edit, roster: Roster) -> Case:
    """The actor is to answer it from now on. Raises NotResponsible."""
    case = _seen(transaction, edit)
    return _give(transaction, edit, case, _responsible(roster, edit.actor, case), "taken")


def hand_over(
    transaction: Transaction, edit: Edit, roster: Roster, to: str, text: str = ""
) -> Case:
    """The person with the id `to` is to answer it. Raises NotResponsible."""
    case = _seen(transaction, edit, CaseDetail(text, person=to))
    return _give(transaction, edit, case, _responsible(roster, to, case), "handed_over", text)


def release(transaction: Transaction, edit: Edit, text: str = "") -> Case:
    """It is the team's again."""
    detail = CaseDetail(text)
    case = _seen(transaction, edit, detail)
    return append(transaction, edit.actor, without_owner(case), "released", edit.at, detail)


def snooze(transaction: Transaction, edit: Edit, until: datetime, text: str = "") -> Case:
    """It rests until a moment that is to come. The owner's days to answer rest with it, the promise
    to the person does not.
    """
    detail = CaseDetail(text, until=until)
    case = _seen(transaction, edit, detail)
    resting = replace(case, snoozed_until=until, give_back_on=_moved_days(case, edit.at, until))
    return append(transaction, edit.actor, resting, "snoozed", edit.at, detail)


def wake(transaction: Transaction, edit: Edit) -> Case:
    """It rests no longer."""
    case = _seen(transaction, edit)
    days = _moved_days(case, edit.at, edit.at)
    awake = replace(case, snoozed_until=None, give_back_on=days)
    return append(transaction, edit.actor, awake, "woken", edit.at)


def contact(transaction: Transaction, edit: Edit, text: str = "") -> Case:
    """The actor has answered the person, or spoken with them; the first time is the answer."""
    case = _seen(transaction, edit, CaseDetail(text))
    if is_answered(case.state):
        awake = replace(case, snoozed_until=None)
        return append(transaction, edit.actor, awake, "contact", edit.at, CaseDetail(text))
    return _move(transaction, edit, case, "contacted", CaseDetail(text))


def note(transaction: Transaction, edit: Edit, text: str) -> Case:
    """Words that stay with the case."""
    case = _written(transaction, edit, CaseDetail(text))
    return append(transaction, edit.actor, case, "note", edit.at, CaseDetail(text))


def decline(transaction: Transaction, edit: Edit, reason: str, text: str = "") -> Case:
    """A no, with its reason: that is an answer as well. Raises MoveRefused."""
    detail = CaseDetail(text, reason)
    return _move(transaction, edit, _written(transaction, edit, detail), "declined", detail)


def advance(transaction: Transaction, edit: Edit, to: CaseState, text: str = "") -> Case:
    """The case comes to the state `to`, also from a closed one. Raises MoveRefused or Closed."""
    detail = CaseDetail(text)
    return _move(transaction, edit, _written(transaction, edit, detail), to, detail)


def append(
    transaction: Transaction,
    actor: str,
    case: Case,
    kind: CaseEventKind,
    at: datetime,
    detail: CaseDetail | None = None,
) -> Case:
    """Keeps what happened, and the case as it is after that. Part of a job for the writer."""
    event = CaseEvent(case.version + 1, at, actor, kind, detail or CaseDetail())
    changed = replace(case, version=event.number, changed_at=at)
    case_rows.add_event(transaction, changed, event)
    return changed


def in_state(case: Case, state: CaseState, at: datetime) -> Case:
    """The case when it has come to a state. Once answered it does not go back to the team by itself."""
    return replace(
        case,
        state=state,
        give_back_on=None if is_answered(state) else case.give_back_on,
        snoozed_until=None,
        closed_at=at if is_closed(state) else None,
    )


def without_owner(case: Case) -> Case:
    return replace(case, owner=None, taken_at=None, give_back_on=None)


def _move(
    transaction: Transaction, edit: Edit, case: Case, to: CaseState, detail: CaseDetail
) -> Case:
    changed = in_state(case, moved(case.state, to), edit.at)
    if is_closed(case.state) and not is_closed(to) and _is_withdrawn(transaction, case):
        raise Closed
    if is_answered(to):
        lifecycle.answer(transaction, case.id, edit.at)
    return append(transaction, edit.actor, changed, to, edit.at, detail)


def _is_withdrawn(transaction: Transaction, case: Case) -> bool:
    sign_up = sign_up_rows.sign_up_by_id(transaction, case.id)
    return sign_up is None or sign_up.withdrawn_at is not None


def _give(
    transaction: Transaction,
    edit: Edit,
    case: Case,
    member: Member,
    kind: CaseEventKind,
    text: str = "",
) -> Case:
    given = replace(
        case,
        owner=member.id,
        taken_at=edit.at,
        give_back_on=None if is_answered(case.state) else _days_to_answer(case, edit.at),
    )
    return append(transaction, edit.actor, given, kind, edit.at, CaseDetail(text, person=member.id))


def _days_to_answer(case: Case, at: datetime) -> date:
    """The last of as many working days as the person was promised."""
    start = max(at, case.snoozed_until or at)
    return after_working_days(danish_day(start), case.promised_days)


def _moved_days(case: Case, at: datetime, onto: datetime) -> date | None:
    """The owner's last day when what is left of the working days begins at another moment."""
    if case.give_back_on is None:
        return None
    begins = max(at, case.snoozed_until or at)
    left = working_days_between(danish_day(begins), case.give_back_on)
    return after_working_days(danish_day(onto), left)


def _responsible(roster: Roster, id: str, case: Case) -> Member:
    member = roster.owner(id, case.scopes)
    if member is None:
        raise NotResponsible
    return member


def _seen(transaction: Transaction, edit: Edit, detail: CaseDetail | None = None) -> Case:
    """The open case as the actor saw it. Raises NoCase, Conflict or Closed."""
    case = _written(transaction, edit, detail)
    if is_closed(case.state):
        raise Closed
    return case


def _written(transaction: Transaction, edit: Edit, detail: CaseDetail | None = None) -> Case:
    """The case as the actor saw it, open or not. Raises NoCase or Conflict."""
    case = case_rows.case_to_change(transaction, edit.case)
    if case is None:
        raise NoCase
    if case.version != edit.version:
        theirs = case_rows.history(transaction, case.id, after=edit.version)
        raise Conflict(case, tuple(theirs), detail or CaseDetail())
    return case
