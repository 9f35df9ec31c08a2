"""A file of names as a command takes it: told before anything is written, and asked about where it
is unclear.
"""

import argparse
import sys
from pathlib import Path

from mentorkorps.commands.exit_codes import CannotRun
from mentorkorps.publish import names_csv


def add_options(parser: argparse.ArgumentParser, help: str, *, required: bool) -> None:
    parser.add_argument("--names", type=Path, required=required, metavar="FILE.csv", help=help)
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEAD",
        help="the column of the names by its head, or its number if there is no head; "
        "twice for two that are one name",
    )


def ask_for_names(options: argparse.Namespace) -> tuple[str, ...]:
    """The names, with how many, the first and the last said on the terminal. Raises CannotRun."""
    try:
        names = names_csv.read_names(options.names, options.column)
    except names_csv.UnclearHead as error:
        if not sys.stdin.isatty():
            raise CannotRun(str(error)) from error
        names = _names_by_choice(options.names, error)
    except names_csv.BadNamesFile as error:
        raise CannotRun(str(error)) from error
    print(names_csv.summary(options.names, names), flush=True)
    return names


def _names_by_choice(path: Path, unclear: names_csv.UnclearHead) -> tuple[str, ...]:
    print(unclear)
    for number, cell in enumerate(unclear.columns, 1):
        print(f"  {number}  {cell}")
    choice = input("Which column holds the names? Its number: ").strip()
    if not choice.isdigit() or not 0 < int(choice) <= len(unclear.columns):
        raise CannotRun(f"there is no column {choice!r}")
    cell = unclear.columns[int(choice) - 1]
    is_person = not cell or input(f"Is “{cell}” a person? (y/n) ").strip().casefold() in (
        "y",
        "yes",
        "j",
        "ja",
    )
    try:
        return names_csv.read_names(path, [choice if is_person else cell])
    except names_csv.BadNamesFile as error:
        raise CannotRun(str(error)) from error
