"""Why somebody must go without: needs that share too few places, and what would open more.

Hall's theorem (1935): all of some needs can have a mentor exactly if no group among them shares
fewer places than it has needs. The group that is found here is minimal: without any one of its
needs, all the others could be served (a circuit of the transversal matroid).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mentorkorps.catalogue.model.matching import Must, Should
from mentorkorps.matching.assignment import NOBODY, Row, assign
from mentorkorps.matching.records import MentorProfile, Need
from mentorkorps.matching.suggestions import Suggestion
from mentorkorps.matching.table import Marks, PairTable

NEAR = 500
"""So many needs are looked through for a small group; more would keep the coordinator waiting."""
Group = tuple[set[str], Marks]
"""The ids of some needs, and the mentors that they may have."""
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

    A group close by, where one of at most NEAR needs is found; otherwise that of the suggestions.
    """
    allowed = {other.id: table.allowed(other) for other in table.needs}
    number = {mentor.id: place for place, mentor in enumerate(table.mentors)}
    served = {pair.need.id: number[pair.mentor.id] for pair in suggestions}
    group = _near(table, allowed, need, served) or _reach(table, allowed, need, served)
    reached, mentors = group
    return Bottleneck(
        tuple(sorted((n for n in table.needs if n.id in reached), key=lambda need: need.id)),
        tuple(table.mentors[place] for place in table.numbers(mentors)),
    )


def openings(
    table: PairTable, bottleneck: Bottleneck, suggestions: Iterable[Suggestion]
) -> tuple[Opening, ...]:
    """Each must that would open a place for the needs of a bottleneck, if it alone were relaxed: a
    radius by one municipality."""
    free = _with_a_free_place(table, suggestions)
    wider: dict[str, Marks] = {}
    marked: dict[Must | Should, Marks] = defaultdict(int)
    needs: dict[Must | Should, list[Need]] = defaultdict(list)
    for need in bottleneck.needs:
        for criterion, marks in table.forbidden_once(need).items():
            opened = marks if criterion == "free-place" else marks & free
            if criterion == "reach" and opened:
                if need.municipality not in wider:
                    wider[need.municipality] = _within_one_more(table, need.municipality)
                opened &= wider[need.municipality]
            if opened and criterion not in LASTING:
                marked[criterion] |= opened
                needs[criterion].append(need)
    if bottleneck.mentors:
        full = {mentor.id for mentor in bottleneck.mentors}
        marked["free-place"] |= table.marked(lambda mentor: mentor.id in full)
        needs["free-place"] = list(bottleneck.needs)
    possible = (
        Opening(
            criterion,
            tuple(table.mentors[place] for place in table.numbers(marks)),
            tuple(needs[criterion]),
        )
        for criterion, marks in marked.items()
    )
    return tuple(sorted(possible, key=lambda opening: (-len(opening.mentors), opening.criterion)))


def _with_a_free_place(table: PairTable, suggestions: Iterable[Suggestion]) -> Marks:
    taken = Counter(pair.mentor.id for pair in suggestions)
    return table.marked(lambda mentor: taken[mentor.id] < mentor.capacity)


def _within_one_more(table: PairTable, municipality: str) -> Marks:
    """The mentors who could come to a municipality with a radius one larger."""
    within = table.rules.geography.within
    return table.marked(lambda mentor: within(mentor.municipality, mentor.radius + 1, municipality))


def _reach(
    table: PairTable, allowed: Mapping[str, Marks], need: Need, served: Mapping[str, int]
) -> Group:
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


def _near(
    table: PairTable, allowed: Mapping[str, Marks], need: Need, served: Mapping[str, int]
) -> Group | None:
    """A group around the mentors of a need, and around those that their needs may have, further
    and further; None if none of at most NEAR needs is found."""
    mentors, before = allowed[need.id], -1
    while mentors != before:
        inside = [
            other
            for other in table.needs
            if other != need and allowed[other.id] and not allowed[other.id] & ~mentors
        ]
        if len(inside) > NEAR:
            return None
        if len(inside) >= _places(table, mentors):
            group = _reach(table, allowed, need, _served_narrowly(table, allowed, inside))
            if len(group[0]) > _places(table, group[1]):
                return group
        before, numbers = mentors, set(table.numbers(mentors))
        for id, place in served.items():
            if place in numbers:
                mentors |= allowed[id]
    return None


def _places(table: PairTable, mentors: Marks) -> int:
    return sum(table.mentors[place].capacity for place in table.numbers(mentors))


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
