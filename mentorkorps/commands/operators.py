"""Operators' commands: what each is called and takes. Their work is in the modules, which are heavy to import."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from mentorkorps.commands import names
from mentorkorps.interface.languages import LANGUAGES

STATES = ("unanswered", "answered", "unconfirmed", "confirmed", "withdrawn", "flagged")
Run = Callable[[argparse.Namespace], int]
Add = Callable[[str, Run, str], argparse.ArgumentParser]


def add_commands(command: Add) -> None:
    """Adds every command by `command(name, run, help)`, which gives the parser for its options."""
    serves = command("serve", _serve, "serve the site and its forms, at the socket that systemd passes on if it does")
    serves.add_argument("--site", type=Path, default=Path("site"), help="folder of the built site (default: site)")
    serves.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)")
    serves.add_argument("--port", type=int, default=8000, help="port to listen at (default: 8000)")
    _add_desk(command("desk", _desk, "show sign-ups, or write them to a CSV file"))
    outbox = command("outbox", _outbox, "show mails: those on their way, sent, and given up")
    outbox.add_argument("--all", action="store_true", help="also those that are sent")
    actions = outbox.add_subparsers(dest="action", metavar="ACTION")
    told = "send a mail that waits or was given up, at once; also while the server runs"
    resends = actions.add_parser("resend", help=told, description=told)
    which = resends.add_mutually_exclusive_group(required=True)
    which.add_argument("mail", nargs="?", help="its number, or how it begins")
    which.add_argument("--failed", action="store_true", help="all that were given up")
    certifies = command("certificates", _certificates, "write one PDF of certificates with check codes for a course")
    certifies.add_argument("course", help="the id of a course in data/courses.yaml")
    names.add_options(certifies, "who took part in all of it", required=True)
    certifies.add_argument("--to", type=Path, required=True, metavar="FILE.pdf", help="the file to write")
    certifies.add_argument("--language", choices=(*LANGUAGES, "both"), default="da", help="of the text (default: da)")
    purges = command("purge", _purge, "delete what has been kept for as long as data/forms.yaml allows")
    purges.add_argument("--yes", action="store_true", help="the clock is right, and much may be deleted at once")
    backups = command("backup", _backup, "write the whole database to an encrypted file, also while the server runs")
    backups.add_argument("file", type=Path, help="the file to write")
    restores = command("restore", _restore, "put a backup in the place of the database, while the server is stopped")
    restores.add_argument("file", type=Path, help="the file that `mentorkorps backup` wrote")
    command(
        "rotate", _rotate, "encrypt every answer anew with the first of the secret keys, also while the server runs"
    )


def _add_desk(desk: argparse.ArgumentParser) -> None:
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="folder of the data files (default: data)")
    actions = desk.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, help: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[every], help=help, description=help)

    lists = action("list", "one line a sign-up")
    lists.add_argument("--form", help="only those that came by this form")
    lists.add_argument("--state", choices=STATES, help="only those in this state")
    lists.add_argument("--newest", type=_count, metavar="N", help="only the last N of these")
    shows = action("show", "one sign-up, whole")
    shows.add_argument("sign_up", help="its number, or how it begins")
    restores = action("restore", "it is not spam: its coordinator is told; also while the server runs")
    restores.add_argument("sign_up", help="its number, or how it begins")
    exports = action("export", "the sign-ups of a form as CSV for a spreadsheet")
    exports.add_argument("form", help="the form by which they came")
    exports.add_argument("file", type=Path, help="a file that does not exist yet, or - for stdout")
    exports.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help="not before that day")
    exports.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DATE", help="not after that day")
    exports.add_argument("--language", choices=LANGUAGES, default="da", help="of headings and choices (default: da)")
    comes = action("participants", "the names of those who have a place in a course or an event, as CSV")
    comes.add_argument("record", metavar="ID", help="the id of the course or event")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("write 1 or more")
    return count


def _serve(options: argparse.Namespace) -> int:
    from mentorkorps.commands import serve

    return serve.serve(options)


def _desk(options: argparse.Namespace) -> int:
    from mentorkorps.commands import desk

    return desk.desk(options)


def _outbox(options: argparse.Namespace) -> int:
    from mentorkorps.commands import outbox

    return outbox.outbox(options)


def _certificates(options: argparse.Namespace) -> int:
    from mentorkorps.commands import certificates

    return certificates.write_certificates(options)


def _purge(options: argparse.Namespace) -> int:
    from mentorkorps.commands import maintenance

    return maintenance.purge(options)


def _backup(options: argparse.Namespace) -> int:
    from mentorkorps.commands import maintenance

    return maintenance.backup(options)


def _restore(options: argparse.Namespace) -> int:
    from mentorkorps.commands import maintenance

    return maintenance.restore(options)


def _rotate(options: argparse.Namespace) -> int:
    from mentorkorps.commands import maintenance

    return maintenance.rotate(options)
