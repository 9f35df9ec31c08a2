"""`mentorkorps purge`, `rotate`, `backup` and `restore`: the database as a whole."""

import argparse
from pathlib import Path

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def add_commands(add: AddCommand) -> None:
    purge = add(
        "purge", run_purge, "delete what has been kept for as long as data/forms.yaml allows"
    )
    yes_help = "the clock is right, and much may be deleted at once"
    purge.add_argument("--yes", action="store_true", help=yes_help)
    backup = add(
        "backup",
        run_backup,
        "write the whole database to an encrypted file, also while the server runs",
    )
    backup.add_argument("file", type=Path, help="the file to write")
    restore = add(
        "restore",
        run_restore,
        "put a backup in the place of the database, while the server is stopped",
    )
    restore.add_argument("file", type=Path, help="the file that `mentorkorps backup` wrote")
    add(
        "rotate",
        run_rotate,
        "encrypt every answer anew with the first of the secret keys, also while the server runs",
    )


def run_purge(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.db.errors import InUse
    from mentorkorps.backend.jobs import command_files
    from mentorkorps.backend.signups.retention import purge_now

    records = load_catalogue(options.data)
    with database_command() as settings:
        try:
            print(f"{purge_now(settings, records, utc_now, options.yes)}.")
        except InUse:
            count = command_files.hand_over_to_server(
                settings, command_files.CommandFile("purge", sure=options.yes)
            )
            print(f"The server deletes {counted(count, 'sign-up', 'sign-ups')} now.")
    return SOUND


def run_rotate(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import rotation
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        command_files.rotate_beside_server(settings)
        count, left = rotation.rotated(settings)
    rotated = counted(count - left, "sign-up is", "sign-ups are")
    print(f"{rotated} encrypted with the first key now.")
    if left:
        not_rotated = counted(left, "is", "are")
        raise CannotRun(
            f"{not_rotated} not: keep every key, and look into the log for the numbers."
        )
    return SOUND


def run_backup(options: argparse.Namespace) -> int:
    from mentorkorps.backend.db import backup

    with database_command() as settings:
        count = backup.write_backup(settings, options.file)
    print(
        f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}, "
        "encrypted with the first key."
    )
    return SOUND


def run_restore(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.db import backup, connect
    from mentorkorps.backend.jobs.clock_guard import believe, minute

    with database_command(must_exist=False) as settings:
        count, now = backup.restore_backup(settings, options.file), utc_now()
        seen_at = connect.run_on_database(settings, believe, now)
    print(f"{settings.database} holds {counted(count, 'sign-up', 'sign-ups')} now.")
    before = f", after {minute(seen_at)} in the copy" if seen_at else ""
    print(
        f"The last moment seen is {minute(now)} now{before}: "
        "what has run out since is deleted at the start."
    )
    return SOUND
