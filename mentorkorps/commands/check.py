"""`mentorkorps check`: finds everything that is wrong with the data."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.commands.exit_codes import PROBLEMS, SOUND, CannotRun
from mentorkorps.curriculum.loading import find_problems
from mentorkorps.validation import links

if TYPE_CHECKING:
    from mentorkorps.validation.calendar_changes import Announced
    from mentorkorps.validation.vanished_ids import Earlier
from mentorkorps.commands.folders import DOCS, TRAINING
from mentorkorps.commands.job_summary import add_to_job_summary


def run_check(options: argparse.Namespace) -> int:
    from mentorkorps.validation import report
    from mentorkorps.validation.check import check

    folder = options.path or options.data
    if not folder.is_dir():
        raise CannotRun(f"the folder {folder} does not exist. Give the data folder: mentorkorps check data")
    earlier, before = _earlier(folder, options.since)
    verdict = check(folder, options.on, earlier=earlier, before=before)
    for problem in _of_texts(folder, verdict.records):
        (verdict.problems if problem.severity == "error" else verdict.notices).append(problem)
    found = sorted(verdict.problems + verdict.notices, key=lambda one: (one.file, one.line, one.column))
    if options.format == "json":
        print(report.report_json(verdict.problems, verdict.notices, verdict.allowed))
    elif options.format == "github":
        print("".join(f"{line}\n" for line in report.report_github(found)), end="")
        add_to_job_summary(report.report_summary(found, verdict.allowed))
    else:
        print("\n".join(report.report_text(found, verdict.allowed, _wants_colour())))
    return PROBLEMS if verdict.problems else SOUND


def _earlier(data: Path, since: str | None) -> "tuple[Earlier | None, Announced | None]":
    """The records of the edition before, and what calendars showed; None where nobody can tell."""
    from mentorkorps.editing import diff
    from mentorkorps.validation.calendar_changes import announced
    from mentorkorps.validation.policy import DENMARK

    now = datetime.now(DENMARK).replace(tzinfo=None)
    try:
        with diff.earlier_data(since or "HEAD", data) as base:
            return diff.earlier(base), announced(base, now)
    except diff.NoBase as error:
        if since:
            raise CannotRun(str(error)) from error
        return None, None


def _of_texts(data: Path, records: Catalogue | None) -> list[Problem]:
    """What is wrong with the training and the pages beside the data, once the data they lean on can be read."""
    if records is None:
        return []
    training, problems = None, []
    if (folder := data.resolve().parent / TRAINING).is_dir():
        training, problems = find_problems(folder, records, TRAINING.as_posix())
    return problems + list(
        links.find_broken_links(data.parent / DOCS, (data.parent / DOCS).as_posix(), records, training)
    )


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
