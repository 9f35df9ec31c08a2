"""The one registry of tables: what each is stands here, and everything that asks reads it here.

A new table is an entry of this list, a dataclass in `model`, a field of `Catalogue`, a description
in data/datapackage.yaml and a file in data/ (CONTRIBUTING, "Add a table";
tests/test_recipes_data.py tries it).
"""

from dataclasses import dataclass, fields
from types import MappingProxyType

from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import Retired
from mentorkorps.catalogue.model.matching import MatchingRule
from mentorkorps.catalogue.model.operators import Operator
from mentorkorps.catalogue.model.organisations import (
    Industry,
    Organisation,
    Programme,
    SpokenLanguage,
)
from mentorkorps.catalogue.model.outcomes import Outcome, RuleCard, Source
from mentorkorps.catalogue.model.places import (
    Municipality,
    Neighbour,
    PlaceName,
    Postcode,
    Region,
)
from mentorkorps.catalogue.model.text import Title


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is.

    `noun` is what one of its records is called: in Danish with the article, as `diff` says it, in
    English without, as `mentorkorps new` takes it. `key` are the fields that make a record unique.
    `page` is the kind of page (see interface/addresses.py) that each record has. `may_be_absent`: a
    portal need not have the file.

    `is_dated`: its records take place on days. `is_added_by_new`: `mentorkorps new` can add one.
    `has_distinct_names`: two names that differ in spelling only are a mistake.
    `refuses_bare_percent`: figures belong in `outcomes`. `status_when_over` is what a record says
    that is over and keeps its page.
    """

    name: str
    record: type
    noun: Title
    key: tuple[str, ...] = ("id",)
    page: str | None = None
    may_be_absent: bool = False
    is_dated: bool = False
    is_added_by_new: bool = False
    has_distinct_names: bool = False
    refuses_bare_percent: bool = False
    status_when_over: str | None = None

    @property
    def has_one_key(self) -> bool:
        """Whether other records can refer to one of its own by a single key."""
        return len(self.key) == 1

    @property
    def keeps_former_ids(self) -> bool:
        """Whether its records keep the ids that they had before: see model/lasting.py."""
        return any(field.name == "was" for field in fields(self.record))

    @property
    def is_pictured(self) -> bool:
        return any(field.name == "picture" for field in fields(self.record))


_TABLES = (
    Table("sources", Source, Title("kilden", "source")),
    Table("regions", Region, Title("regionen", "region"), has_distinct_names=True),
    Table(
        "municipalities",
        Municipality,
        Title("kommunen", "municipality"),
        key=("code",),
        page="municipality",
    ),
    Table(
        "postcodes",
        Postcode,
        Title("postnummeret", "postcode"),
        key=("postcode", "municipality"),
    ),
    Table(
        "placenames",
        PlaceName,
        Title("stednavnet", "place name"),
        key=("name",),
        may_be_absent=True,
    ),
    Table(
        "neighbours",
        Neighbour,
        Title("nabokommunerne", "pair of neighbours"),
        key=("a", "b"),
        may_be_absent=True,
    ),
    Table(
        "industries",
        Industry,
        Title("branchen", "industry"),
        page="industry",
        has_distinct_names=True,
    ),
    Table("languages", SpokenLanguage, Title("sproget", "language"), has_distinct_names=True),
    Table(
        "organisations",
        Organisation,
        Title("organisationen", "organisation"),
        page="organisation",
        is_added_by_new=True,
        has_distinct_names=True,
        refuses_bare_percent=True,
    ),
    Table(
        "programmes",
        Programme,
        Title("programmet", "programme"),
        page="programme",
        is_added_by_new=True,
        has_distinct_names=True,
        refuses_bare_percent=True,
        status_when_over="closed",
    ),
    Table(
        "courses",
        Course,
        Title("kurset", "course"),
        page="course",
        is_dated=True,
        is_added_by_new=True,
        has_distinct_names=True,
        refuses_bare_percent=True,
        status_when_over="cancelled",
    ),
    Table(
        "events",
        Event,
        Title("arrangementet", "event"),
        page="event",
        is_dated=True,
        is_added_by_new=True,
        has_distinct_names=True,
        refuses_bare_percent=True,
        status_when_over="cancelled",
    ),
    Table("outcomes", Outcome, Title("tallet", "outcome")),
    Table("forms", Form, Title("formularen", "form"), page="form"),
    Table(
        "matching",
        MatchingRule,
        Title("matchreglen", "matching rule"),
        may_be_absent=True,
    ),
    Table("rules", RuleCard, Title("regelkortet", "rule card")),
    Table(
        "operators",
        Operator,
        Title("den, der driver portalen,", "operator of the portal"),
        may_be_absent=True,
    ),
    Table(
        "retired",
        Retired,
        Title("posten, der er væk for altid,", "record that is gone for good"),
        key=("id", "table"),
        may_be_absent=True,
    ),
)

TABLES = MappingProxyType({table.name: table for table in _TABLES})
"""Every table by its name, in the order in which they are read and written."""
WITH_FORMER_IDS = tuple(table.name for table in _TABLES if table.keeps_former_ids)
"""The names of the tables whose records keep the ids they had before."""
DATED = tuple(table.name for table in _TABLES if table.is_dated)
"""The names of the tables whose records take place on days."""
PAGES = MappingProxyType({table.name: table.page for table in _TABLES if table.page})
"""The kind of page that each record of a table has, for the tables that have pages."""
ADDED_BY_NEW = MappingProxyType(
    {table.noun.en: table.name for table in _TABLES if table.is_added_by_new}
)
"""The table of each kind of record that `mentorkorps new` can add."""
