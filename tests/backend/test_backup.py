"""The drill: a backup is taken while people sign up, everything burns, and the backup is put back."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.db import backup, errors, operator_reads
from mentorkorps.backend.security.encrypted_stream import CHUNK_BYTES, SALT_BYTES, TAG_BYTES
from mentorkorps.backend.security.encryption import MARK_BYTES, Cipher
from tests.backend.conftest import KEY, eventually, opened
from tests.backend.many import PLENTY, fill
from tests.conftest import ROOT

NEWER = "a-newer-key-for-the-tests"


@pytest.fixture
def mentorkorps(tmp_path):
    """Runs a command on the database of the test's portal."""

    def run(*arguments, keys=KEY):
        variables = {
            "DATABASE_URL": f"sqlite:///{tmp_path}/var/mentorkorps.db",
            "SECRET_KEYS": keys,
        }
        return subprocess.run(
            [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | {f"MENTORKORPS_{name}": value for name, value in variables.items()},
        )

    return run


@pytest.fixture
def burnt(tmp_path, real, mentorkorps):
    """A backup of one sign-up, confirmed; the database is gone."""
    with opened(tmp_path, real) as portal:
        portal.post()
        portal.client.post(portal.link("confirm"))
        eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
        taken = mentorkorps("backup", tmp_path / "one.backup")
    assert f"{tmp_path}/one.backup holds 1 sign-up, encrypted with the first key.\n" == taken.stdout
    for path in (tmp_path / "var").glob("mentorkorps.db*"):
        path.unlink()
    return tmp_path / "one.backup"


def database(folder):
    return (folder / "var" / "mentorkorps.db").read_bytes()


def test_a_backup_taken_while_people_sign_up_is_whole(tmp_path, real, mentorkorps):
    receipts, stop = [], threading.Event()

    def sign_up():
        while not stop.is_set():
            receipts.append(portal.post(email=f"v{len(receipts)}@example.org").headers["location"])

    with opened(tmp_path, real) as portal:
        posting = threading.Thread(target=sign_up)
        posting.start()
        eventually(lambda: len(receipts) > 20)
        before = list(receipts)
        taken = mentorkorps("backup", tmp_path / "one.backup")
        stop.set()
        posting.join()
    assert 0 == taken.returncode
    for path in (tmp_path / "var").glob("mentorkorps.db*"):
        path.unlink()

    restored = mentorkorps("restore", tmp_path / "one.backup")

    assert 0 == restored.returncode
    with opened(tmp_path, real) as portal:
        assert len(before) <= len(portal.sign_ups()) <= len(receipts)
        assert {200} == {portal.client.get(receipt).status_code for receipt in before}
        ids = {sign_up.id for sign_up in portal.sign_ups()}
        assert ids == {mail.subject.id for mail in portal.mails()}


def test_what_was_put_back_is_all_there_and_links_still_open(burnt, tmp_path, real, mentorkorps):
    restored = mentorkorps("restore", burnt)

    assert f"{tmp_path}/var/mentorkorps.db holds 1 sign-up now." == restored.stdout.splitlines()[0]
    assert "The last moment seen is " in restored.stdout
    with opened(tmp_path, real) as portal:
        (sign_up,) = portal.sign_ups()
        assert "karen@example.org" == sign_up.answers["email"]
        assert sign_up.confirmed_at
        assert 1 == len(operator_reads.consents(portal.settings, sign_up.id))
        assert {"sent"} == {mail.state for mail in portal.mails()}
        assert "karen@example.org" in portal.client.post(portal.link("notice")).text
        assert portal.post().headers["location"].startswith("/receipt/")
        assert 1 == len(portal.sign_ups())


def test_a_backup_can_be_read_only_with_the_key_and_by_its_owner(burnt):
    content = burnt.read_bytes()

    for readable in (b"karen", b"SQLite format", b"sign_ups", b"0461"):
        assert readable not in content
    assert 0o600 == burnt.stat().st_mode & 0o777


def test_it_takes_the_place_of_what_is_there(burnt, tmp_path, real, mentorkorps):
    with opened(tmp_path, real) as portal:
        portal.post(email="later@example.org")

    mentorkorps("restore", burnt)

    assert ["karen@example.org"] == [
        sign_up.answers["email"] for sign_up in operator_reads.sign_ups(portal.settings)
    ]


def test_nothing_is_put_back_while_the_server_runs(burnt, tmp_path, real, mentorkorps):
    with opened(tmp_path, real) as portal:
        portal.post(email="later@example.org")
        refused = mentorkorps("restore", burnt)

        assert (2, 1) == (refused.returncode, len(refused.stderr.splitlines()))
        assert "in use by another process" in refused.stderr
        assert ["later@example.org"] == [sign_up.answers["email"] for sign_up in portal.sign_ups()]


def test_a_newer_key_in_front_does_not_matter_and_a_missing_one_is_named(
    burnt, tmp_path, mentorkorps
):
    missing = mentorkorps("restore", burnt, keys=NEWER)
    assert 2 == missing.returncode
    assert "MENTORKORPS_SECRET_KEYS" in missing.stderr
    assert not (tmp_path / "var" / "mentorkorps.db").exists()

    both = mentorkorps("restore", burnt, keys=f"{NEWER},{KEY}")
    assert 0 == both.returncode


def broken(taken):
    content = taken.read_bytes()
    yield "changed", content[:-50] + bytes([content[-50] ^ 1]) + content[-49:]
    yield "not whole", content[: len(content) // 2]
    yield "no backup", b"SQLite format 3\0"
    yield "empty", b""


def test_what_is_no_whole_backup_is_refused_and_changes_nothing(burnt, tmp_path, real, mentorkorps):
    with opened(tmp_path, real) as portal:
        portal.post(email="later@example.org")
    before = database(tmp_path)

    for name, content in broken(burnt):
        (tmp_path / "bad.backup").write_bytes(content)
        refused = mentorkorps("restore", tmp_path / "bad.backup")
        assert (2, 1) == (refused.returncode, len(refused.stderr.splitlines())), (
            name,
            refused.stderr,
        )
        assert "Nothing has been changed" in refused.stderr, name
    assert 2 == mentorkorps("restore", tmp_path / "no-such.backup").returncode
    assert before == database(tmp_path)


def test_without_a_database_there_is_nothing_to_back_up(tmp_path, mentorkorps):
    refused = mentorkorps("backup", tmp_path / "one.backup")

    assert 2 == refused.returncode
    assert not (tmp_path / "one.backup").exists()


def test_a_backup_outlives_a_rotation_as_long_as_its_key_is_there(burnt, tmp_path, mentorkorps):
    mentorkorps("restore", burnt)
    both = f"{NEWER},{KEY}"
    mentorkorps("rotate", keys=both)

    assert 0 == mentorkorps("restore", burnt, keys=both).returncode
    read = settings.read_settings(
        {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/var/mentorkorps.db",
            "MENTORKORPS_SECRET_KEYS": KEY,
        }
    )
    assert ["karen@example.org"] == [
        sign_up.answers["email"] for sign_up in operator_reads.sign_ups(read)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A backup of some megabytes, and the settings of the database that it is of."""
    folder = tmp_path_factory.mktemp("large")
    read = settings.read_settings(
        {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/var/mentorkorps.db",
            "MENTORKORPS_SECRET_KEYS": KEY,
        }
    )
    fill(read)
    run(read, "backup", folder / "large.backup").check_returncode()
    return read, folder / "large.backup"


def run(read, *arguments, python=("-m", "mentorkorps")):
    environ = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{read.database.path}",
        "MENTORKORPS_SECRET_KEYS": read.secret_keys[0],
    }
    return subprocess.run(
        [sys.executable, *python, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environ,
    )


def chunks(taken):
    """What stands before the chunks, and the chunks."""
    content = taken.read_bytes()
    begins = len(b"mentorkorps backup 2\n") + MARK_BYTES + SALT_BYTES
    size = CHUNK_BYTES + TAG_BYTES
    return content[:begins], [
        content[start : start + size] for start in range(begins, len(content), size)
    ]


def put_together(taken, other):
    head, (first, second, *rest) = chunks(taken)
    _, (foreign, *_) = chunks(other)
    yield "cut between two chunks", head + first + second
    yield "two chunks changed places", head + second + first + b"".join(rest)
    yield "one chunk left out", head + first + b"".join(rest)
    yield "one chunk twice", head + first + first + second + b"".join(rest)
    yield "one chunk of another backup", head + first + foreign + b"".join(rest)
    yield "something behind the end", head + first + second + b"".join(rest) + b"more"
    yield "nothing but its head", head
    yield "half a head", head[:30]
    yield "the head of the first kind alone", b"mentorkorps backup 1\n"


def test_a_backup_put_together_anew_is_refused_and_changes_nothing(large, tmp_path):
    read, taken = large
    backup.write_backup(read, tmp_path / "other.backup")
    before = read.database.path.read_bytes()

    for name, content in put_together(taken, tmp_path / "other.backup"):
        (tmp_path / "bad.backup").write_bytes(content)
        with pytest.raises(errors.CannotOpen) as refused:
            backup.restore_backup(read, tmp_path / "bad.backup")
        assert "is not whole. Nothing has been changed" in str(refused.value), name
    assert before == read.database.path.read_bytes()


def test_a_large_backup_is_put_back_row_by_row(large, tmp_path, mentorkorps):
    _, taken = large
    assert len(chunks(taken)[1]) > 2

    assert f"holds {PLENTY} sign-ups now" in mentorkorps("restore", taken).stdout


def test_a_backup_of_the_first_kind_is_put_back(large, tmp_path, mentorkorps):
    read, _ = large
    with (
        closing(sqlite3.connect(read.database.path)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)
        image = bytearray(copy.serialize())
    image[18:20] = b"\1\1"
    (tmp_path / "old.backup").write_bytes(
        b"mentorkorps backup 1\n" + Cipher([KEY], "backup").close("backup", bytes(image))
    )

    assert f"holds {PLENTY} sign-ups now" in mentorkorps("restore", tmp_path / "old.backup").stdout
    assert 2 == mentorkorps("restore", tmp_path / "old.backup", keys=NEWER).returncode


def dying_at(call, *before):
    """A `mentorkorps` that is killed when it calls this function of the system."""
    kills = f"os.{call} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
    return ("-c", "; ".join(["import os, signal, sys", *before, kills, *RUNS]))


RUNS = ("from mentorkorps.commands.cli import main", "sys.exit(main())")
WITHOUT_UNNAMED_FILES = "os.__dict__.pop('O_TMPFILE', None)"
MOMENTS = {
    "all is written": ("fsync", (), sys.platform == "linux"),
    "all is written, where files need a name": ("fsync", (WITHOUT_UNNAMED_FILES,), False),
    "it is about to get its name": ("replace", (), False),
}


@pytest.mark.parametrize(("call", "before", "is_clean"), MOMENTS.values(), ids=MOMENTS.keys())
def test_a_killed_backup_leaves_nothing_for_long(large, tmp_path, call, before, is_clean):
    read, _ = large
    folder = tmp_path / "backup"
    folder.mkdir()

    killed = run(read, "backup", folder / "one.backup", python=dying_at(call, *before))
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    left = list(folder.iterdir())
    assert (0 if is_clean else 1) == len(left)
    # What the guide deletes after 30 days, if no other backup is ever taken.
    backups = subprocess.run(
        ["find", folder, "-name", "*.backup"], capture_output=True, text=True
    ).stdout
    assert [str(path) for path in left] == backups.splitlines()
    assert all(0o600 == path.stat().st_mode & 0o777 for path in left)

    assert PLENTY == backup.write_backup(read, folder / "two.backup")
    assert ["two.backup"] == [path.name for path in folder.iterdir()]


def test_a_backup_takes_the_place_of_one_of_the_same_name_and_a_missing_folder_is_told(
    large, tmp_path
):
    read, taken = large
    (tmp_path / "one.backup").write_bytes(b"something else")

    backup.write_backup(read, tmp_path / "one.backup")
    assert taken.stat().st_size == (tmp_path / "one.backup").stat().st_size
    missing = run(read, "backup", tmp_path / "nowhere" / "one.backup")
    assert (2, 1) == (missing.returncode, len(missing.stderr.splitlines()))
