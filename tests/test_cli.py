"""The commands as people and CI call them: what they print and how they end."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, run_here

ON_A_FIXED_DAY = ("--on", "2026-11-22")


mentorkorps = run_here


def started(*arguments):
    """A command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )


@pytest.fixture
def broken(data):
    industries = data / "industries.yaml"
    industries.write_text(industries.read_text().replace("id: food", "id: Mad::warning::x%0A"))
    return data


def test_the_portals_own_data_is_sound(real):
    """On the day on which somebody last confirmed something: no later, for all of it goes stale one
    day."""
    tables = (real.programmes, real.courses, real.events, real.rules, real.sources)
    days = [
        getattr(record, "confirmed", None)
        or getattr(record, "checked", None)
        or getattr(record, "seen", None)
        for table in tables
        for record in table.values()
    ]

    checked = started("check", "--on", max(day for day in days if day))

    assert (0, "") == (checked.returncode, checked.stderr)
    assert checked.stdout.endswith("Ingen fejl i data.\n")


def test_problems_end_with_one_and_are_printed_with_file_line_and_column(broken):
    checked = started("check", broken, *ON_A_FIXED_DAY)

    assert 1 == checked.returncode
    assert f"{broken}/industries.yaml:2:8  “id” skal være" in checked.stdout
    assert checked.stdout.endswith("1 fejl i data.\n")


def test_a_folder_that_does_not_exist_ends_with_two_and_one_sentence(tmp_path):
    checked = started("check", tmp_path / "nope")

    assert (2, 1) == (checked.returncode, len(checked.stderr.splitlines()))


@pytest.mark.parametrize("command", [["schema", "--to"], ["export"]])
def test_a_file_in_the_place_of_a_folder_ends_with_two_and_names_it(command, data, tmp_path):
    (tmp_path / "file").touch()

    refused = mentorkorps(*command, tmp_path / "file", "--data", data)

    assert (2, 1) == (refused.returncode, len(refused.stderr.splitlines()))
    assert f"{tmp_path / 'file'}" in refused.stderr


def test_a_build_never_takes_the_place_of_anything_but_a_site(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").touch()

    built = started("build", "--site", tmp_path / "letters")

    assert (2, 1) == (built.returncode, len(built.stderr.splitlines()))
    assert (tmp_path / "letters" / "dear.txt").exists()


def test_json_follows_the_contract(broken):
    checked = mentorkorps("check", broken, "--format", "json", *ON_A_FIXED_DAY)
    (problem,) = json.loads(checked.stdout)["problems"]

    place = {"file", "line", "column", "end_column", "record", "field"}
    assert place | {"rule", "severity", "message", "suggestion"} == set(problem)
    assert {"da", "en"} == set(problem["message"])


def test_github_gets_annotations_and_a_summary(broken, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    checked = mentorkorps("check", broken, "--format", "github", *ON_A_FIXED_DAY)

    errors = [line for line in checked.stdout.splitlines() if line.startswith("::error file=")]
    assert 1 == len(errors)
    assert "%250A" in errors[0]
    assert summary.read_text("utf-8").startswith("## 1 fejl")


def test_another_day_shows_what_will_be_stale_then(data):
    checked = mentorkorps("check", data, "--on", "2027-06-01")

    assert 0 == checked.returncode
    assert "[unconfirmed] (advarsel)" in checked.stdout


def test_what_must_be_mended_is_told_last(broken):
    checked = mentorkorps("check", broken, "--on", "2027-06-01")

    warned, wrong = (
        checked.stdout.index(rule) for rule in ("[unconfirmed] (advarsel)", "[wrong-type]")
    )
    assert warned < wrong


def test_a_reader_who_has_seen_enough_is_no_error(data):
    reads, writes = os.pipe()
    os.close(reads)
    checked = subprocess.run(
        [sys.executable, "-m", "mentorkorps", "check", data, *ON_A_FIXED_DAY],
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )

    assert (0, "") == (checked.returncode, checked.stderr)


def test_whoever_stops_in_the_middle_gets_one_sentence(data):
    terminal, keyboard = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mentorkorps", "new", "course", "--data", data],
        stdin=keyboard,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    os.write(terminal, b"\x04")  # Ctrl-D

    _, errors = process.communicate(timeout=30)

    assert (2, "mentorkorps: stopped") == (process.returncode, errors.strip())


def test_a_build_of_broken_data_says_what_is_wrong_and_builds_nothing(broken, tmp_path):
    built = started("build", "--data", broken, "--site", tmp_path / "site")

    assert 1 == built.returncode
    assert "industries.yaml:2:8" in built.stderr
    assert not (tmp_path / "site").exists()
