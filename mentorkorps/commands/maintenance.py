"""`mentorkorps purge`, `rotate`, `backup` and `restore`: the database as a whole."""

import argparse

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import backup as copies
from mentorkorps.backend.db import connect, rotation
from mentorkorps.backend.db.errors import InUse
from mentorkorps.backend.jobs import command_files
from mentorkorps.backend.jobs.clock_guard import believe, minute
from mentorkorps.backend.signups.retention import purge_now
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def purge(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    with database_command() as settings:
        try:
            print(f"{purge_now(settings, records, utc_now, options.yes)}.")
        except InUse:
            count = command_files.hand_over_to_server(settings, command_files.CommandFile("purge", sure=options.yes))
            print(f"The server deletes {counted(count, 'sign-up', 'sign-ups')} now.")
    return SOUND


def rotate(options: argparse.Namespace) -> int:
    with database_command() as settings:
        command_files.rotate_beside_server(settings)
        count, left = rotation.rotated(settings)
    print(f"{counted(count - left, 'sign-up is', 'sign-ups are')} encrypted with the first key now.")
    if left:
        raise CannotRun(f"{counted(left, 'is', 'are')} not: keep every key, and look into the log for the numbers.")
    return SOUND


def backup(options: argparse.Namespace) -> int:
    with database_command() as settings:
        count = copies.write_backup(settings, options.file)
    print(f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}, encrypted with the first key.")
    return SOUND


def restore(options: argparse.Namespace) -> int:
    with database_command(must_exist=False) as settings:
        count, now = copies.restore_backup(settings, options.file), utc_now()
        seen_at = connect.run_on_database(settings, believe, now)
    print(f"{settings.database} holds {counted(count, 'sign-up', 'sign-ups')} now.")
    before = f", after {minute(seen_at)} in the copy" if seen_at else ""
    print(f"The last moment seen is {minute(now)} now{before}: what has run out since is deleted at the start.")
    return SOUND
