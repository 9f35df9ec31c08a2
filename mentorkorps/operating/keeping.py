"""`mentorkorps purge`, `rotate`, `backup` and `restore`: the database as a whole."""

import argparse

from mentorkorps import catalogue
from mentorkorps.backend import backup as copies
from mentorkorps.backend import errands, store
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.clock_guard import believe, minute
from mentorkorps.backend.retention import purge_now
from mentorkorps.backend.store import InUse
from mentorkorps.ending import SOUND
from mentorkorps.operating.house import counted, operating


def purge(options: argparse.Namespace) -> int:
    records = catalogue.load(options.data)
    with operating() as settings:
        try:
            print(f"{purge_now(settings, records, utc_now, options.yes)}.")
        except InUse:
            count = errands.hand_over(settings, errands.Errand("purge", sure=options.yes))
            print(f"The server deletes {counted(count, 'sign-up', 'sign-ups')} now.")
    return SOUND


def rotate(options: argparse.Namespace) -> int:
    with operating() as settings:
        count = store.rotate(settings)
    print(f"{counted(count, 'sign-up is', 'sign-ups are')} encrypted with the first key now.")
    return SOUND


def backup(options: argparse.Namespace) -> int:
    with operating() as settings:
        count = copies.write(settings, options.file)
    print(f"{options.file} holds {counted(count, 'sign-up', 'sign-ups')}, encrypted with the first key.")
    return SOUND


def restore(options: argparse.Namespace) -> int:
    with operating(must_exist=False) as settings:
        count, now = copies.restore(settings, options.file), utc_now()
        seen_at = store.run(settings, believe, now)
    print(f"{settings.database} holds {counted(count, 'sign-up', 'sign-ups')} now.")
    before = f", after {minute(seen_at)} in the copy" if seen_at else ""
    print(f"The last moment seen is {minute(now)} now{before}: what has run out since is deleted at the start.")
    return SOUND
