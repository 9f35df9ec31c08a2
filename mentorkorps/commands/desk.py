"""`mentorkorps desk`: what came in."""

import argparse
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.db.records import GivenConsent, ListedSignUp, SignUp
from mentorkorps.backend.db.sign_up_state import state
from mentorkorps.backend.jobs import command_files
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups import csv_export
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import BOOKED_BY
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.forms.choices import rows

STDOUT = Path("-")


def desk(options: argparse.Namespace) -> int:
    actions = {
        "list": _list,
        "show": _one,
        "restore": _restore,
        "export": _export,
        "participants": _participants,
    }
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    names = csv_export.kept_under(records, options.form) if options.form else ()
    count = waiting = 0
    with database_command() as settings:
        for one in operator_reads.listed_sign_ups(settings, names, options.state, options.newest):
            form = records.todays("forms", one.form)
            print(f"{one.id}  {one.received_at:%Y-%m-%d %H:%M}  {form:<16} {_state(one)}")
            count += 1
            waiting += one.awaited and one.answered_at is None
    print(f"{count} sign-ups, {waiting} not answered yet.")
    return SOUND


def _one(options: argparse.Namespace) -> int:
    with database_command() as settings:
        found = _meant(settings, options.sign_up)
    _show(found, load_catalogue(options.data), operator_reads.consents(settings, found.id))
    return SOUND


def _restore(options: argparse.Namespace) -> int:
    with database_command() as settings:
        found = _meant(settings, options.sign_up)
        is_restored = command_files.run_beside_server(settings, command_files.CommandFile("restore", found.id), utc_now)
    print(f"{found.id} is no spam. Its coordinator gets a mail." if is_restored else f"{found.id} was no spam before.")
    return SOUND


def _meant(settings: Settings, begins: str) -> SignUp:
    found = operator_reads.sign_ups_beginning(settings, begins)
    if len(found) != 1:
        raise CannotRun("give the number of one sign-up, as `mentorkorps desk list` shows it")
    return found[0]


def _export(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    period = csv_export.Period(options.first, options.last)
    with database_command() as settings:
        table = _sheet(settings, records, options)
        names = csv_export.kept_under(records, options.form)
        kept = operator_reads.each_sign_up(settings, names, period.begins, period.ends)
        if options.file == STDOUT:
            table.write(sys.stdout.buffer, kept, period)
            return SOUND
        try:
            with _private(options.file) as file:
                count = table.write(file, kept, period)
        except FileExistsError:
            raise CannotRun(f"{options.file} exists already: name a file that does not") from None
    print(f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}. Delete it when you are done with it.")
    return SOUND


def _sheet(settings: Settings, records: Catalogue, options: argparse.Namespace) -> csv_export.CsvExport:
    """The sheet of a form, also of one that is gone, as long as something that came by it is kept."""
    if form := records.forms.get(options.form):
        return csv_export.CsvExport(form, records, options.language)
    kept = operator_reads.each_sign_up(settings, (options.form,))
    names = tuple(dict.fromkeys(name for one, _ in kept for name in one.answers))
    if not names:
        raise CannotRun(f"there is no form {options.form!r}, only {', '.join(records.forms)}")
    return csv_export.CsvExport(csv_export.GoneForm(options.form, names), records, options.language)


def _participants(options: argparse.Namespace) -> int:
    """One column with the heading `name`, which `mentorkorps certificates` and a sign-in sheet take."""
    records = load_catalogue(options.data)
    with database_command() as settings:
        coming = operator_reads.participants(settings, allocation.halls_of(records, options.record))
    if coming is None and all(options.record not in records.table(kind) for kind in BOOKED_BY):
        raise CannotRun(f"there is no course or event {options.record!r}, and nobody ever signed up for one")
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerows([["name"], *([str(one.answers.get("name", ""))] for one in coming or ())])
    return SOUND


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A file that is made here, for its owner alone, and does not stay if it cannot be finished."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


def _state(sign_up: SignUp | ListedSignUp) -> str:
    holds = state(sign_up).conditions
    if "withdrawn" in holds:
        return "withdrawn"
    answered = "not answered" if "unanswered" in holds else "answered"
    if not holds & {"unanswered", "answered"}:
        answered = "needs no answer"
    confirmed = "confirmed" if "confirmed" in holds else "not confirmed"
    more = ", looks like spam" if "flagged" in holds else ""
    return f"{answered}, {confirmed}{more}{f', number {sign_up.code}' if sign_up.code else ''}"


def _show(sign_up: SignUp, records: Catalogue, consents: Sequence[GivenConsent]) -> None:
    form = records.todays("forms", sign_up.form)
    print(f"{sign_up.id}  {form}  {sign_up.received_at:%Y-%m-%d %H:%M} UTC  {_state(sign_up)}")
    for label, words in rows(records.forms.get(sign_up.form), records, sign_up.answers, sign_up.language):
        print(f"  {label}: {words}")
    if sign_up.signs:
        print(f"  (for spam speaks: {', '.join(sign_up.signs)})")
    for consent in consents:
        print(f"  {consent.consent}: {consent.version}, {consent.given_at:%Y-%m-%d %H:%M} UTC")
