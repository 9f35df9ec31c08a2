"""A disk that is full, read-only, sick or gone, a locked database, a clock that is wrong: what was acknowledged is
kept, and the server goes on by itself once all is well."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import (
    FORM,
    JSON,
    KEY,
    built_site,
    eventually,
    link_in,
    text_of,
    volunteer,
)
from tests.backend.faults import built, faulty, surroundings
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="what goes wrong is put before libc by LD_PRELOAD"
)

LONG = 30


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return built(tmp_path_factory.mktemp("library"))


@pytest.fixture
def portal(tmp_path, library):
    with faulty(tmp_path, library) as portal:
        yield portal


def see_it_refused(portal):
    refused = portal.post_until_refused()
    assert (503, "5") == (refused.status_code, refused.headers["retry-after"])
    for typed in ("Intet er gemt", 'value="Karen Testesen"', 'value="5000"', " checked"):
        assert typed in refused.text
    assert not portal.is_ready()
    program = portal.client.post(FORM, json=volunteer(), headers=JSON)
    assert (503, "5") == (program.status_code, program.headers["retry-after"])
    assert "application/problem+json" == program.headers["content-type"]
    assert 200 == portal.client.get("/healthz").status_code


def see_all_kept_and_sent_once(portal):
    eventually(portal.is_ready, seconds=LONG)
    assert 303 == portal.post().status_code
    for receipt in portal.acknowledged.values():
        assert 200 == portal.client.get(receipt).status_code
    portal.clock(hours=1)  # the lease of a mail that was sent but could not be noted
    eventually(portal.mails_are_out, seconds=LONG)
    kill_and_see_it_whole(portal)

    ids = {
        sign_up.answers["email"]: sign_up.id for sign_up in operator_reads.sign_ups(portal.settings)
    }
    mails = operator_reads.mails(portal.settings)
    assert portal.acknowledged.keys() <= ids.keys()
    assert len(ids) == len(mails)
    assert {f"<{mail.id}@mentorkorps.invalid>" for mail in mails} == set().union(
        *portal.numbers().values()
    )
    assert {1} == {
        len(numbers) for (to, _), numbers in portal.numbers().items() if to.startswith("person")
    }


def kill_and_see_it_whole(portal):
    portal.server.process.kill()
    portal.server.process.wait()
    with closing(sqlite3.connect(portal.settings.database.path)) as database:
        assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()


@pytest.mark.parametrize("mood", ["full", "read-only", "sick", "gone"])
def test_a_disk_that_fails_loses_nothing_that_was_acknowledged(portal, mood):
    assert 303 == portal.post().status_code
    portal.disk(mood)
    see_it_refused(portal)
    portal.disk("")

    see_all_kept_and_sent_once(portal)


def test_a_disk_that_fails_now_and_then_under_load_loses_nothing_that_was_acknowledged(portal):
    with portal.crowd():
        for mood in ("sick", "full", "gone", "read-only") * 2:
            portal.disk(mood)
            more(portal, 503)
            portal.disk("")
            more(portal, 303)
    assert {303, 503} == set(portal.answers)

    see_all_kept_and_sent_once(portal)


def more(portal, status):
    enough = portal.answers[status] + 5
    eventually(lambda: portal.answers[status] >= enough, seconds=LONG)


def test_a_database_that_is_not_synced_is_written_again_from_its_log(portal):
    for _ in range(3):
        portal.post()
    eventually(portal.mails_are_out, seconds=LONG)
    portal.disk("half-sick")
    assert portal.client.post(
        f"{mine(portal, 'person1@example.org')}/delete", data={"sure": "yes"}
    ).is_success
    assert "not swept" in portal.server.errors.read_text("utf-8")
    assert 303 == portal.post().status_code
    eventually(portal.mails_are_out, seconds=LONG)

    portal.disk("")
    assert portal.client.post(
        f"{mine(portal, 'person2@example.org')}/delete", data={"sure": "yes"}
    ).is_success
    assert 0 == portal.settings.database.path.with_name("mentorkorps.db-wal").stat().st_size
    kill_and_see_it_whole(portal)
    addresses = {sign_up.answers["email"] for sign_up in operator_reads.sign_ups(portal.settings)}
    assert {"person3@example.org", "person4@example.org"} == addresses


def mine(portal, who):
    receipt = portal.client.get(portal.acknowledged[who]).text
    return "/mine/" + receipt.partition('href="/mine/')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("full", "No space left on device"),
        ("read-only", "Read-only file system"),
        ("sick", "disk I/O error"),
        ("gone", "Input/output error"),
    ],
)
def test_a_start_on_a_disk_that_fails_ends_with_one_sentence(
    tmp_path, library, free_port, mood, reason
):
    around = surroundings(tmp_path, library)
    (tmp_path / "moods" / "disk").write_text(mood)
    variables = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/var/m.db",
        "MENTORKORPS_SECRET_KEYS": KEY,
    }
    (tmp_path / "var").mkdir()
    site = built_site(tmp_path / "site")
    command = [
        sys.executable,
        "-m",
        "mentorkorps",
        "serve",
        "--site",
        str(site),
        "--port",
        str(free_port),
    ]
    ended = subprocess.run(
        command, env=os.environ | variables | around, cwd=ROOT, capture_output=True, text=True
    )

    where = f"{tmp_path}/var/m.db"
    sentence = f"mentorkorps: {where} cannot be used: {reason}. Look at its disk and who may write to its folder.\n"
    assert (2, sentence) == (ended.returncode, ended.stderr)


def test_a_database_that_another_program_locks_loses_nothing_that_was_acknowledged(portal):
    assert 303 == portal.post().status_code
    with closing(sqlite3.connect(portal.settings.database.path, isolation_level=None)) as other:
        eventually(lambda: has(other), seconds=LONG)
        see_it_refused(portal)
        see_it_refused(portal)

    see_all_kept_and_sent_once(portal)


def has(other):
    try:
        return other.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False


def test_a_command_that_cannot_be_answered_on_a_full_disk_is_answered_when_there_is_room(portal):
    errands = portal.settings.errands_folder
    errands.mkdir()
    note = errands / "1.todo"
    portal.disk("full")
    note.write_text('{"kind": "resend"}')
    eventually(
        lambda: "the disk took nothing" in portal.server.errors.read_text("utf-8"), seconds=LONG
    )
    assert portal.client.get("/readyz").json()["errands"]
    assert note.exists()

    portal.disk("")
    eventually(lambda: "0" == read_or_nothing(note.with_suffix(".done")), seconds=LONG)
    assert not note.exists()


def read_or_nothing(path):
    return path.read_text("ascii") if path.exists() else ""


def test_a_change_that_cannot_be_kept_comes_back_as_it_was_typed(portal):
    portal.post()
    eventually(
        portal.mails_are_out, seconds=LONG
    )  # what reads beside a write that fails is refused with it
    own = mine(portal, "person1@example.org")
    changed = volunteer(name="Karen Nytnavn", email="person1@example.org")
    portal.disk("sick")

    refused = portal.client.post(f"{own}/change", data=changed)
    assert (503, "5") == (refused.status_code, refused.headers["retry-after"])
    assert "Intet er gemt" in refused.text
    assert 'value="Karen Nytnavn"' in refused.text
    assert "Karen Testesen" in portal.client.post(own).text
    portal.disk("")
    assert "Karen Nytnavn" in portal.client.post(f"{own}/change", data=changed).text


@pytest.mark.parametrize("hours", [24, -24])
def test_a_clock_one_day_off_loses_nothing_and_its_mails_leave_when_it_is_right(portal, hours):
    portal.post()
    eventually(portal.mails_are_out, seconds=LONG)
    portal.clock(hours)
    portal.services.answer = "451 4.3.0 later"
    portal.post()
    eventually(
        lambda: [mail for mail in operator_reads.mails(portal.settings) if mail.state == "retry"],
        seconds=LONG,
    )
    assert 200 == portal.client.post(confirm_link(portal, "person1@example.org")).status_code
    assert portal.is_ready()

    portal.clock(0)
    portal.services.answer = "250 OK"
    eventually(lambda: confirm_link(portal, "person2@example.org"), seconds=LONG)
    assert 200 == portal.client.post(confirm_link(portal, "person2@example.org")).status_code
    receipt = portal.client.get(portal.acknowledged["person2@example.org"])
    assert (200 if hours > 0 else 410) == receipt.status_code, (
        "one of the day before has ended, with a button"
    )
    numbers = [letter["Message-ID"] for letter in portal.services.taken]
    assert len(numbers) == len(set(numbers))
    assert all(sign_up.confirmed_at for sign_up in operator_reads.sign_ups(portal.settings))


def confirm_link(portal, who):
    """What stands in the mail that asks for confirmation; nothing as long as it has not come."""
    asked = [
        letter
        for letter in portal.services.taken
        if letter["To"] == who and "/confirm/" in text_of(letter)
    ]
    return asked and link_in(asked[0], portal.settings.public_url)


@pytest.mark.parametrize("hours", [24 * 240, -24 * 240])
def test_a_clock_eight_months_off_ends_nothing_while_the_server_runs_and_when_it_starts(
    portal, hours
):
    portal.post()
    portal.post()
    eventually(portal.mails_are_out, seconds=LONG)
    assert 200 == portal.client.post(confirm_link(portal, "person1@example.org")).status_code
    portal.clock(hours)
    eventually(lambda: not portal.is_ready(), seconds=LONG)
    assert portal.client.get("/readyz").json()["clock"] is False
    assert 303 == portal.post().status_code
    eventually(lambda: alarms(portal), seconds=LONG)
    portal.restart()
    eventually(lambda: portal.client.get("/readyz").json()["clock"] is False, seconds=LONG)
    assert 3 == len(operator_reads.sign_ups(portal.settings))

    portal.clock(0)
    eventually(portal.is_ready, seconds=LONG)
    assert 3 == len(operator_reads.sign_ups(portal.settings))
    assert 1 == len(alarms(portal))


def alarms(portal):
    return {
        letter["Message-ID"]
        for letter in portal.services.taken
        if "Serverens ur" in letter["Subject"]
    }
