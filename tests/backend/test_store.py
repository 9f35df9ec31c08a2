"""The database file: one owner, the tables of the code, and all or nothing."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mentorkorps.backend import settings
from mentorkorps.backend.db import connect, errors, operator_reads, records
from mentorkorps.backend.db.sqlite import SqliteDialect
from mentorkorps.backend.db.tables import METADATA
from mentorkorps.backend.db.writer import LONGEST_QUEUE, Busy, Unavailable
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.backend.web import server as web_server
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import KEY, MONDAY, awaited, both


@pytest.fixture
def opened(database):
    opened = connect.open_database(read_settings(database))
    yield opened
    opened.close()


def path_of(database: str) -> str:
    return database.removeprefix("sqlite:///")


def submission(number: int) -> Submission:
    answers = Answers({"email": f"{number}@example.org"}, {"contact": "1"})
    return Submission("mentor", "da", answers, Signs(()), (str(number),), str(number), MONDAY)


def read_settings(database):
    return settings.read_settings(
        {"MENTORKORPS_DATABASE_URL": database, "MENTORKORPS_SECRET_KEYS": KEY}
    )


def test_a_second_process_is_refused_in_one_sentence(opened, database):
    other = (
        "from mentorkorps.backend.db.connect import open_database;"
        "from mentorkorps.backend.settings import read_settings;"
        f"open_database(read_settings({{'MENTORKORPS_DATABASE_URL': '{database}'}}))"
    )

    refused = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)

    assert refused.stderr.splitlines()[-1].endswith(
        f"{path_of(database)} is in use by another process of mentorkorps. Stop that one first."
    )


def test_the_lock_goes_with_its_owner(database):
    connect.open_database(read_settings(database)).close()
    connect.open_database(read_settings(database)).close()


@both
def test_the_migrations_make_the_tables_that_the_code_means(opened, database):
    with connect.opened_to_read(read_settings(database)) as snapshot:
        context = MigrationContext.configure(snapshot.connection, opts={"compare_type": False})
        assert [] == compare_metadata(context, METADATA)


def test_the_file_is_in_wal_mode(opened, database):
    connection = sqlite3.connect(path_of(database))
    assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()


@both
def test_an_operator_reads_while_the_server_writes_and_after_it(database):
    async def steps():
        database_again = connect.open_database(read_settings(database))
        await database_again.change(accept, submission(1))
        during = operator_reads.sign_ups(read_settings(database))
        database_again.close()
        return during, operator_reads.sign_ups(read_settings(database))

    during, after = awaited(steps())
    assert 1 == len(during)
    assert during == after


@both
def test_one_bad_job_does_not_fail_its_group(opened, database):
    def bad(transaction):
        accept(transaction, submission(99))
        raise KeyError("bad")

    async def steps():
        jobs = [opened.change(accept, submission(number)) for number in range(20)]
        return await asyncio.gather(*jobs, opened.change(bad), return_exceptions=True)

    outcomes = awaited(steps())
    assert isinstance(outcomes[-1], KeyError)
    assert 20 == len(operator_reads.sign_ups(read_settings(database)))


def test_a_full_disk_is_never_acknowledged(opened, database):
    def shrink(transaction):
        transaction.connection.exec_driver_sql("PRAGMA max_page_count = 30")

    async def steps():
        await opened.change(shrink)
        jobs = (opened.change(accept, submission(number)) for number in range(400))
        return await asyncio.gather(*jobs, return_exceptions=True)

    outcomes = awaited(steps())
    acknowledged = {outcome.id for outcome in outcomes if isinstance(outcome, records.SignUp)}
    assert any(isinstance(outcome, Exception) for outcome in outcomes)
    assert acknowledged <= {
        sign_up.id for sign_up in operator_reads.sign_ups(read_settings(database))
    }


@both
def test_a_full_queue_is_busy_and_the_rest_is_kept(opened, database):
    async def steps():
        jobs = (
            opened.change(accept, submission(number))
            for number in range(LONGEST_QUEUE + 3 * SqliteDialect.largest_group)
        )
        return await asyncio.gather(*jobs, return_exceptions=True)

    outcomes = awaited(steps())
    busy = [outcome for outcome in outcomes if isinstance(outcome, Busy)]
    assert busy
    assert len(outcomes) - len(busy) == len(operator_reads.sign_ups(read_settings(database)))


@both
def test_a_commit_that_fails_is_told_to_everybody_in_it(opened, database):
    def lose(transaction):
        transaction.connection.exec_driver_sql("ROLLBACK")

    async def steps():
        return await asyncio.gather(
            opened.change(accept, submission(1)),
            opened.change(lose),
            opened.change(accept, submission(2)),
            return_exceptions=True,
        )

    outcomes = awaited(steps())
    ids = {sign_up.id for sign_up in operator_reads.sign_ups(read_settings(database))}
    assert {outcome.id for outcome in outcomes if isinstance(outcome, records.SignUp)} <= ids
    assert any(isinstance(outcome, Unavailable) for outcome in outcomes)


def test_a_file_that_was_away_is_used_again_once_it_is_back(database):
    path = Path(path_of(database))
    opened = connect.open_database(read_settings(database))
    path.rename(path.with_suffix(".away"))
    path.write_text("no database of ours, and long enough to look like one " * 100)

    async def accepted():
        return await asyncio.wait_for(opened.change(accept, submission(1)), 20)

    with pytest.raises(Unavailable):
        awaited(accepted())
    path.with_suffix(".away").rename(path)
    taken = awaited(accepted())
    opened.close()
    assert [taken] == operator_reads.sign_ups(read_settings(database))


def test_a_taken_port_is_told_before_the_start():
    listening = web_server.bind_socket("127.0.0.1", 0)
    port = listening.getsockname()[1]

    with pytest.raises(web_server.PortTaken, match=f"127.0.0.1:{port}"):
        web_server.bind_socket("127.0.0.1", port)
    listening.close()


def test_an_operator_is_told_when_there_is_no_database_yet(database):
    with pytest.raises(errors.NoDatabase, match="when the server starts"):
        operator_reads.mails(read_settings(database))


def test_reading_a_database_of_another_version_says_what_to_do(tmp_path):
    database = tmp_path / "old.db"
    sqlite3.connect(database).close()

    with pytest.raises(errors.OtherVersion, match="Restart the server"):
        operator_reads.mails(read_settings(f"sqlite:///{database}"))
