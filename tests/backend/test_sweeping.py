"""What is deleted is gone from the disk, and deleting one costs no more where there are many."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.db import connect, operator_reads
from tests.backend.conftest import KEY, eventually, opened
from tests.backend.many import PLENTY, fill
from tests.backend.test_retention import everything_on_the_disk, on_the_disk
from tests.conftest import ROOT

NIGHT = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
"""Half past four in Denmark."""
LONELY = 20
PAGE = 4096


@pytest.fixture
def full(tmp_path):
    """The settings of a database with many sign-ups that nobody has open."""
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/var/mentorkorps.db", "SECRET_KEYS": KEY}
    read = settings.read_settings(
        {f"MENTORKORPS_{name}": value for name, value in variables.items()}
    )
    fill(read)
    change(read, "UPDATE mails SET state = 'sent', sent_at = created_at")
    return read


def change(read, *statements):
    with closing(sqlite3.connect(read.database.path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def ask(read, pragma):
    with closing(sqlite3.connect(read.database.path)) as database:
        return database.execute(f"PRAGMA {pragma}").fetchone()[0]


def pages(read):
    content = read.database.path.read_bytes()
    return [content[start : start + PAGE] for start in range(0, len(content), PAGE)]


def delete(portal, sign_up):
    token = portal.token("mine", sign_up)
    assert 200 == portal.client.post(f"/mine/{token}/delete", data={"sure": "yes"}).status_code


def test_deleting_one_of_many_changes_few_pages_and_leaves_nothing(full, tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        first = portal.sign_ups()[:LONELY]
        of_many = on_the_disk(portal)
        before = pages(full)
        delete(portal, first[0])
        changed = sum(page != other for page, other in zip(before, pages(full), strict=False))
        for sign_up in first[1:]:
            delete(portal, sign_up)
        remains = everything_on_the_disk(full.folder)
        on_disk = on_the_disk(portal)
        gone = set(of_many) - set(on_disk)
        assert PLENTY - LONELY == len(portal.sign_ups())

        assert len(before) > 1024
        assert changed < len(before) / 10
        assert len(gone) > LONELY * 4
        # Where SQLite had split a page, a part of a row may lie in its gap until the night.
        assert 2 >= sum(trace in remains for trace in gone)
        hands.now = NIGHT
        eventually(lambda: not any(trace in everything_on_the_disk(full.folder) for trace in gone))
        assert all(trace in everything_on_the_disk(full.folder) for trace in on_disk[:8])


def test_a_reader_holds_nobody_up_and_afterwards_nothing_is_left(full, tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        (sign_up, *_) = portal.sign_ups()
        trace = sign_up.id.encode()
        with closing(sqlite3.connect(full.database.path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sign_ups").fetchone()
            delete(portal, sign_up)
            assert 303 == portal.post().status_code
            assert trace in everything_on_the_disk(full.folder)

        eventually(lambda: trace not in everything_on_the_disk(full.folder))


def test_a_killed_deletion_is_swept_at_the_next_start(full, tmp_path, real, hands):
    dies = (
        "import os, signal; from mentorkorps.backend.db import connect, operator_reads;"
        "from mentorkorps.backend.settings import read_settings; from mentorkorps.backend.signups import retention;"
        "read = read_settings(os.environ); (one, *_) = operator_reads.sign_ups(read);"
        "opening = connect.opened_to_write(read); begun = opening.__enter__().transaction();"
        "retention.erase(begun.__enter__(), one.id); begun.__exit__(None, None, None);"
        "print(one.id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    """Between the commit and the sweep."""
    variables = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{full.database.path}",
        "MENTORKORPS_SECRET_KEYS": KEY,
    }
    killed = subprocess.run(
        [sys.executable, "-c", dies],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    trace = killed.stdout.strip().encode()
    assert trace in everything_on_the_disk(full.folder)

    with opened(tmp_path, real, hands):
        assert trace not in everything_on_the_disk(full.folder)


def rows(read, statement):
    with closing(sqlite3.connect(read.database.path)) as database:
        return database.execute(statement).fetchall()


def size_of(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def test_an_older_database_is_turned_once_and_a_kill_half_way_loses_nothing(full):
    change(full, "PRAGMA auto_vacuum = NONE", "VACUUM")  # as files of the first versions are
    assert 0 == ask(full, "auto_vacuum")
    begins = (
        "import os; from mentorkorps.backend.db.connect import open_database;"
        "from mentorkorps.backend.settings import read_settings; open_database(read_settings(os.environ)).close()"
    )
    variables = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{full.database.path}",
        "MENTORKORPS_SECRET_KEYS": KEY,
    }
    log = full.database.path.with_name("mentorkorps.db-wal")
    half = full.database.path.stat().st_size / 2
    for _ in range(2):
        starting = subprocess.Popen(
            [sys.executable, "-c", begins], cwd=ROOT, env=os.environ | variables
        )
        while starting.poll() is None and size_of(log) <= half:
            pass
        starting.kill()
        starting.wait()
        assert [("ok",)] == rows(full, "PRAGMA integrity_check")

    connect.open_database(full).close()
    assert (2, PLENTY) == (ask(full, "auto_vacuum"), len(operator_reads.sign_ups(full)))
    before = full.database.path.stat().st_mtime_ns
    connect.open_database(full).close()
    assert before == full.database.path.stat().st_mtime_ns
