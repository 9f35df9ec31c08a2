"""`mentorkorps purge`, `rotate`, `backup` and `restore`: the database as a whole."""

import argparse

from mentorkorps import catalogue
from mentorkorps.backend import backup as copies
from mentorkorps.backend import store
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.retention import purge_now
from mentorkorps.ending import SOUND
from mentorkorps.operating.house import counted, operating


def purge(options: argparse.Namespace) -> int:
    records = catalogue.load(options.data)
    with operating() as settings:
        purged = purge_now(settings, records, utc_now())
    print(f"{purged}.")
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
        count = copies.restore(settings, options.file)
    print(f"{settings.database} holds {counted(count, 'sign-up', 'sign-ups')} now.")
    return SOUND
