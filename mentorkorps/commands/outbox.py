"""`mentorkorps outbox`: what goes out."""

import argparse

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads, records
from mentorkorps.backend.jobs import command_files
from mentorkorps.backend.mail.smtp_status import explain
from mentorkorps.backend.settings import Settings
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def outbox(options: argparse.Namespace) -> int:
    return _resend(options) if options.action == "resend" else _list(options)


def _resend(options: argparse.Namespace) -> int:
    with database_command() as settings:
        errand = command_files.CommandFile("resend", None if options.failed else _meant(settings, options.mail))
        count = command_files.run_beside_server(settings, errand, utc_now)
    print(f"{counted(count, 'mail is', 'mails are')} on the way again.")
    return SOUND


def _meant(settings: Settings, begins: str) -> str:
    found = [one.id for one in operator_reads.mails(settings) if one.id.startswith(begins)]
    if len(found) != 1:
        raise CannotRun("give the number of one mail, as `mentorkorps outbox --all` shows it")
    return found[0]


def _list(options: argparse.Namespace) -> int:
    with database_command() as settings:
        mails = operator_reads.mails(settings)
    for mail in mails:
        if options.all or mail.state != "sent":
            print(
                f"{mail.id}  {mail.kind:<8} {mail.state:<8} attempts {mail.attempts}  "
                f"due {mail.due_at:%Y-%m-%d %H:%M}  {_trouble(mail)}".rstrip()
            )
    unsent = sum(mail.state not in ("sent", "failed") for mail in mails)
    failed = sum(mail.state == "failed" for mail in mails)
    print(f"{len(mails)} mails, {unsent} on their way, {failed} given up.")
    return SOUND


def _trouble(mail: records.Mail) -> str:
    return f"{mail.error}  {explain(mail.error, 'da')}" if mail.error else ""
