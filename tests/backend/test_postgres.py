"""A PostgreSQL server in place of the file: what an operator is told, and what happens when it goes and comes back."""

import logging
import signal
import threading
from itertools import count

import httpx
import pytest
from sqlalchemy import text

from mentorkorps.backend.db import backup, connect, operator_reads
from mentorkorps.backend.db.errors import CannotOpen, OtherVersion
from mentorkorps.backend.db.writer import Unavailable
from mentorkorps.backend.signups.lifecycle import accept
from tests.backend.conftest import (
    FORM,
    JSON,
    KEY,
    any_free_port,
    awaited,
    built_site,
    eventually,
    opened,
    run_cli,
    volunteer,
)
from tests.backend.test_store import read_settings, submission
from tests.postgres import PASSWORD, running


@pytest.fixture(scope="module")
def own_cluster():
    """A server that a test may stop if it starts it again; it signed its own certificate."""
    with running(ssl="on") as cluster:
        yield cluster


@pytest.fixture
def operate(monkeypatch, capsys):
    """What a command says on stderr when it is run on a database; it must be one that cannot run."""

    def run(url, *arguments):
        monkeypatch.setenv("MENTORKORPS_DATABASE_URL", url)
        monkeypatch.setenv("MENTORKORPS_SECRET_KEYS", KEY)
        assert 2 == run_cli([str(argument) for argument in arguments])
        return capsys.readouterr().err

    return run


def nobody_there(cluster):
    return f"postgresql://me:kode@127.0.0.1:{any_free_port()}/korps"


def role_without_rights(cluster):
    url = cluster.empty()
    cluster.ask("DROP ROLE IF EXISTS guest")
    cluster.ask("CREATE ROLE guest LOGIN PASSWORD 'kode'")
    return url.replace(url[url.index("//") : url.index("@")], "//guest:kode")


REFUSED = {
    "nobody there": (nobody_there, "cannot be reached"),
    "wrong password": (lambda cluster: cluster.url("postgres", "kode"), "user, password"),
    "no encryption": (lambda cluster: f"{cluster.fresh()}?sslmode=require", "sslmode"),
    "no such database": (lambda cluster: cluster.url("korpset"), "no database 'korpset'"),
    "no right": (role_without_rights, "owner of the database"),
}


@pytest.mark.parametrize(("url", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_server_that_cannot_be_used_is_told_in_one_sentence_without_the_password(
    cluster, tmp_path, operate, url, reason
):
    printed = operate(
        url(cluster), "serve", "--site", built_site(tmp_path / "site"), "--port", any_free_port()
    )

    assert 1 == len(printed.splitlines()), printed
    assert reason in printed
    assert "kode" not in printed


def test_a_database_without_tables_is_told_by_each_command(cluster, operate):
    url = cluster.empty()

    for command in (
        ("desk", "list"),
        ("outbox",),
        ("purge",),
        ("rotate",),
        ("backup", "no.backup"),
    ):
        printed = operate(url, *command)
        assert 1 == len(printed.splitlines()), printed
        assert "there is no database at postgresql://127.0.0.1" in printed


def test_tables_of_an_older_version_are_not_read(cluster):
    url = cluster.fresh()
    cluster.ask("UPDATE alembic_version SET version_num = '0009'", url.rpartition("/")[2])

    with pytest.raises(OtherVersion, match="Restart the server"):
        operator_reads.mails(read_settings(url))


def test_tables_of_a_newer_version_are_left_alone(cluster, tmp_path):
    url, taken = cluster.fresh(), tmp_path / "one.backup"
    read = read_settings(url)
    backup.write_backup(read, taken)
    cluster.ask("UPDATE alembic_version SET version_num = '9999'", url.rpartition("/")[2])

    with pytest.raises(OtherVersion, match="newer version"):
        connect.open_database(read)
    with pytest.raises(OtherVersion, match="newer version"):
        backup.restore_backup(read, taken)
    with pytest.raises(OtherVersion):
        backup.write_backup(read, tmp_path / "other.backup")


def test_instances_that_start_at_once_make_the_tables_once(cluster):
    url = cluster.empty()
    opened, errors = [], []

    def start():
        try:
            opened.append(connect.open_database(read_settings(url)))
        except Exception as error:
            errors.append(error)

    starting = [threading.Thread(target=start) for _ in range(4)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    for database in opened:
        database.close()

    assert [] == errors
    assert [] == operator_reads.sign_ups(read_settings(url))


def test_a_certificate_is_looked_at(own_cluster):
    url = own_cluster.fresh()
    vouched_for = f"{url}?sslmode=verify-full&sslrootcert={own_cluster.folder}/certificate"
    connect.open_database(read_settings(vouched_for)).close()

    with pytest.raises(CannotOpen, match="shows no certificate that sslrootcert"):
        connect.open_database(
            read_settings(f"{url}?sslmode=verify-full&sslrootcert={own_cluster.folder}/other")
        )


def test_a_socket_will_do_and_a_password_of_any_letters(cluster):
    name = cluster.fresh().rpartition("/")[2]
    read = read_settings(cluster.socket_url(name))

    connect.open_database(read).close()

    assert PASSWORD not in repr(read)
    assert [] == operator_reads.sign_ups(read)


def test_the_service_says_503_while_the_server_is_away_and_goes_on_when_it_is_back(
    own_cluster, tmp_path, real
):
    with opened(
        tmp_path, real, DATABASE_URL=own_cluster.fresh(), FOLDER=f"{tmp_path}/var"
    ) as portal:
        receipts = [portal.post(email="before@example.org").headers["location"]]
        own_cluster.stop()

        away = [portal.post(email=f"away{number}@example.org") for number in range(3)]
        assert {503} == {answer.status_code for answer in away}
        assert all(answer.headers["Retry-After"] for answer in away)
        assert 503 == portal.client.get("/readyz").status_code

        own_cluster.start()
        receipts.append(portal.post(email="after@example.org").headers["location"])
        eventually(lambda: 200 == portal.client.get("/readyz").status_code)

        assert {200} == {portal.client.get(receipt).status_code for receipt in receipts}
        assert ["before", "after"] == [
            sign_up.answers["email"].partition("@")[0] for sign_up in portal.sign_ups()
        ]


def test_nothing_acknowledged_is_lost_when_the_server_dies_again_and_again(tmp_path, real):
    with running(fsync="on", full_page_writes="on") as cluster:
        url, receipts, statuses, stop = cluster.fresh(), [], set(), threading.Event()

        def sign_up(name):
            for answer in posted(portal, name, stop):
                statuses.add(answer.status_code)
                if answer.status_code == 201:
                    receipts.append(answer.json()["receipt"])

        with opened(tmp_path, real, DATABASE_URL=url, FOLDER=f"{tmp_path}/var") as portal:
            posting = [threading.Thread(target=sign_up, args=(name,)) for name in "ab"]
            for thread in posting:
                thread.start()
            for _ in range(2):
                before = len(receipts)
                eventually(lambda before=before: len(receipts) > before + 10, 30)
                cluster.stop(signal.SIGQUIT)
                cluster.start()
            stop.set()
            for thread in posting:
                thread.join()

            assert {201, 503} == statuses
            assert {200} == {portal.client.get(receipt).status_code for receipt in receipts}


def posted(portal, name, stop):
    """The answers to one sign-up after another."""
    with httpx.Client(base_url=portal.client.base_url, verify=False) as client:
        for number in count(1):
            if stop.is_set():
                return
            yield client.post(
                FORM, data=volunteer(email=f"{name}-{number}@example.org"), headers=JSON
            )


def test_a_table_that_somebody_keeps_locked_is_503_and_not_for_ever(cluster):
    url = cluster.fresh()
    read = read_settings(url)

    def hold(transaction):
        transaction.execute(text("SET LOCAL lock_timeout = '100ms'"))
        return accept(transaction, submission(2))

    async def steps():
        database = connect.open_database(read)
        with connect.opened_to_write(read) as runner, runner.transaction() as other:
            other.execute(text("LOCK TABLE sign_ups"))
            with pytest.raises(Unavailable):
                await database.change(hold)
        await database.change(accept, submission(3))
        database.close()

    awaited(steps())
    assert ["3@example.org"] == [
        sign_up.answers["email"] for sign_up in operator_reads.sign_ups(read)
    ]


def test_what_is_deleted_is_swept_from_the_tables(cluster, tmp_path, real, hands, caplog):
    caplog.set_level(logging.INFO, "mentorkorps.backend.signups.retention")
    url = cluster.fresh()
    sizes = "SELECT pg_relation_size('sign_ups'), pg_relation_size('consents'), pg_relation_size('mails')"
    with opened(tmp_path, real, hands, DATABASE_URL=url, FOLDER=f"{tmp_path}/var") as portal:
        for number in range(10):
            portal.post(email=f"v{number}@example.org")
        eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()}, 20)
        (before,) = cluster.ask(sizes, url.rpartition("/")[2])
        hands.pass_by(hours=73)

        # Whoever reads at that moment keeps the rows, so the test only listens.
        eventually(lambda: "purge: 10 sign-ups and 10 mails deleted" in caplog.messages)
        (after,) = cluster.ask(sizes, url.rpartition("/")[2])

    assert all(before)
    assert (0, 0, 0) == after


def test_every_command_works_beside_an_instance(cluster, tmp_path, real, monkeypatch, capsys):
    newer = f"a-newer-key-for-the-tests,{KEY}"
    variables = {"DATABASE_URL": cluster.fresh(), "FOLDER": f"{tmp_path}/var", "SECRET_KEYS": newer}

    def operate(*arguments, keys=newer):
        monkeypatch.setenv("MENTORKORPS_SECRET_KEYS", keys)
        ended = run_cli([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert 0 == ended, printed.err
        return printed.out

    with opened(tmp_path, real, **variables | {"SECRET_KEYS": KEY}) as portal:
        portal.post(name="www.spam.example", website="https://spam.example")
    with opened(tmp_path, real, **variables) as portal:
        for name, value in portal.environ.items():
            monkeypatch.setenv(name, value)
        (sign_up,) = portal.sign_ups()

        assert sign_up.id in operate("desk", "list")
        assert "is no spam" in operate("desk", "restore", sign_up.id[:8])
        assert not portal.sign_ups()[0].flagged
        assert "1 sign-up" in operate("desk", "export", "mentor", tmp_path / "mentor.csv")
        assert "0 mails are on the way again" in operate("outbox", "resend", "--failed")
        assert "0 sign-ups and 0 mails deleted" in operate("purge")
        assert "1 sign-up is encrypted with the first key now" in operate("rotate")
        assert sign_up.id in operate("desk", "list", keys=newer.partition(",")[0])
        assert "holds 1 sign-up" in operate("backup", tmp_path / "one.backup")
        portal.post(name="www.spam.example", website="https://spam.example")
        assert 1 == len(portal.sign_ups())
