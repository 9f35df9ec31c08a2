"""How long sign-ups are kept, and that nothing but numbers stays."""

import logging
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mentorkorps.backend.clock import months_before
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.db.records import Count
from tests.backend.conftest import KEY, both, eventually, opened, volunteer
from tests.conftest import ROOT


def gone(portal):
    return lambda: [] == portal.sign_ups()


def everything_on_the_disk(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def on_the_disk(portal):
    """What would betray a sign-up: its number, its sealed answers, its fingerprint, the numbers of its mails."""
    with sqlite3.connect(portal.settings.database.path) as database:
        columns = (
            "id || '', fingerprint || '', CAST(substr(sealed, 5, 12) AS BLOB), substr(sealed, 17)"
        )
        values = [
            value for row in database.execute(f"SELECT {columns} FROM sign_ups") for value in row
        ]
        values += [id for (id,) in database.execute("SELECT id FROM mails")]
    database.close()
    return [value.encode() if isinstance(value, str) else value for value in values]


def test_an_unconfirmed_sign_up_is_deleted_after_its_hours(portal, hands, caplog):
    caplog.set_level(logging.INFO, "mentorkorps.backend.signups.retention")
    portal.post()
    portal.letter("confirm")
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    hands.pass_by(hours=72, seconds=1)

    eventually(gone(portal))

    assert [] == portal.mails()
    eventually(lambda: "purge: 1 sign-ups and 1 mails deleted" in caplog.messages)
    assert [Count("mentor", "2026-11", "unconfirmed", 1)] == operator_reads.counts(portal.settings)


def test_a_mail_that_cannot_be_deleted_at_once_is_deleted_later(portal, hands, caplog):
    portal.post()
    portal.letter("confirm")
    path = next(portal.settings.mail_folder.glob("*.eml"))
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    path.unlink()
    path.mkdir()
    hands.pass_by(hours=72, seconds=1)
    eventually(lambda: "mails are left as files" in caplog.text)
    assert portal.client.get("/readyz").json()["retention"]

    path.rmdir()
    path.write_text("Hej")
    eventually(lambda: not list(portal.settings.mail_folder.glob("*.eml")))


@both
def test_a_confirmed_sign_up_is_deleted_after_the_months_of_its_form(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    portal.client.post("/forms/interesseliste", data=volunteer(email="bo@example.org"))
    portal.client.post(portal.link("confirm"))
    hands.pass_until(datetime(2027, 5, 23, 9, 1, tzinfo=UTC))

    eventually(lambda: ["interesseliste"] == [sign_up.form for sign_up in portal.sign_ups()])
    hands.pass_until(datetime(2027, 11, 23, 9, 1, tzinfo=UTC))
    eventually(gone(portal))

    assert [
        Count("interesseliste", "2026-11", "received", 1),
        Count("mentor", "2026-11", "unanswered", 1),
    ] == operator_reads.counts(portal.settings)


def test_nothing_is_deleted_before_its_time(portal, hands, caplog):
    caplog.set_level(logging.INFO, "mentorkorps.backend.signups.retention")
    portal.post()
    portal.post(email="bo@example.org")
    portal.client.post(portal.link("confirm"))
    eventually(lambda: "sent" == portal.mails()[-1].state)
    hands.pass_by(hours=71)

    eventually(lambda: 2 <= len(caplog.messages))

    assert {"purge: 0 sign-ups and 0 mails deleted"} == set(caplog.messages)
    assert 2 == len(portal.sign_ups())


def test_nothing_of_a_deleted_sign_up_stays_in_the_files(portal, hands):
    for number in range(30):
        portal.post(email=f"v{number}@example.org", phone="12345678")
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()}, 20)
    traces = on_the_disk(portal)
    folder = portal.settings.folder
    assert all(trace in everything_on_the_disk(folder) for trace in traces[:8])
    hands.pass_by(hours=73)

    eventually(gone(portal))
    eventually(lambda: not list(portal.settings.mail_folder.glob("*.eml")))

    remains = everything_on_the_disk(folder)
    assert [] == [trace for trace in traces if trace in remains]


def test_a_mail_that_could_not_leave_does_not_cost_the_sign_up_its_time(
    tmp_path, real, hands, free_port, caplog
):
    caplog.set_level(logging.INFO, "mentorkorps.backend.signups.retention")
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        portal.post()
        eventually(lambda: {"retry"} == {mail.state for mail in portal.mails()})
        hands.pass_by(hours=80)
        eventually(lambda: 2 == len([line for line in caplog.messages if line.startswith("purge")]))
        (karen,) = portal.sign_ups()

        hands.pass_by(hours=41)
        portal.post(email="bo@example.org")
        eventually(
            lambda: (
                "failed" in {mail.state for mail in portal.mails()}
                or karen not in portal.sign_ups()
            )
        )
        hands.pass_by(hours=20)
        eventually(
            lambda: (
                ["bo@example.org"] == [sign_up.answers["email"] for sign_up in portal.sign_ups()]
            )
        )


def test_what_was_answered_to_a_form_that_is_gone_has_the_shortest_limit(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        portal.client.post("/forms/interesseliste", data=volunteer())
        portal.client.post(portal.link("confirm"))
    fewer = replace(real, forms={"mentor": real.forms["mentor"]})
    with opened(tmp_path, fewer, hands) as portal:
        assert portal.client.get("/readyz").is_success
        hands.pass_by(days=190)
        eventually(gone(portal))


def test_the_command_does_it_beside_the_server_and_while_it_is_stopped(tmp_path, real, hands):
    def purge(*more):
        variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/var/mentorkorps.db", "SECRET_KEYS": KEY}
        return subprocess.run(
            [sys.executable, "-m", "mentorkorps", "purge", *more],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | {f"MENTORKORPS_{name}": value for name, value in variables.items()},
        )

    hands.now = datetime(2025, 1, 1, tzinfo=UTC)
    with opened(tmp_path, real, hands) as portal:
        portal.post()
        eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
        assert "The server deletes 0 sign-ups now.\n" == purge().stdout

    refused = purge()
    assert (2, 1) == (refused.returncode, len(refused.stderr.splitlines()))
    assert (
        "0 of 0 confirmed sign-ups and 1 others would be deleted, but the clock shows"
        in refused.stderr
    )
    assert "mentorkorps purge --yes" in refused.stderr
    assert 1 == len(operator_reads.sign_ups(portal.settings))
    assert "1 sign-ups and 1 mails deleted.\n" == purge("--yes").stdout
    assert ["clock"] == [mail.kind for mail in operator_reads.mails(portal.settings)]
    assert [] == operator_reads.sign_ups(portal.settings)
    assert 1 == sum(row.count for row in operator_reads.counts(portal.settings))


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ("2027-05-23", 6, "2026-11-23"),
        ("2027-08-31", 6, "2027-02-28"),
        ("2027-01-15", 12, "2026-01-15"),
    ],
)
def test_months_are_months_of_the_calendar(moment, months, before):
    assert datetime.fromisoformat(before) == months_before(datetime.fromisoformat(moment), months)
