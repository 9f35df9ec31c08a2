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
from mentorkorps.backend.db.records import GivenConsent, SignUp
from mentorkorps.backend.jobs import command_files
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups import csv_export
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import BOOKABLE
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
    with database_command() as settings:
        sign_ups = [one for one in operator_reads.sign_ups(settings) if _is_wanted(one, names, options.state)]
    for one in sign_ups:
        print(f"{one.id}  {one.received_at:%Y-%m-%d %H:%M}  {records.todays('forms', one.form):<16} {_state(one)}")
    waiting = sum(one.awaited and one.answered_at is None for one in sign_ups)
    print(f"{len(sign_ups)} sign-ups, {waiting} not answered yet.")
    return SOUND


def _is_wanted(sign_up: SignUp, forms: Sequence[str], state: str | None) -> bool:
    """Whether it came by one of the forms, if any are given, and is in the state."""
    holds = {
        None: True,
        "unanswered": sign_up.awaited and not sign_up.answered_at and not sign_up.withdrawn_at,
        "answered": bool(sign_up.answered_at),
        "unconfirmed": not sign_up.confirmed_at and not sign_up.withdrawn_at,
        "confirmed": bool(sign_up.confirmed_at),
        "withdrawn": bool(sign_up.withdrawn_at),
        "flagged": sign_up.flagged,
    }
    return (not forms or sign_up.form in forms) and holds[state]


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
    found = [one for one in operator_reads.sign_ups(settings) if one.id.startswith(begins)]
    if len(found) != 1:
        raise CannotRun("give the number of one sign-up, as `mentorkorps desk list` shows it")
    return found[0]


def _export(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    period = csv_export.Period(options.first, options.last)
    with database_command() as settings:
        table = _sheet(settings, records, options)
        if options.file == STDOUT:
            table.write(sys.stdout.buffer, operator_reads.each_sign_up(settings), period)
            return SOUND
        try:
            with _private(options.file) as file:
                count = table.write(file, operator_reads.each_sign_up(settings), period)
        except FileExistsError:
            raise CannotRun(f"{options.file} exists already: name a file that does not") from None
    print(f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}. Delete it when you are done with it.")
    return SOUND


def _sheet(settings: Settings, records: Catalogue, options: argparse.Namespace) -> csv_export.CsvExport:
    """The sheet of a form, also of one that is gone, as long as something that came by it is kept."""
    if form := records.forms.get(options.form):
        return csv_export.CsvExport(form, records, options.language)
    kept = (one for one, _ in operator_reads.each_sign_up(settings) if one.form == options.form)
    names = tuple(dict.fromkeys(name for one in kept for name in one.answers))
    if not names:
        raise CannotRun(f"there is no form {options.form!r}, only {', '.join(records.forms)}")
    return csv_export.CsvExport(csv_export.GoneForm(options.form, names), records, options.language)


def _participants(options: argparse.Namespace) -> int:
    """One column with the heading `name`, which `mentorkorps certificates` and a sign-in sheet take."""
    records = load_catalogue(options.data)
    with database_command() as settings:
        coming = operator_reads.participants(settings, allocation.halls_of(records, options.record))
    if coming is None and all(options.record not in records.table(kind) for kind in BOOKABLE):
        raise CannotRun(f"there is no course or event {options.record!r}, and nobody ever signed up for one")
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerows([["name"], *([one.answer("name") or ""] for one in coming or ())])
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


def _state(sign_up: SignUp) -> str:
    if sign_up.withdrawn_at:
        return "withdrawn"
    answered = "answered" if sign_up.answered_at else "not answered" if sign_up.awaited else "needs no answer"
    confirmed = "confirmed" if sign_up.confirmed_at else "not confirmed"
    more = ", looks like spam" if sign_up.flagged else ""
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
