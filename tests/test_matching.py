"""Suggestions for a whole pool: as many pairs as possible, then waiting, then points."""

import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from munkres import DISALLOWED, Munkres

from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.suggestions import suggest
from tests.matching_pools import DAY, invented_pool, naive_points, small_rules

POOLS = [invented_pool(seed) for seed in range(200)]


def judged(pool: Pool) -> tuple[int, list, int]:
    """Pairs, how long each of the served has waited, the longest first, and points."""
    suggestions = suggest(pool, small_rules())
    waits = sorted(pair.need.waiting_since for pair in suggestions)
    return len(suggestions), waits, sum(pair.points for pair in suggestions)


def oracle(pool: Pool) -> tuple[int, list, int]:
    """The same by munkres, over the naive points: each place a column, and one a need for going
    without, whose cost has a digit for each date on which a need began to wait."""
    slots = [mentor for mentor in pool.mentors for _ in range(mentor.capacity)]
    dates = sorted({need.waiting_since for need in pool.needs}, reverse=True)
    digit = len(pool.needs) + 1
    most = 100 * digit
    rows = []
    for number, need in enumerate(pool.needs):
        points = [naive_points(need, mentor) for mentor in slots]
        without = most * (digit ** len(dates) + digit ** dates.index(need.waiting_since))
        alone = [DISALLOWED] * len(pool.needs)
        alone[number] = without
        rows.append([DISALLOWED if point is None else 100 - point for point in points] + alone)
    pairs = [
        (pool.needs[row], slots[column])
        for row, column in (Munkres().compute(rows) if rows else ())
        if column < len(slots)
    ]
    waits = sorted(need.waiting_since for need, _ in pairs)
    return len(pairs), waits, sum(naive_points(*pair) for pair in pairs)


def test_200_pools_are_served_as_an_oracle_serves_them():
    assert [oracle(pool) for pool in POOLS] == [judged(pool) for pool in POOLS]


def test_the_pools_of_the_tests_have_enough_to_decide():
    served = [judged(pool)[0] for pool in POOLS]

    assert 300 < sum(served) < sum(len(pool.needs) for pool in POOLS) - 200


def test_no_mentor_has_more_pairs_than_places_and_no_need_two():
    for pool in POOLS:
        suggestions = suggest(pool, small_rules())
        needs = [pair.need.id for pair in suggestions]
        taken = [pair.mentor.id for pair in suggestions]
        assert len(needs) == len(set(needs))
        assert all(taken.count(mentor.id) <= mentor.capacity for mentor in pool.mentors)


def test_a_mentor_more_never_lowers_the_number_of_pairs():
    for seed, pool in enumerate(POOLS):
        newcomer = replace(random.Random(seed).choice(POOLS[7].mentors), id="newcomer")
        more = replace(pool, mentors=(*pool.mentors, newcomer))
        assert judged(pool)[0] <= judged(more)[0]


def test_a_longer_wait_never_loses_a_place_to_a_shorter_one_with_the_same_musts():
    for pool in POOLS:
        served = {pair.need.id for pair in suggest(pool, small_rules())}
        for need in pool.needs:
            later = tempting(need, pool)
            both = replace(pool, needs=(*pool.needs, later))
            now_served = {pair.need.id for pair in suggest(both, small_rules())}
            assert need.id in now_served or "later" not in now_served
            assert need.id not in served or need.id in now_served


def tempting(need: Need, pool: Pool) -> Need:
    """A need that waits a day less, and has more points where that changes no must."""
    later = replace(need, id="later", waiting_since=need.waiting_since + timedelta(days=1))
    better = replace(later, industries=frozenset("xyz"), times=frozenset("123"))
    is_alike = all(
        (naive_points(need, mentor) is None) == (naive_points(better, mentor) is None)
        for mentor in pool.mentors
    )
    return better if is_alike else later


def test_any_order_of_the_records_gives_the_same_suggestions():
    for seed, pool in enumerate(POOLS):
        chance = random.Random(seed)
        needs, mentors = list(pool.needs), list(pool.mentors)
        chance.shuffle(needs)
        chance.shuffle(mentors)
        shuffled = Pool(tuple(needs), tuple(mentors), pool.day)
        assert repr(suggest(pool, small_rules())) == repr(suggest(shuffled, small_rules()))


def test_people_who_share_no_mentor_change_nothing():
    island = [
        replace(mentor, id=f"far-{mentor.id}", municipality="X") for mentor in POOLS[3].mentors
    ]
    stranded = [replace(need, id=f"far-{need.id}", municipality="X") for need in POOLS[3].needs]
    for pool in POOLS[:50]:
        both = Pool((*stranded, *pool.needs), (*island, *pool.mentors), DAY)
        near = [pair for pair in suggest(both, small_rules()) if pair.need.municipality != "X"]
        assert list(suggest(pool, small_rules())) == near


def test_two_records_with_one_id_are_refused():
    need = Need("n", "S", DAY)

    with pytest.raises(ValueError, match="same id"):
        Pool((need, need), (), DAY)


def test_for_some_weeks_points_alone_decide_and_then_the_longest_wait_goes_first():
    mentor = MentorProfile("m", "S", industries=frozenset("x"))
    fitting = Need("fitting", "S", DAY - timedelta(days=5), industries=frozenset("x"))

    def served(days: int, weeks: int) -> str:
        longer = Need("longer", "S", DAY - timedelta(days=days), industries=frozenset("y"))
        (pair,) = suggest(Pool((longer, fitting), (mentor,), DAY), small_rules(weeks))
        return pair.need.id

    assert ["longer", "fitting", "longer"] == [served(6, 0), served(28, 4), served(29, 4)]


def test_what_nobody_has_told_forbids_nothing_and_gives_no_points():
    (pair,) = suggest(Pool((Need("n", "S", DAY),), (MentorProfile("m", "S"),), DAY), small_rules())

    assert 30 == pair.points


NEED_ASKS = {
    "id",
    "municipality",
    "waiting_since",
    "languages",
    "interpreter",
    "wished_language",
    "industries",
    "help",
    "times",
    "experience",
    "hours_per_month",
    "programme",
    "musts",
    "ended_with",
    "dismissed",
}
MENTOR_OFFERS = {
    "id",
    "municipality",
    "radius",
    "languages",
    "industries",
    "help",
    "times",
    "experience",
    "hours_per_month",
    "capacity",
    "ready",
    "paused",
    "programmes",
    "musts",
}


def test_name_sex_and_origin_have_nowhere_to_go():
    assert NEED_ASKS == {field.name for field in fields(Need)}
    assert MENTOR_OFFERS == {field.name for field in fields(MentorProfile)}
    for trait in ("name", "sex", "gender", "age", "religion", "origin", "nationality"):
        with pytest.raises(TypeError):
            Need("n", "S", DAY, **{trait: "x"})
        with pytest.raises(TypeError):
            MentorProfile("m", "S", **{trait: "x"})
        with pytest.raises((AttributeError, TypeError)):
            object.__setattr__(MentorProfile("m", "S"), trait, "x")
