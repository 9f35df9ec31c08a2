"""What people write for a place -> the municipalities that are meant.

The front page's script reads the same names by the same steps (docs/theme/assets/site.js); a test holds both together.

A place is looked up, not validated: names of placenames.yaml and postcodes.yaml, short first words
(Sdr., Kgs.), "Kommune" with its s, and spellings without æ, ø and å are all keys of one table,
made when the data is loaded. `main: true` in postcodes.yaml is public knowledge, not official; a
postcode without it is asked about.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from mentorkorps.catalogue.model.places import Municipality, PlaceName, Postcode
from mentorkorps.catalogue.suggestions import spelling_words
from mentorkorps.interface.characters import without_invisible

POSTCODE = re.compile(r"\b(?:dk ?)?([0-9]{4})(?![0-9])")
IN_PARTS = re.compile(r"(?:dk )?([0-9]) ?([0-9]) ?([0-9]) ?([0-9])")
"""A postcode alone, as people part it: "5 000", "50 00"."""
OF_A_MUNICIPALITY = re.compile(
    r"^(?:city|municipality) of | (?:regions)?kommune$| (?:regional )?municipality$"
)
SHORT_FORMS = {
    "frederiksberg": ("frb",),
    "gammel": ("gl",),
    "kirke": ("kr",),
    "koebenhavn": ("kbh", "kbhvn", "cph"),
    "kongens": ("kgs",),
    "lille": ("ll",),
    "noerre": ("nr", "ndr"),
    "nykoebing": ("nyk",),
    "oester": ("oe",),
    "sankt": ("skt", "sct", "st"),
    "soender": ("sdr", "s"),
    "store": ("st",),
    "vester": ("v", "vr"),
}
"""How people shorten the first word of a name, in the spelling of `place_key`."""
LIKENESS = 0.83
"""From here on two spellings are taken for one name that was mistyped: one letter in six (difflib's
ratio)."""
LONGEST_GUESS = 40
MOST_GUESSED = 5
SMALLEST_PART = 20
"""A municipality that has less than a twentieth of a town's postcodes is not offered for the
town."""


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """The municipalities that a text may mean, the likeliest first. `main` is set where one is
    meant by most.

    `is_guess`: no place is spelt like that, these are spelt alike.
    """

    municipalities: tuple[Municipality, ...] = ()
    main: Municipality | None = None
    is_guess: bool = False

    @property
    def likeliest(self) -> tuple[Municipality, ...]:
        return (self.main,) if self.main else self.municipalities


NOTHING = PlaceMatch()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every postcode and every name that a place is known by, as `place_key` spells it.

    `loose` are the same names as people write them who lack the letters æ, ø and å.
    """

    names: Mapping[str, PlaceMatch]
    loose: Mapping[str, PlaceMatch]

    def match(self, text: str) -> PlaceMatch:
        """The municipalities meant by a text: "DK-8000 Aarhus C", "Københavns Kommune", "Arhus",
        "Nørrebro", "Fyn"."""
        keys = list(readings(text))
        exact = (self.names[name] for name in keys if name in self.names)
        loose = (self.loose[name] for name in map(loosely, keys) if name in self.loose)
        return next(exact, None) or next(loose, None) or self._guess(place_key(text))

    def _guess(self, key: str) -> PlaceMatch:
        if not 3 < len(key) <= LONGEST_GUESS:
            return NOTHING
        names = get_close_matches(key, self.names, 3, LIKENESS)
        places = dict.fromkeys(place for name in names for place in self.names[name].likeliest)
        return (
            PlaceMatch(tuple(places), is_guess=True) if 0 < len(places) <= MOST_GUESSED else NOTHING
        )


def place_key(text: str) -> str:
    """A name as people type it, without what they leave out: "Høje-Tåstrup " -> "hoeje
    taastrup"."""
    return " ".join(spelling_words(unicodedata.normalize("NFC", without_invisible(text))))


def loosely(key: str) -> str:
    """A key without the letters that many keyboards lack: "aarhus" and "arhus" are both "arhus"."""
    return key.replace("aa", "a").replace("oe", "o")


def readings(text: str) -> Iterator[str]:
    """The names that a text may hold, the surest first: its postcode, all else, that without
    "Kommune" and its s."""
    key = place_key(text)
    if parts := IN_PARTS.fullmatch(key):
        key = "".join(parts.groups())
    if postcode := POSTCODE.search(key):
        yield postcode[1]
    name = " ".join(POSTCODE.sub(" ", key, count=1).split())
    yield name
    short = OF_A_MUNICIPALITY.sub("", name)
    yield short
    if short != name:
        yield short.removesuffix("s")


class Meaning(NamedTuple):
    """What one record says of a name: codes of municipalities, and the one that is meant first, if
    any is."""

    codes: tuple[str, ...]
    main: str | None


def gazetteer(
    municipalities: Iterable[Municipality],
    postcodes: Iterable[Postcode],
    places: Iterable[PlaceName],
) -> Gazetteer:
    """All names with what they mean; `municipalities` in the order in which people are to choose
    among them."""
    in_order = {place.code: place for place in municipalities}
    meanings: dict[str, list[Meaning]] = {}
    for name, meaning in (*_of_postcodes(postcodes), *_of_places(places)):
        meanings.setdefault(name, []).append(meaning)
    # A municipality's own name means the municipality, also where its town reaches into the next
    # one.
    meanings |= {
        place_key(place.name): [Meaning((place.code,), place.code)] for place in in_order.values()
    }
    for name, of_name in list(meanings.items()):
        for short in short_forms(name):
            meanings.setdefault(short, of_name)
    loose: dict[str, list[Meaning]] = {}
    for name, of_name in meanings.items():
        loose.setdefault(loosely(name), []).extend(of_name)
    return Gazetteer(_matches(meanings, in_order), _matches(loose, in_order))


def short_forms(name: str) -> Iterator[str]:
    """The same name with its first word shortened: "sonder omme" -> "sdr omme"."""
    first, space, rest = name.partition(" ")
    for short in SHORT_FORMS.get(first, ()):
        yield f"{short}{space}{rest}"


def _of_postcodes(postcodes: Iterable[Postcode]) -> Iterator[tuple[str, Meaning]]:
    by_postcode: dict[str, list[Postcode]] = {}
    for row in postcodes:
        by_postcode.setdefault(row.postcode, []).append(row)
    by_town: dict[str, list[Meaning]] = {}
    for postcode, rows in by_postcode.items():
        first = rows[0] if len(rows) == 1 else next((row for row in rows if row.main), None)
        codes = tuple(row.municipality for row in rows)
        meaning = Meaning(codes, first.municipality if first else None)
        yield postcode, meaning
        for town in {place_key(row.town) for row in rows}:
            by_town.setdefault(town, []).append(meaning)
    for town, meanings in by_town.items():
        main, count = Counter(meaning.main for meaning in meanings).most_common(1)[0]
        counts = Counter(code for meaning in meanings for code in meaning.codes)
        # A post office in another municipality is not where a town of a hundred postcodes lies.
        many = tuple(code for code, of in counts.items() if of * SMALLEST_PART >= len(meanings))
        yield town, Meaning(many, main if count * 2 > len(meanings) else None)


def _of_places(places: Iterable[PlaceName]) -> Iterator[tuple[str, Meaning]]:
    for place in places:
        codes = place.municipalities
        yield place_key(place.name), Meaning(codes, codes[0] if len(codes) == 1 else None)


def _matches(
    meanings: Mapping[str, list[Meaning]], in_order: Mapping[str, Municipality]
) -> Mapping[str, PlaceMatch]:
    order = {code: place for place, code in enumerate(in_order)}
    return MappingProxyType({name: _match(of, in_order, order) for name, of in meanings.items()})


def _match(
    meanings: Iterable[Meaning],
    in_order: Mapping[str, Municipality],
    order: Mapping[str, int],
) -> PlaceMatch:
    mains = {meaning.main for meaning in meanings}
    main = mains.pop() if len(mains) == 1 else None
    codes = sorted({code for meaning in meanings for code in meaning.codes}, key=order.__getitem__)
    codes.sort(key=lambda code: code != main)
    return PlaceMatch(tuple(in_order[code] for code in codes), in_order[main] if main else None)
