"""Calendar files, read back by the letter of RFC 5545."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.publish.calendars import Calendars

URL = "https://mentorkorps.example/"
LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^:;]+)*):(.*)")
ONCE = {
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "STATUS",
    "SEQUENCE",
    "LOCATION",
    "DESCRIPTION",
    "URL",
}


def lines_of(text: str) -> list[tuple[str, str, str]]:
    """Name, parameters and value of each line, unfolded; refuses what the standard does."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    matches = [
        LINE.fullmatch(line)
        for line in text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    ]
    assert all(matches)
    return [(line[1], line[2], line[3]) for line in matches]


def components(text: str, kind: str) -> list[dict[str, str]]:
    """Each component of a kind by the names of its lines; every BEGIN has its END."""
    found_components, path = [], []
    for name, parameters, value in lines_of(text):
        if name == "BEGIN":
            path.append(value)
            if value == kind:
                found_components.append({})
        elif name == "END":
            assert value == path.pop()
        elif path[-1] == kind:
            assert name not in found_components[-1]
            found_components[-1][name] = (
                parameters.lstrip(";")
                + (":" if parameters else "")
                + (value if name == "RRULE" else plain(value))
            )
    assert not path
    return found_components


def plain(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    return re.sub(r"\\([\\;,nN])", lambda match: "\n" if match[1] in "nN" else match[1], value)


def of_course(records, language, **changed):
    course = replace(records.courses["odense-2027"], **changed)
    return components(Calendars(records, language, URL).calendar([course]), "VEVENT")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_of_the_portal_can_be_read(language, real):
    files = dict(Calendars(real, language, URL).files())

    assert len(real.courses) + len(real.events) + 1 == len(files)
    for at, text in files.items():
        (head,) = components(text, "VCALENDAR")
        assert ("2.0", "PUBLISH") == (head["VERSION"], head["METHOD"]), at
        for event in components(text, "VEVENT"):
            assert event.keys() == ONCE, at


def test_each_day_is_an_event_of_its_own_in_danish_time(sound):
    first, second = of_course(sound, "da")

    assert "Odense, marts 2027 (dag 1 af 2)" == first["SUMMARY"]
    assert "TZID=Europe/Copenhagen:20270302T090000" == first["DTSTART"]
    assert "TZID=Europe/Copenhagen:20270309T160000" == second["DTEND"]
    assert "Salen, Gaden 1" == first["LOCATION"]
    assert f"To dage.\n{URL}kurser/odense-2027/" == first["DESCRIPTION"]
    assert "20261031T230000Z" == first["DTSTAMP"] == first["LAST-MODIFIED"]
    assert first["UID"] != second["UID"]


def test_both_languages_speak_of_the_same_events(sound):
    uids = [[event["UID"] for event in of_course(sound, language)] for language in LANGUAGES]

    assert uids[0] == uids[1]


def test_a_cancelled_course_stays_and_is_the_same_event(sound):
    before, after = of_course(sound, "da")[0], of_course(sound, "da", status="cancelled")[0]

    assert ("CONFIRMED", "CANCELLED") == (before["STATUS"], after["STATUS"])
    assert before["UID"] == after["UID"]


def test_a_course_confirmed_anew_outdoes_what_was_sent_before(sound):
    confirmed = sound.courses["odense-2027"].confirmed + timedelta(days=1)

    assert int(of_course(sound, "da")[0]["SEQUENCE"]) < int(
        of_course(sound, "da", confirmed=confirmed)[0]["SEQUENCE"]
    )


def test_what_the_format_keeps_for_itself_is_escaped(sound):
    venue = replace(sound.courses["odense-2027"].venue, address="Gaden 1; st., 5000\\Odense")

    assert "Salen, Gaden 1; st., 5000\\Odense" == of_course(sound, "da", venue=venue)[0]["LOCATION"]


@pytest.mark.parametrize(
    "address", ["æ" * 200, "a" + "€" * 80, "👩🏽‍🌾" * 40, "x" * 75, "x" * 76, ""]
)
def test_long_lines_are_folded_between_characters(address, sound):
    venue = replace(sound.courses["odense-2027"].venue, address=address)

    assert f"Salen, {address}" == of_course(sound, "da", venue=venue)[0]["LOCATION"]


READERS = {"icalendar": icalendar.Calendar.from_ical, "vobject": vobject.readOne}


def read_back(reader, text):
    """Title, beginning and end of each event, in UTC, as a library of calendars reads them."""
    calendar = READERS[reader](text)
    if reader == "vobject":
        events = [(e.summary.value, e.dtstart.value, e.dtend.value) for e in calendar.vevent_list]
    else:
        events = [
            (str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND")) for e in calendar.events
        ]
    return [(title, begins.astimezone(UTC), ends.astimezone(UTC)) for title, begins, ends in events]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("day", "hours_before_utc"),
    [("2027-03-27", 1), ("2027-03-28", 2), ("2027-10-30", 2), ("2027-10-31", 1), ("2041-07-01", 2)],
)
def test_calendar_programs_read_the_hours_right_across_summer_time(
    reader, day, hours_before_utc, sound
):
    course = sound.courses["odense-2027"]
    course_day = replace(course.days[0], date=date.fromisoformat(day))
    text = Calendars(sound, "da", URL).calendar([replace(course, days=(course_day,))])

    ((title, begins, ends),) = read_back(reader, text)

    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert "Odense, marts 2027" == title
    assert timedelta(hours=9 - hours_before_utc) == begins - midnight
    assert timedelta(hours=16 - hours_before_utc) == ends - midnight


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_records_give_the_same_bytes(language, real):
    first, second = (dict(Calendars(real, language, URL).files()) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    "moment", ["2026-03-29 00:59", "2026-03-29 01:00", "2027-10-31 00:59", "2027-10-31 01:00"]
)
def test_the_rule_of_summer_time_is_that_of_copenhagen(moment, sound):
    """The transitions, which happen at 01:00 UTC on the last Sunday of March and October."""
    text = Calendars(sound, "da", URL).calendar([])
    (summer,), (winter,) = components(text, "DAYLIGHT"), components(text, "STANDARD")
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    begins, ends = (_last_sunday(at.year, month).replace(hour=1) for month in (3, 10))
    offset = summer["TZOFFSETTO"] if begins <= at < ends else winter["TZOFFSETTO"]

    assert f"{at.astimezone(ZoneInfo('Europe/Copenhagen')):%z}" == offset
    assert {"FREQ=YEARLY", "BYMONTH=3", "BYDAY=-1SU"} == set(summer["RRULE"].split(";"))
    assert {"FREQ=YEARLY", "BYMONTH=10", "BYDAY=-1SU"} == set(winter["RRULE"].split(";"))


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
