"""An id that has vanished since the edition before is an error with its remedy, and an old id leads to the new one."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from mentorkorps.catalogue.earlier_edition import read_earlier_records
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.editing.diff import differences
from mentorkorps.editing.scaffold import copy_text
from mentorkorps.validation.check import check
from tests.conftest import HERE
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

SOUND = HERE / "sound"
RENAMED = [
    ("courses", "odense-2027", "odense-marts-2027"),
    ("events", "netvaerk-april-2027", "netvaerksaften-2027"),
    ("programmes", "smedenes-korps", "smedenes-mentorkorps"),
    ("organisations", "smedene", "smedenes-forbund"),
    ("industries", "metal", "metal-og-maskiner"),
    ("languages", "ar", "arabisk"),
    ("forms", "interesseliste", "interesse"),
    ("municipalities", "aabenraa", "aabenraa-by"),
]


def rename(data: Path, old: str, new: str, *more: str) -> None:
    """Gives a record another id, and changes what refers to it."""
    for file in data.glob("*.yaml"):
        text = file.read_text("utf-8")
        for before, after in (
            (f"[{old}]", f"[{new}]"),
            (f"- id: {old}\n", "\n  ".join([f"- id: {new}", *more]) + "\n"),
            (f"{{id: {old},", "".join(f"{part}, " for part in [f"{{id: {new}", *more]).rstrip()),
            (f"slug: {old},", ", ".join([f"slug: {new}", *more]) + ","),
            (f"organisation: {old}\n", f"organisation: {new}\n"),
        ):
            text = text.replace(before, after)
        if file.name not in ("datapackage.yaml", "retired.yaml"):
            file.write_text(text, "utf-8")


def messages_of(data: Path, base: Path = SOUND, today: date = TODAY) -> list[str]:
    return [
        str(problem) for problem in check(data, today, "data", read_earlier_records(base)).problems
    ]


def cut(data: Path, table: str, start: str) -> None:
    """Deletes the records from `start` to the end of the file."""
    file = data / f"{table}.yaml"
    file.write_text(file.read_text("utf-8").partition(start)[0] or "# Ingen.\n", "utf-8")


def retire(data: Path, table: str, id: str) -> None:
    with (data / "retired.yaml").open("a", encoding="utf-8") as file:
        file.write(f"- {{id: {id}, table: {table}, name: {{da: Den gamle, en: The old one}}}}\n")


@pytest.mark.parametrize(("table", "old", "new"), RENAMED)
def test_a_renamed_record_is_told_at_its_new_id_with_the_line_to_write(table, old, new, data):
    rename(data, old, new)

    (problem,) = (message for message in messages_of(data) if "[vanished]" in message)

    assert problem.startswith(f"data/{table}.yaml:")
    assert f"“{old}” er ikke længere i {table}.yaml" in problem
    assert f"skriv was: [{old}] i den" in problem


@pytest.mark.parametrize(("table", "old", "new"), RENAMED)
def test_with_its_former_id_it_is_sound(table, old, new, data):
    rename(data, old, new, f"was: [{old}]")

    assert [] == messages_of(data)


@pytest.mark.parametrize(("table", "old", "new"), RENAMED)
def test_a_record_is_found_under_each_id_it_had_and_listed_under_todays(table, old, new, data):
    rename(data, old, new, f"was: [{old}]")
    records = load_catalogue(data).table(table)

    if table != "municipalities":
        assert records[old] is records[new]
        assert new in list(records)
    assert old not in list(records)
    assert len(records) == len(list(records)) == len(load_catalogue(SOUND).table(table))


def test_a_reference_by_an_old_id_is_told_with_the_new_one(data):
    rename(data, "smedene", "smedenes-forbund", "was: [smedene]")
    programmes = data / "programmes.yaml"
    programmes.write_text(
        programmes.read_text("utf-8").replace(
            "organisation: smedenes-forbund", "organisation: smedene"
        )
    )

    (problem,) = messages_of(data)

    assert "“smedene” findes ikke i organisations.yaml. Mente du “smedenes-forbund”?" in problem


def test_a_deleted_record_is_told_where_it_stood_with_what_to_do_instead(data):
    cut(data, "courses", "- id: odense-2027")

    (problem,) = messages_of(data)

    assert problem.startswith(
        "data/courses.yaml:1:1  “odense-2027” er ikke længere i courses.yaml."
    )
    assert "lad den stå med status: cancelled, eller skriv “odense-2027” i retired.yaml" in problem


def test_what_is_over_may_be_gone_for_good(data):
    cut(data, "courses", "- id: odense-2027")
    retire(data, "courses", "odense-2027")

    assert [] == messages_of(data, today=date(2027, 3, 10))


@pytest.mark.parametrize(
    ("table", "id"), [("courses", "odense-2027"), ("events", "netvaerk-april-2027")]
)
def test_what_is_not_over_is_cancelled_first_so_that_people_are_told(table, id, data):
    cut(data, table, f"- id: {id}")
    retire(data, table, id)

    (problem,) = messages_of(data)

    assert problem.startswith("data/retired.yaml:")
    assert "status: cancelled, til alle har fået besked" in problem


def test_a_cancelled_course_may_be_gone_for_good(data, tmp_path):
    courses = data / "courses.yaml"
    courses.write_text(
        courses.read_text("utf-8").replace("status: open", "status: cancelled"), "utf-8"
    )
    base = read_earlier_records(data)
    cut(data, "courses", "- id: odense-2027")
    retire(data, "courses", "odense-2027")

    assert [] == check(data, TODAY, "data", base).problems


def test_a_published_programme_does_not_become_a_draft(data):
    programmes = data / "programmes.yaml"
    programmes.write_text(
        programmes.read_text("utf-8").replace("status: interest", "status: draft"), "utf-8"
    )

    (problem,) = messages_of(data)

    assert "“smedenes-korps” er ikke længere i programmes.yaml" in problem
    assert "Skriv interest, paused eller closed" in problem


def test_a_draft_may_go_as_it_came(data):
    programmes = data / "programmes.yaml"
    programmes.write_text(
        programmes.read_text("utf-8").replace("status: interest", "status: draft"), "utf-8"
    )
    base = read_earlier_records(data)
    cut(data, "programmes", "- id: smedenes-korps")

    assert [] == check(data, TODAY, "data", base).problems


@pytest.mark.parametrize("remedy", ["was", "retired"])
def test_what_led_somewhere_once_goes_on_leading_there(remedy, data, tmp_path):
    """A former id that is taken away, and a retired record that is forgotten, die as any address does."""
    if remedy == "was":
        rename(data, "odense-2027", "odense-marts-2027", "was: [odense-2027]")
    base = read_earlier_records(data)
    if remedy == "was":
        courses = data / "courses.yaml"
        courses.write_text(
            courses.read_text("utf-8").replace("  was: [odense-2027]\n", ""), "utf-8"
        )
    else:
        cut(data, "retired", "- id: smedenes-hold")

    (problem,) = check(data, TODAY, "data", base).problems

    assert ("vanished", "odense-2027" if remedy == "was" else "smedenes-hold") == (
        problem.rule,
        problem.message.da.split("“")[1].split("”")[0],
    )


def test_a_second_renaming_adds_to_the_list_and_keeps_the_oldest_in_front(data):
    rename(data, "odense-2027", "odense-marts-2027", "was: [odense-2027]")
    base = read_earlier_records(data)
    rename(data, "odense-marts-2027", "odense-foraar-2027")
    (lacking,) = check(data, TODAY, "data", base).problems
    assert "skriv was: [odense-2027, odense-marts-2027] i den" in lacking.message.da

    courses = data / "courses.yaml"
    text = courses.read_text("utf-8")
    courses.write_text(
        text.replace("was: [odense-2027]", "was: [odense-marts-2027, odense-2027]"), "utf-8"
    )
    (misplaced,) = check(data, TODAY, "data", base).problems
    assert (
        "rækkefølgen var odense-2027, odense-marts-2027, det ældste først" in misplaced.message.da
    )

    courses.write_text(
        text.replace("was: [odense-2027]", "was: [odense-2027, odense-marts-2027]"), "utf-8"
    )
    assert [] == check(data, TODAY, "data", base).problems


def test_a_former_id_that_was_forgotten_can_be_added_later(data):
    rename(data, "odense-2027", "odense-marts-2027")
    base = read_earlier_records(data)
    rename(data, "odense-marts-2027", "odense-marts-2027", "was: [odense-2027]")

    assert [] == check(data, TODAY, "data", base).problems


def test_two_records_that_become_one_both_lead_to_it(data):
    cut(data, "industries", "- {id: food")
    metal = data / "industries.yaml"
    metal.write_text(
        metal.read_text("utf-8").replace("smith}}", "smith}, was: [mad-og-hotel, food]}"), "utf-8"
    )

    assert [] == messages_of(data)


def test_a_course_that_has_begun_may_be_renamed(data):
    rename(data, "odense-2027", "odense-marts-2027", "was: [odense-2027]")

    assert [] == messages_of(data, today=date(2027, 3, 20))


def test_a_file_that_cannot_be_read_is_one_mistake(data):
    (data / "courses.yaml").write_text("- id: [", "utf-8")

    assert not [message for message in messages_of(data) if "[vanished]" in message]


@pytest.mark.parametrize("text", ["Odense-2027", "odense_2027"])
def test_an_id_that_is_misspelt_is_one_mistake(text, data):
    courses = data / "courses.yaml"
    courses.write_text(
        courses.read_text("utf-8").replace("id: odense-2027", f"id: {text}"), "utf-8"
    )

    assert not [message for message in messages_of(data) if "[vanished]" in message]


def test_a_former_id_written_without_brackets_is_told_with_them(data):
    rename(data, "odense-2027", "odense-marts-2027", "was: odense-2027")

    (problem,) = (message for message in messages_of(data) if "[wrong-type]" in message)

    assert "Mente du “[odense-2027]”?" in problem


def test_git_tells_what_has_vanished_by_itself(data, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    git = ["git", "-C", tmp_path, "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], check=True)
    rename(data, "odense-2027", "odense-marts-2027")

    by_itself = mentorkorps("check", "--on", TODAY, "--data", data)
    since = mentorkorps("check", "--on", TODAY, "--data", data, "--since", SOUND)

    for run in (by_itself, since):
        assert 1 == run.returncode
        assert "was: [odense-2027]" in run.stdout


def test_the_reviewer_reads_that_a_record_has_another_id(data):
    rename(data, "odense-2027", "odense-marts-2027", "was: [odense-2027]")

    assert [
        "Odense, marts 2027: “id” ændres fra odense-2027 til odense-marts-2027; “was” er tilføjet."
    ] == list(differences(SOUND, data, TODAY))


def test_a_copy_of_a_renamed_course_does_not_claim_its_former_id(data):
    rename(data, "odense-2027", "odense-marts-2027", "was: [odense-2027]")
    course = load_catalogue(data).courses["odense-2027"]

    text = copy_text(data, "courses", course, date(2028, 3, 7), TODAY, {})

    assert "- id: odense-marts-2028\n" in text
    assert "was:" not in text


def test_a_portal_that_has_retired_nothing_needs_no_file_for_it(data):
    (data / "retired.yaml").unlink()

    assert [] == check(data, TODAY, "data").problems
    assert () == load_catalogue(data).retired


def test_a_form_that_the_site_needs_may_be_renamed(data):
    rename(data, "mentor", "bliv-mentor", "was: [mentor]")

    records = load_catalogue(data)
    assert ["bliv-mentor", "interesseliste"] == [
        form.id for form in records.forms_for(records.programmes["aaben"])
    ]
