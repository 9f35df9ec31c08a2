"""`mentorkorps schema`, `new` and `diff`: help for editors."""

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mentorkorps.catalogue.earlier_edition import NoEarlierEdition, earlier_folder
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.tables import ADDED_BY_NEW, TABLES
from mentorkorps.commands.exit_codes import SOUND, CannotRun

if TYPE_CHECKING:
    from mentorkorps.catalogue.dictionary import FieldDescription
from mentorkorps.commands.job_summary import add_to_job_summary


def run_schema(options: argparse.Namespace) -> int:
    from mentorkorps.editing import json_schema

    folder = options.to or options.data / "schema"
    written = json_schema.write_schemas(load_catalogue(options.data), folder)
    print(f"{len(written)} schemas written to {folder}.")
    return SOUND


def run_new(options: argparse.Namespace) -> int:
    from mentorkorps.editing import scaffold

    table = ADDED_BY_NEW[options.kind]
    records = load_catalogue(options.data)
    fields = records.dictionary[table].fields
    given = dict(_assignment(one, set(scaffold.paths(fields))) for one in options.values)
    if options.earlier:
        dated: dict[str, Mapping[str, Course | Event]] = {
            "courses": records.courses,
            "events": records.events,
        }
        record = dated.get(table, {}).get(options.earlier)
        if record is None or options.date is None:
            raise CannotRun(
                "--from needs `new course` or `new event`, the id of one that exists, and --date YYYY-MM-DD"
            )
        text = scaffold.copy_text(options.data, table, record, options.date, date.today(), given)
    else:
        text = scaffold.record_text(fields, scaffold.defaults(TABLES[table], date.today()) | given, _ask)
    file, line = scaffold.append_record(options.data, table, text)
    print(f"{file}:{line}  added. Fill in what stands as a comment, and run: mentorkorps check")
    return SOUND


def _assignment(written: str, known: set[str]) -> tuple[str, str]:
    path, equals, value = written.partition("=")
    if not equals or path not in known:
        raise CannotRun(f"--set {written}: write FIELD=VALUE, with one of {', '.join(sorted(known))}")
    return path, value


def _ask(path: str, field: "FieldDescription") -> str:
    if not sys.stdin.isatty():
        raise CannotRun(f"“{path}” is needed: give it as --set {path}=VALUE")
    options = f" ({', '.join(field.options)})" if field.options else ""
    answer = ""
    while not answer:
        answer = input(f"{path}{options}: {field.meaning.da} ").strip()
    return answer


def run_diff(options: argparse.Namespace) -> int:
    from mentorkorps.editing import diff
    from mentorkorps.validation import report

    try:
        with earlier_folder(options.base, options.data) as base:
            found = list(diff.differences(base, options.data, date.today()))
    except NoEarlierEdition as error:
        raise CannotRun(str(error)) from error
    print("\n".join(map(report.visible, found)) if found else "Intet ændrer sig på siden.")
    changes = [f"- {report.markdown(one)}" for one in found]
    add_to_job_summary(["## Det ændrer sig på siden", "", *(changes or ["Intet."]), ""])
    return SOUND
