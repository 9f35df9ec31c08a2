"""State follows the clock: what a programme and a course are on a given day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.organisations import CONFIRMATION_HOLDS


def test_an_open_programme_is_open_for_180_days_after_somebody_confirmed_it(sound):
    programme = sound.programmes["aaben"]
    last = programme.confirmed + CONFIRMATION_HOLDS

    assert ("open", "unconfirmed") == (
        programme.state(last),
        programme.state(last + timedelta(days=1)),
    )


@pytest.mark.parametrize("status", ["interest", "closed"])
def test_a_programme_that_promises_nothing_stays_what_it_is(status, sound):
    programme = replace(sound.programmes["aaben"], status=status)

    assert status == programme.state(date(2040, 1, 1))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-11-22", "open"),
        ("2027-02-16", "open"),
        ("2027-02-17", "closed"),
        ("2027-03-01", "closed"),
        ("2027-03-02", "running"),
        ("2027-03-09", "running"),
        ("2027-03-10", "over"),
    ],
)
def test_a_course_goes_from_open_to_over_by_its_dates(day, state, sound):
    assert state == sound.courses["odense-2027"].state(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2027-04-07", "open"),
        ("2027-04-08", "closed"),
        ("2027-04-14", "running"),
        ("2027-04-15", "over"),
    ],
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
    names = [municipality.name for municipality in real.municipalities_sorted()]

    assert ["Ærø", "Aabenraa", "Aalborg", "Aarhus"] == names[-4:]


def test_all_98_municipalities_are_there_each_with_a_postcode(real):
    reached = {postcode.municipality for postcode in real.postcodes}

    assert 98 == len(real.municipalities)
    assert set(real.municipalities) == reached


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("8000", ["Aarhus"]),
        ("8000 Aarhus C", ["Aarhus"]),
        ("Århus", ["Aarhus"]),
        ("københavn", ["København"]),
        ("Nørresundby", ["Aalborg"]),
        ("4174", ["Køge", "Ringsted"]),
        ("Atlantis", []),
        ("", []),
        ("12", []),
        ("Københavns Kommune", ["København"]),
        ("Bornholms Regionskommune", ["Bornholm"]),
        ("Nørrebro", ["København"]),
        ("Kbh.", ["København"]),
        ("Copenhagen", ["København"]),
        ("Nykøbing Falster", ["Guldborgsund"]),
        ("DK-5000", ["Odense"]),
        ("Arhus", ["Aarhus"]),
        ("Skt. Klemens", ["Odense"]),
        ("6430", ["Sønderborg"]),
        ("Nykøbing", ["Guldborgsund", "Morsø", "Odsherred"]),
        ("Hasle", ["Bornholm", "Aarhus"]),
    ],
)
def test_a_place_is_found_by_any_of_its_names(text, names, real):
    assert names == [municipality.name for municipality in real.places(text)]


@pytest.mark.parametrize(
    ("postcode", "name"),
    [
        ("2000", "Frederiksberg"),
        ("2200", "København"),
        ("2300", "København"),
        ("2500", "København"),
        ("8000", "Aarhus"),
    ],
)
def test_a_postcode_has_a_municipality_that_is_meant_first(postcode, name, real):
    match = real.gazetteer.match(postcode)

    assert (name, match.main) == (match.municipalities[0].name, match.municipalities[0])


def test_every_postcode_in_several_municipalities_says_which_is_meant_first(real):
    assert [] == [
        postcode.postcode
        for postcode in real.postcodes
        if real.gazetteer.match(postcode.postcode).main is None
    ]


@pytest.mark.parametrize(
    "text",
    ["Kgs. Lyngby", "Kr. Hvalsø", "Sdr. Omme", "Nr. Nebel", "St. Heddinge", "V. Skerninge"],
)
def test_a_shortened_first_word_is_the_whole_one(text, real):
    match = real.gazetteer.match(text)

    assert match.main and not match.is_guess


@pytest.mark.parametrize(
    ("mistyped", "names"),
    [
        ("Oddense", ["Odense"]),
        ("Københaven", ["København"]),
        ("Silkeborgg", ["Silkeborg"]),
        ("Frankfurt am Main", []),
    ],
)
def test_a_name_that_is_spelt_almost_alike_is_a_guess(mistyped, names, real):
    match = real.gazetteer.match(mistyped)

    assert (names, bool(names)) == (
        [municipality.name for municipality in match.municipalities],
        match.is_guess,
    )


def test_data_may_do_without_names_of_places(data):
    (data / "placenames.yaml").unlink()
    (data / "postcodes.yaml").write_text(
        '- {postcode: "5000", town: Odense C, municipality: "0461"}\n', "utf-8"
    )

    assert {} == load_catalogue(data).placenames
