"""`mentorkorps new`: a whole record at the end of its file, and nothing else changed."""

import pytest

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.validation.check import check
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

VALUES = {
    "organisation": {
        "id": "ny",
        "name.da": "Ny: forening",
        "name.en": "New",
        "type": "ngo",
        "about.da": "Et par ord.",
        "sources": "letter",
    },
    "programme": {
        "id": "nyt",
        "name.da": "Nyt",
        "name.en": "New",
        "organisation": "smedene",
        "summary.da": "Kom # med",
        "sources": "letter",
        "municipalities": "0461,0580",
        "commitment.months": "6",
        "commitment.hours_per_month": "4",
    },
    "course": {
        "id": "nyt",
        "name.da": "Nyt",
        "name.en": "yes",
        "organisation": "portal",
        "about.da": "To dage.",
        "days": "2027-09-01,2027-09-08",
        "venue.name.da": "Sal",
        "venue.name.en": "Hall",
        "seats": "12",
        "venue.address": "Gade 1",
        "venue.municipality": "0461",
        "deadline": "2027-08-01",
        "cost.da": "Gratis",
        "confirmed": "2026-11-20",
    },
    "event": {
        "id": "nyt",
        "name.da": "Nyt",
        "name.en": "New",
        "organisation": "portal",
        "about.da": "En aften.",
        "date": "2027-09-01",
        "start": "17:00",
        "end": "19:00",
        "venue.name.da": "Sal",
        "venue.name.en": "Hall",
        "seats": "12",
        "venue.address": "Gade 1",
        "venue.municipality": "0461",
        "deadline": "2027-08-01",
        "cost.da": "Gratis",
        "confirmed": "2026-11-20",
    },
}


def new(data, kind: str, values: dict[str, str], *more: str):
    settings = [part for path, value in values.items() for part in ("--set", f"{path}={value}")]
    return mentorkorps("new", kind, "--data", data, *settings, *more)


@pytest.mark.parametrize("kind", VALUES)
def test_a_record_is_added_whole_and_valid_and_the_rest_stays(kind, data):
    file = data / f"{kind}s.yaml"
    before = file.read_bytes()

    added = new(data, kind, VALUES[kind])

    assert (0, "") == (added.returncode, added.stderr)
    assert file.read_bytes().startswith(before)
    assert [] == check(data, TODAY).problems
    record = list(getattr(load_catalogue(data), f"{kind}s").values())[-1]
    assert (VALUES[kind]["id"], VALUES[kind]["name.da"], VALUES[kind]["name.en"]) == (
        record.id,
        record.name.da,
        record.name.en,
    )


@pytest.mark.parametrize("kind", VALUES)
def test_every_field_stands_there_with_what_it_means(kind, data):
    new(data, kind, VALUES[kind])

    added = (
        (data / f"{kind}s.yaml").read_text("utf-8").partition(f"\n- id: {VALUES[kind]['id']}\n")[2]
    )
    for field in load_catalogue(data).dictionary[f"{kind}s"].fields:
        assert field.meaning.da in added
        assert field.name == "id" or f"  {field.name}:" in added or f"  # {field.name}:" in added


def test_what_is_missing_is_said_when_nobody_can_be_asked(data):
    added = new(data, "organisation", {"id": "ny"})

    assert 2 == added.returncode
    assert "--set name.da=VALUE" in added.stderr


def test_an_invalid_record_is_told_and_not_written(data):
    before = (data / "organisations.yaml").read_bytes()

    added = new(data, "organisation", VALUES["organisation"] | {"sources": "lettr"})

    assert 1 == added.returncode
    assert "Mente du “letter”?" in added.stderr
    assert before == (data / "organisations.yaml").read_bytes()


def test_an_unknown_field_is_told_with_those_that_exist(data):
    assert "name.da" in new(data, "organisation", {"navn": "x"}).stderr


def test_a_file_without_a_last_line_end_gets_one(data):
    file = data / "organisations.yaml"
    file.write_bytes(file.read_bytes().rstrip())

    assert 0 == new(data, "organisation", VALUES["organisation"]).returncode


def test_a_table_that_is_a_folder_gets_a_file(data):
    (data / "organisations").mkdir()
    (data / "organisations.yaml").rename(data / "organisations" / "all.yaml")

    new(data, "organisation", VALUES["organisation"])

    assert (data / "organisations" / "ny.yaml").exists()


def test_last_years_course_is_copied_with_its_dates_moved(data):
    file = data / "courses.yaml"
    text = file.read_text("utf-8").replace(
        "- id: odense-2027", "- id: odense-marts-2027 # vores første"
    )
    file.write_text(text, "utf-8")

    copied = new(data, "course", {}, "--from", "odense-marts-2027", "--date", "2028-05-09")

    course = list(load_catalogue(data).courses.values())[-1]
    assert (0, "") == (copied.returncode, copied.stderr)
    assert ("odense-maj-2028", "Odense, maj 2028", "Odense, May 2028") == (
        course.id,
        course.name.da,
        course.name.en,
    )
    assert ["2028-05-09", "2028-05-16"] == [str(course_day.date) for course_day in course.days]
    assert ("2028-04-25", "planned") == (str(course.deadline), course.status)
    assert file.read_text("utf-8").startswith(text)
    assert 2 == file.read_text("utf-8").count("# vores første")


def test_an_earlier_event_is_copied_with_its_date_moved(data):
    copied = new(data, "event", {}, "--from", "netvaerk-april-2027", "--date", "2027-11-03")

    event = list(load_catalogue(data).events.values())[-1]
    assert (0, "") == (copied.returncode, copied.stderr)
    assert ("netvaerk-november-2027", "Netværksaften, november 2027") == (event.id, event.name.da)
    assert ("2027-11-03", "2027-10-27", "planned") == (
        str(event.date),
        str(event.deadline),
        event.status,
    )


def test_a_course_in_a_folder_is_copied_from_its_own_file(data):
    (data / "courses").mkdir()
    (data / "courses.yaml").rename(data / "courses" / "odense.yaml")

    copied = new(data, "course", {}, "--from", "odense-2027", "--date", "2028-03-07")

    assert (0, "") == (copied.returncode, copied.stderr)
    assert {"odense-2027", "odense-2027-2028-03-07"} == set(load_catalogue(data).courses)


def test_a_copy_needs_a_course_that_exists_and_a_date(data):
    assert 2 == new(data, "course", {}, "--from", "nope", "--date", "2028-05-09").returncode
    assert 2 == new(data, "course", {}, "--from", "odense-2027").returncode
