"""A backup of one kind of database put into the other: how a portal moves to PostgreSQL, and back."""

import sqlite3
import threading
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import select

from mentorkorps.backend.db import backup, connect, migrate, operator_reads
from mentorkorps.backend.db.errors import CannotOpen, InUse
from mentorkorps.backend.db.postgresql import USED
from mentorkorps.backend.db.tables import METADATA
from tests.backend.conftest import eventually, opened
from tests.backend.test_places import Desk, having
from tests.backend.test_store import read_settings

KINDS = ("file", "server")


@pytest.fixture
def fresh(cluster, tmp_path):
    """The address of a database of a kind that nobody has used."""

    def new_database(kind: str, name: str = "other") -> str:
        return (
            cluster.empty() if kind == "server" else f"sqlite:///{tmp_path}/{name}/mentorkorps.db"
        )

    return new_database


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table, in an order of their own."""
    with connect.opened_to_read(read_settings(url)) as connection:
        rows = {
            table.name: connection.execute(select(table)).all() for table in METADATA.sorted_tables
        }
    return {
        name: sorted(map(tuple, rows_of_table), key=repr) for name, rows_of_table in rows.items()
    }


@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_a_portal_moves_with_all_it_knows(before, after, fresh, tmp_path, real, hands):
    there, here = fresh(before, "one"), fresh(after)
    variables = {"FOLDER": f"{tmp_path}/var"}
    with opened(tmp_path, having(real, 1), hands, DATABASE_URL=there, **variables) as portal:
        desk = Desk(portal)
        desk.come("anna", "bo")
        desk.withdraw("anna")
        desk.becomes(bo="offered")
        portal.post(website="https://spam.example", name="www.spam.example")
        eventually(
            lambda: {"sent"} == {mail.state for mail in portal.mails() if mail.kind != "notice"}
        )
        link = desk.link("bo", "offered")
    variables |= {"DATABASE_URL": here}

    assert 3 == backup.write_backup(read_settings(there), tmp_path / "one.backup")
    assert 3 == backup.restore_backup(read_settings(here), tmp_path / "one.backup")

    assert everything(there) == everything(here)
    assert all(
        everything(here)[name]
        for name in ("sign_ups", "consents", "mails", "halls", "places", "asked")
    )
    with opened(tmp_path, having(real, 1), hands, **variables) as portal:
        assert 200 == portal.client.post(f"{link}/yes").status_code
        Desk(portal).becomes(bo="taken")
        portal.post(website="https://spam.example", name="www.spam.example")
        assert 3 == len(portal.sign_ups())


def test_a_copy_of_a_server_taken_while_people_sign_up_is_whole(cluster, fresh, tmp_path, real):
    there, here, receipts, stop = cluster.fresh(), fresh("file"), [], threading.Event()

    def sign_up():
        while not stop.is_set():
            receipts.append(portal.post(email=f"v{len(receipts)}@example.org").headers["location"])

    with opened(tmp_path, real, DATABASE_URL=there, FOLDER=f"{tmp_path}/var") as portal:
        posting = threading.Thread(target=sign_up)
        posting.start()
        eventually(lambda: len(receipts) > 20)
        before = len(receipts)
        taken = backup.write_backup(portal.settings, tmp_path / "one.backup")
        stop.set()
        posting.join()

    backup.restore_backup(read_settings(here), tmp_path / "one.backup")
    ids = {sign_up.id for sign_up in operator_reads.sign_ups(read_settings(here))}
    assert before <= taken == len(ids) <= len(receipts)
    assert ids == {mail.subject.id for mail in operator_reads.mails(read_settings(here))}


@pytest.fixture
def taken(fresh, tmp_path, real, hands):
    """A backup of one sign-up."""
    with opened(
        tmp_path, real, hands, DATABASE_URL=fresh("file", "one"), FOLDER=f"{tmp_path}/var"
    ) as portal:
        portal.post()
    backup.write_backup(portal.settings, tmp_path / "one.backup")
    return tmp_path / "one.backup"


def test_nothing_is_put_back_while_an_instance_runs(cluster, taken, tmp_path, real):
    with opened(tmp_path, real, DATABASE_URL=cluster.fresh(), FOLDER=f"{tmp_path}/var") as portal:
        portal.post(email="later@example.org")
        with pytest.raises(InUse, match="Stop that one first"):
            backup.restore_backup(portal.settings, taken)

        assert ["later@example.org"] == [sign_up.answers["email"] for sign_up in portal.sign_ups()]
    assert 1 == backup.restore_backup(portal.settings, taken)
    assert ["karen@example.org"] == [sign_up.answers["email"] for sign_up in portal.sign_ups()]


def test_no_instance_starts_while_a_backup_is_put_back(cluster):
    url = cluster.fresh()
    with psycopg.connect(url) as restoring:
        restoring.execute(f"SELECT pg_advisory_xact_lock({USED})")
        with pytest.raises(InUse):
            connect.open_database(read_settings(url))


def test_rows_that_do_not_fit_change_nothing(cluster, taken, tmp_path, real):
    with opened(tmp_path, real, DATABASE_URL=cluster.fresh(), FOLDER=f"{tmp_path}/var") as portal:
        portal.post(email="later@example.org")
    with closing(sqlite3.connect(":memory:")) as image:
        with migrate.in_memory(image) as copy:
            migrate.migrate(copy, cipher=None)
            copy.commit()
        image.execute("INSERT INTO consents VALUES ('nobody', 'contact', '1', '2026-11-23', NULL)")
        image.commit()
        with pytest.raises(CannotOpen, match="Nothing has been changed"):
            connect.dialect_for(portal.settings.database).take(image)

    assert ["later@example.org"] == [sign_up.answers["email"] for sign_up in portal.sign_ups()]


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_changed(
    taken, fresh, tmp_path, monkeypatch
):
    url = fresh("file", "one")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    backup.write_backup(read_settings(url), tmp_path / "newer.backup")

    for kind in KINDS:
        here = fresh(kind)
        backup.restore_backup(read_settings(here), taken)
        with pytest.raises(CannotOpen, match="newer version"):
            backup.restore_backup(read_settings(here), tmp_path / "newer.backup")
        assert 1 == len(operator_reads.sign_ups(read_settings(here)))
