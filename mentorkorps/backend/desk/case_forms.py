"""What people of the desk can do on the page of a case: each is one form with its fields and its job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Literal

from mentorkorps.backend.clock import DENMARK
from mentorkorps.backend.db.access_log_rows import Access, log_access
from mentorkorps.backend.db.records import Case, CaseState
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk import cases
from mentorkorps.backend.desk.case_state import MOVES, STATES, is_closed
from mentorkorps.backend.desk.cases import Edit
from mentorkorps.backend.desk.permissions import Action
from mentorkorps.backend.desk.teams import Roster
from mentorkorps.backend.web.request_body import Posted, first_text

FieldName = Literal["state", "until", "to", "reason", "text"]
REASONS = ("no_place", "too_far", "not_fitting", "no_answer", "other_offer", "other")
MOVED_ELSEWHERE: frozenset[CaseState] = frozenset({"new", "declined", "proposed", "matched"})
"""States that a case comes to by another form, or by a match."""
FIRST_HOUR = time(8)
"""In Denmark: when what was put off until a day is there again."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form, as far as it could be read."""

    text: str = ""
    reason: str = ""
    to: str = ""
    until: datetime | None = None
    state: CaseState | None = None


@dataclass(frozen=True, slots=True)
class CaseForm:
    """`name`: the end of its address and its words. `needs`: what one must be allowed. `demanded`:
    fields that may not be empty. `is_offered`: whether it makes sense for an open or closed case at
    that moment.
    """

    name: str
    needs: Action
    fields: tuple[FieldName, ...]
    demanded: tuple[FieldName, ...]
    is_offered: Callable[[Case, datetime], bool]
    job: Callable[[Transaction, Edit, Typed, Roster], Case]


def read(posted: Posted, now: datetime) -> Typed:
    """What was posted; a day that is over, or a state that no form leads to, counts as not given."""
    reason, state = first_text(posted, "reason"), first_text(posted, "state")
    return Typed(
        text=first_text(posted, "text").strip(),
        reason=reason if reason in REASONS else "",
        to=first_text(posted, "to"),
        until=_moment(first_text(posted, "until"), now),
        state=next(
            (name for name in STATES if name == state and name not in MOVED_ELSEWHERE), None
        ),
    )


def lacking(form: CaseForm, typed: Typed) -> tuple[FieldName, ...]:
    """The fields that have to be filled in first."""
    return tuple(field for field in form.demanded if not getattr(typed, field))


def states_to_choose(case: Case) -> list[CaseState]:
    """What the form of states leads to, in the order of the way through."""
    return [state for state in STATES if state in MOVES[case.state] - MOVED_ELSEWHERE]


def perform(
    transaction: Transaction, form: CaseForm, edit: Edit, typed: Typed, roster: Roster, as_: Access
) -> None:
    """Does what a form is for, and logs it. A job for the writer. Raises what `cases` raises."""
    form.job(transaction, edit, typed, roster)
    log_access(transaction, as_, edit.at)


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        moment = datetime.combine(date.fromisoformat(text), FIRST_HOUR, DENMARK)
        return moment.astimezone(now.tzinfo) if moment > now else None
    except (ValueError, OverflowError):
        return None


def _take(transaction: Transaction, edit: Edit, _: Typed, roster: Roster) -> Case:
    return cases.take(transaction, edit, roster)


def _release(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.release(transaction, edit, typed.text)


def _hand_over(transaction: Transaction, edit: Edit, typed: Typed, roster: Roster) -> Case:
    return cases.hand_over(transaction, edit, roster, typed.to, typed.text)


def _snooze(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.snooze(transaction, edit, typed.until or edit.at, typed.text)


def _wake(transaction: Transaction, edit: Edit, _: Typed, __: Roster) -> Case:
    return cases.wake(transaction, edit)


def _contact(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.contact(transaction, edit, typed.text)


def _note(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.note(transaction, edit, typed.text)


def _decline(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.decline(transaction, edit, typed.reason, typed.text)


def _move(transaction: Transaction, edit: Edit, typed: Typed, _: Roster) -> Case:
    return cases.advance(transaction, edit, typed.state or "new", typed.text)


def _is_open(case: Case, _: datetime) -> bool:
    return not is_closed(case.state)


def _is_free(case: Case, now: datetime) -> bool:
    return _is_open(case, now) and case.owner is None


def _is_owned(case: Case, now: datetime) -> bool:
    return _is_open(case, now) and case.owner is not None


def _is_resting(case: Case, now: datetime) -> bool:
    return _is_open(case, now) and case.snoozed_until is not None and case.snoozed_until > now


def _is_awake(case: Case, now: datetime) -> bool:
    return _is_open(case, now) and not _is_resting(case, now)


def _may_be_declined(case: Case, _: datetime) -> bool:
    return "declined" in MOVES[case.state]


def _may_move(case: Case, _: datetime) -> bool:
    return bool(states_to_choose(case))


def _always(_: Case, __: datetime) -> bool:
    return True


CASE_FORMS: Mapping[str, CaseForm] = MappingProxyType(
    {
        form.name: form
        for form in (
            CaseForm("contact", "answer", ("text",), (), _is_open, _contact),
            CaseForm("take", "answer", (), (), _is_free, _take),
            CaseForm("note", "answer", ("text",), ("text",), _always, _note),
            CaseForm("move", "answer", ("state", "text"), ("state",), _may_move, _move),
            CaseForm("snooze", "answer", ("until", "text"), ("until",), _is_awake, _snooze),
            CaseForm("wake", "answer", (), (), _is_resting, _wake),
            CaseForm("hand_over", "answer", ("to", "text"), ("to",), _is_open, _hand_over),
            CaseForm("release", "answer", ("text",), (), _is_owned, _release),
            CaseForm(
                "decline", "settle", ("reason", "text"), ("reason",), _may_be_declined, _decline
            ),
        )
    }
)
"""In the order in which the page of a case shows them."""
