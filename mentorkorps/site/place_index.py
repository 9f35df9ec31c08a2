"""The names of places as a file that the front page's script reads when somebody begins to type."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from mentorkorps.catalogue.gazetteer import Gazetteer, PlaceMatch
from mentorkorps.catalogue.load import Catalogue

FILE = "places.json"
UNDECIDED = "?"
"""In front of codes among which nobody can choose but who wrote the name."""


def place_index(gazetteer: Gazetteer) -> dict[str, str]:
    """Names and ranges of existing postcodes, apart by commas, by the municipalities' codes, the
    likeliest first.
    """
    names: dict[str, list[str]] = {}
    for name, match in gazetteer.names.items():
        names.setdefault(_codes(match), []).append(name)
    existing = sorted(name for name in gazetteer.names if _is_postcode(name))
    return {codes: ",".join(_shortened(of, existing)) for codes, of in sorted(names.items())}


def write_place_index(catalogue: Catalogue, site: Path) -> None:
    """Writes the index into the root of a site in one language."""
    text = json.dumps(place_index(catalogue.gazetteer), ensure_ascii=False, separators=(",", ":"))
    (site / FILE).write_text(text, "utf-8")


def _codes(match: PlaceMatch) -> str:
    return ("" if match.main else UNDECIDED) + " ".join(
        municipality.code for municipality in match.municipalities
    )


def _is_postcode(name: str) -> bool:
    return len(name) == 4 and name.isdigit()


def _shortened(names: Iterable[str], existing: list[str]) -> Iterator[str]:
    """5000, 5200, 5210, odense -> odense, 5000-5210, if no other postcode lies between."""
    own = set(names)
    yield from sorted(name for name in own if not _is_postcode(name))
    for is_own, run in groupby(existing, own.__contains__):
        if is_own:
            first, *rest = run
            yield f"{first}-{rest[-1]}" if rest else first
