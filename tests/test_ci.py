"""The workflows: safe for forks, pinned, and able to fail."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SLOW_MODULES

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
    texts = "".join(
        path.read_text("utf-8")
        for path in (*WORKFLOWS, ROOT / ".pre-commit-config.yaml", ROOT / "tools/hooks/pre-commit")
    )
    for tool in re.findall(r"\b(tools/[\w./-]+)", texts):
        assert (ROOT / tool).exists(), tool


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Make as a person calls it, also where make itself runs the tests."""
    of_outer_make = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PORT"}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in of_outer_make}
        | environment,
        capture_output=True,
        text=True,
    )


def planned(target: str) -> list[str]:
    """What make would run, first to last."""
    return make(ROOT, "--dry-run", "--always-make", target).stdout.splitlines()


@pytest.mark.parametrize("target", ["test", "quick"])
def test_types_and_lint_stand_before_the_tests_which_have_the_last_word(target):
    plan = planned(target)
    where = {
        tool: next(at for at, line in enumerate(plan) if tool in line)
        for tool in ("ruff check", "mypy")
    }

    assert max(where.values()) < len(plan) - 1
    assert "-m pytest" in plan[-1]


def test_lint_ends_badly_where_a_type_is_wrong(tmp_path):
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for folder in ("mentorkorps", "hooks"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"sound_{folder}.py").write_text("NUMBER: int = 1\n")
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)

    sound = lint(tmp_path)
    (tmp_path / "mentorkorps" / "broken.py").write_text('NUMBER: int = "one"\n')
    broken = lint(tmp_path)

    assert (0, "") == (sound.returncode, sound.stdout)
    assert 0 != broken.returncode
    assert "mentorkorps/broken.py:1: error: Incompatible types" in broken.stdout


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The recipe alone: what it needs is installed already."""
    return make(folder, "--assume-old=.venv/tested", "lint")


def test_every_module_that_is_called_slow_is_there():
    assert set() == SLOW_MODULES - {path.stem for path in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("place", [".github/workflows/check.yml", "tools/hooks/pre-commit"])
def test_the_workflow_and_the_hook_lint_too(place):
    assert "make lint" in (ROOT / place).read_text("utf-8")


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

    ran = subprocess.run(
        [ROOT / "tools" / "self-test"], cwd=tmp_path, capture_output=True, text=True
    )

    assert 1 == ran.returncode
    assert "did not find" in ran.stderr


def test_a_site_is_built_for_the_address_at_which_it_is_going_to_run(tmp_path):
    """The build writes down for which; a site that is built already is built anew for another."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml", ".venv/bin/mentorkorps", ".venv/installed"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    command = tmp_path / ".venv/bin/mentorkorps"
    command.write_text(
        '#!/bin/sh\necho "$@ $MENTORKORPS_PUBLIC_URL" >> said; mkdir -p site; touch site/index.html\n'
    )
    command.chmod(0o755)
    own = "https://mentorkorps.example/"

    make(tmp_path, "run")
    make(tmp_path, "run")
    make(tmp_path, "run", PORT="21300")
    make(tmp_path, "build", PORT="21300", MENTORKORPS_PUBLIC_URL=own)

    said = (tmp_path / "said").read_text().splitlines()
    assert [
        "build http://127.0.0.1:8000/",
        "build http://127.0.0.1:21300/",
        f"build {own}",
    ] == [line for line in said if line.startswith("build")]
    assert "serve --port 21300" in said[-2]
