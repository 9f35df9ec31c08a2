"""Who gets which place, at the least cost: a sparse transportation problem, solved exactly.

Successive shortest paths with prices, one need at a time. A need that finds no free place may push
others along, and whoever is left at the end of the cheapest chain goes without, at a cost of its
own. Prices keep later searches short: a place for which somebody already goes without is dearer
than any that a need with a lower cost of going without could pay.

The method is that of Jonker and Volgenant, "A shortest augmenting path algorithm for dense and
sparse linear assignment problems", Computing 38 (1987), with several places a mentor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Row:
    """The mentors that a need may have, by their numbers, and what each costs: cheapest first."""

    mentors: Sequence[int]
    costs: Sequence[int]


def assign(rows: Sequence[Row], places: Sequence[int], without: Sequence[int]) -> list[int]:
    """The mentor of each need, or NOBODY, so that the sum of all costs is least.

    `places` has the free places of each mentor, `without` what it costs to leave a need without
    one; all costs are whole and not below 0. The same input gives the same answer, and needs in
    front are served first where nothing else decides. Searches are shortest where `without` falls
    from need to need.
    """
    state = _Assignment(rows, places, without)
    for need in range(len(rows)):
        state.add(need)
    return state.mentors


@dataclass(slots=True)
class _Assignment:
    """The cheapest assignment of the needs that were added so far.

    A mentor with a free place has price 0. For each need that has a mentor, cost + price is the
    least among all its mentors, and not above what it costs to go without.
    """

    rows: Sequence[Row]
    places: Sequence[int]
    without: Sequence[int]
    mentors: list[int] = field(init=False)
    paid: list[int] = field(init=False)
    prices: list[int] = field(init=False)
    needs: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.mentors = [NOBODY] * len(self.rows)
        self.paid = [0] * len(self.rows)
        self.prices = [0] * len(self.places)
        self.needs = [[] for _ in self.places]

    def add(self, new: int) -> None:
        """Finds the cheapest chain from a need to a free place, or to somebody who goes without."""
        prices, places, needs = self.prices, self.places, self.needs
        before: dict[int, tuple[int, int]] = {}
        distance: dict[int, int] = {}
        settled: list[int] = []
        queue: list[tuple[int, int]] = []
        least, end, dropped = self.without[new], NOBODY, new
        sources = [(new, 0)]
        while sources:
            need, base = sources.pop()
            row = self.rows[need]
            for cost, mentor in zip(row.costs, row.mentors, strict=True):
                if base + cost >= least:
                    break
                length = base + cost + prices[mentor]
                if length < least and length < distance.get(mentor, least):
                    before[mentor] = need, cost
                    if len(needs[mentor]) < places[mentor]:
                        least, end, dropped = length, mentor, NOBODY
                    else:
                        distance[mentor] = length
                        heappush(queue, (length, mentor))
            while not sources and queue and queue[0][0] < least:
                length, mentor = heappop(queue)
                if length > distance[mentor]:
                    continue
                settled.append(mentor)
                for other in needs[mentor]:
                    base = length - prices[mentor] - self.paid[other]
                    sources.append((other, base))
                    if base + self.without[other] < least:
                        least, end, dropped = base + self.without[other], mentor, other
        for mentor in settled:
            prices[mentor] += least - distance[mentor]
        if dropped != new:
            self._move_along(new, end, dropped, before)

    def _move_along(
        self, new: int, end: int, dropped: int, before: dict[int, tuple[int, int]]
    ) -> None:
        """Gives each need of the chain that ends at a mentor the place of the one behind it."""
        if dropped != NOBODY:
            self.needs[end].remove(dropped)
            self.mentors[dropped] = NOBODY
        need = NOBODY
        while need != new:
            need, cost = before[end]
            left = self.mentors[need]
            if left != NOBODY:
                self.needs[left].remove(need)
            self.needs[end].append(need)
            self.mentors[need], self.paid[need] = end, cost
            end = left
