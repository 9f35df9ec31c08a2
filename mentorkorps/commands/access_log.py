"""`mentorkorps log`: whether the log of who looked at whom is whole."""

import argparse

from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import PROBLEMS, SOUND


def add_commands(add: AddCommand) -> None:
    log = add("log", run_log, "look after the log of who looked at whom at the desk")
    actions = log.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify_help = "follow its chain from the beginning to the end, also while the server runs"
    verify = actions.add_parser("verify", help=verify_help, description=verify_help)
    contains_help = "also whether this hash, which was noted earlier, is still in the chain"
    verify.add_argument("--contains", metavar="HASH", help=contains_help)


def run_log(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import connect
    from mentorkorps.backend.db.access_log_rows import verify_log

    with database_command() as settings, connect.opened_to_read(settings) as snapshot:
        log = verify_log(snapshot)
    for number, reason in log.breaks:
        print(f"Entry {number} {reason}.")
    if options.contains and options.contains not in log.hashes:
        print(f"{options.contains} is not in the chain: what it stood for was purged or taken out.")
        return PROBLEMS
    if log.breaks:
        print(f"The chain is broken in {counted(len(log.breaks), 'place', 'places')}.")
        return PROBLEMS
    if log.chain.last_number == 0:
        print("The log is empty: nobody has looked at anything yet.")
        return SOUND
    print(
        f"{counted(log.entries, 'entry', 'entries')}, from number {log.chain.first_number} on, "
        f"and the chain is whole. Its last hash is {log.chain.last_hash}."
    )
    return SOUND
