"""An operator who is root, and a service that is not: what the one leaves, the other can use."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import KEY, eventually, run_cli
from tests.backend.killing import victim
from tests.backend.many import fill

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder():
    """Where everybody may go through; the folder `var` in it is the service's."""
    root_folder = Path(tempfile.mkdtemp())
    root_folder.chmod(0o755)
    (root_folder / "var").mkdir()
    if IS_ROOT:
        os.chown(root_folder / "var", NOBODY, NOBODY)
    yield root_folder
    shutil.rmtree(root_folder)


@pytest.fixture
def service(folder, free_port, monkeypatch):
    """A server that is another user than root, where the tests are root, with a sign-up that root put there.

    It sends no mail and shows no page: Python and what it would load for that may be root's alone.
    """
    monkeypatch.setenv("VICTIM_USER", str(NOBODY if IS_ROOT else 0))
    with victim(folder, free_port, FOLDER=str(folder / "var")) as server:
        fill(server.settings, 1, utc_now())
        with closing(sqlite3.connect(server.settings.database.path)) as database, database:
            database.execute("UPDATE mails SET state = 'sent', sent_at = created_at")
        server.start()
        with httpx.Client(base_url=server.url, verify=False) as client:
            eventually(lambda: client.get("/readyz").status_code == 200)
            yield server, client


@pytest.fixture
def operate(folder, monkeypatch, capsys):
    """Runs a command as whoever runs the tests; what it says."""

    def run(*arguments, **environ):
        variables = {
            "DATABASE_URL": f"sqlite:///{folder}/var/m.db",
            "FOLDER": f"{folder}/var",
            "SECRET_KEYS": KEY,
        }
        for name, value in (variables | environ).items():
            monkeypatch.setenv(f"MENTORKORPS_{name}", value)
        ended = run_cli([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert 0 == ended, printed.err
        return printed.out

    return run


def foreign(folder):
    """What is in the folder and not its owner's."""
    return [path for path in folder.rglob("*") if path.stat().st_uid != folder.stat().st_uid]


def test_commands_beside_the_service_and_without_it_leave_nothing_that_it_cannot_use(
    folder, service, operate
):
    server, client = service
    assert "0 mails are on the way again" in operate("outbox", "resend", "--failed")
    assert "is encrypted with the first key now" in operate("rotate")
    assert [] == foreign(folder / "var")
    assert (folder / "var" / "errands").stat().st_uid == (folder / "var").stat().st_uid

    server.kill()
    operate("backup", folder / "var" / "one.backup")
    for path in (folder / "var").glob("m.db*"):
        path.unlink()
    operate("restore", folder / "var" / "one.backup")
    operate("rotate")
    operate("purge")
    operate("desk", "list")
    assert [] == foreign(folder / "var")

    server.start()
    eventually(lambda: client.get("/readyz").status_code == 200)
    assert 1 == len(operator_reads.sign_ups(server.settings))


def test_a_folder_and_a_key_that_root_makes_are_the_owners_of_what_they_lie_in(
    folder, service, operate
):
    server, _ = service
    server.kill()
    operate("backup", folder / "var" / "one.backup")
    variables = {
        "DATABASE_URL": f"sqlite:///{folder}/var/new/deep/m.db",
        "FOLDER": f"{folder}/var/new/deep",
    }
    operate("restore", folder / "var" / "one.backup", **variables)
    with pytest.raises(AssertionError, match="was encrypted with another key"):
        operate("desk", "list", **variables | {"SECRET_KEYS": ""})

    assert (folder / "var" / "new" / "deep" / "secret-key").exists()
    assert [] == foreign(folder / "var")


def test_a_server_that_may_not_use_its_folder_of_notes_says_so(folder, service):
    _, client = service
    errands = folder / "var" / "errands"
    errands.mkdir(mode=0o700)
    if not IS_ROOT:
        errands.chmod(0)
    eventually(lambda: client.get("/readyz").json()["errands"] is False)
    assert 503 == client.get("/readyz").status_code

    errands.chmod(0o777)
    eventually(lambda: client.get("/readyz").status_code == 200)


def test_a_note_that_it_may_not_read_is_told_and_keeps_no_other_from_being_done(
    folder, service, operate
):
    _, client = service
    operate("outbox", "resend", "--failed")
    note = folder / "var" / "errands" / "0.todo"
    note.write_text('{"kind": "resend"}')
    note.chmod(0)
    eventually(lambda: client.get("/readyz").json()["errands"] is False)

    assert "0 mails are on the way again" in operate("outbox", "resend", "--failed")
    note.unlink()
    eventually(lambda: client.get("/readyz").status_code == 200)
