"""Whoever has confirmed is written to about a place, and nobody else: not strangers, and not twice."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.allocation import Booking
from mentorkorps.backend.db import connect, mail_rows, migrate, operator_reads, place_rows
from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.mail import leases
from mentorkorps.backend.mail.kinds import KINDS
from mentorkorps.backend.security.encryption import Cipher
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.signups.lifecycle import accept
from tests.backend.conftest import KEY, MONDAY, booked, both, eventually, post_office
from tests.backend.test_places import COURSE, OTHER, desk, having
from tests.backend.test_side_by_side import submission
from tests.backend.test_store import read_settings
from tests.conftest import ROOT

BOOKABLE_COURSE = Bookable("courses", COURSE)
UNCONFIRMED, CONFIRMED = ("held", "doubted", "pending"), ("taken", "waiting", "offered")
TO_PERSON = [name for name, kind in KINDS.items() if kind.to == "person"]
LATER, LEASE = timedelta(days=2), timedelta(minutes=2)


def told_of(portal, kind: str = "cancelled") -> Counter[str]:
    """How many mails of a kind there are to each address."""
    addresses = {sign_up.id: sign_up.answers["email"] for sign_up in portal.sign_ups()}
    return Counter(addresses[mail.subject.id] for mail in portal.mails() if mail.kind == kind)


@both
def test_a_cancelled_course_writes_to_nobody_who_has_not_confirmed(tmp_path, real, hands, environ):
    with desk(tmp_path, having(real, 1), hands, **environ) as before:
        before.come("anna", "bo")
        before.book("carl")
        before.book("erna", website="https://erna.example")
        for number in range(8):
            before.portal.client.post(
                "/forms/kursus", data=booked("stranger") | {"name": f"Robot {number}"}
            )
    with desk(tmp_path, having(real, 1, status="cancelled"), hands, **environ) as after:
        eventually(lambda: {"cancelled"} == set(after.states().values()))

        assert {"anna@example.org": 1, "bo@example.org": 1} == told_of(after.portal)


def test_who_confirms_after_it_was_cancelled_is_told_then_and_once(tmp_path, real, hands):
    with desk(tmp_path, having(real, 1), hands) as before:
        before.book("anna")
        before.book("bo")
    with desk(tmp_path, having(real, 1, status="cancelled"), hands) as after:
        after.becomes(anna="cancelled", bo="cancelled")
        assert {} == told_of(after.portal)
        for _ in range(2):
            after.confirm("bo")

        assert {"bo@example.org": 1} == told_of(after.portal)


def moved_to(people, name: str, address: str) -> None:
    people.portal.client.post(people.mine(name) + "/change", data=booked(name) | {"email": address})


@both
def test_an_address_that_was_changed_hears_of_the_course_once_it_is_confirmed(
    tmp_path, real, hands, environ
):
    with desk(tmp_path, having(real, 2), hands, **environ) as before:
        before.come("anna", "bo", "carl")
        hands.pass_by(seconds=1)
        for name in ("anna", "carl"):
            moved_to(before, name, f"{name}.b@example.org")
        assert {"anna.b": "held", "bo": "taken", "carl.b": "pending"} == before.states()
        before.confirm("anna.b")
        assert "taken" == before.states()["anna.b"]
        moved_to(before, "anna.b", "stranger@example.org")
    with desk(tmp_path, having(real, 2, status="cancelled"), hands, **environ) as after:
        after.becomes(bo="cancelled", stranger="cancelled")
        assert {"bo@example.org": 1} == told_of(after.portal)
        after.confirm("carl.b")

        assert {"bo@example.org": 1, "carl.b@example.org": 1} == told_of(after.portal)


def test_who_changes_the_address_of_an_offer_keeps_the_place_as_long_and_no_longer(
    tmp_path, real, hands
):
    with desk(tmp_path, having(real, 1), hands) as people:
        people.come("anna", "bo", "carl")
        people.withdraw("anna")
        people.becomes(bo="offered")
        hands.pass_by(seconds=1)
        moved_to(people, "bo", "stranger@example.org")
        assert {"stranger": "held", "carl": "waiting"}.items() <= people.states().items()
        hands.pass_by(hours=48)

        people.becomes(stranger="expired", carl="offered")
        assert {} == told_of(people.portal, "lapsed")


def test_who_is_passed_by_keeps_the_number(tmp_path, real, hands):
    with desk(tmp_path, having(real, 1), hands) as people:
        people.come("anna")
        assert "Du er nummer 1 på ventelisten. Bekræft din mailadresse." in people.book("bo").text
        assert "Du er nummer 2 på ventelisten. Bekræft" in people.book("carl").text
        people.come("dina")
        assert (
            "Du er nummer 3 på ventelisten. Du får en mail"
            in people.portal.client.post(people.mine("dina")).text
        )
        people.withdraw("anna")
        people.becomes(dina="offered")
        people.confirm("carl")
        people.confirm("bo")
        people.withdraw("dina")

        people.becomes(bo="offered", carl="waiting")


@pytest.fixture
def database_settings(database):
    """A database with its tables, whose jobs the test does itself."""
    read = read_settings(database)
    connect.open_database(read).close()
    return read


def leased(read, at):
    return connect.run_on_database(
        read, leases.lease_due_mails, at, at + LEASE, at + timedelta(days=9), 99
    )


@both
@pytest.mark.parametrize("what", ["changed", "withdrawn"])
def test_a_mail_under_way_does_not_reach_who_came_after_with_its_next_attempt(
    database_settings, what, real
):
    id = connect.run_on_database(database_settings, accept, submission("anna")).id
    connect.run_on_database(database_settings, lifecycle.confirm, id, real, MONDAY)
    under_way = [
        mail for mail, _ in leased(database_settings, MONDAY) if mail.kind in ("confirm", "receipt")
    ]
    if what == "changed":
        connect.run_on_database(
            database_settings,
            lifecycle.change,
            id,
            submission("stranger", MONDAY + timedelta(seconds=1)),
        )
    else:
        connect.run_on_database(database_settings, lifecycle.withdraw, id, MONDAY)
    connect.run_on_database(
        database_settings,
        mail_rows.settle_mails,
        [replace(mail, state="retry", due_at=MONDAY) for mail in under_way],
    )

    again = Counter(
        mail.kind for mail, _ in leased(database_settings, MONDAY + LEASE) if mail.kind in TO_PERSON
    )
    assert ({"confirm"} if what == "changed" else {"withdrawal"}) == set(again)
    assert "receipt" not in {mail.kind for mail in operator_reads.mails(database_settings)}


MET = {"taken", "waiting", "pending", "held", "expired"}


def test_states_and_confirmations_agree_whatever_people_do_and_in_whatever_order(
    database_settings, real
):
    """300 steps at random of eight people, and again until each state was met; a bad seed is told."""
    met: set[str] = set()
    for _ in range(6):
        if met >= MET:
            break
        seed = random.randrange(10**6)
        with connect.opened_to_write(database_settings) as runner:
            walk = Walk(runner, having(real, 2), random.Random(seed))
            for number in range(300):
                did = walk.step(number)
                states = runner.run_job(walk.states)
                wrong = {
                    (state, yes)
                    for state, yes in states
                    if state in (UNCONFIRMED if yes else CONFIRMED)
                }
                assert set() == wrong, (seed, number, did)
                assert set() == runner.run_job(walk.written_unasked), (seed, number, did)
        met |= walk.seen
    assert met >= MET


class Walk:
    """People who book, confirm, mistype, withdraw and let time pass, by the jobs of the writer."""

    def __init__(self, runner, records, chance) -> None:
        self._runner, self._records, self._chance = runner, records, chance
        self._now, self._ids, self.seen = MONDAY, [], set()
        self._mails: set[str] = set()

    def step(self, number: int) -> str:
        self._now += timedelta(hours=self._chance.choice((0, 0, 1, 30)), seconds=1)
        names = (
            "book",
            "confirm",
            "confirm",
            "change",
            "take",
            "decline",
            "withdraw",
            "renew",
            "turn",
            "turn",
        )
        name = self._chance.choice(names if self._ids else ("book",))
        self._do(name, number)
        return name

    def states(self, snapshot) -> list[tuple[str, bool]]:
        confirmed = self._confirmed(snapshot)
        seats = place_rows.seats_in(snapshot, BOOKABLE_COURSE)
        self.seen |= {seat.state for seat in seats}
        return [(seat.state, seat.sign_up in confirmed) for seat in seats]

    def written_unasked(self, snapshot) -> set[str]:
        """The kinds of the newest mails, but for the question, to addresses that nobody has confirmed."""
        fresh = snapshot.execute(
            text("SELECT id, kind, subject_id FROM mails WHERE kind <> 'confirm'")
        ).all()
        fresh = [mail for mail in fresh if mail.id not in self._mails and mail.kind in TO_PERSON]
        self._mails |= {mail.id for mail in fresh}
        return {mail.kind for mail in fresh if mail.subject_id not in self._confirmed(snapshot)}

    @staticmethod
    def _confirmed(snapshot) -> set[str]:
        return set(
            snapshot.execute(
                text("SELECT id FROM sign_ups WHERE confirmed_at IS NOT NULL")
            ).scalars()
        )

    def _do(self, name: str, number: int) -> None:
        booking = Booking(BOOKABLE_COURSE, 2)
        if name == "book":
            asked = submission(f"person{number}", self._now, booking)
            self._ids.append(self._runner.run_job(accept, asked).id)
            return
        id = self._chance.choice(self._ids[-8:])
        jobs = {
            "confirm": (lifecycle.confirm, id, self._records, self._now),
            "change": (lifecycle.change, id, submission(f"other{number}", self._now, booking)),
            "take": (allocation.take, id, self._now),
            "decline": (allocation.decline, id, self._now),
            "withdraw": (lifecycle.withdraw, id, self._now),
            "renew": (allocation.renew, id, self._now),
            "turn": (allocation.advance_waiting_lists, self._records, self._now),
        }
        # Who has given three other addresses may give no more, and nobody what is there already.
        with suppress(lifecycle.TooManyAddresses, lifecycle.Doubled):
            self._runner.run_job(*jobs[name])


BEFORE = {  # state before, when it was confirmed, until -> state after
    "a": ("taken", MONDAY, None, "taken"),
    "b": ("taken", None, None, "held"),
    "c": ("waiting", MONDAY, None, "waiting"),
    "d": ("waiting", None, None, "pending"),
    "e": ("offered", None, MONDAY + LATER, "held"),
    "f": ("offered", MONDAY, MONDAY + LATER, "offered"),
    "g": ("held", None, MONDAY + LATER, "held"),
    "h": ("cancelled", None, None, "cancelled"),
    "i": ("doubted", None, MONDAY + LATER, "doubted"),
}
KILLED = """
import os, signal
from mentorkorps.backend.db import connect, migrate
from mentorkorps.backend.security.encryption import Cipher
from mentorkorps.backend.settings import read_settings
read = read_settings(os.environ)
cipher = Cipher(read.secret_keys)
dialect = connect.dialect_for(read.database)
with dialect.writing() as engine, engine.connect() as connection, connection.begin():
    assert migrate.migrate(connection, cipher)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def written(moment) -> str | None:
    return moment and moment.isoformat(timespec="microseconds")


@contextmanager
def changing(read) -> Iterator[Connection]:
    with (
        connect.dialect_for(read.database).writing() as engine,
        engine.connect() as connection,
        connection.begin(),
    ):
        yield connection


def old_rows(read) -> None:
    """A database of the version before, with a place in each state."""
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    with changing(read) as connection:
        config.attributes |= {"connection": connection, "cipher": None}
        command.upgrade(config, "0009_mornings")
        for number, (id, (state, confirmed, until, _)) in enumerate(BEFORE.items()):
            values = {
                "id": id,
                "sealed": Cipher([KEY]).close(id, b"{}"),
                "at": written(MONDAY),
                "state": state,
                "confirmed": written(confirmed),
                "until": written(until),
                "number": number,
                "course": COURSE,
            }
            connection.execute(SIGN_UP, values)
            connection.execute(PLACE, values)


SIGN_UP = text(
    "INSERT INTO sign_ups (id, form, language, sealed, fingerprint, flagged, received_at, asked_at, confirmed_at)"
    " VALUES (:id, 'kursus', 'da', :sealed, :id, FALSE, :at, :at, :confirmed)"
)
PLACE = text(
    "INSERT INTO places (sign_up, kind, record, state, number, until)"
    " VALUES (:id, 'courses', :course, :state, :number, :until)"
)


def all_states(read) -> dict[str, tuple[str, str | None]]:
    with changing(read) as connection:
        rows = connection.execute(text("SELECT sign_up, state, until FROM places"))
        return {row.sign_up: (row.state, row.until) for row in rows}


@pytest.mark.parametrize("kind", ["file", "server"])
def test_a_database_of_the_version_before_tells_the_two_apart_or_nothing_has_happened(
    kind, tmp_path, request
):
    url = (
        request.getfixturevalue("cluster").empty()
        if kind == "server"
        else f"sqlite:///{tmp_path}/m.db"
    )
    read = read_settings(url)
    old_rows(read)
    before = all_states(read)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY},
    )
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    assert before == all_states(read)

    connect.open_database(read).close()

    assert {id: after for id, (*_, after) in BEFORE.items()} == {
        id: row[0] for id, row in all_states(read).items()
    }
    lasting = written(MONDAY + timedelta(hours=72)), written(MONDAY + LATER)
    assert lasting == (all_states(read)["b"][1], all_states(read)["e"][1])


@both
def test_what_an_instance_of_the_version_before_writes_meanwhile_is_put_right(
    database_settings, real
):
    """It calls everybody who waits `waiting`, and leaves a place taken when the address is changed."""
    course, booking = having(real, 1), Booking(BOOKABLE_COURSE, 1)
    ids = {
        name: connect.run_on_database(
            database_settings, accept, submission(name, booking=booking)
        ).id
        for name in ("anna", "bo", "carl")
    }
    connect.run_on_database(database_settings, lifecycle.confirm, ids["anna"], course, MONDAY)
    with changing(database_settings) as connection:
        connection.execute(text("UPDATE places SET state = 'waiting' WHERE state = 'pending'"))
        connection.execute(
            text("UPDATE sign_ups SET confirmed_at = asked_at WHERE id = :id"), {"id": ids["carl"]}
        )
        connection.execute(
            text("UPDATE places SET state = 'pending' WHERE sign_up = :id"), {"id": ids["carl"]}
        )
    connect.run_on_database(database_settings, lifecycle.withdraw, ids["anna"], MONDAY)
    connect.run_on_database(database_settings, allocation.advance_waiting_lists, course, MONDAY)
    states = {name: all_states(database_settings)[id][0] for name, id in ids.items()}
    assert {"anna": "given_up", "bo": "pending", "carl": "offered"} == states

    connect.run_on_database(
        database_settings,
        allocation.advance_waiting_lists,
        having(real, 1, status="cancelled"),
        MONDAY,
    )
    assert [ids["carl"]] == [
        mail.subject.id
        for mail in operator_reads.mails(database_settings)
        if mail.kind == "cancelled"
    ]


def test_a_cancelled_course_is_told_at_the_address_of_that_moment_alone(
    tmp_path, real, hands, free_port
):
    """The mail waits for a mail server; meanwhile somebody writes a stranger's address."""
    smtp = {"SMTP_URL": f"smtp://127.0.0.1:{free_port}"}
    with desk(tmp_path, having(real, 1), hands) as before:
        before.come("anna")
        mine = before.mine("anna")
    with desk(tmp_path, having(real, 1, status="cancelled"), hands, **smtp) as after:
        eventually(
            lambda: (
                "retry" in {mail.state for mail in after.portal.mails() if mail.kind == "cancelled"}
            )
        )
        hands.pass_by(seconds=1)
        after.portal.client.post(
            mine + "/change", data=booked("anna", OTHER) | {"email": "stranger@example.org"}
        )
        assert {"cancelled"} != {
            mail.kind for mail in after.portal.mails() if mail.state == "retry"
        }
        with post_office(free_port) as services:
            hands.pass_by(minutes=3)
            eventually(lambda: {"sent"} == {mail.state for mail in after.portal.mails()}, 20)

    assert ["Bekræft din mailadresse"] == [
        letter["Subject"] for letter in services.taken if "stranger" in letter["To"]
    ]
