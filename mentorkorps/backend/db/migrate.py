"""The tables' shape: made and changed by the migrations, the same in a file, on a server and in a backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, StaticPool, create_engine, select, text

from mentorkorps.backend.db.tables import METADATA
from mentorkorps.backend.security.encryption import Cipher

MIGRATIONS = Path(__file__).parent / "migrations"
NOW_CALLED = {
    "0001": "0001_sign_ups",
    "0002": "0002_sealed_answers",
    "0003": "0003_counts",
    "0004": "0004_withdrawn",
    "0005": "0005_limits",
    "0009": "0006_kinds_of_forms",
    "0008": "0007_signs",
    "0007": "0008_places",
    "0010": "0009_mornings",
    "0011": "0010_waiting_together",
    "0012": "0011_clock",
    "0013": "0012_figures",
    "0016": "0013_pending",
    "0018": "0014_mail_subjects",
}
"""The first migrations were numbered as they were written, not as they run. Databases and backups that
have run them say so by those numbers."""
PORTION = 500
"""Rows that are copied at a time."""


RENAME = "UPDATE alembic_version SET version_num = :version"


class UnknownVersion(Exception):
    """The tables are of a newer version of the code."""


def is_current(connection: Connection) -> bool:
    return version_of(connection) == _scripts().get_current_head()


def version_of(connection: Connection) -> str | None:
    """The name of the last migration that has run, as it is called today."""
    return _called_today(_kept_version(connection))


def migrate(connection: Connection, cipher: Cipher | None) -> bool:
    """Brings the tables along, in the transaction that is under way; whether there was something to change.

    `cipher` encrypts what lies open in tables of the first versions. Raises UnknownVersion.
    """
    scripts = _scripts()
    version_in_table, before = _kept_version(connection), version_of(connection)
    if before != version_in_table:
        connection.execute(text(RENAME), {"version": before})
    if before == scripts.get_current_head():
        return False
    if before and before not in {script.revision for script in scripts.walk_revisions()}:
        raise UnknownVersion
    config = _config()
    config.attributes |= {"connection": connection, "cipher": cipher}
    command.upgrade(config, "head")
    return before is not None


def make(connection: Connection, version: str) -> None:
    """Makes the empty tables of a version. Raises UnknownVersion."""
    version = NOW_CALLED.get(version, version)
    if version not in {script.revision for script in _scripts().walk_revisions()}:
        raise UnknownVersion
    config = _config()
    config.attributes |= {"connection": connection, "cipher": None}
    command.upgrade(config, version)


def copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, from one database into the empty tables of another."""
    for table in METADATA.sorted_tables:
        every = select(table).execution_options(yield_per=PORTION)
        for rows in source.execute(every).mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in rows])


@contextmanager
def in_memory(image: sqlite3.Connection) -> Iterator[Connection]:
    engine = create_engine(
        "sqlite://", creator=lambda: image, poolclass=StaticPool, hide_parameters=True
    )
    with engine.connect() as connection:
        yield connection


def _kept_version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _called_today(version: str | None) -> str | None:
    return NOW_CALLED.get(version, version) if version else None


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
