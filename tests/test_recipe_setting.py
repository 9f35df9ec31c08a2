"""CONTRIBUTING's "Add a setting", followed to the letter in a copy of the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SETTINGS = Path("mentorkorps/backend/settings.py")
MANUALS = (Path("docs/da/drift.md"), Path("docs/en/operations.md"))
NAME = "MENTORKORPS_GREETING"

STEPS = (
    ('LOG = "MENTORKORPS_LOG"\n', f'GREETING = "{NAME}"\n'),
    ("    log_format: Format\n", "    greeting: str\n"),
    ("    return Settings(\n", '        greeting=_greeting(values.get(GREETING, "Hello")),\n'),
)
"""What the first step writes, each behind the line that stands there already."""

READS = """

def _greeting(text: str) -> str:
    if not text.isalpha():
        raise SettingsError(GREETING, text, "write one word")
    return text
"""

SAYS = """
import os
from mentorkorps.backend.settings import SettingsError, read_settings

try:
    print(read_settings(os.environ).greeting)
except SettingsError as error:
    print(error)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree with the setting, of which the manuals say nothing yet."""
    tree = tmp_path / "tree"
    for folder in ("mentorkorps", "docs"):
        shutil.copytree(
            ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "assets")
        )
    (tree / "tests").mkdir()
    for file in (
        "tests/__init__.py",
        "tests/conftest.py",
        "tests/test_docs.py",
        "README.md",
        "CONTRIBUTING.md",
    ):
        shutil.copy(ROOT / file, tree / file)
    for file in ("CHANGELOG.md", "Makefile", "pyproject.toml"):
        shutil.copy(ROOT / file, tree / file)
    text = (tree / SETTINGS).read_text("utf-8")
    for before, added in STEPS:
        assert 1 == text.count(before), before
        text = text.replace(before, before + added)
    (tree / SETTINGS).write_text(text + READS, "utf-8")
    return tree


def python(tree: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
        env=os.environ
        | {"PYTHONPATH": str(tree), "MENTORKORPS_SECRET_KEYS": "a-key-for-the-tests-only"}
        | environment,
    )


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, "Hello"),
        ({NAME: "Velkommen"}, "Velkommen"),
        ({NAME: "to ord"}, f"{NAME}='to ord': write one word"),
    ],
)
def test_a_setting_is_read_or_refused_by_its_name(tree, environment, line):
    assert (f"{line}\n", "") == (
        (ran := python(tree, "-c", SAYS, **environment)).stdout,
        ran.stderr,
    )


def test_a_setting_must_stand_in_both_manuals(tree):
    before = documents_tested(tree)
    for manual in MANUALS:
        with (tree / manual).open("a", encoding="utf-8") as file:
            file.write(f"\n`{NAME}`\n")
    after = documents_tested(tree)

    assert "2 failed" in before
    assert "2 passed" in after


def documents_tested(tree: Path) -> str:
    """What the test that holds settings against manuals ends with in the copy."""
    about = f"operators and {NAME}"
    return python(
        tree, "-m", "pytest", "-p", "no:cacheprovider", "-k", about, "tests/test_docs.py"
    ).stdout
