"""`mentorkorps check`: finds everything that is wrong with the data."""

import argparse
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.earlier_edition import (
    EarlierRecords,
    NoEarlierEdition,
    earlier_folder,
    read_earlier_records,
)
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.commands import lists
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import PROBLEMS, SOUND, CannotRun
from mentorkorps.commands.folders import DOCS, TRAINING
from mentorkorps.commands.job_summary import add_to_job_summary
from mentorkorps.curriculum.loading import find_problems
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.validation import links

if TYPE_CHECKING:
    from mentorkorps.validation.calendar_changes import Announced


def add_commands(add: AddCommand) -> None:
    check = add("check", run_check, "find everything that is wrong with the data")
    check.add_argument("path", nargs="?", type=Path, help="the data folder, if not --data")
    check.add_argument(
        "--format", choices=("text", "github", "json"), default="text", help="how to tell it"
    )
    check.add_argument(
        "--on",
        type=date.fromisoformat,
        default=date.today(),
        metavar="DATE",
        help="judge as on that day: what will be stale then? (default: today)",
    )
    check.add_argument(
        "--since",
        metavar="BASE",
        help="a Git revision or another data folder: what is not there is new, and may not begin "
        "in the past; what is there may not vanish, and what calendars showed there must be told "
        "as changed (default: HEAD, where Git knows the data)",
    )


def run_check(options: argparse.Namespace) -> int:
    from mentorkorps.validation import report
    from mentorkorps.validation.check import check

    folder = options.path or options.data
    if not folder.is_dir():
        raise CannotRun(
            f"the folder {folder} does not exist. Give the data folder: mentorkorps check data"
        )
    earlier, before = _earlier(folder, options.since)
    verdict = check(folder, options.on, earlier=earlier, before=before)
    for problem in _of_texts(folder, verdict.records):
        (verdict.problems if problem.severity == "error" else verdict.notices).append(problem)
    problems = sorted(
        verdict.problems + verdict.notices,
        key=lambda problem: (problem.file, problem.line, problem.column),
    )
    if options.format == "json":
        print(report.report_json(verdict.problems, verdict.notices, verdict.allowed))
    elif options.format == "github":
        print("".join(f"{line}\n" for line in report.report_github(problems)), end="")
        add_to_job_summary(report.report_summary(problems, verdict.allowed))
    else:
        print("\n".join(report.report_text(problems, verdict.allowed, _wants_colour())))
        for sentence in _waiting(folder, options.since) if not verdict.problems else ():
            print(sentence)
    return PROBLEMS if verdict.problems else SOUND


def _earlier(data: Path, since: str | None) -> "tuple[EarlierRecords | None, Announced | None]":
    """The records of the edition before, and what calendars showed; None where nobody can tell."""
    from mentorkorps.validation.calendar_changes import announced
    from mentorkorps.validation.policy import DENMARK

    now = datetime.now(DENMARK).replace(tzinfo=None)

    try:
        with earlier_folder(since or "HEAD", data) as base:
            return read_earlier_records(base), announced(base, now)
    except NoEarlierEdition as error:
        if since:
            raise CannotRun(str(error)) from error
        return None, None


def _waiting(data: Path, since: str | None) -> list[str]:
    """How many wait for what opens since the edition before, where a database says so."""
    if not lists.may_count(None):
        return []
    try:
        with earlier_folder(since or "HEAD", data) as base:
            return lists.waiting_for_openings(base, data)
    except NoEarlierEdition:
        return []


def _of_texts(data: Path, records: Catalogue | None) -> list[Problem]:
    """What is wrong with the training and the pages beside the data, once the data they lean on
    can be read.
    """
    if records is None:
        return []
    training: Curriculum | None = None
    problems: list[Problem] = []
    if (folder := data.resolve().parent / TRAINING).is_dir():
        training, problems = find_problems(folder, records, TRAINING.as_posix())
    return problems + list(
        links.find_broken_links(
            data.parent / DOCS, (data.parent / DOCS).as_posix(), records, training
        )
    )


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
