"""`mentorkorps diff`: what a change does to the site, in plain Danish."""

import shutil
import subprocess

import pytest

from mentorkorps.editing.diff import differences
from tests.conftest import HERE
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

CHANGES = [
    (
        "courses",
        [('date: "2027-03-02"', 'date: "2027-03-01"'), ("seats: 18", "seats: 14")],
        "Odense, marts 2027: kurset flyttes fra 2. til 1. marts 2027; 4 pladser færre.",
    ),
    (
        "courses",
        [('deadline: "2027-02-16"', 'deadline: "2027-01-31"')],
        "Odense, marts 2027: fristen flyttes fra 16. februar til 31. januar 2027.",
    ),
    ("courses", [("seats: 18", "seats: 19")], "Odense, marts 2027: 1 plads flere."),
    ("courses", [('"9:00"', '"10:00"')], "Odense, marts 2027: klokkeslættene ændres."),
    (
        "courses",
        [("status: open", "status: cancelled")],
        "Odense, marts 2027: “status” ændres fra open til cancelled.",
    ),
    (
        "events",
        [('date: "2027-04-14"', 'date: "2027-04-21"'), ("seats: 40", "seats: 41")],
        "Netværksaften, april 2027: arrangementet flyttes fra 14. til 21. april 2027; 1 plads "
        "flere.",
    ),
    ("events", [('"17:00"', '"18:00"')], "Netværksaften, april 2027: klokkeslættene ændres."),
    (
        "programmes",
        [("summary: {da: Kom og vær med.,", "summary: {da: Kom.,")],
        "Åben indsats: “summary” er ændret på dansk; er den engelske nu forældet?",
    ),
    (
        "programmes",
        [("{da: Alle over 18., en: Anybody over 18.}", "{da: Alle over 20.}")],
        "Åben indsats: “mentors” er ændret; den engelske side mangler teksten.",
    ),
    (
        "programmes",
        [('municipalities: ["0461"]', 'municipalities: ["0580"]')],
        "Åben indsats: “municipalities” får 0580; “municipalities” mister 0461.",
    ),
    (
        "programmes",
        [("  insurance: {da: Du er forsikret., en: You are insured.}\n", "")],
        "Åben indsats: “insurance” er fjernet.",
    ),
    (
        "programmes",
        [("  status: interest", "  status: interest\n  expenses: {da: Bus og tog.}")],
        "Smedenes korps: “expenses” er tilføjet, men kun på dansk.",
    ),
    ("industries", [("- {id: food,", "- {id: mad,")], "Mad og hotel: branchen er tilføjet."),
]


@pytest.mark.parametrize(("table", "edits", "sentence"), CHANGES)
def test_a_change_is_said_in_plain_danish(table, edits, sentence, data):
    file = data / f"{table}.yaml"
    text = file.read_text("utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, "utf-8")

    assert sentence in list(differences(HERE / "sound", data, TODAY))


def test_nothing_changed_is_nothing_said(data):
    assert [] == list(differences(HERE / "sound", data, TODAY))


def test_a_comment_or_another_order_of_fields_changes_nothing(data):
    file = data / "organisations.yaml"
    file.write_text("# hej\n" + file.read_text("utf-8"), "utf-8")

    assert [] == list(differences(HERE / "sound", data, TODAY))


def test_a_deleted_page_is_warned_of(data):
    file = data / "programmes.yaml"
    text = file.read_text("utf-8")
    file.write_text(text[: text.index("- id: smedenes")], "utf-8")

    (sentence,) = differences(HERE / "sound", data, TODAY)

    assert sentence.startswith("Smedenes korps: programmet er slettet. Adressen dør")


def test_a_course_that_is_added_after_its_start_is_told(data):
    text = (data / "courses.yaml").read_text("utf-8").replace("2027", "2025")
    (data / "courses.yaml").write_text(text, "utf-8")

    assert any(
        "men det begyndte 2. marts 2025" in sentence
        for sentence in differences(HERE / "sound", data, TODAY)
    )


def test_data_that_cannot_be_read_is_no_traceback(data):
    (data / "programmes.yaml").write_text("- [", "utf-8")

    assert list(differences(HERE / "sound", data, TODAY))


def test_a_revision_of_git_is_a_base(data, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    git = ["git", "-C", tmp_path, "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], check=True)
    courses = data / "courses.yaml"
    courses.write_text(courses.read_text().replace("seats: 18", "seats: 20"))
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    compared = mentorkorps("diff", "HEAD", "--data", data)

    assert (0, "Odense, marts 2027: 2 pladser flere.\n") == (compared.returncode, compared.stdout)
    assert "2 pladser flere" in summary.read_text("utf-8")


@pytest.mark.parametrize("base", ["no-such-revision", "-x"])
def test_a_base_that_does_not_exist_ends_with_two(base, data, tmp_path):
    shutil.rmtree(tmp_path / ".git", ignore_errors=True)

    assert 2 == mentorkorps("diff", "--data", data, "--", base).returncode
