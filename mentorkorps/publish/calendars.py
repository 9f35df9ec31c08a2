"""Courses and events -> calendar files (RFC 5545): one for each, and one that holds all courses.

A file depends on the records alone, so that it is the same each time it is built.

SEQUENCE is the minute of the later of `confirmed` and `changed`: a number of its own would be one
more to keep, and one from Git's history would depend on how deep a clone is. The ids of the events
are made from the record's id and stay the same when the portal moves to another address.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, CourseDay, Event
from mentorkorps.catalogue.model.lasting import known_as, lasting_id
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

OCTETS = 75
"""The longest line, without its line break (RFC 5545, 3.1)."""
ZONE = "Europe/Copenhagen"
VTIMEZONE = f"""\
BEGIN:VTIMEZONE
TZID:{ZONE}
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE""".split("\n")
"""Summer time by the rule that the European Union has had since 1996."""
BEGINNING = datetime(2020, 1, 1)
STATUS = {"planned": "TENTATIVE", "cancelled": "CANCELLED"}
SPECIAL = re.compile(r"[\\;,]")

Held = Course | Event


@dataclass(frozen=True, slots=True)
class Calendars:
    """Writes the calendar files of one language. `public_url` is where the portal stands, with a slash at its end."""

    catalogue: Catalogue
    language: Language
    public_url: str

    def files(self) -> Iterator[tuple[str, str]]:
        """Each file's address and text: one a course and an event, then the one to subscribe to."""
        names = words(self.language)["calendar"]
        for kind, held in self._held():
            text = self.calendar([held])
            for id in known_as(held):  # whoever keeps the address of a file cannot be sent on by a page
                yield f"{address(kind, self.language, id)}{names[kind]}", text
        courses = self.catalogue.courses.values()
        yield f"{address('courses', self.language)}{names['courses']}", self.calendar(courses, names["name"])

    def _held(self) -> Iterator[tuple[str, Held]]:
        yield from (("course", one) for one in self.catalogue.courses.values())
        yield from (("event", one) for one in self.catalogue.events.values())

    def calendar(self, held: Iterable[Held], name: str = "") -> str:
        """A whole calendar; with a name, one that programs read again every day."""
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mentorkorps//Mentorkorps//DA", "METHOD:PUBLISH"]
        if name:
            lines += [f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:P1D"]
        lines += VTIMEZONE
        for one in held:
            for number, day in enumerate(one.days, 1):
                lines += self._event(one, day, number)
        lines.append("END:VCALENDAR")
        return "".join(f"{part}\r\n" for line in lines for part in folded(line))

    def _event(self, held: Held, day: CourseDay, number: int) -> Iterator[str]:
        kind = "course" if isinstance(held, Course) else "event"
        url = urljoin(self.public_url, address(kind, self.language, held.id))
        title = held.name.of(self.language)
        if len(held.days) > 1:
            title = words(self.language)["calendar"]["day"].format(title=title, number=number, count=len(held.days))
        place = f"{held.venue.name.of(self.language)}, {held.venue.address}"
        about = " ".join(held.about.of(self.language).split()) + f"\n{url}"
        yield "BEGIN:VEVENT"
        yield f"UID:{uuid5(NAMESPACE_URL, f'mentorkorps/{kind}/{lasting_id(held)}/{number}')}"
        stamp = f"{moment(held).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        yield f"DTSTAMP:{stamp}"
        yield f"LAST-MODIFIED:{stamp}"
        yield f"SEQUENCE:{sequence(held)}"
        yield f"STATUS:{STATUS.get(held.status, 'CONFIRMED')}"
        yield f"DTSTART;TZID={ZONE}:{day.date:%Y%m%d}T{day.start:%H%M%S}"
        yield f"DTEND;TZID={ZONE}:{day.date:%Y%m%d}T{day.end:%H%M%S}"
        yield f"SUMMARY:{escaped(title)}"
        yield f"LOCATION:{escaped(place)}"
        yield f"DESCRIPTION:{escaped(about)}"
        yield f"URL:{url}"
        yield "END:VEVENT"


def write_calendars(catalogue: Catalogue, sites: Mapping[Language, Path], public_url: str) -> int:
    """Writes the calendars of these languages into their sites. Returns how many files there are."""
    count = 0
    for language, site in sites.items():
        for at, text in Calendars(catalogue, language, public_url).files():
            target = site / at.removeprefix(address("front", language))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="")
            count += 1
    return count


def sequence(held: Held) -> int:
    """Minutes from 2020 to the latest of `confirmed` and `changed` (RFC 5545, 3.8.7.4).

    It depends on nothing that can go back, such as the status: what is cancelled and then held after all grows twice.
    """
    return max(0, int((moment(held) - BEGINNING).total_seconds()) // 60)


def moment(held: Held) -> datetime:
    """When a record was last confirmed or changed, by Danish clocks."""
    confirmed = datetime.combine(held.confirmed, time())
    return max(confirmed, held.changed) if held.changed else confirmed


def escaped(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11)."""
    return SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, none of which cuts a character."""
    part, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > OCTETS:
            yield part
            part, length = " ", 1
        part += character
        length += size
    yield part
