"""Databases that an earlier version made, each named by the last migration that it had run."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from mentorkorps.backend.db import connect, migrate, operator_reads
from mentorkorps.backend.db.errors import NewerVersion
from tests.backend.conftest import KEY
from tests.backend.test_store import read_settings
from tests.conftest import ROOT

EARLIER = (
    "0001", "0002", "0003", "0004", "0005", "0009", "0008", "0007", "0010", "0011", "0012", "0013", "0016",
    "0018",
)  # fmt: skip
"""In the order in which they run, by the numbers that databases know them by."""
KILLED = """
import os, signal
from mentorkorps.backend.db import connect, migrate
from mentorkorps.backend.security.encryption import Cipher
from mentorkorps.backend.settings import read_settings
read = read_settings(os.environ)
dialect = connect.dialect_for(read.database)
with dialect.writing() as engine, engine.connect() as connection, connection.begin():
    migrate.migrate(connection, Cipher(read.secret_keys))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=["file", "server"])
def url(request, tmp_path):
    """The address of a database without tables."""
    if request.param == "server":
        return request.getfixturevalue("cluster").empty()
    return f"sqlite:///{tmp_path}/m.db"


@pytest.fixture
def read(url):
    return read_settings(url)


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


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_of_each_earlier_version_opens_also_after_a_kill_half_way(read, url, version):
    make(read, version)
    told = {"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=ROOT, env=os.environ | told, check=False
    )
    assert -signal.SIGKILL == killed.returncode
    assert version == kept_version(read)

    connect.open_database(read).close()

    assert [] == operator_reads.sign_ups(read)
    assert kept_version(read) not in EARLIER


def test_a_version_that_nobody_knows_is_left_alone(read):
    make(read, EARLIER[-1])
    with changing(read) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))

    with pytest.raises(NewerVersion):
        connect.open_database(read)
