"""A change that subscribers of the calendars must see: told until its number grows, and then seen
by two readers."""

import subprocess
import warnings
from datetime import datetime
from pathlib import Path

import icalendar
import pytest
import vobject

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.publish.calendars import Calendars
from mentorkorps.validation.calendar_changes import Announced, announced
from mentorkorps.validation.check import check
from tests.conftest import HERE
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

NOW = datetime(2026, 11, 22, 14, 5)
LINE = 'changed: "2026-11-22 14:05"'
URL = "https://mentorkorps.example/"
VENUE = "{name: {da: Salen, en: The hall}, address: Gaden 1,"
SEEN = {
    "course, another day": ("courses", '{date: "2027-03-02"', '{date: "2027-03-01"'),
    "course, second day moved": ("courses", '{date: "2027-03-09"', '{date: "2027-03-10"'),
    "course, begins later": ("courses", 'start: "9:00"', 'start: "10:00"'),
    "course, ends earlier": ("courses", 'end: "16:00"}', 'end: "15:30"}'),
    "course, another room": (
        "courses",
        VENUE,
        "{name: {da: Loftet, en: The hall}, address: Gaden 1,",
    ),
    "course, another address": (
        "courses",
        VENUE,
        "{name: {da: Salen, en: The hall}, address: Gaden 3,",
    ),
    "course cancelled": ("courses", "status: open", "status: cancelled"),
    "course not certain any more": ("courses", "status: open", "status: planned"),
    "event, another day": ("events", 'date: "2027-04-14"', 'date: "2027-04-15"'),
    "event, another hour": ("events", 'start: "17:00"', 'start: "16:30"'),
    "event cancelled": ("events", "status: open", "status: cancelled"),
}
UNSEEN = {
    "another title": ("courses", "Odense, marts 2027", "Odense til marts 2027"),
    "more seats": ("courses", "seats: 18", "seats: 20"),
    "full": ("courses", "status: open", "status: full"),
    "the same hour in other digits": ("courses", 'start: "9:00"', 'start: "09:00"'),
    "another text": ("courses", "da: To dage.", "da: To hele dage."),
    "moved and confirmed": (
        "courses",
        'confirmed: "2026-11-01"',
        f'confirmed: "2026-11-01"\n  {LINE}',
    ),
}


def edited(data: Path, table: str, old: str, new: str) -> None:
    file = data / f"{table}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def unannounced_changes(data: Path, before: Announced) -> list[Problem]:
    return [
        problem
        for problem in check(data, TODAY, "data", before=before).problems
        if problem.rule == "unannounced"
    ]


def mended(data: Path, table: str, problem: Problem) -> None:
    """Writes the line that the message gives, as an editor would."""
    line = problem.message.da[problem.message.da.rindex("changed: ") :]
    file = data / f"{table}.yaml"
    lines = file.read_text("utf-8").split("\n")
    if lines[problem.line - 1].startswith("  changed:"):
        lines[problem.line - 1] = f"  {line}"
    else:
        lines.insert(problem.line, f"  {line}")
    file.write_text("\n".join(lines), "utf-8")


def numbers(data: Path) -> list[tuple[int, datetime]]:
    """Number and stamp of each event of all calendar files, as two other libraries read them."""
    records = load_catalogue(data)
    events = []
    for _, text in sorted(Calendars(records, "da", URL).files()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            first = [
                (int(event["SEQUENCE"]), event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt)
                for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
            ]
            second = [
                (int(event.sequence.value), event.dtstamp.value, event.last_modified.value)
                for event in vobject.readOne(text).vevent_list
            ]
        assert first == second
        events += [(number, modified) for number, _, modified in first]
    return events


@pytest.mark.parametrize(("table", "old", "new"), SEEN.values(), ids=SEEN)
def test_a_change_that_subscribers_must_see_is_told_with_the_line_and_then_outdoes(
    table, old, new, data
):
    before = numbers(data)
    edited(data, table, old, new)

    (problem,) = unannounced_changes(data, announced(HERE / "sound", NOW))
    mended(data, table, problem)

    assert LINE in problem.message.da and LINE in problem.message.en
    assert [] == check(data, TODAY, before=announced(HERE / "sound", NOW)).problems
    grown = [after > earlier for after, earlier in zip(numbers(data), before, strict=True)]
    assert 0 < sum(grown)
    assert all(after >= earlier for after, earlier in zip(numbers(data), before, strict=True))


@pytest.mark.parametrize(("table", "old", "new"), UNSEEN.values(), ids=UNSEEN)
def test_what_no_subscriber_must_see_asks_for_nothing(table, old, new, data):
    edited(data, table, old, new)

    assert [] == unannounced_changes(data, announced(HERE / "sound", NOW))


def test_moved_cancelled_held_after_all_and_back_on_one_day_grows_each_time(data):
    changes = [
        ('{date: "2027-03-02"', '{date: "2027-03-01"'),
        ("status: open", "status: cancelled"),
        ("status: cancelled", "status: open"),
        ('{date: "2027-03-01"', '{date: "2027-03-02"'),
    ]
    seen = [numbers(data)[-1]]
    for old, new in changes:
        before = announced(data, NOW)
        edited(data, "courses", old, new)
        (problem,) = unannounced_changes(data, before)
        mended(data, "courses", problem)
        assert [] == unannounced_changes(data, before)
        seen.append(numbers(data)[-1])

    assert 5 == len(seen)
    assert sorted(set(seen)) == seen


def test_a_number_that_would_fall_is_told(data):
    edited(data, "courses", 'confirmed: "2026-11-01"', 'confirmed: "2026-10-01"')

    (problem,) = unannounced_changes(data, announced(HERE / "sound", NOW))

    assert "gået tilbage" in problem.message.da
    assert LINE in problem.message.da


def test_nobody_is_told_of_what_is_over(data):
    edited(data, "courses", 'start: "9:00"', 'start: "10:00"')

    assert [] == unannounced_changes(data, announced(HERE / "sound", datetime(2027, 3, 10)))


def test_a_change_in_the_future_cannot_block_those_that_follow(data):
    edited(
        data,
        "courses",
        'confirmed: "2026-11-01"',
        'confirmed: "2026-11-01"\n  changed: "2062-11-22 14:05"',
    )

    assert ["in-the-future"] == [problem.rule for problem in check(data, TODAY).problems]


def test_the_command_asks_git_by_itself(data, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    git = ["git", "-C", tmp_path, "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], check=True)
    edited(data, "courses", "status: open", "status: cancelled")

    ran = mentorkorps("check", data, "--on", TODAY.isoformat())

    assert 1 == ran.returncode
    assert f'changed: "{datetime.now():%Y-%m-%d}' in ran.stdout
    assert 0 == mentorkorps("check", data, "--on", TODAY.isoformat(), "--since", data).returncode
