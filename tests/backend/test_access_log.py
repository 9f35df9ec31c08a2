"""The log of who looked at whom: chained entries, of which old ones are purged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from mentorkorps.backend.db import connect
from mentorkorps.backend.db.access_log_rows import (
    Access,
    accesses_of,
    forget_details,
    log_access,
    purge_log,
    read_details,
)
from tests.backend.conftest import KEY, MONDAY, both, eventually
from tests.backend.test_store import read_settings
from tests.conftest import run_here

DAY = timedelta(days=1)


@pytest.fixture
def log(database):
    """Five entries, a day apart; the first and the fourth are searches."""
    settings = read_settings(database)
    for number in range(5):
        kind = "look" if number % 3 else "search"
        details = {"terms": f"Karen {number}"} if kind == "search" else None
        access = Access(kind, "a" * 64, "coordinator", f"sign-up-{number % 2}", details)
        connect.run_on_database(settings, log_access, access, MONDAY + number * DAY)
    return settings


def verify(database, *arguments):
    environ = {"MENTORKORPS_DATABASE_URL": database, "MENTORKORPS_SECRET_KEYS": KEY}
    ran = run_here("log", "verify", *arguments, **environ)
    return ran.returncode, ran.stdout


def change(settings, statement):
    connect.run_on_database(
        settings, lambda transaction: transaction.execute(text(statement)) and 0
    )


@both
def test_a_purge_and_an_erasure_leave_the_chain_whole(log, database):
    code, said = verify(database)
    assert (0, "5 entries, from number 1 on, and the chain is whole") == (code, said[:51])
    head = said.split()[-1].rstrip(".")

    connect.run_on_database(log, forget_details, ["sign-up-0"])
    assert 2 == connect.run_on_database(log, purge_log, MONDAY + 2 * DAY)
    assert 0 == connect.run_on_database(log, purge_log, MONDAY + 2 * DAY)

    code, said = verify(database, "--contains", head)
    assert (0, "3 entries, from number 3 on") == (code, said[:27])
    with connect.opened_to_read(log) as snapshot:
        sealed = dict(snapshot.execute(text("SELECT number, sealed FROM access_log")).all())
        assert [None, None] == [sealed[3], sealed[5]]
        assert {"terms": "Karen 3"} == read_details(snapshot, 4, bytes(sealed[4]))
        looks = accesses_of(snapshot, "sign-up-1")
    assert [("coordinator", "search", MONDAY + 3 * DAY)] == [
        (one.role, one.kind, one.at) for one in looks
    ]

    assert 3 == connect.run_on_database(log, purge_log, MONDAY + 9 * DAY)
    connect.run_on_database(log, log_access, Access("log_in", "b", "auditor"), MONDAY + 9 * DAY)
    assert "1 entry, from number 6 on" in verify(database)[1]
    assert 1 == verify(database, "--contains", "0" * 64)[0]


def test_a_key_that_was_put_in_front_takes_over_from_the_other(log, database):
    keys = f"another-key-for-the-tests,{KEY}"
    turned = replace(log, secret_keys=tuple(keys.split(",")))
    connect.run_on_database(turned, purge_log, MONDAY + 9 * DAY)
    connect.run_on_database(turned, log_access, Access("log_in", "b", "auditor"), MONDAY + 9 * DAY)

    alone = {"MENTORKORPS_DATABASE_URL": database, "MENTORKORPS_SECRET_KEYS": keys.split(",")[0]}
    assert 0 == run_here("log", "verify", **alone).returncode
    assert 1 == verify(database)[0]  # the other key alone cannot tell


BREAKS = {
    "another actor": ("UPDATE access_log SET actor = 'b' WHERE number = 2", "Entry 2 was changed"),
    "another moment": (
        "UPDATE access_log SET at = '2026-11-25T09:00:00.000001+00:00' WHERE number = 3",
        "Entry 3 was changed",
    ),
    "no details": ("UPDATE access_log SET digest = '' WHERE number = 4", "Entry 4 was changed"),
    "details of another": (
        "UPDATE access_log SET sealed = (SELECT sealed FROM access_log WHERE number = 1) WHERE number = 4",
        "Entry 4 has other details",
    ),
    "one fewer": (
        "DELETE FROM access_log WHERE number = 3",
        "Entry 3 is missing, and the next is 4",
    ),
    "the first": ("DELETE FROM access_log WHERE number = 1", "Entry 1 is missing"),
    "the last": ("DELETE FROM access_log WHERE number = 5", "Entry 5 is missing"),
    "the last and the end": (
        "UPDATE access_log_chain SET last_number = 4,"
        " last_hash = (SELECT hash FROM access_log WHERE number = 4)",
        "where the log begins and ends was changed",
    ),
    "all": ("DELETE FROM access_log", "Entry 1 is missing, as is what follows to 5"),
}


def test_whatever_is_changed_behind_its_back_is_told_with_its_place(log, database):
    path = log.database.path
    whole = path.read_bytes()
    for statement, said in BREAKS.values():
        path.write_bytes(whole)
        change(log, statement)

        code, told = verify(database)
        assert (1, True) == (code, said in told), (statement, told)
    path.write_bytes(whole)
    assert 0 == verify(database)[0]


def test_the_person_sees_when_what_for_and_in_which_role_but_no_names(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    own = f"/mine/{portal.token('mine', portal.sign_ups()[0])}"
    assert "Ingen endnu" in portal.client.post(own).text
    link = portal.link("notice")
    portal.client.get(link)  # a scanner sees nothing, and nothing is logged
    portal.client.post(link)
    hands.pass_by(minutes=5)
    portal.client.post(f"{link}/answered")

    page = portal.client.post(own).text
    for words in (
        "23. november 2026 kl. 10.00",
        "Set for at svare dig (Koordinator med linket fra en mail)",
        "23. november 2026 kl. 10.05",
        "Ændret for at følge op på dit svar",
        "efter 6 måneder",
    ):
        assert words in page
    copy = portal.client.post(f"{own}/download").json()["looked_at"]
    assert [("look", "link"), ("change", "link")] == [(one["purpose"], one["role"]) for one in copy]
    environ = {
        key: value for key, value in portal.environ.items() if "DATABASE" in key or "KEYS" in key
    }
    assert 0 == run_here("log", "verify", **environ).returncode
    assert 0 == len(run_here("log", "verify", **environ).stderr)


def test_the_log_is_kept_for_six_months(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    portal.client.post(portal.link("notice"))
    hands.pass_until(MONDAY.replace(year=2027, month=5, hour=8))
    assert [(1,)] == portal.rows("SELECT number FROM access_log")

    hands.pass_by(days=1)
    eventually(lambda: not portal.rows("SELECT number FROM access_log"), 20)
