"""`mentorkorps lists`: how many wait, as counts that show nobody."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun

if TYPE_CHECKING:
    from mentorkorps.backend.lists.waiting import WaitingCounts

DATABASE_URL = "MENTORKORPS_DATABASE_URL"
TOO_FEW = "færre end 5"


def add_commands(add: AddCommand) -> None:
    lists = add("lists", run_lists, "say how many wait on the interest list, as counts from 5 up")
    lists.add_argument("action", choices=("waiting",), metavar="waiting", help="how many wait")
    place_help = "only there: a municipality, a postcode or a code"
    lists.add_argument("--municipality", metavar="PLACE", help=place_help)
    lists.add_argument("--programme", metavar="ID", help="only for that programme")
    write_help = "also write the counts to a file, which `diff --counts` takes"
    lists.add_argument("--write", type=Path, metavar="FILE", help=write_help)


def add_counts(parser: argparse.ArgumentParser) -> None:
    """The option of a command that says how many wait for what opens."""
    help = (
        "how many wait, as `lists waiting --write` wrote it (default: the database, if one is set)"
    )
    parser.add_argument("--counts", type=Path, metavar="FILE", help=help)


def run_lists(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    counts = _counts(records)
    if options.write:
        options.write.write_text(counts.as_json(), "utf-8")
    if options.programme:
        programme = records.programmes.get(options.programme)
        if programme is None:
            raise CannotRun(f"there is no programme {options.programme!r}")
        print("\n".join(opening_sentences(records, counts, programme)))
    elif options.municipality:
        print(_in_municipality(records, counts, code_of(records, options.municipality)))
    else:
        print("\n".join(_everywhere(records, counts)))
    return SOUND


def may_count(path: Path | None) -> bool:
    """Whether there is a file or a database to ask."""
    return path is not None or bool(os.environ.get(DATABASE_URL, "").strip())


def waiting_for_openings(base: Path, data: Path, path: Path | None = None) -> list[str]:
    """How many wait for what a change opens, where that is known: from a file of counts or from
    the database of the settings."""
    from mentorkorps.editing.openings import opened_records

    if not may_count(path) or not (opened := opened_records(base, data)):
        return []
    records = load_catalogue(data)
    counts = known_counts(records, path)
    if counts is None:
        return []
    return [line for record in opened for line in opening_sentences(records, counts, record)]


def known_counts(records: Catalogue, path: Path | None) -> "WaitingCounts | None":
    """From a file, else from the database of the settings; None where that cannot be read."""
    from mentorkorps.backend.lists.waiting import counts_from_json

    if path:
        try:
            return counts_from_json(path.read_text("utf-8"))
        except (ValueError, TypeError) as error:
            raise CannotRun(f"{path} holds no counts: {error}") from error
    try:
        return _counts(records)
    except CannotRun as error:
        print(f"mentorkorps: how many wait is not known: {error}", file=sys.stderr)
        return None


def opening_sentences(
    records: Catalogue, counts: "WaitingCounts", record: Programme | Course | Event
) -> Iterator[str]:
    """Who waits for a record where it is, and for a programme itself."""
    is_programme = isinstance(record, Programme)
    codes = record.municipalities if isinstance(record, Programme) else (record.venue.municipality,)
    where = [_in_municipality(records, counts, code) for code in codes]
    yield f"{record.name.da}: på interesselisten står {'; '.join(where) or 'ingen i en kommune'}."
    if is_programme:
        count = counts.programmes.get(record.id)
        yield f"{record.name.da}: {count or TOO_FEW} har bedt om netop det."


def _counts(records: Catalogue) -> "WaitingCounts":
    from mentorkorps.backend.db import connect
    from mentorkorps.backend.lists import waiting

    with database_command() as settings, connect.opened_to_read(settings) as snapshot:
        return waiting.waiting(snapshot, records, settings.secret_keys[0])


def _everywhere(records: Catalogue, counts: "WaitingCounts") -> Iterator[str]:
    yield f"{counts.total or TOO_FEW} på interesselisten i alt"
    for code in counts.municipalities:
        yield _in_municipality(records, counts, code)
    for id, count in counts.programmes.items():
        yield f"{count} har bedt om {records.name('programmes', id, 'da')}"


def _in_municipality(records: Catalogue, counts: "WaitingCounts", code: str) -> str:
    """14 i Næstved, 7 med metal."""
    name = records.municipalities[code].name if code in records.municipalities else code
    industries = (
        f", {count} med {records.name('industries', id, 'da')}"
        for id, count in counts.industries.get(code, {}).items()
    )
    return f"{counts.municipalities.get(code) or TOO_FEW} i {name}{''.join(industries)}"


def code_of(records: Catalogue, text: str) -> str:
    """The municipality that somebody named. Raises CannotRun."""
    if text in records.municipalities:
        return records.todays("municipalities", text)
    places = records.places(text)
    if len(places) != 1:
        raise CannotRun(f"{text!r} is no municipality, or several")
    return places[0].code
