"""What a case is: one function of its history, and one table of what may follow what."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import get_args

from mentorkorps.backend.db.records import CaseEvent, CaseState

STATES: tuple[CaseState, ...] = get_args(CaseState)
FIRST: CaseState = "new"
CLOSED: frozenset[CaseState] = frozenset({"ended", "declined"})
"""Nobody has to do anything more; both can be taken up again."""
MOVES: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        "new": frozenset({"contacted", "talk_agreed", "course_day_1", "declined", "ended"}),
        "contacted": frozenset({"talk_agreed", "course_day_1", "ready", "declined", "ended"}),
        "talk_agreed": frozenset({"contacted", "course_day_1", "ready", "declined", "ended"}),
        "course_day_1": frozenset({"contacted", "course_day_2", "declined", "ended"}),
        "course_day_2": frozenset({"contacted", "ready", "declined", "ended"}),
        "ready": frozenset({"contacted", "proposed", "paused", "declined", "ended"}),
        "proposed": frozenset({"ready", "matched", "declined", "ended"}),
        "matched": frozenset({"active", "ready", "ended"}),
        "active": frozenset({"paused", "ready", "ended"}),
        "paused": frozenset({"active", "ready", "ended"}),
        "ended": frozenset({"contacted", "ready"}),
        "declined": frozenset({"contacted"}),
    }
)
"""What a case may come to from each state. Back to ready: a proposal was refused, or a pair came to
its end. Nothing leads back to new: what has been answered has been."""


class MoveRefused(Exception):
    """A case cannot come from `before` to `after`; `allowed` is what it can come to."""

    def __init__(self, before: CaseState, after: CaseState) -> None:
        super().__init__(f"from {before} to {after}")
        self.before = before
        self.after = after
        self.allowed = MOVES[before]


def state_of(events: Iterable[CaseEvent]) -> CaseState:
    """The state that a history comes to, whether or not MOVES still has its steps.

    Who withdraws ends the case, whatever it was; who takes that back has it as it was before.
    """
    state = before = FIRST
    is_withdrawn = False
    for event in events:
        if event.kind == "withdrawn":
            before = before if is_withdrawn else state
            state, is_withdrawn = "ended", True
        elif event.kind == "resumed":
            state, is_withdrawn = before if is_withdrawn else state, False
        elif to := next((name for name in STATES if name == event.kind), None):
            state, is_withdrawn = to, False
    return state


def moved(before: CaseState, after: CaseState) -> CaseState:
    """`after`, where a case may come to it. Raises MoveRefused."""
    if after not in MOVES[before]:
        raise MoveRefused(before, after)
    return after


def is_closed(state: CaseState) -> bool:
    return state in CLOSED


def is_answered(state: CaseState) -> bool:
    """Whether the person has heard from somebody."""
    return state != FIRST
