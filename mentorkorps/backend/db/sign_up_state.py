"""What a sign-up is, said once: commands, pages and mails ask `state`, statements ask for the same in SQL.

Five facts decide: whether somebody withdrew, confirmed or answered it, whether an answer is awaited, and whether it
looks like spam.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Boolean, Case, Column, ColumnElement, and_, case, not_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

Fact = Literal["withdrawn_at", "confirmed_at", "answered_at", "awaited", "flagged"]
Facts = Mapping[Fact, bool]
Outcome = Literal["withdrawn", "unconfirmed", "unanswered", "answered", "received"]
"""What became of a sign-up: exactly one of these. received: confirmed, and nobody is to answer."""
Condition = Literal[
    "unanswered",
    "answered",
    "unconfirmed",
    "confirmed",
    "withdrawn",
    "flagged",
    "doubtful",
    "reachable",
]
"""What operators ask for and what jobs go by; several hold at a time.

unanswered: somebody is to answer, confirmed or not. doubtful: looks like spam and waits for somebody to say.
reachable: its address may be written to.
"""

OUTCOMES: dict[Outcome, Facts] = {
    "withdrawn": {"withdrawn_at": True},
    "unconfirmed": {"withdrawn_at": False, "confirmed_at": False},
    "unanswered": {
        "withdrawn_at": False,
        "confirmed_at": True,
        "awaited": True,
        "answered_at": False,
    },
    "answered": {
        "withdrawn_at": False,
        "confirmed_at": True,
        "awaited": True,
        "answered_at": True,
    },
    "received": {"withdrawn_at": False, "confirmed_at": True, "awaited": False},
}
"""The facts of exactly one of these are true."""
CONDITIONS: dict[Condition, Facts] = {
    "unanswered": {"awaited": True, "answered_at": False, "withdrawn_at": False},
    "answered": {"answered_at": True},
    "unconfirmed": {"confirmed_at": False, "withdrawn_at": False},
    "confirmed": {"confirmed_at": True},
    "withdrawn": {"withdrawn_at": True},
    "flagged": {"flagged": True},
    "doubtful": {"flagged": True, "withdrawn_at": False, "answered_at": False},
    "reachable": {"confirmed_at": True, "withdrawn_at": False},
}

Columns = ReadOnlyColumnCollection[str, Column[Any]]


class HasFacts(Protocol):
    """A sign-up, or as much of it as was read."""

    @property
    def withdrawn_at(self) -> datetime | None: ...

    @property
    def confirmed_at(self) -> datetime | None: ...

    @property
    def answered_at(self) -> datetime | None: ...

    @property
    def awaited(self) -> bool: ...

    @property
    def flagged(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SignUpState:
    """`conditions`: all that hold."""

    outcome: Outcome
    conditions: frozenset[Condition]


def state(sign_up: HasFacts) -> SignUpState:
    """What a sign-up is."""
    facts: dict[Fact, bool] = {
        "withdrawn_at": sign_up.withdrawn_at is not None,
        "confirmed_at": sign_up.confirmed_at is not None,
        "answered_at": sign_up.answered_at is not None,
        "awaited": sign_up.awaited,
        "flagged": sign_up.flagged,
    }
    return SignUpState(
        next(outcome for outcome, needed in OUTCOMES.items() if needed.items() <= facts.items()),
        frozenset(name for name, needed in CONDITIONS.items() if needed.items() <= facts.items()),
    )


def outcome_case(columns: Columns) -> Case[str]:
    """The same outcome in SQL, of the columns of sign-ups."""
    return case(*((_clause(columns, facts), outcome) for outcome, facts in OUTCOMES.items()))


def outcome_clause(columns: Columns, outcome: Outcome) -> ColumnElement[bool]:
    """Whether that became of a sign-up, in SQL. Partial indexes repeat these very words, in this order."""
    return _clause(columns, OUTCOMES[outcome])


def condition_clause(columns: Columns, condition: Condition) -> ColumnElement[bool]:
    """The same condition in SQL."""
    return _clause(columns, CONDITIONS[condition])


def _clause(columns: Columns, facts: Facts) -> ColumnElement[bool]:
    return and_(*(_fact(columns[name], is_so) for name, is_so in facts.items()))


def _fact(column: Column[Any], is_so: bool) -> ColumnElement[bool]:
    if isinstance(column.type, Boolean):
        return column if is_so else not_(column)
    return column.is_not(None) if is_so else column.is_(None)
