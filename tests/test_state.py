"""State follows the clock: what a programme and a course are on a given day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mentorkorps.model import CONFIRMATION_HOLDS


def test_an_open_programme_is_open_for_180_days_after_somebody_confirmed_it(sound):
    programme = sound.programmes["aaben"]
    last = programme.confirmed + CONFIRMATION_HOLDS

    assert ("open", "unconfirmed") == (programme.state(last), programme.state(last + timedelta(days=1)))


@pytest.mark.parametrize("status", ["interest", "closed"])
def test_a_programme_that_promises_nothing_stays_what_it_is(status, sound):
    programme = replace(sound.programmes["aaben"], status=status)

    assert status == programme.state(date(2040, 1, 1))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-11-22", "open"), ("2027-02-16", "open"), ("2027-02-17", "closed"), ("2027-03-01", "closed"),
        ("2027-03-02", "running"), ("2027-03-09", "running"), ("2027-03-10", "over"),
    ],
)  # fmt: skip
def test_a_course_goes_from_open_to_over_by_its_dates(day, state, sound):
    assert state == sound.courses["odense-2027"].state(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "state"),
    [("2027-04-07", "open"), ("2027-04-08", "closed"), ("2027-04-14", "running"), ("2027-04-15", "over")],
)
def test_an_event_goes_from_open_to_over_by_its_dates(day, state, sound):
    assert state == sound.events["netvaerk-april-2027"].state(date.fromisoformat(day))


def test_a_course_with_its_deadline_on_the_day_before_is_never_closed(sound):
    course = replace(sound.courses["odense-2027"], deadline=date(2027, 3, 1))

    assert ["open", "running", "over"] == [phase.state for phase in course.phases]


def test_a_cancelled_course_is_cancelled_for_good(sound):
    course = replace(sound.courses["odense-2027"], status="cancelled")

    assert {"cancelled"} == {course.state(date(year, 1, 1)) for year in (2026, 2027, 2028)}


def test_every_day_has_exactly_one_state(sound):
    for record in (*sound.programmes.values(), *sound.courses.values(), *sound.events.values()):
        for day in (date(2026, 11, 1) + timedelta(days=n) for n in range(400)):
            assert 1 == sum(phase.holds(day) for phase in record.phases), (record.id, day)


def test_the_region_of_a_municipality_changes_with_the_new_year(sound):
    regions = sound.region_of(sound.municipalities["0329"])

    assert ["sjaelland", "oestdanmark"] == [region.id for region in regions]
    assert regions[0].valid_to + timedelta(days=1) == regions[1].valid_from


def test_municipalities_stand_in_danish_order(real):
    names = [one.name for one in real.municipalities_sorted()]

    assert ["Ærø", "Aabenraa", "Aalborg", "Aarhus"] == names[-4:]


def test_all_98_municipalities_are_there_each_with_a_postcode(real):
    reached = {one.municipality for one in real.postcodes}

    assert 98 == len(real.municipalities)
    assert set(real.municipalities) == reached


@pytest.mark.parametrize(
    ("written", "names"),
    [("8000", ["Aarhus"]), ("8000 Aarhus C", ["Aarhus"]), ("Århus", ["Aarhus"]), ("københavn", ["København"]),
     ("Nørresundby", ["Aalborg"]), ("4174", ["Køge", "Ringsted"]), ("Atlantis", []), ("", []), ("12", [])],
)  # fmt: skip
def test_a_place_is_found_as_people_write_it(written, names, real):
    assert names == [one.name for one in real.places(written)]
