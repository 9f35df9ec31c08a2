"""Cases follow their sign-ups: opened when one is confirmed, closed when it is withdrawn.

There are cases only where there is a desk. `follow` does its part in the transaction of whatever
changes a sign-up, so that no moment is between; what was confirmed before there was a desk, or
while none ran, gets its case when the desk starts, by the same function, in portions.

A case costs the writer nearly twice what the rest of a confirmation does (0.57 ms of its processor
time for 0.19, `bench/run.py desk`). So where nobody may log in none is opened, and a sign-up costs
what it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mentorkorps.backend.clock import after_working_days, danish_day
from mentorkorps.backend.db import case_rows, sign_up_rows
from mentorkorps.backend.db.records import Case, CaseEvent, Scope, SignUp
from mentorkorps.backend.db.sign_up_state import state
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.desk.case_state import FIRST, is_answered, state_of
from mentorkorps.backend.desk.cases import PERSON, SYSTEM, append, in_state, without_owner
from mentorkorps.backend.desk.scopes import scopes_of, scopes_since
from mentorkorps.backend.desk.teams import Roster
from mentorkorps.catalogue.load import Catalogue

PORTION = 50
"""Cases of one transaction: some 10 ms, for which a visitor may have to wait."""
OTHER = "other"
"""The kind of a case whose form has no purpose, or is gone."""
MAILBOX = "mailbox"
"""The actor of what was done by the link in a coordinator's mail: whoever reads that mailbox."""


@dataclass(frozen=True, slots=True)
class CaseKeeper:
    """Keeps cases as their sign-ups and the data say."""

    catalogue: Catalogue
    roster: Roster

    def follow(self, transaction: Transaction, id: str, at: datetime) -> None:
        """Brings the case of a sign-up to what the sign-up is now. It may come twice."""
        sign_up = sign_up_rows.sign_up_to_change(transaction, id)
        if sign_up is None:
            return
        if not case_rows.has_case(transaction, id):
            if is_to_open(sign_up):
                self._open(transaction, sign_up)
        elif case := case_rows.case_to_change(transaction, id):
            self._bring_along(transaction, case, sign_up, at)

    def open_some(self, transaction: Transaction, at: datetime) -> int:
        """Opens cases for sign-ups that wait without one; how many. A job for the writer."""
        waiting = case_rows.sign_ups_without_case(transaction, PORTION)
        for sign_up in waiting:
            self.follow(transaction, sign_up.id, at)
        return len(waiting)

    def lost(self, snapshot: Snapshot) -> list[str]:
        """The open cases whose owner is not there any more, or may not answer them. For a reader."""
        ids: list[str] = []
        for owner in case_rows.open_owners(snapshot):
            member = self.roster.member(owner)
            scopes: frozenset[Scope] | None = member.scopes if member else frozenset()
            if scopes is not None:
                ids += case_rows.owned_outside(snapshot, owner, self.roster.hashes(scopes))
        return ids

    def outdated(self, snapshot: Snapshot, after: str) -> tuple[list[str], str | None]:
        """Of the open cases behind an id those that sign-up, data or people have left behind.

        And where the next portion begins; None at the end. For a reader.
        """
        rows = case_rows.next_open(snapshot, after, PORTION)
        ids = [row.case.id for row in rows if self._is_outdated(row.case, row.sign_up)]
        return ids, rows[-1].case.id if len(rows) == PORTION else None

    def follow_each(self, transaction: Transaction, ids: Sequence[str], at: datetime) -> None:
        """A job for the writer."""
        for id in ids:
            self.follow(transaction, id, at)

    def _is_outdated(self, case: Case, sign_up: SignUp) -> bool:
        owner = self.roster.owner(case.owner, case.scopes)
        return (
            case.owner != (owner and owner.id)
            or case.scopes != scopes_since(self.catalogue, sign_up, case.scopes)
            or sign_up.withdrawn_at is not None
            or (sign_up.answered_at is not None and not is_answered(case.state))
        )

    def _open(self, transaction: Transaction, sign_up: SignUp) -> None:
        case_rows.insert_case(
            transaction, opened_case(self.catalogue, sign_up), self.roster.keys[0]
        )

    def _bring_along(
        self, transaction: Transaction, case: Case, sign_up: SignUp, at: datetime
    ) -> None:
        scopes = scopes_since(self.catalogue, sign_up, case.scopes)
        if scopes != case.scopes:
            case_rows.replace_scopes(transaction, case, scopes, self.roster.keys[0])
            case = replace(case, scopes=scopes)
        case = self._with_owner_who_may(transaction, case, at)
        if sign_up.withdrawn_at:
            if case.closed_at is None:
                withdrawn = in_state(case, "ended", at)
                append(transaction, PERSON, withdrawn, "withdrawn", at)
        elif case.closed_at:
            self._resume(transaction, case, at)
        elif sign_up.answered_at and not is_answered(case.state):
            answered = in_state(case, "contacted", sign_up.answered_at)
            append(transaction, MAILBOX, answered, "contacted", sign_up.answered_at)

    def _with_owner_who_may(self, transaction: Transaction, case: Case, at: datetime) -> Case:
        if case.owner is None or case.closed_at:
            return case
        member = self.roster.owner(case.owner, case.scopes)
        if member is None:
            return append(transaction, SYSTEM, without_owner(case), "unassigned", at)
        if member.id != case.owner:
            case_rows.rename_owner(transaction, case.id, member.id)
        return replace(case, owner=member.id)

    def _resume(self, transaction: Transaction, case: Case, at: datetime) -> None:
        """Opens a case again that was closed because the person withdrew, and by nobody else."""
        events = case_rows.history(transaction, case.id)
        resumed = CaseEvent(case.version + 1, at, PERSON, "resumed")
        if (before := state_of([*events, resumed])) != case.state:
            case = self._with_owner_who_may(transaction, in_state(case, before, at), at)
            append(transaction, PERSON, case, "resumed", at)


def opened_case(catalogue: Catalogue, sign_up: SignUp) -> Case:
    """The case of a confirmed sign-up to which nothing has happened yet."""
    opened_at = sign_up.confirmed_at or sign_up.received_at
    programme = catalogue.programmes.get(sign_up.answer("programme") or "")
    days = catalogue.who_answers(programme).working_days
    form = catalogue.forms.get(sign_up.form)
    return Case(
        id=sign_up.id,
        kind=(form and form.purpose) or OTHER,
        state=FIRST,
        version=0,
        scopes=scopes_of(catalogue, sign_up),
        promised_days=days,
        due_on=after_working_days(danish_day(opened_at), days),
        owner=None,
        taken_at=None,
        give_back_on=None,
        snoozed_until=None,
        opened_at=opened_at,
        changed_at=opened_at,
        closed_at=None,
    )


def is_to_open(sign_up: SignUp) -> bool:
    """Whether somebody is to answer it now."""
    return state(sign_up).outcome == "unanswered" and not sign_up.flagged
