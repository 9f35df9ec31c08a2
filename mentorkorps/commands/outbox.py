"""`mentorkorps outbox`: what goes out."""

import argparse
from typing import TYPE_CHECKING

from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun

if TYPE_CHECKING:
    from mentorkorps.backend.db.records import Mail
    from mentorkorps.backend.settings import Settings


def add_commands(add: AddCommand) -> None:
    outbox = add("outbox", run_outbox, "show mails: those on their way, sent, and given up")
    outbox.add_argument("--all", action="store_true", help="also those that are sent")
    actions = outbox.add_subparsers(dest="action", metavar="ACTION")
    resend_help = "send a mail that waits or was given up, at once; also while the server runs"
    resend = actions.add_parser("resend", help=resend_help, description=resend_help)
    which = resend.add_mutually_exclusive_group(required=True)
    which.add_argument("mail", nargs="?", help="its number, or how it begins")
    which.add_argument("--failed", action="store_true", help="all that were given up")


def run_outbox(options: argparse.Namespace) -> int:
    return _resend(options) if options.action == "resend" else _list(options)


def _resend(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        command = command_files.CommandFile(
            "resend", None if options.failed else _meant(settings, options.mail)
        )
        count = command_files.run_beside_server(settings, command, utc_now)
    print(f"{counted(count, 'mail is', 'mails are')} on the way again.")
    return SOUND


def _meant(settings: "Settings", begins: str) -> str:
    from mentorkorps.backend.db import operator_reads

    ids = operator_reads.mail_numbers_beginning(settings, begins)
    if len(ids) != 1:
        raise CannotRun("give the number of one mail, as `mentorkorps outbox --all` shows it")
    return ids[0]


def _list(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import operator_reads

    with database_command() as settings:
        for mail in operator_reads.each_mail(settings, is_unsent=not options.all):
            print(
                f"{mail.id}  {mail.kind:<8} {mail.state:<8} attempts {mail.attempts}  "
                f"due {mail.due_at:%Y-%m-%d %H:%M}  {_trouble(mail)}".rstrip()
            )
        mails = operator_reads.figures_now(settings).mails
    count, failed = sum(mails.values()), mails["failed"]
    unsent = count - mails["sent"] - failed
    print(f"{count} mails, {unsent} on their way, {failed} given up.")
    return SOUND


def _trouble(mail: "Mail") -> str:
    from mentorkorps.backend.mail.smtp_status import explain

    return f"{mail.error}  {explain(mail.error, 'da')}" if mail.error else ""
