"""`mentorkorps desk`: what came in."""

import argparse
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import BOOKABLE
from mentorkorps.commands.arguments import AddCommand, Run
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.interface.languages import LANGUAGES

if TYPE_CHECKING:
    from mentorkorps.backend.db.records import GivenConsent, ListedSignUp, SignUp
    from mentorkorps.backend.settings import Settings
    from mentorkorps.backend.signups.csv_export import CsvExport

STDOUT = Path("-")


STATES = ("unanswered", "answered", "unconfirmed", "confirmed", "withdrawn", "flagged")


def add_commands(add: AddCommand) -> None:
    desk = add("desk", run_desk, "show sign-ups, or write them to a CSV file")
    shared = argparse.ArgumentParser(add_help=False)
    data_help = "folder of the data files (default: data)"
    shared.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=data_help)
    actions = desk.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add_action(name: str, run: Run, help: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, parents=[shared], help=help, description=help)
        action.set_defaults(run_action=run)
        return action

    listing = add_action("list", _list, "one line a sign-up")
    listing.add_argument("--form", help="only those that came by this form")
    listing.add_argument("--state", choices=STATES, help="only those in this state")
    listing.add_argument("--newest", type=_count, metavar="N", help="only the last N of these")
    show = add_action("show", _show, "one sign-up, whole")
    show.add_argument("sign_up", help="its number, or how it begins")
    restore = add_action(
        "restore",
        _restore,
        "it is not spam: its coordinator is told; also while the server runs",
    )
    restore.add_argument("sign_up", help="its number, or how it begins")
    export = add_action("export", _export, "the sign-ups of a form as CSV for a spreadsheet")
    export.add_argument("form", help="the form by which they came")
    export.add_argument("file", type=Path, help="a file that does not exist yet, or - for stdout")
    for option, name, help in (
        ("--from", "first", "not before that day"),
        ("--to", "last", "not after that day"),
    ):
        export.add_argument(option, dest=name, type=date.fromisoformat, metavar="DATE", help=help)
    language_help = "of headings and choices (default: da)"
    export.add_argument("--language", choices=LANGUAGES, default="da", help=language_help)
    participants = add_action(
        "participants",
        _participants,
        "the names of those who have a place in a course or an event, as CSV",
    )
    participants.add_argument("record", metavar="ID", help="the id of the course or event")
    log_out = add_action(
        "log-out", _log_out, "end sessions at the desk at once, also while the server runs"
    )
    whose = log_out.add_mutually_exclusive_group(required=True)
    whose.add_argument("--all", action="store_true", help="everybody's")
    whose.add_argument("--person", metavar="EMAIL", help="those of the person with this address")
    forget = add_action(
        "forget-second-factor",
        _forget_second_factor,
        "let a person who has lost the phone log in without it, or set up another",
    )
    forget.add_argument("person", metavar="EMAIL", help="the person's address")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("write 1 or more")
    return count


def run_desk(options: argparse.Namespace) -> int:
    run: Run = options.run_action
    return run(options)


def _list(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import operator_reads
    from mentorkorps.backend.signups import csv_export

    records = load_catalogue(options.data)
    names = csv_export.kept_under(records, options.form) if options.form else ()
    count = waiting = 0
    with database_command() as settings:
        listed = operator_reads.listed_sign_ups(settings, names, options.state, options.newest)
        for sign_up in listed:
            form = records.todays("forms", sign_up.form)
            received = f"{sign_up.received_at:%Y-%m-%d %H:%M}"
            print(f"{sign_up.id}  {received}  {form:<16} {_state(sign_up)}")
            count += 1
            waiting += sign_up.awaited and sign_up.answered_at is None
    print(f"{count} sign-ups, {waiting} not answered yet.")
    return SOUND


def _show(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import operator_reads

    with database_command() as settings:
        sign_up = _meant(settings, options.sign_up)
    consents = operator_reads.consents(settings, sign_up.id)
    _print_sign_up(sign_up, load_catalogue(options.data), consents)
    return SOUND


def _restore(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        sign_up = _meant(settings, options.sign_up)
        command = command_files.CommandFile("restore", sign_up.id)
        is_restored = command_files.run_beside_server(settings, command, utc_now)
    if is_restored:
        print(f"{sign_up.id} is no spam. Its coordinator gets a mail once it is confirmed.")
    else:
        print(f"{sign_up.id} was no spam before.")
    return SOUND


def _meant(settings: "Settings", begins: str) -> "SignUp":
    from mentorkorps.backend.db import operator_reads

    sign_ups = operator_reads.sign_ups_beginning(settings, begins)
    if len(sign_ups) != 1:
        raise CannotRun("give the number of one sign-up, as `mentorkorps desk list` shows it")
    return sign_ups[0]


def _export(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import operator_reads
    from mentorkorps.backend.signups import csv_export

    records = load_catalogue(options.data)
    period = csv_export.Period(options.first, options.last)
    with database_command() as settings:
        table = _sheet(settings, records, options)
        names = csv_export.kept_under(records, options.form)
        sign_ups = operator_reads.each_sign_up(settings, names, period.begins, period.ends)
        if options.file == STDOUT:
            table.write(sys.stdout.buffer, sign_ups, period)
            return SOUND
        try:
            with _private(options.file) as file:
                count = table.write(file, sign_ups, period)
        except FileExistsError:
            raise CannotRun(f"{options.file} exists already: name a file that does not") from None
    print(
        f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}. "
        "Delete it when you are done with it."
    )
    return SOUND


def _sheet(settings: "Settings", records: Catalogue, options: argparse.Namespace) -> "CsvExport":
    """The sheet of a form, also of one that is gone while something that came by it is kept."""
    from mentorkorps.backend.db import operator_reads
    from mentorkorps.backend.signups import csv_export

    if form := records.forms.get(options.form):
        return csv_export.CsvExport(form, records, options.language)
    sign_ups = operator_reads.each_sign_up(settings, (options.form,))
    names = tuple(dict.fromkeys(name for sign_up, _ in sign_ups for name in sign_up.answers))
    if not names:
        raise CannotRun(f"there is no form {options.form!r}, only {', '.join(records.forms)}")
    return csv_export.CsvExport(csv_export.GoneForm(options.form, names), records, options.language)


def _participants(options: argparse.Namespace) -> int:
    """One column with the heading `name`, which `mentorkorps certificates` and a sign-in sheet
    take.
    """
    from mentorkorps.backend.bookings import allocation
    from mentorkorps.backend.db import operator_reads

    records = load_catalogue(options.data)
    with database_command() as settings:
        participants = operator_reads.participants(
            settings, allocation.bookables_of(records, options.record)
        )
    if participants is None and all(options.record not in records.table(kind) for kind in BOOKABLE):
        raise CannotRun(
            f"there is no course or event {options.record!r}, and nobody ever signed up for one"
        )
    names = [[sign_up.answer("name") or ""] for sign_up in participants or ()]
    csv.writer(sys.stdout, lineterminator="\n").writerows([["name"], *names])
    return SOUND


def _log_out(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        ids = None if options.all else _person_ids(settings, options.person)
        command = command_files.CommandFile("log_out", ids)
        count = command_files.run_beside_server(settings, command, utc_now)
    print(f"{counted(count, 'session is', 'sessions are')} ended.")
    return SOUND


def _forget_second_factor(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        ids = _person_ids(settings, options.person)
        command = command_files.CommandFile("forget_second_factor", ids)
        count = command_files.run_beside_server(settings, command, utc_now)
    print("The second factor is forgotten." if count else "That address had no second factor.")
    return SOUND


def _person_ids(settings: "Settings", email: str) -> str:
    """What the database knows a person by, also one who is no longer in the file."""
    from mentorkorps.backend.desk.people import typed_email
    from mentorkorps.backend.mail.recipients import person_ids

    return ",".join(person_ids(settings.secret_keys, typed_email(email)))


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A file that is made here, for its owner alone, and does not stay if it cannot be finished."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


def _state(sign_up: "SignUp | ListedSignUp") -> str:
    from mentorkorps.backend.db.sign_up_state import state

    holds = state(sign_up).conditions
    if "withdrawn" in holds:
        return "withdrawn"
    answered = "not answered" if "unanswered" in holds else "answered"
    if not holds & {"unanswered", "answered"}:
        answered = "needs no answer"
    confirmed = "confirmed" if "confirmed" in holds else "not confirmed"
    more = ", looks like spam" if "flagged" in holds else ""
    return f"{answered}, {confirmed}{more}{f', number {sign_up.code}' if sign_up.code else ''}"


def _print_sign_up(
    sign_up: "SignUp", records: Catalogue, consents: Sequence["GivenConsent"]
) -> None:
    from mentorkorps.forms.choices import rows

    form = records.todays("forms", sign_up.form)
    print(f"{sign_up.id}  {form}  {sign_up.received_at:%Y-%m-%d %H:%M} UTC  {_state(sign_up)}")
    for label, words in rows(
        records.forms.get(sign_up.form), records, sign_up.answers, sign_up.language
    ):
        print(f"  {label}: {words}")
    if sign_up.signs:
        print(f"  (for spam speaks: {', '.join(sign_up.signs)})")
    for consent in consents:
        print(f"  {consent.consent}: {consent.version}, {consent.given_at:%Y-%m-%d %H:%M} UTC")
