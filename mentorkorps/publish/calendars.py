"""Courses and events -> calendar files (RFC 5545): one for each, and one that holds all courses.

A file depends on the records alone, so that it is the same each time it is built.

SEQUENCE is the minute of the later of `confirmed` and `changed`: a number of its own would be one
more to keep, and one from Git's history would depend on how deep a clone is. The ids of the events
are made from the record's id and stay the same when the portal moves to another address.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import icalendar

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, CourseDay, Event
from mentorkorps.catalogue.model.lasting import known_as, lasting_id
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

ZONE = ZoneInfo("Europe/Copenhagen")
WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)
BEGINNING = datetime(2020, 1, 1)
STATUS = {"planned": "TENTATIVE", "cancelled": "CANCELLED"}

Gathering = Course | Event


@dataclass(frozen=True, slots=True)
class Calendars:
    """Writes the calendar files of one language. `public_url` is where the portal stands, with a
    slash at its end.
    """

    catalogue: Catalogue
    language: Language
    public_url: str

    def files(self) -> Iterator[tuple[str, str]]:
        """Each file's address and text: one a course and an event, then the one to subscribe to."""
        names = words(self.language)["calendar"]
        for kind, gathering in self._gatherings():
            text = self.calendar([gathering])
            # whoever keeps the address of a file cannot be sent on by a page
            for id in known_as(gathering):
                yield f"{address(kind, self.language, id)}{names[kind]}", text
        courses = self.catalogue.courses.values()
        at = f"{address('courses', self.language)}{names['courses']}"
        yield at, self.calendar(courses, names["name"])

    def _gatherings(self) -> Iterator[tuple[str, Gathering]]:
        yield from (("course", course) for course in self.catalogue.courses.values())
        yield from (("event", event) for event in self.catalogue.events.values())

    def calendar(self, gatherings: Iterable[Gathering], name: str = "") -> str:
        """A whole calendar; with a name, one that programs read again every day."""
        calendar = icalendar.Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//Mentorkorps//Mentorkorps//DA")
        calendar.add("method", "PUBLISH")
        if name:
            calendar.add("x-wr-calname", icalendar.vText(name))
            daily = icalendar.vDuration(timedelta(days=1), {"VALUE": "DURATION"})
            calendar.add("refresh-interval", daily)
        calendar.add_component(time_zone())
        for gathering in gatherings:
            for number, day in enumerate(gathering.days, 1):
                calendar.add_component(self._event(gathering, day, number))
        content: bytes = calendar.to_ical(sorted=False)
        return content.decode()

    def _event(self, gathering: Gathering, day: CourseDay, number: int) -> icalendar.Event:
        kind = "course" if isinstance(gathering, Course) else "event"
        url = urljoin(self.public_url, address(kind, self.language, gathering.id))
        lasting = f"mentorkorps/{kind}/{lasting_id(gathering)}/{number}"
        changed = last_changed(gathering).replace(tzinfo=ZONE).astimezone(UTC)
        event = icalendar.Event()
        event.add("uid", str(uuid5(NAMESPACE_URL, lasting)))
        event.add("dtstamp", changed)
        event.add("last-modified", changed)
        event.add("sequence", sequence(gathering))
        event.add("status", STATUS.get(gathering.status, "CONFIRMED"))
        event.add("dtstart", datetime.combine(day.date, day.start, ZONE))
        event.add("dtend", datetime.combine(day.date, day.end, ZONE))
        event.add("summary", self._title(gathering, number))
        venue = gathering.venue
        event.add("location", f"{venue.name.of(self.language)}, {venue.address}")
        event.add("description", self._description(gathering, url))
        event.add("url", url)
        return event

    def _title(self, gathering: Gathering, number: int) -> str:
        title, count = gathering.name.of(self.language), len(gathering.days)
        if gathering.example:
            title = words(self.language).text("facts", "marked", name=title)
        if self.catalogue.operator.trial:
            title = words(self.language).text("contact", "trial_mark", name=title)
        numbered = words(self.language)["calendar"]["day"]
        return numbered.format(title=title, number=number, count=count) if count > 1 else title

    def _description(self, gathering: Gathering, url: str) -> str:
        """What it is about; before that whether it is made up, and whether the portal is a trial."""
        sentences = words(self.language)
        lines = [
            *([sentences.text("facts", "example")] if gathering.example else ()),
            *([sentences.text("contact", "trial")] if self.catalogue.operator.trial else ()),
            " ".join(gathering.about.of(self.language).split()),
            url,
        ]
        return "\n".join(lines)


def write_calendars(catalogue: Catalogue, sites: Mapping[Language, Path], public_url: str) -> int:
    """Writes the calendars of these languages into their sites. Returns how many files."""
    count = 0
    for language, site in sites.items():
        for at, text in Calendars(catalogue, language, public_url).files():
            target = site / at.removeprefix(address("front", language))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="")
            count += 1
    return count


def sequence(gathering: Gathering) -> int:
    """Minutes from 2020 to the latest of `confirmed` and `changed` (RFC 5545, 3.8.7.4).

    It depends on nothing that can go back, such as the status: what is cancelled and then held
    after all grows twice.
    """
    return max(0, int((last_changed(gathering) - BEGINNING).total_seconds()) // 60)


def last_changed(gathering: Gathering) -> datetime:
    """When a record was last confirmed or changed, by Danish clocks."""
    confirmed = datetime.combine(gathering.confirmed, time())
    return max(confirmed, gathering.changed) if gathering.changed else confirmed


def time_zone() -> icalendar.Timezone:
    """Danish time, with summer time by the rule that the European Union has had since 1996.

    Ours, since icalendar writes a list of dates that ends in 2038 and begins an hour late.
    """
    zone = icalendar.Timezone()
    zone.add("tzid", ZONE.key)
    summer = icalendar.TimezoneDaylight()
    winter = icalendar.TimezoneStandard()
    for part, name, since, offset, before in (
        (summer, "CEST", datetime(1981, 3, 29, 2), SUMMER, WINTER),
        (winter, "CET", datetime(1996, 10, 27, 3), WINTER, SUMMER),
    ):
        part.add("tzname", name)
        part.add("dtstart", since)
        part.add("rrule", {"freq": "yearly", "bymonth": since.month, "byday": "-1su"})
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", offset)
        zone.add_component(part)
    return zone
