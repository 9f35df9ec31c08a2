"""Danish days off, held against the dates that the almanac of the University of Copenhagen
prints."""

from datetime import date, timedelta

import pytest

from mentorkorps.interface.holidays import day_off, easter, is_working_day, public_holidays
from mentorkorps.validation.check import check
from tests.test_announced import edited
from tests.test_problems import TODAY

EASTERS = {
    1900: (4, 15),
    1961: (4, 2),
    2000: (4, 23),
    2008: (3, 23),
    2019: (4, 21),
    2024: (3, 31),
    2025: (4, 20),
    2026: (4, 5),
    2027: (3, 28),
    2028: (4, 16),
    2029: (4, 1),
    2030: (4, 21),
    2038: (4, 25),
    2049: (4, 18),
}
IN_2027 = ["01-01", "03-25", "03-26", "03-28", "03-29", "05-06", "05-16", "05-17", "12-25", "12-26"]


@pytest.mark.parametrize("year", EASTERS)
def test_easter_is_when_the_almanac_says(year):
    assert date(year, *EASTERS[year]) == easter(year)


def test_easter_is_always_a_sunday_between_its_bounds():
    for year in range(1900, 2200):
        sunday = easter(year)
        assert 6 == sunday.weekday()
        assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


def test_the_public_holidays_of_a_year_are_known_by_name():
    assert IN_2027 == [f"{day:%m-%d}" for day in public_holidays(2027)]
    assert ("Kristi himmelfartsdag", "Ascension Day") == public_holidays(2027)[date(2027, 5, 6)]


def test_great_prayer_day_was_the_last_time_in_2023():
    assert "store bededag" == day_off(date(2023, 5, 5)).da
    assert day_off(date(2024, 4, 26)) is None


def test_working_days_leave_out_weekends_holidays_and_what_agreements_give():
    days = [date(2026, 12, 21) + timedelta(days=number) for number in range(14)]

    assert ["21", "22", "23", "28", "29", "30"] == [
        f"{day:%d}" for day in days if is_working_day(day)
    ]
    assert not is_working_day(date(2026, 6, 5))


FEW = {
    "Easter Sunday": (
        "courses",
        '"2027-03-09"',
        '"2027-03-28"',
        "day-off",
        "2027-03-28 er påskedag.",
    ),
    "Christmas Day": (
        "courses",
        '"2027-03-09"',
        '"2027-12-25"',
        "day-off",
        "2027-12-25 er juledag.",
    ),
    "Christmas Eve": (
        "events",
        'date: "2027-04-14"',
        'date: "2027-12-24"',
        "day-off",
        "juleaftensdag",
    ),
    "at three": (
        "courses",
        'start: "9:00"',
        'start: "03:00"',
        "at-night",
        "Klokken 03:00 er midt om natten.",
    ),
    "in the hour that comes twice": (
        "events",
        'date: "2027-04-14"\n  start: "17:00"',
        'date: "2027-10-31"\n  start: "02:30"',
        "change-of-clocks",
        "Klokken 02:30 er der to gange: uret stilles en time tilbage.",
    ),
    "in the hour that is skipped": (
        "courses",
        '{date: "2027-03-02", start: "09:00"',
        '{date: "2028-03-26", start: "02:30"',
        "change-of-clocks",
        "Klokken 02:30 findes ikke: uret stilles en time frem.",
    ),
}


@pytest.mark.parametrize(("table", "old", "new", "rule", "sentence"), FEW.values(), ids=FEW)
def test_a_time_when_few_can_come_is_a_notice_in_both_languages(
    table, old, new, rule, sentence, data
):
    edited(data, table, old, new)

    verdict = check(data, TODAY)

    (notice,) = [
        notice
        for notice in verdict.notices
        if notice.rule in ("day-off", "at-night", "change-of-clocks")
    ]
    assert rule == notice.rule
    assert sentence in notice.message.da
    assert notice.message.en != notice.message.da
    assert (
        new.split('"')[-2]
        in (data / f"{table}.yaml").read_text("utf-8").split("\n")[notice.line - 1]
    )


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("courses", '"2027-03-09"', '"2027-04-23"'),
        ("events", '"2027-04-14"', '"2027-04-17"'),
        ("courses", 'start: "9:00"', 'start: "06:00"'),
    ],
    ids=["what was Great Prayer Day", "a Saturday", "early"],
)
def test_an_ordinary_day_is_nothing_to_tell(table, old, new, data):
    edited(data, table, old, new)

    assert not {"day-off", "at-night", "change-of-clocks"} & {
        notice.rule for notice in check(data, TODAY).notices
    }
