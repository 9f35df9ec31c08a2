"""How a family of commands says what it is called and takes."""

import argparse
from collections.abc import Callable

from mentorkorps.interface.languages import LANGUAGES

Run = Callable[[argparse.Namespace], int]
"""What a command does with its options; it returns how it ended, one of `exit_codes`."""
AddCommand = Callable[[str, Run, str], argparse.ArgumentParser]
"""Adds a command by its name, function and help, and gives the parser for its options."""


def add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=LANGUAGES, help="one language (default: both)")
