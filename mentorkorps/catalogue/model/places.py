"""Regions, municipalities, postcodes and venues."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from mentorkorps.catalogue.model.text import Id, Refers, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Region:
    """A region and the days on which it exists; `successor` takes over the day after `valid_to`."""

    id: Id
    name: Title
    at: Place
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Annotated[str, Refers("regions")] | None = None


@dataclass(frozen=True, slots=True)
class Municipality:
    """One of the 98. `code` is the official four-digit code, as text. `was` holds former codes and
    former slugs."""

    code: str
    name: str
    slug: Id
    region: Annotated[str, Refers("regions")]
    at: Place
    was: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Postcode:
    """One row a pair: a postcode that lies in two municipalities has two rows, and `main` says
    which is meant first."""

    postcode: str
    town: str
    municipality: Annotated[str, Refers("municipalities")]
    at: Place
    main: bool = False


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What people call a place that is neither a municipality nor a postal town.

    Whoever writes the name of one in several municipalities is asked which is meant.
    """

    name: str
    kind: Literal["official", "abbreviation", "english", "district", "town", "area", "former"]
    municipalities: tuple[Annotated[str, Refers("municipalities")], ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Two municipalities between which people can go without passing a third; it holds both ways.

    `verified`: `source` says so. What is not verified is used, and told to be uncertain.
    """

    a: Annotated[str, Refers("municipalities")]
    b: Annotated[str, Refers("municipalities")]
    how: Literal["border", "bridge", "ferry"]
    verified: bool
    at: Place
    source: Annotated[str, Refers("sources")] | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    name: Title
    address: str
    municipality: Annotated[str, Refers("municipalities")]
    access: Text | None = None
