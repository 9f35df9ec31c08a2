"""Why somebody must go without: needs that share too few places, and what would open more.

Hall's theorem (1935): all of some needs can have a mentor exactly if no group among them shares
fewer places than it has needs. The group that is found here is minimal: without any one of its
needs, all the others could be served (a circuit of the transversal matroid).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mentorkorps.catalogue.model.matching import Must, Should
from mentorkorps.matching.assignment import NOBODY, Row, assign
from mentorkorps.matching.records import MentorProfile, Need
from mentorkorps.matching.suggestions import Suggestion
from mentorkorps.matching.table import Marks, PairTable

LASTING: frozenset[Must | Should] = frozenset({"history"})
"""Musts that nobody should relax."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Needs that no mentors but these can have, and the places of these: one less than the
    needs."""

    needs: tuple[Need, ...]
    mentors: tuple[MentorProfile, ...]

    @property
    def places(self) -> int:
        return sum(mentor.capacity for mentor in self.mentors)


@dataclass(frozen=True, slots=True)
class Opening:
    """What one must less would give: each of `mentors` has a place that no suggestion takes, and
    this must alone keeps one of `needs` from it."""

    criterion: Must | Should
    mentors: tuple[MentorProfile, ...]
    needs: tuple[Need, ...]


def bottleneck_of(table: PairTable, need: Need, suggestions: Sequence[Suggestion]) -> Bottleneck:
    """The needs with which a need without a mentor shares too few places.

    Of two minimal groups the smaller one: that of the suggestions, and that of needs with few
    mentors, served first.
    """
    allowed = {other.id: table.allowed(other) for other in table.needs}
    by_id = {other.id: other for other in table.needs}
    number = {mentor.id: place for place, mentor in enumerate(table.mentors)}
    served = {pair.need.id: number[pair.mentor.id] for pair in suggestions}
    reached, mentors = _reach(table, allowed, need, served)
    inside = [
        other
        for other in table.needs
        if other != need and allowed[other.id] and not allowed[other.id] & ~mentors
    ]
    narrow = _reach(table, allowed, need, _served_narrowly(table, allowed, inside))
    reached, mentors = min((reached, mentors), narrow, key=lambda group: len(group[0]))
    return Bottleneck(
        tuple(by_id[id] for id in sorted(reached)),
        tuple(table.mentors[place] for place in table.numbers(mentors)),
    )


def openings(
    table: PairTable, bottleneck: Bottleneck, suggestions: Iterable[Suggestion]
) -> tuple[Opening, ...]:
    """Each must that would open a place for the needs of a bottleneck, if it alone were relaxed: a
    radius by one municipality."""
    taken: dict[str, int] = defaultdict(int)
    for pair in suggestions:
        taken[pair.mentor.id] += 1
    mentors: dict[Must | Should, dict[str, MentorProfile]] = defaultdict(dict)
    needs: dict[Must | Should, list[Need]] = defaultdict(list)
    for need in bottleneck.needs:
        for criterion, marks in table.forbidden_once(need).items():
            opened = [
                mentor
                for mentor in (table.mentors[place] for place in table.numbers(marks))
                if _opens(table, criterion, need, mentor, taken[mentor.id])
            ]
            if opened and criterion not in LASTING:
                mentors[criterion] |= {mentor.id: mentor for mentor in opened}
                needs[criterion].append(need)
    if bottleneck.mentors:
        mentors["free-place"] |= {mentor.id: mentor for mentor in bottleneck.mentors}
        needs["free-place"] = list(bottleneck.needs)
    return tuple(
        Opening(criterion, tuple(mentors[criterion].values()), tuple(needs[criterion]))
        for criterion in sorted(mentors, key=lambda id: (-len(mentors[id]), id))
    )


def _opens(
    table: PairTable, criterion: Must | Should, need: Need, mentor: MentorProfile, taken: int
) -> bool:
    """Whether a mentor could have a need, were it not for this must, in a place that is free."""
    if criterion == "reach":
        geography = table.rules.geography
        if not geography.within(mentor.municipality, mentor.radius + 1, need.municipality):
            return False
    return criterion == "free-place" or taken < mentor.capacity


def _reach(
    table: PairTable, allowed: Mapping[str, Marks], need: Need, served: Mapping[str, int]
) -> tuple[set[str], Marks]:
    """The needs that could give a need their place by changing their mentor, and all mentors that
    they may have."""
    holders: dict[int, list[str]] = defaultdict(list)
    for id, place in served.items():
        holders[place].append(id)
    reached, mentors, ahead = {need.id}, 0, [need.id]
    while ahead:
        further = allowed[ahead.pop()] & ~mentors
        mentors |= further
        for place in table.numbers(further):
            ahead += holders[place]
            reached.update(holders[place])
    return reached, mentors


def _served_narrowly(
    table: PairTable, allowed: Mapping[str, Marks], needs: Sequence[Need]
) -> dict[str, int]:
    """The number of the mentor of each need, as many as possible, those with few mentors first."""
    needs = sorted(needs, key=lambda need: allowed[need.id].bit_count())
    numbers = [table.numbers(allowed[need.id]) for need in needs]
    rows = [Row(mentors, bytes(len(mentors))) for mentors in numbers]
    places = [mentor.capacity for mentor in table.mentors]
    assigned = assign(rows, places, [1] * len(needs))
    return {need.id: place for need, place in zip(needs, assigned, strict=True) if place != NOBODY}
