"""The workflows: safe for forks, pinned, and able to fail."""

import re
import subprocess

import pytest

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_safe_for_a_fork(path):
    text = path.read_text("utf-8")

    assert "pull_request_target" not in text
    assert "secrets." not in text
    assert "permissions:\n  contents: read\n" in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_hash(path):
    for used in re.findall(r"uses: (\S+)", path.read_text("utf-8")):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_command_has_words_of_a_stranger_pasted_into_it(path):
    for command in re.findall(r"run: (.*)", path.read_text("utf-8")):
        assert "${{" not in command


def test_what_ci_and_hooks_call_is_there():
    said = "".join(
        path.read_text("utf-8")
        for path in (*WORKFLOWS, ROOT / ".pre-commit-config.yaml", ROOT / "tools/hooks/pre-commit")
    )
    for tool in re.findall(r"\b(tools/[\w./-]+)", said):
        assert (ROOT / tool).exists(), tool


def test_the_self_test_finds_a_broken_file():
    ran = subprocess.run(["tools/self-test"], cwd=ROOT, capture_output=True, text=True)

    assert (0, "A misspelt field is found.\n") == (ran.returncode, ran.stdout)


def test_the_self_test_fails_when_the_check_finds_nothing(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "programmes.yaml").write_text("- id: x\n  status: open\n")
    blind = tmp_path / ".venv" / "bin" / "mentorkorps"
    blind.parent.mkdir(parents=True)
    blind.write_text("#!/bin/sh\nexit 0\n")
    blind.chmod(0o755)

    ran = subprocess.run([ROOT / "tools" / "self-test"], cwd=tmp_path, capture_output=True, text=True)

    assert 1 == ran.returncode
    assert "did not find" in ran.stderr
