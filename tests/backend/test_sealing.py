"""Answers on the disk: unreadable without a key, and never lost when keys change."""

import os
import sqlite3
import subprocess
import sys

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import migrate, operator_reads
from mentorkorps.backend.security.encryption import MARK_BYTES, Cipher, MissingKey
from tests.backend.conftest import KEY, MONDAY, eventually, opened
from tests.backend.many import PLENTY, fill
from tests.backend.process import process
from tests.conftest import ROOT

NEWER = "a-newer-key-for-the-tests"
BOTH = f"{NEWER},{KEY}"


def variables_of(folder, keys):
    return {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/var/mentorkorps.db",
        "MENTORKORPS_SECRET_KEYS": keys,
    }


def rows(folder, columns):
    with sqlite3.connect(folder / "var" / "mentorkorps.db") as database:
        rows_of_table = database.execute(f"SELECT {columns} FROM sign_ups ORDER BY id").fetchall()
    database.close()
    return rows_of_table


def everything_on_the_disk(folder):
    return b"".join(path.read_bytes() for path in (folder / "var").glob("mentorkorps.db*"))


def rotating(folder, keys):
    return subprocess.Popen(
        [sys.executable, "-m", "mentorkorps", "rotate"],
        cwd=ROOT,
        env=os.environ | variables_of(folder, keys),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_answer_can_be_read_in_the_files(tmp_path, real):
    with opened(tmp_path, real) as portal:
        portal.post(phone="+45 12 34 56 78")
        during = everything_on_the_disk(tmp_path)

    for personal in (b"Karen", b"karen@example.org", b"12 34 56 78", b"butik-handel"):
        assert personal not in during + everything_on_the_disk(tmp_path)
    assert "bent-hold" not in about_people(tmp_path)


def about_people(folder):
    """All that the tables hold, but for what stands in the public data too."""
    with sqlite3.connect(folder / "var" / "mentorkorps.db") as database:
        tables = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        rows_of_tables = [
            database.execute(f"SELECT * FROM {name}").fetchall()
            for name in tables
            if name != "announced"
        ]
    database.close()
    return repr(rows_of_tables)


def test_the_same_answers_are_sealed_differently_each_time():
    seal = Cipher([KEY])

    assert seal.close("id", b"text") != seal.close("id", b"text")


def test_answers_copied_to_another_sign_up_do_not_open_and_the_others_mails_leave(portal):
    portal.post()
    portal.post(email="bo@example.org")
    karen, bo = portal.sign_ups()
    with sqlite3.connect(portal.settings.database.path) as database:
        (stolen,) = database.execute(
            "SELECT sealed FROM sign_ups WHERE id = ?", (karen.id,)
        ).fetchone()
        database.execute("UPDATE sign_ups SET sealed = ? WHERE id = ?", (stolen, bo.id))
    database.close()

    with pytest.raises(Exception, match=f"what is kept under {bo.id} was changed"):
        portal.sign_ups()
    portal.post(email="carl@example.org")
    damaged = (karen.id, bo.id)
    eventually(
        lambda: (
            1
            <= sum(
                mail.state == "sent" and mail.subject.id not in damaged for mail in portal.mails()
            )
        )
    )


def test_sign_ups_of_an_older_database_are_sealed_by_the_migration(tmp_path, real):
    (tmp_path / "var").mkdir()
    engine = create_engine(f"sqlite:///{tmp_path}/var/mentorkorps.db")
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_sign_ups")
        for number in range(50):
            connection.exec_driver_sql(
                "INSERT INTO sign_ups VALUES (?, 'mentor', 'da', ?, ?, 0, ?, ?, NULL, NULL)",
                (
                    f"id{number}",
                    f'{{"email": "karen{number}@example.org"}}',
                    f"f{number}",
                    *[MONDAY.isoformat()] * 2,
                ),
            )
            connection.exec_driver_sql(
                "INSERT INTO consents VALUES (?, 'contact', '1', ?)",
                (f"id{number}", MONDAY.isoformat()),
            )
    engine.dispose()

    with opened(tmp_path, real) as portal:
        emails = {sign_up.answers["email"] for sign_up in portal.sign_ups()}
        assert 1 == len(operator_reads.consents(portal.settings, "id7"))
        assert b"karen" not in everything_on_the_disk(tmp_path)

    assert {f"karen{number}@example.org" for number in range(50)} == emails


def test_the_first_key_seals_and_every_key_opens(tmp_path, real):
    with opened(tmp_path, real) as portal:
        portal.post()
    with opened(tmp_path, real, SECRET_KEYS=BOTH) as portal:
        portal.post(email="bo@example.org")

        assert {"karen@example.org", "bo@example.org"} == {
            sign_up.answers["email"] for sign_up in portal.sign_ups()
        }
        marks = {bytes(mark) for (mark,) in rows(tmp_path, f"substr(sealed, 1, {MARK_BYTES})")}
        assert {Cipher([KEY]).mark, Cipher([NEWER]).mark} == marks


def test_a_missing_key_stops_the_start_with_the_name_of_the_setting_and_changes_nothing(
    tmp_path, real
):
    with opened(tmp_path, real) as portal:
        portal.post()
    before = rows(tmp_path, "*")

    with (
        pytest.raises(MissingKey, match="MENTORKORPS_SECRET_KEYS"),
        opened(tmp_path, real, SECRET_KEYS=NEWER),
    ):
        pass
    rotated = rotating(tmp_path, NEWER)
    _, errors = rotated.communicate()
    listed = subprocess.run(
        [sys.executable, "-m", "mentorkorps", "desk", "list"],
        cwd=ROOT,
        env=os.environ | variables_of(tmp_path, NEWER),
        capture_output=True,
        text=True,
    )

    assert (2, 2) == (rotated.returncode, listed.returncode)
    for line in (errors, listed.stderr):
        assert line.startswith("mentorkorps: MENTORKORPS_SECRET_KEYS=")
        assert 1 == len(line.splitlines())
    assert before == rows(tmp_path, "*")


def test_after_a_rotation_the_old_key_can_go_and_a_second_click_is_still_known(tmp_path, real):
    with opened(tmp_path, real) as portal:
        first = portal.post(news="2026-11-22").status_code
    with opened(tmp_path, real, SECRET_KEYS=BOTH) as portal:
        portal.post(news="2026-11-22")
        assert 1 == len(portal.sign_ups())

    rotated = rotating(tmp_path, BOTH)
    printed, _ = rotated.communicate()

    assert (303, 0, "1 sign-up is encrypted with the first key now.\n") == (
        first,
        rotated.returncode,
        printed,
    )
    assert Cipher([KEY]).mark not in everything_on_the_disk(tmp_path)
    with opened(tmp_path, real, SECRET_KEYS=NEWER) as portal:
        portal.post(news="2026-11-22")
        (sign_up,) = portal.sign_ups()
        assert "karen@example.org" == sign_up.answers["email"]


def marks(folder):
    """Of the keys with which answers are encrypted."""
    return {bytes(mark) for (mark,) in rows(folder, f"substr(sealed, 1, {MARK_BYTES})")}


def test_a_rotation_beside_a_server_with_another_first_key_is_refused(portal, tmp_path):
    portal.post()
    rotated = rotating(tmp_path, BOTH)

    assert (
        "was started with another first key in MENTORKORPS_SECRET_KEYS" in rotated.communicate()[1]
    )
    assert 2 == rotated.returncode
    assert {Cipher([KEY]).mark} == marks(tmp_path)
    assert [] == list(portal.settings.errands_folder.iterdir())


def test_a_rotation_beside_a_running_server_holds_nobody_up(tmp_path, real, hands):
    fill(settings.read_settings(variables_of(tmp_path, KEY)), 1500)
    answers = []
    with opened(tmp_path, real, hands, SECRET_KEYS=BOTH) as portal:
        link = f"/mine/{portal.token('mine', portal.sign_ups()[7])}"
        rotated = rotating(tmp_path, BOTH)
        while rotated.poll() is None:
            answers.append(portal.post(email=f"v{len(answers)}@example.org").status_code)
            assert "@example.org" in portal.client.post(link).text
        printed, _ = rotated.communicate()

        count, _, told_of_it = printed.partition(" ")
        assert "sign-ups are encrypted with the first key now.\n" == told_of_it
        assert 1500 < int(count) <= 1500 + len(answers)
        assert {303} == set(answers)
        assert {Cipher([NEWER]).mark} == marks(tmp_path)
        assert [] == list(portal.settings.errands_folder.iterdir())
    with opened(tmp_path, real, hands, SECRET_KEYS=NEWER) as portal:
        assert 1500 + len(answers) == len(portal.sign_ups())


def test_a_rotation_goes_on_after_its_server_was_killed(tmp_path, free_port):
    read = settings.read_settings(variables_of(tmp_path, BOTH))
    fill(settings.read_settings(variables_of(tmp_path, KEY)), 2000, utc_now())
    mixed = {Cipher([KEY]).mark, Cipher([NEWER]).mark}
    with process(tmp_path, free_port, SECRET_KEYS=BOTH):
        rotated = rotating(tmp_path, BOTH)
        eventually(lambda: marks(tmp_path) == mixed, 20)
    rotated.kill()
    rotated.communicate()
    assert mixed == marks(tmp_path)
    assert 2000 == len(operator_reads.sign_ups(read))

    with process(tmp_path, free_port, SECRET_KEYS=BOTH):  # the note is still there
        eventually(lambda: marks(tmp_path) == {Cipher([NEWER]).mark}, 30)
    assert 2000 == len(
        operator_reads.sign_ups(settings.read_settings(variables_of(tmp_path, NEWER)))
    )


def test_what_cannot_be_decrypted_is_told_and_keeps_nobody_else_from_the_new_key(tmp_path, real):
    with opened(tmp_path, real) as portal:
        portal.post()
        portal.post(email="bo@example.org")
        karen, bo = portal.sign_ups()
    with sqlite3.connect(portal.settings.database.path) as database:
        (stolen,) = database.execute(
            "SELECT sealed FROM sign_ups WHERE id = ?", (karen.id,)
        ).fetchone()
        database.execute("UPDATE sign_ups SET sealed = ? WHERE id = ?", (stolen, bo.id))
    database.close()

    rotated = rotating(tmp_path, BOTH)
    printed, errors = rotated.communicate()

    assert (2, "1 sign-up is encrypted with the first key now.\n") == (rotated.returncode, printed)
    assert "1 is not: keep every key" in errors
    assert bo.id in errors


def test_a_rotation_that_is_killed_half_way_loses_nothing(tmp_path):
    fill(settings.read_settings(variables_of(tmp_path, KEY)))
    newer = Cipher([NEWER]).mark
    rotated = rotating(tmp_path, BOTH)
    eventually(lambda: newer in marks(tmp_path), 20)
    rotated.kill()
    rotated.communicate()

    everybody = {f"{number}@example.org" for number in range(PLENTY)}
    half_way = marks(tmp_path)
    sign_ups = operator_reads.sign_ups(settings.read_settings(variables_of(tmp_path, BOTH)))
    assert {Cipher([KEY]).mark, newer} == half_way
    assert everybody == {sign_up.answers["email"] for sign_up in sign_ups}

    again = rotating(tmp_path, BOTH)
    again.communicate()
    assert 0 == again.returncode
    assert everybody == {
        sign_up.answers["email"]
        for sign_up in operator_reads.sign_ups(
            settings.read_settings(variables_of(tmp_path, NEWER))
        )
    }
