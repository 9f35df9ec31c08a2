"""Everything that is wrong with the data, at its place and in the editor's words.

The catalogue finds what would keep a page from being rendered; Frictionless judges the limits that
data/datapackage.yaml sets for each field; what they cannot know stands in `policy`. Frictionless knows neither
lines nor nested fields, so each table, and each object inside one, is handed to it as rows of its own, and its
verdicts are carried back.

What is new only an earlier edition can tell: `check` asks Git for HEAD by itself, since an editor
forgets an option; CI names the base of the proposal with `--since`. Where Git knows nothing,
nothing is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mentorkorps.catalogue.binding import without_collector
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.dictionary import TableDescription, read_dictionary
from mentorkorps.catalogue.earlier_edition import EarlierRecords
from mentorkorps.catalogue.images import pictures_beside
from mentorkorps.catalogue.load import Catalogue, build_catalogue, data_files, read_all
from mentorkorps.validation.calendar_changes import Announced, unannounced
from mentorkorps.validation.limits import judge_limits, limit_tables
from mentorkorps.validation.policy import policy_problems
from mentorkorps.validation.suppressions import Allowance, Allowed, allowances, without_suppressed
from mentorkorps.validation.vanished_ids import find_vanished_ids


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `check` found: problems to mend, warnings and notices that stop nobody, and what a
    comment lets pass.

    `records` is the catalogue, if it can be read at all.
    """

    problems: list[Problem]
    notices: list[Problem]
    allowed: list[Allowed]
    records: Catalogue | None


def check(
    data: Path,
    today: date,
    name: str | None = None,
    earlier: EarlierRecords | None = None,
    before: Announced | None = None,
) -> CheckResult:
    """All findings of all files in one run, in the order of the files. Never raises for what stands
    in them.

    `earlier` holds the records of the edition before, if that is known; `before` what calendars
    showed.
    """
    try:
        dictionary = read_dictionary(data)
    except DataError as error:
        return CheckResult(error.problems, [], [], None)
    with without_collector():
        return _check(data, today, name, dictionary, earlier, before)


def _check(
    data: Path,
    today: date,
    name: str | None,
    dictionary: dict[str, TableDescription],
    earlier: EarlierRecords | None,
    before: Announced | None,
) -> CheckResult:
    entries, problems = read_all(data, name)
    records = None if problems else build_catalogue(entries, dictionary, pictures_beside(data))
    places = {problem.place() for problem in problems}
    for table in limit_tables(dictionary, entries):
        problems.extend(problem for problem in judge_limits(table) if problem.place() not in places)
    problems.extend(policy_problems(entries, dictionary, today, earlier))
    if before:
        problems.extend(unannounced(entries, before))
    if earlier is not None:
        folder = name or data.as_posix()
        problems.extend(find_vanished_ids(entries, earlier, problems, today, folder))
    unsuppressed, allowed = without_suppressed(problems, list(_allowances(data, name)))
    unsuppressed.sort(key=Problem.place)
    errors = [problem for problem in unsuppressed if problem.severity == "error"]
    notices = [problem for problem in unsuppressed if problem.severity != "error"]
    return CheckResult(errors, notices, allowed, records)


def _allowances(data: Path, name: str | None) -> Iterator[Allowance]:
    for file, path in data_files(data, name):
        try:
            raw = path.read_bytes()
        except OSError:
            continue  # a problem already: unreadable
        if b"# tillad" in raw or b"# allow" in raw:
            yield from allowances(file, raw.decode("utf-8-sig", "replace"))
