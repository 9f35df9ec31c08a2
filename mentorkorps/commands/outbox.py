"""`mentorkorps outbox`: what goes out, mail by mail, and in batches to many."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun

if TYPE_CHECKING:
    from mentorkorps.backend.db.records import Batch, Mail
    from mentorkorps.backend.settings import Settings


ACTIONS = {
    "hold": "keep a batch from leaving, and what of it has not left",
    "release": "let a batch that is held leave when its time has come",
    "send": "let a batch leave at once",
    "cancel": "end a batch: what of it has not left never does",
}
DONE = {
    "hold": "nothing more of it leaves until it is released.",
    "release": "it leaves when its time has come, by day.",
    "send": "it leaves now.",
    "cancel": "nothing more of it leaves.",
}


def add_commands(add: AddCommand) -> None:
    outbox = add("outbox", run_outbox, "show mails: those on their way, sent, and given up")
    outbox.add_argument("--all", action="store_true", help="also those that are sent")
    actions = outbox.add_subparsers(dest="action", metavar="ACTION")
    resend_help = "send a mail that waits or was given up, at once; also while the server runs"
    resend = actions.add_parser("resend", help=resend_help, description=resend_help)
    which = resend.add_mutually_exclusive_group(required=True)
    which.add_argument("mail", nargs="?", help="its number, or how it begins")
    which.add_argument("--failed", action="store_true", help="all that were given up")
    for action, help in ACTIONS.items():
        parser = actions.add_parser(action, help=help, description=help)
        parser.add_argument("batch", help="its number, or how it begins")


def run_outbox(options: argparse.Namespace) -> int:
    if options.action == "resend":
        return _resend(options)
    return _act(options) if options.action in ACTIONS else _list(options)


def _act(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.db import operator_reads
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        batches = operator_reads.batches(settings)
        meant = [batch for batch in batches if batch.id.startswith(options.batch)]
        if len(meant) != 1:
            raise CannotRun("give the number of one batch, as `mentorkorps outbox` shows it")
        command = command_files.CommandFile(options.action, meant[0].id)
        is_done = command_files.run_beside_server(settings, command, utc_now)
    if not is_done:
        raise CannotRun(f"batch {meant[0].id} is {meant[0].state}: that cannot be done to it")
    print(f"Batch {meant[0].id}: {DONE[options.action]}")
    return SOUND


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
        by_batch = operator_reads.mails_by_batch(settings)
        for batch in operator_reads.batches(settings):
            if options.all or batch.state not in ("done", "cancelled"):
                print(_batch_line(batch, by_batch.get(batch.id, {})))
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


def _batch_line(batch: "Batch", mails: Mapping[str, int]) -> str:
    due = f"{batch.due_at:%Y-%m-%d %H:%M}" if batch.due_at else "when it is sent"
    waiting = sum(mails.values()) - mails.get("sent", 0) - mails.get("failed", 0)
    return (
        f"{batch.id}  batch {batch.kind} {batch.state}  {batch.about}  due {due}  "
        f"{mails.get('sent', 0)} sent, {waiting} on their way, {mails.get('failed', 0)} given up"
    )


def _trouble(mail: "Mail") -> str:
    from mentorkorps.backend.mail.smtp_status import explain

    return f"{mail.error}  {explain(mail.error, 'da')}" if mail.error else ""
