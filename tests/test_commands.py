"""The recipe "add a command" of CONTRIBUTING, tried in a copy of the code."""

import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

MODULE = '''\
"""`mentorkorps count`: how many records a table has."""

import argparse

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def add_commands(add: AddCommand) -> None:
    count = add("count", run_count, "say how many records a table has")
    count.add_argument("table", choices=("courses", "programmes"), help="which table")


def run_count(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data).table(options.table)
    if not records:
        raise CannotRun(f"{options.table} is empty")
    print(f"{options.table}: {len(records)}")
    return SOUND
'''


FOLDERS = ("mentorkorps", "tests", "docs", "data")
FILES = ("README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml")


def replace(path, before, after):
    text = path.read_text("utf-8")
    assert 1 == text.count(before), f"{path} has {before!r} {text.count(before)} times"
    path.write_text(text.replace(before, after), "utf-8")


def run(copy, *arguments):
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], capture_output=True, text=True, cwd=copy
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The code with a command more, added step by step as CONTRIBUTING says."""
    copy = tmp_path_factory.mktemp("copy")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    commands = copy / "mentorkorps" / "commands"
    # 1. A module of the family, with `add_commands` and a function that returns an exit code.
    (commands / "count.py").write_text(MODULE, "utf-8")
    # 2. The module in cli.FAMILIES, where the help is to show it.
    replace(commands / "cli.py", "    check,\n    desk,\n", "    check,\n    count,\n    desk,\n")
    replace(commands / "cli.py", '    maintenance,\n)\n"', '    maintenance,\n    count,\n)\n"')
    # 3. Its line in the table of commands in the README.
    row = next(
        line
        for line in (copy / "README.md").read_text("utf-8").splitlines(keepends=True)
        if line.startswith("| `mentorkorps rotate")
    )
    added = "| `mentorkorps count TABLE` | says how many records a table has | |\n"
    replace(copy / "README.md", row, row + added)
    return copy


def test_a_command_that_is_added_runs_and_has_the_options_of_all(copy):
    counted = run(copy, "mentorkorps", "count", "courses", "--data", ROOT / "data")

    assert (0, "courses: 2\n") == (counted.returncode, counted.stdout)


def test_a_command_that_is_added_is_in_the_help(copy):
    assert "count " in run(copy, "mentorkorps", "--help").stdout


def test_what_a_command_cannot_do_is_one_sentence_and_two(copy, tmp_path):
    refused = run(copy, "mentorkorps", "count", "tables")

    assert 2 == refused.returncode
    assert "invalid choice: 'tables'" in refused.stderr


def test_a_command_that_is_added_is_held_to_the_readme(copy):
    checked = run(
        copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_docs.py", "-k", "every_command"
    )

    assert 0 == checked.returncode, checked.stdout


def test_no_command_loads_what_another_one_needs():
    """A check before each commit and the help of all commands start without the server."""
    code = "import sys; from mentorkorps.commands.cli import parser; parser(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    heavy = {"sqlalchemy", "starlette", "weasyprint", "icalendar", "frictionless", "PIL"}
    assert set() == heavy & set(loaded.stdout.split())
