"""Databases that an earlier version made, each named by the last migration that it had run."""

import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import text

from mentorkorps.backend.db import connect, migrate, operator_reads
from mentorkorps.backend.db.errors import NewerVersion
from tests.backend.conftest import KEY
from tests.backend.test_store import read_settings
from tests.conftest import ROOT

EARLIER = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0009",
    "0008",
    "0007",
    "0010",
    "0011",
    "0012",
    "0013",
    "0016",
    "0018",
)
"""In the order in which they run, by the numbers that databases know them by."""
KILLED = """
import os, signal, sys
from mentorkorps.backend.db import connect, migrate
from mentorkorps.backend.security.encryption import Cipher
from mentorkorps.backend.settings import read_settings

def migrate_half_way(url):
    read = read_settings(os.environ | {"MENTORKORPS_DATABASE_URL": url})
    dialect = connect.dialect_for(read.database)
    with dialect.writing() as engine, engine.connect() as connection, connection.begin():
        migrate.migrate(connection, Cipher(read.secret_keys))
        os.kill(os.getpid(), signal.SIGKILL)

for url in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            migrate_half_way(url)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL, url
"""
"""Migrates each database in a process of its own, which is killed before it commits."""


@pytest.fixture(params=["file", "server"])
def new_url(request, tmp_path):
    """Gives the addresses of databases without tables."""
    if request.param == "server":
        return request.getfixturevalue("cluster").empty
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"


@contextmanager
def changing(read):
    dialect = connect.dialect_for(read.database)
    with dialect.writing() as engine, engine.connect() as connection, connection.begin():
        yield connection


def kept_version(read):
    with changing(read) as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def make(read, version):
    with changing(read) as connection:
        migrate.make(connection, version)
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})


def test_migrations_are_numbered_in_the_order_in_which_they_run():
    names = sorted(path.stem for path in (migrate.MIGRATIONS / "versions").glob("*.py"))

    assert [f"{number:04}" for number in range(1, len(names) + 1)] == [name[:4] for name in names]
    assert names[: len(EARLIER)] == [migrate.NOW_CALLED[version] for version in EARLIER]


def test_a_database_of_each_earlier_version_opens_also_after_a_kill_half_way(new_url):
    databases = {version: new_url() for version in EARLIER}
    for version, url in databases.items():
        make(read_settings(url), version)
    subprocess.run(
        [sys.executable, "-c", KILLED, *databases.values()],
        cwd=ROOT,
        env=os.environ | {"MENTORKORPS_SECRET_KEYS": KEY},
        check=True,
    )
    for version, url in databases.items():
        read = read_settings(url)
        assert version == kept_version(read)

        connect.open_database(read).close()

        assert [] == operator_reads.sign_ups(read), version
        assert kept_version(read) not in EARLIER


def test_a_version_that_nobody_knows_is_left_alone(new_url):
    read = read_settings(new_url())
    make(read, EARLIER[-1])
    with changing(read) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))

    with pytest.raises(NewerVersion):
        connect.open_database(read)
