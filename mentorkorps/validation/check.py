"""Everything that is wrong with the data, at its place and in the editor's words.

The catalogue finds what would keep a page from being rendered; Frictionless judges the limits that
data/datapackage.yaml sets for each field; what they cannot know stands in `policy`.

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
from mentorkorps.catalogue.dictionary import Table, described
from mentorkorps.catalogue.images import pictures_beside
from mentorkorps.catalogue.load import Catalogue, data_files, read_all, records_of
from mentorkorps.validation.calendar_changes import Announced, unannounced
from mentorkorps.validation.limits import judge_limits, limit_tables
from mentorkorps.validation.policy import policy_problems
from mentorkorps.validation.suppressions import Allowance, Allowed, allowances, without_suppressed
from mentorkorps.validation.vanished_ids import Earlier, vanished


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `check` found: problems to mend, warnings and notices that stop nobody, and what a comment lets pass.

    `records` is the catalogue, if it can be read at all.
    """

    problems: list[Problem]
    notices: list[Problem]
    allowed: list[Allowed]
    records: Catalogue | None


def check(
    data: Path, today: date, name: str | None = None, earlier: Earlier | None = None, before: Announced | None = None
) -> Verdict:
    """All findings of all files in one run, in the order of the files. Never raises for what stands in them.

    `earlier` holds the records of the edition before, if that is known; `before` what calendars showed.
    """
    try:
        tables = described(data)
    except DataError as error:
        return Verdict(error.problems, [], [], None)
    with without_collector():
        return _check(data, today, name, tables, earlier, before)


def _check(
    data: Path,
    today: date,
    name: str | None,
    tables: dict[str, Table],
    earlier: Earlier | None,
    before: Announced | None,
) -> Verdict:
    entries, found = read_all(data, name)
    records = None if found else records_of(entries, tables, pictures_beside(data))
    told = {(one.file, one.line, one.column) for one in found}
    for sheet in limit_tables(tables, entries):
        for problem in judge_limits(sheet):
            if (problem.file, problem.line, problem.column) not in told:
                found.append(problem)
    found.extend(policy_problems(entries, tables, today, earlier))
    if before:
        found.extend(unannounced(entries, before))
    if earlier is not None:
        found.extend(vanished(entries, earlier, found, today, name or data.as_posix()))
    left, allowed = without_suppressed(found, list(_allowances(data, name)))
    left.sort(key=lambda one: (one.file, one.line, one.column))
    problems = [one for one in left if one.severity == "error"]
    return Verdict(problems, [one for one in left if one.severity != "error"], allowed, records)


def _allowances(data: Path, name: str | None) -> Iterator[Allowance]:
    for file, path in data_files(data, name):
        try:
            raw = path.read_bytes()
        except OSError:
            continue  # told as unreadable
        if b"# tillad" in raw or b"# allow" in raw:
            yield from allowances(file, raw.decode("utf-8-sig", "replace"))
