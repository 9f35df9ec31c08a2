"""What of a public record is compared from one start of the server to the next, and what mails
tell of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, time

from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.mail.sign_up_facts import when_and_where
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, CourseDay, Event
from mentorkorps.catalogue.model.forms import News
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.places import Venue
from mentorkorps.catalogue.model.text import Title
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

NewsRecord = Programme | Course | Event
KIND_OF_PAGE: dict[News, str] = {"programmes": "programme", "courses": "course", "events": "event"}
Where = tuple[str, str, str, str]
"""Danish name, English name, address and municipality of a venue."""
When = tuple[str, str, str]
"""A date, and the times at which it begins and ends, in ISO form."""
MOST_MUNICIPALITIES = 6
"""Named in a mail; more are counted."""


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """`is_open`: an editor has opened it, and it is not made up. `municipalities`: of a programme,
    or of a venue.
    """

    is_open: bool
    municipalities: tuple[str, ...]
    is_cancelled: bool = False
    days: tuple[When, ...] = ()
    venue: Where | None = None

    @property
    def is_dated(self) -> bool:
        return bool(self.days)

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.days[-1][0])

    def is_elsewhere(self, before: "PublicFacts") -> bool:
        """Whether days, hours or place are others than before."""
        return (self.days, self.venue) != (before.days, before.venue)

    def rows(self, language: Language) -> tuple[tuple[str, str], ...]:
        """When and where: label and value."""
        if self.venue is None:
            return ()
        days = [
            CourseDay(date.fromisoformat(day), time.fromisoformat(start), time.fromisoformat(end))
            for day, start, end in self.days
        ]
        da, en, street, municipality = self.venue
        return tuple(when_and_where(days, Venue(Title(da, en), street, municipality), language))

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def facts_from_json(text: str) -> PublicFacts:
    told = json.loads(text)
    venue = told["venue"]
    return PublicFacts(
        is_open=told["is_open"],
        municipalities=tuple(told["municipalities"]),
        is_cancelled=told["is_cancelled"],
        days=tuple((day, start, end) for day, start, end in told["days"]),
        venue=(venue[0], venue[1], venue[2], venue[3]) if venue else None,
    )


def facts_of(catalogue: Catalogue, record: NewsRecord) -> PublicFacts:
    """As the data have it. What is made up, or belongs to who is made up, never opens."""
    is_example = record.example or catalogue.organisations[record.organisation].example
    is_open = record.status == "open" and not is_example
    if isinstance(record, Programme):
        return PublicFacts(is_open, tuple(sorted(record.municipalities)))
    venue = record.venue
    return PublicFacts(
        is_open,
        (venue.municipality,),
        record.status == "cancelled",
        tuple(
            (day.date.isoformat(), day.start.isoformat("minutes"), day.end.isoformat("minutes"))
            for day in record.days
        ),
        (venue.name.da, venue.name.en, venue.address, venue.municipality),
    )


def news_tables(catalogue: Catalogue) -> Mapping[News, Mapping[str, NewsRecord]]:
    """The tables whose openings are news, each with its records by today's ids."""
    return {
        "programmes": catalogue.programmes,
        "courses": catalogue.courses,
        "events": catalogue.events,
    }


def about(table: News, record: NewsRecord) -> str:
    """How a batch names a record, by the first id that it had."""
    return f"{table}/{lasting_id(record)}"


def record_about(catalogue: Catalogue, name: str) -> tuple[News, NewsRecord] | None:
    """The table and the record that `about` named; None where the data have it no more."""
    table, _, id = name.partition("/")
    for news, records in news_tables(catalogue).items():
        if news == table and id in records:
            return news, records[id]
    return None


def hall_about(name: str) -> Bookable:
    """Where the seats of the course or event are that `about` named."""
    table, _, id = name.partition("/")
    return Bookable(table, id)


def page_of(table: News, record: NewsRecord, language: Language) -> str:
    """The address of its page from the root of the site."""
    return address(KIND_OF_PAGE[table], language, record.id)


def record_rows(
    catalogue: Catalogue, record: NewsRecord, language: Language
) -> Iterator[tuple[str, str]]:
    """What it is, whose it is, when and where: label and value."""
    texts = words(language)
    name, organisation = record.name.of(language), catalogue.organisations[record.organisation]
    if isinstance(record, Programme):
        yield texts.text("facts", "labels", "programme"), name
        yield texts.text("lists", "labels", "organisation"), organisation.name.of(language)
        yield from _programme_rows(catalogue, record, language)
        return
    kind = "course" if isinstance(record, Course) else "event"
    yield texts.text("facts", "labels", kind), name
    yield texts.text("lists", "labels", "organisation"), organisation.name.of(language)
    yield from when_and_where(record.days, record.venue, language)


def _programme_rows(
    catalogue: Catalogue, programme: Programme, language: Language
) -> Iterator[tuple[str, str]]:
    texts = words(language)
    names = [catalogue.municipalities[code].name for code in programme.municipalities]
    if len(names) > MOST_MUNICIPALITIES:
        yield (
            texts.text("facts", "labels", "where"),
            texts.text("lists", "municipalities", count=len(names)),
        )
    elif names:
        yield texts.text("facts", "labels", "where"), ", ".join(sorted(names))
    if programme.commitment:
        time_needed = texts.text(
            "lists",
            "commitment",
            hours=programme.commitment.hours_per_month,
            months=programme.commitment.months,
        )
        yield texts.text("lists", "labels", "time"), time_needed
