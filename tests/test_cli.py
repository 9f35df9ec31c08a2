"""The commands as people and CI call them: what they print and how they end."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def mentorkorps(*arguments, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", "mentorkorps.cli", *map(str, arguments)], capture_output=True, text=True, cwd=cwd
    )


@pytest.fixture
def broken(data):
    industries = data / "industries.yaml"
    industries.write_text(industries.read_text().replace("id: food", "id: Mad::warning::x%0A"))
    return data


def test_the_portals_own_data_is_sound():
    checked = mentorkorps("check")

    assert (0, "") == (checked.returncode, checked.stderr)
    assert checked.stdout.endswith("Ingen fejl i data.\n")


def test_problems_end_with_one_and_are_printed_with_file_line_and_column(broken):
    checked = mentorkorps("check", broken)

    assert 1 == checked.returncode
    assert f"{broken}/industries.yaml:2:8  “id” skal være" in checked.stdout
    assert checked.stdout.endswith("1 fejl i data.\n")


def test_a_folder_that_does_not_exist_ends_with_two_and_one_sentence(tmp_path):
    checked = mentorkorps("check", tmp_path / "nope")

    assert (2, 1) == (checked.returncode, len(checked.stderr.splitlines()))


def test_json_follows_the_contract(broken):
    checked = mentorkorps("check", broken, "--format", "json")
    (problem,) = json.loads(checked.stdout)["problems"]

    assert {"file", "line", "column", "end_column", "record", "field", "rule", "message", "suggestion"} == set(problem)
    assert {"da", "en"} == set(problem["message"])


def test_a_hostile_value_cannot_forge_an_annotation(broken):
    checked = mentorkorps("check", broken, "--format", "github")

    (line,) = checked.stdout.splitlines()
    assert line.startswith("::error file=")
    assert "%250A" in line


def test_a_build_of_broken_data_says_what_is_wrong_and_builds_nothing(broken, tmp_path):
    built = mentorkorps("build", "--data", broken, "--site", tmp_path / "site")

    assert 1 == built.returncode
    assert "industries.yaml:2:8" in built.stderr
    assert not (tmp_path / "site").exists()
