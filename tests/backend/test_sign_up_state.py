"""What a sign-up is: SQL and Python say the same of every one that there can be."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, create_engine, select

from mentorkorps.backend.db.sign_up_state import (
    CONDITIONS,
    OUTCOMES,
    condition_clause,
    outcome_case,
    state,
)
from mentorkorps.backend.db.tables import SIGN_UPS
from tests.backend.conftest import MONDAY

MOMENTS = ("withdrawn_at", "confirmed_at", "answered_at")


@dataclass(frozen=True)
class Row:
    withdrawn_at: datetime | None
    confirmed_at: datetime | None
    answered_at: datetime | None
    awaited: bool
    flagged: bool


ALL = [Row(*values) for values in product(*[(None, MONDAY)] * 3, *[(False, True)] * 2)]
FACTS = Table(
    "facts",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, SIGN_UPS.c[name].type) for name in MOMENTS),
    *(Column(name, Boolean) for name in ("awaited", "flagged")),
)


@pytest.fixture(scope="module")
def connection():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        FACTS.create(connection)
        rows = [{name: getattr(row, name) for name in (*MOMENTS, "awaited", "flagged")} for row in ALL]
        connection.execute(FACTS.insert(), [{"id": n} | row for n, row in enumerate(rows)])
        yield connection


def test_sql_and_python_agree_on_what_became_of_every_sign_up(connection):
    statement = select(outcome_case(FACTS.c)).order_by(FACTS.c.id)

    outcomes = list(connection.execute(statement).scalars())
    assert [state(row).outcome for row in ALL] == outcomes
    assert set(OUTCOMES) == set(outcomes)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_sql_and_python_agree_on_every_condition(connection, condition):
    statement = select(FACTS.c.id).where(condition_clause(FACTS.c, condition)).order_by(FACTS.c.id)

    ids = [number for number, row in enumerate(ALL) if condition in state(row).conditions]
    assert ids == list(connection.execute(statement).scalars())
    assert 0 < len(ids) < len(ALL)
