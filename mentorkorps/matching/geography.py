"""How far it is from one municipality to another, in neighbours.

Nobody publishes travel times that a portal may ship, so distance is the number of borders that are
crossed; a bridge or a ferry counts as one, and is told, since it takes time and money.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mentorkorps.catalogue.model.places import Neighbour

Crossing = Literal["border", "bridge", "ferry"]


@dataclass(frozen=True, slots=True)
class Route:
    """A shortest way: `steps` municipalities away, the bridges and ferries on it, and whether each
    stretch is verified."""

    steps: int
    crossings: frozenset[Crossing] = frozenset()
    verified: bool = True


class Geography:
    """The municipalities as a net of neighbours. A pair holds both ways."""

    def __init__(self, neighbours: Iterable[Neighbour]) -> None:
        self._neighbours = tuple(neighbours)
        self._routes: dict[str, dict[str, Route]] = {}

    def route(self, origin: str, target: str) -> Route | None:
        """A shortest way, over as few unverified stretches as possible; None if there is none."""
        if origin not in self._routes:
            self._routes[origin] = self._from(origin)
        return self._routes[origin].get(target)

    def within(self, origin: str, radius: int, target: str) -> bool:
        route = self.route(origin, target)
        return route is not None and route.steps <= radius

    @cached_property
    def _around(self) -> dict[str, tuple[Neighbour, ...]]:
        around: dict[str, list[Neighbour]] = defaultdict(list)
        for pair in self._neighbours:
            around[pair.a].append(pair)
            around[pair.b].append(pair)
        return {code: tuple(pairs) for code, pairs in around.items()}

    def _from(self, origin: str) -> dict[str, Route]:
        routes = {origin: Route(0)}
        reached = [origin]
        while reached:
            further: dict[str, Route] = {}
            for here in reached:
                for pair in self._around.get(here, ()):
                    there = pair.b if here == pair.a else pair.a
                    if there not in routes:
                        route = _longer(routes[here], pair)
                        further[there] = min(further.get(there, route), route, key=_preference)
            routes |= further
            reached = list(further)
        return routes


def _longer(route: Route, pair: Neighbour) -> Route:
    crossings = route.crossings if pair.how == "border" else route.crossings | {pair.how}
    return Route(route.steps + 1, crossings, route.verified and pair.verified)


def _preference(route: Route) -> tuple[bool, int, list[str]]:
    return not route.verified, len(route.crossings), sorted(route.crossings)
