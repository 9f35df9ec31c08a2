"""Suggestions for a whole pool at once: first as many pairs as possible, then nobody waits longer
than needed, then points.

Which sets of needs can all have a mentor is a transversal matroid: serving needs in the order of
their waiting serves as many as any other order does, and no set that can be served is better in
that order. So leaving a need without a mentor costs more the longer it has waited, and a day more
outweighs the points of all pairs together; the cheapest assignment is then best in all three
respects. (Edmonds, "Matroids and the greedy algorithm", Mathematical Programming 1, 1971.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mentorkorps.matching.assignment import NOBODY, assign
from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.rules import Decider, Rules
from mentorkorps.matching.table import FULL_POINTS, PairTable

DAYS_IN_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair that a human may propose. `decides` says who, by the rule of their `programme`.

    `points` order pairs and are no measure of how good a match becomes.
    """

    need: Need
    mentor: MentorProfile
    programme: str | None
    decides: Decider
    points: int


def suggest(pool: Pool, rules: Rules) -> tuple[Suggestion, ...]:
    """The best pairs of a pool, the longest wait first.

    The order of the pool's records makes no difference, and neither do people who share no mentor
    with a need, directly or through others.
    """
    table = pair_table(pool, rules)
    rows = [table.row(need, table.allowed(need)) for need in table.needs]
    places = [mentor.capacity for mentor in table.mentors]
    without = costs_of_going_without(table.needs, pool.day, rules.weeks)
    return tuple(
        suggestion(
            rules,
            need,
            table.mentors[number],
            FULL_POINTS - row.costs[row.mentors.index(number)],
        )
        for need, row, number in zip(table.needs, rows, assign(rows, places, without), strict=True)
        if number != NOBODY
    )


def pair_table(pool: Pool, rules: Rules) -> PairTable:
    """The pairs of a pool: needs by their waiting, mentors by id."""
    return PairTable(
        rules,
        sorted(pool.needs, key=lambda need: (need.waiting_since, need.id)),
        sorted(pool.mentors, key=lambda mentor: mentor.id),
    )


def costs_of_going_without(needs: Sequence[Need], day: date, weeks: int) -> list[int]:
    """What it costs to leave each need without a mentor: a day more of waiting outweighs the points
    of all pairs together."""
    all_points = FULL_POINTS * len(needs) + 1
    return [all_points * (1 + days_that_count(need, day, weeks)) for need in needs]


def days_that_count(need: Need, day: date, weeks: int) -> int:
    """The days that a need has waited beyond the weeks in which points alone decide."""
    return max(0, (day - need.waiting_since).days - weeks * DAYS_IN_A_WEEK)


def suggestion(rules: Rules, need: Need, mentor: MentorProfile, points: int) -> Suggestion:
    programme = rules.programme_of(need, mentor)
    decides = rules.programme_rule(programme).decides
    return Suggestion(need, mentor, programme, decides, points)
