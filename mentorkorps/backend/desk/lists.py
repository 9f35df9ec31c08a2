"""What a person of the desk sees: lists of open cases, oldest first, each paged by its last line.

A view is a part of what is theirs to do, a list (see teams) is where a case is. In `new`, `late`
and `snoozed` stands what is the person's own or their team's; `covered` is everything that they may
see, whoever has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import case_rows, sign_up_rows
from mentorkorps.backend.db.case_rows import CasePosition, ListedCase
from mentorkorps.backend.db.records import Case, CaseEvent, GivenConsent, SignUp
from mentorkorps.backend.db.sign_up_rows import Position
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.desk.scopes import scopes_of
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.catalogue.load import Catalogue

View = Literal["new", "late", "mine", "team", "snoozed", "covered"]
VIEWS: tuple[View, ...] = get_args(View)
PAGE = 25
MOST_LOOKED_AT = 1000
"""Doubtful sign-ups of everybody that one page goes through; the next goes on behind them."""


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with all that belongs to it."""

    case: Case
    sign_up: SignUp
    history: Sequence[CaseEvent]
    consents: Sequence[GivenConsent]


def page(
    snapshot: Snapshot,
    roster: Roster,
    member: Member,
    view: View,
    now: datetime,
    after: CasePosition | None = None,
    most: int = PAGE,
) -> list[ListedCase]:
    """At most so many cases of a view, those behind a position where one is given. For a reader."""
    return case_rows.open_page(snapshot, _clause(roster, member, view, now), after, most)


def counts(snapshot: Snapshot, roster: Roster, member: Member, now: datetime) -> Mapping[View, int]:
    """How many cases each view has. For a reader."""
    clauses = [_clause(roster, member, view, now) for view in VIEWS]
    return dict(zip(VIEWS, case_rows.count_open(snapshot, clauses), strict=True))


def nobodys(
    snapshot: Snapshot, roster: Roster, after: CasePosition | None = None, most: int = PAGE
) -> list[ListedCase]:
    """The cases that no person and no team has: those of the mailbox that hears of everything else."""
    if any(member.is_national for member in roster.members):
        return []
    return case_rows.open_page(snapshot, _uncovered(roster), after, most)


def whole_case(snapshot: Snapshot, member: Member, id: str) -> WholeCase | None:
    """One case, open or closed, with its history; None also where it is none of the person's."""
    case = case_rows.case_by_id(snapshot, id)
    sign_up = sign_up_rows.sign_up_by_id(snapshot, id)
    if case is None or sign_up is None or not member.covers(case.scopes):
        return None
    history = case_rows.history(snapshot, id)
    return WholeCase(case, sign_up, history, sign_up_rows.consents_of(snapshot, id))


def doubtful(
    snapshot: Snapshot,
    catalogue: Catalogue,
    roster: Roster,
    member: Member,
    before: Position | None = None,
    most: int = PAGE,
) -> tuple[list[SignUp], Position | None]:
    """Sign-ups that look like spam, of which the person's team is to say whether they are, newest first.

    And where the next page begins; None at the end. Whose one is tell its answers.
    """
    sign_ups: list[SignUp] = []
    for _ in range(MOST_LOOKED_AT // most):
        portion = sign_up_rows.doubtful_page(snapshot, before, most)
        for sign_up in portion:
            before = Position(sign_up.received_at, sign_up.id)
            if member in roster.team(scopes_of(catalogue, sign_up)):
                sign_ups.append(sign_up)
            if len(sign_ups) == most:
                return sign_ups, before
        if len(portion) < most:
            return sign_ups, None
    return sign_ups, before


def _clause(roster: Roster, member: Member, view: View, now: datetime) -> ColumnElement[bool]:
    match view:
        case "mine":
            return _mine(member)
        case "team":
            return _team(roster, member)
        case "covered":
            return _covered(roster, member)
        case "snoozed":
            return and_(_theirs(roster, member), not_(case_rows.is_awake(now)))
        case "new":
            is_meant = case_rows.is_new()
        case "late":
            is_meant = case_rows.is_late(danish_day(now))
    return and_(is_meant, case_rows.is_awake(now), _theirs(roster, member))


def _theirs(roster: Roster, member: Member) -> ColumnElement[bool]:
    return or_(_mine(member), _team(roster, member))


def _mine(member: Member) -> ColumnElement[bool]:
    """Cases whose owner lost the right are given back when people or data change: see CaseKeeper."""
    return case_rows.of_owner(member.ids)


def _team(roster: Roster, member: Member) -> ColumnElement[bool]:
    if member.scopes is None:
        return _uncovered(roster)
    return and_(case_rows.of_none_of(roster.ids), case_rows.in_scopes(roster.hashes(member.scopes)))


def _uncovered(roster: Roster) -> ColumnElement[bool]:
    """What nobody has and nobody answers for in particular."""
    covered = case_rows.in_scopes(roster.hashes(roster.covered))
    return and_(case_rows.of_none_of(roster.ids), not_(covered))


def _covered(roster: Roster, member: Member) -> ColumnElement[bool]:
    if member.scopes is None:
        return true()
    return case_rows.in_scopes(roster.hashes(member.scopes)) if member.scopes else false()
