"""How many wait on the interest list, as counts that show nobody.

A count below five is not said, nor what would follow from the others by subtraction: where they
leave one to four, the smallest of them is left out too (the practice of statistical offices, e.g.
Eurostat's handbook on disclosure control).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.lists.audience import Listener, listeners, one_each
from mentorkorps.catalogue.load import Catalogue

AT_LEAST = 5


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """People on the interest list who confirmed: in all, by municipality, by municipality and
    industry, and by the programme that they asked for. What may not be said is not among them.
    """

    total: int | None = None
    municipalities: Mapping[str, int] = field(default_factory=dict)
    industries: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    programmes: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def counts_from_json(text: str) -> WaitingCounts:
    """Raises ValueError or TypeError for another text."""
    told = json.loads(text)
    if not isinstance(told, dict):
        raise TypeError("counts are an object")
    return WaitingCounts(**told)


def waiting(snapshot: Snapshot, catalogue: Catalogue, key: str) -> WaitingCounts:
    """What may be said of those who wait at this moment. `key`: the first of the secret keys."""
    people = one_each(one for one in listeners(snapshot, catalogue, key) if _waits(one))
    by_place = _grouped(people)
    places = sayable({code: len(here) for code, here in by_place.items()}, len(people))
    industries = {
        code: sayable(Counter(one.industry for one in by_place[code] if one.industry), count)
        for code, count in places.items()
    }
    programmes = Counter(one.programme for one in people if one.programme)
    return WaitingCounts(
        total=len(people) if len(people) >= AT_LEAST else None,
        municipalities=places,
        industries={code: cells for code, cells in industries.items() if cells},
        programmes=sayable(programmes, len(people)),
    )


def sayable(cells: Mapping[str, int], total: int) -> dict[str, int]:
    """The cells of a total that may be said beside it, the largest first."""
    ordered = sorted(cells.items(), key=lambda cell: (-cell[1], cell[0]))
    said = [(name, count) for name, count in ordered if count >= AT_LEAST]
    while said and 0 < total - sum(count for _, count in said) < AT_LEAST:
        said.pop()
    return dict(said)


def _waits(listener: Listener) -> bool:
    return listener.purpose == "interest"


def _grouped(people: Iterable[Listener]) -> dict[str, list[Listener]]:
    groups: dict[str, list[Listener]] = {}
    for one in people:
        if one.municipality:
            groups.setdefault(one.municipality, []).append(one)
    return groups
