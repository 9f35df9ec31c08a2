"""A course or an event that is new and already past: only the edition before it can tell that it is
new."""

import json
import subprocess
from datetime import date

import pytest

from mentorkorps.validation.check import check
from tests.conftest import HERE
from tests.test_cli import mentorkorps

LATER = date(2028, 1, 1)
NOTHING = {"courses": frozenset(), "events": frozenset()}


def begun_records(data, *options: str) -> list[tuple[str, int]]:
    ran = mentorkorps("check", data, "--format", "json", "--on", LATER.isoformat(), *options)
    problems = json.loads(ran.stdout)["problems"]
    return [
        (problem["file"].rpartition("/")[2], problem["line"])
        for problem in problems
        if problem["rule"] == "begun"
    ]


def git(folder, *command: str) -> None:
    who = [
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run(["git", "-C", folder, *who, *command], check=True, capture_output=True)


def test_a_new_course_and_a_new_event_in_the_past_are_told_at_the_date(data):
    problems = [
        problem
        for problem in check(data, LATER, "data", NOTHING).problems
        if problem.rule == "begun"
    ]

    assert [
        ("data/courses.yaml", 6, 14, "odense-2027"),
        ("data/events.yaml", 5, 9, "netvaerk-april-2027"),
    ] == [(problem.file, problem.line, problem.column, problem.record) for problem in problems]


@pytest.mark.parametrize("day", ["2027-03-02", "2026-12-01"])
def test_what_begins_today_or_later_may_be_new(day, data):
    rules = {
        problem.rule for problem in check(data, date.fromisoformat(day), "data", NOTHING).problems
    }

    assert "begun" not in rules


def test_what_stood_there_before_may_be_over(data):
    assert [] == begun_records(data, "--since", str(HERE / "sound"))


def test_against_another_folder_only_what_is_not_there_is_new(data, tmp_path):
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "events.yaml").write_bytes((data / "events.yaml").read_bytes())

    assert [("courses.yaml", 6)] == begun_records(data, "--since", str(tmp_path / "before"))


def test_git_knows_what_is_new_without_being_asked_for(data, tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    assert [] == begun_records(data)

    courses = data / "courses.yaml"
    courses.write_text(
        courses.read_text("utf-8").replace("id: odense-2027", "id: odense-igen"), "utf-8"
    )

    assert [("courses.yaml", 6)] == begun_records(data)


def test_a_hook_in_a_second_working_tree_asks_git_for_the_same_edition(data, tmp_path, monkeypatch):
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))

    assert [] == begun_records(data)


def test_without_git_nobody_can_tell_what_is_new(data):
    assert [] == begun_records(data)


def test_a_base_that_does_not_exist_is_told(data):
    ran = mentorkorps("check", data, "--since", "nowhere")

    assert 2 == ran.returncode
    assert "Git cannot give the data of nowhere" in ran.stderr
