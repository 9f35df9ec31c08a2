"""What a case is: one function of its history, by one table of moves."""

import random

import pytest

from mentorkorps.backend.db.records import CaseEvent
from mentorkorps.backend.desk.case_state import (
    CLOSED,
    FIRST,
    MOVES,
    STATES,
    MoveRefused,
    is_answered,
    moved,
    state_of,
)
from tests.backend.conftest import MONDAY

QUIET = ("taken", "handed_over", "released", "expired", "unassigned", "snoozed", "contact", "note")


def history(*kinds):
    return [CaseEvent(number, MONDAY, "system", kind) for number, kind in enumerate(kinds, 1)]


def test_every_state_is_reached_and_every_case_can_come_to_an_end():
    assert set(STATES) == set(MOVES) == {FIRST}.union(*MOVES.values())
    assert all(MOVES[state] for state in CLOSED)
    for state in STATES:
        reached, fresh = {state}, {state}
        while fresh := {after for before in fresh for after in MOVES[before]} - reached:
            reached |= fresh
        assert reached >= CLOSED, state


def test_random_walks_come_to_where_the_table_leads_whatever_lies_between():
    rng = random.Random(12)
    for _ in range(300):
        state, kinds = FIRST, []
        for _ in range(rng.randrange(15)):
            kinds += rng.choices(QUIET, k=rng.randrange(3))
            state = rng.choice(sorted(MOVES[state]))
            kinds.append(state)
            if rng.random() < 0.2:
                kinds += ["withdrawn", *rng.choices(QUIET, k=1), "resumed"]
        assert state == state_of(history(*kinds))
        assert "ended" == state_of(history(*kinds, "withdrawn"))
        assert is_answered(state) == (state != FIRST)
        for wrong in set(STATES) - MOVES[state]:
            with pytest.raises(MoveRefused) as refused:
                moved(state, wrong)
            assert (state, wrong) == (refused.value.before, refused.value.after)


def test_who_takes_a_withdrawal_back_has_the_case_as_it_was():
    assert "talk_agreed" == state_of(history("talk_agreed", "withdrawn", "resumed"))
    assert "new" == state_of(history("withdrawn", "withdrawn", "resumed"))
    assert "declined" == state_of(history("declined", "resumed"))
    assert "contacted" == state_of(history("withdrawn", "contacted", "resumed"))
