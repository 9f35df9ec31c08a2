"""`mentorkorps schema`, `new` and `diff`: help for editors."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.earlier_edition import NoEarlierEdition, earlier_folder
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.tables import ADDED_BY_NEW, TABLES
from mentorkorps.commands import lists
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.job_summary import add_to_job_summary

if TYPE_CHECKING:
    from mentorkorps.catalogue.dictionary import FieldDescription


def add_commands(add: AddCommand) -> None:
    schema = add("schema", run_schema, "write a JSON Schema of every table, for editors' tools")
    schema.add_argument("--to", type=Path, help="folder to write to (default: schema/ in the data)")
    new = add(
        "new",
        run_new,
        "add a whole record to its file: a programme, an organisation, a course or an event",
    )
    new.add_argument("kind", choices=tuple(ADDED_BY_NEW), help="what to add")
    new.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        dest="values",
        help="give a value instead of being asked, such as name.da=Smedene or sources=a,b",
    )
    from_help = "for a course or an event: copy this earlier one"
    new.add_argument("--from", dest="earlier", metavar="ID", help=from_help)
    new.add_argument(
        "--date", type=date.fromisoformat, help="for --from: the first day of the copy"
    )
    diff = add("diff", run_diff, "say in plain Danish what changes on the site since BASE")
    diff.add_argument("base", help="a Git revision such as origin/main, or another data folder")
    lists.add_counts(diff)


def run_schema(options: argparse.Namespace) -> int:
    from mentorkorps.editing import json_schema

    folder = options.to or options.data / "schema"
    files = json_schema.write_schemas(load_catalogue(options.data), folder)
    print(f"{len(files)} schemas written to {folder}.")
    return SOUND


def run_new(options: argparse.Namespace) -> int:
    from mentorkorps.editing import scaffold

    table = ADDED_BY_NEW[options.kind]
    records = load_catalogue(options.data)
    fields = records.dictionary[table].fields
    preset = dict(_assignment(value, set(scaffold.paths(fields))) for value in options.values)
    if options.earlier:
        record = _earlier_record(records, options.kind, options.earlier)
        if record is None or options.date is None:
            need = "`new course` or `new event`, the id of one that exists, and --date YYYY-MM-DD"
            raise CannotRun(f"--from needs {need}")
        text = scaffold.copy_text(options.data, table, record, options.date, date.today(), preset)
    else:
        text = scaffold.record_text(
            fields, scaffold.defaults(TABLES[table], date.today()) | preset, _ask
        )
    file, line = scaffold.append_record(options.data, table, text)
    print(f"{file}:{line}  added. Fill in what stands as a comment, and run: mentorkorps check")
    return SOUND


def _earlier_record(records: Catalogue, kind: str, id: str) -> Course | Event | None:
    match kind:
        case "course":
            return records.courses.get(id)
        case "event":
            return records.events.get(id)
        case _:
            return None


def _assignment(text: str, paths: set[str]) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or path not in paths:
        raise CannotRun(f"--set {text}: write FIELD=VALUE, with one of {', '.join(sorted(paths))}")
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
            changes = list(diff.differences(base, options.data, date.today()))
            changes += lists.waiting_for_openings(base, options.data, options.counts)
    except NoEarlierEdition as error:
        raise CannotRun(str(error)) from error
    print("\n".join(map(report.visible, changes)) if changes else "Intet ændrer sig på siden.")
    lines = [f"- {report.markdown(change)}" for change in changes]
    add_to_job_summary(["## Det ændrer sig på siden", "", *(lines or ["Intet."]), ""])
    return SOUND
