"""What one instance has begun and the other wants too: the other waits or looks elsewhere, and nothing happens twice.

Each test holds one transaction open, lets the other begin, and only then commits the first.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.allocation import OFFER_HOLDS, Booking
from mentorkorps.backend.db import (
    connect,
    mail_rows,
    operator_reads,
    place_rows,
    rotation,
    sign_up_rows,
)
from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.mail import leases
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups import lifecycle, retention
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import KEY, MONDAY, eventually
from tests.backend.test_places import COURSE, having
from tests.backend.test_store import read_settings

NEWER = "a-newer-key-for-the-tests"
LATER = MONDAY + timedelta(hours=80)
BOOKABLE_COURSE = Bookable("courses", COURSE)


class Sides:
    """Two instances over one database."""

    def __init__(self, cluster, url) -> None:
        self._cluster = cluster
        self._name = url.rpartition("/")[2]
        self.settings = read_settings(url)

    def change(self, job, *values):
        return connect.run_on_database(self.settings, job, *values)

    def meanwhile(self, first, second):
        """What (job, *values) of the one gives, and of the other, which begins before the first is committed."""
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(1))
            first_database, second_database = (
                stack.enter_context(connect.opened_to_write(self.settings)) for _ in range(2)
            )
            with first_database.transaction() as transaction:
                result = first[0](transaction, *first[1:])
                coming = pool.submit(second_database.run_job, *second)
                eventually(lambda: coming.done() or self.somebody_waits())
            return result, coming.result()

    def mails(self) -> Counter[str]:
        return Counter(mail.kind for mail in operator_reads.mails(self.settings))

    def somebody_waits(self) -> bool:
        waiting = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self._name}' AND wait_event_type = 'Lock'"
        return bool(self._cluster.ask(waiting))


@pytest.fixture
def sides(cluster):
    return Sides(cluster, cluster.fresh())


def submission(who: str, at=MONDAY, booking: Booking | None = None, **more: str) -> Submission:
    answers = Answers({"email": f"{who}@example.org"} | more, {"contact": "1"})
    known_by = sign_up_rows.fingerprint(KEY, "mentor", answers)
    return Submission("mentor", "da", answers, Signs(()), (known_by,), who, at, booking=booking)


def test_mails_that_one_takes_are_left_to_it(sides):
    for name in ("anna", "bo", "carl", "dina"):
        sides.change(accept, submission(name))
    lease = (
        leases.lease_due_mails,
        LATER,
        LATER + timedelta(minutes=2),
        LATER + timedelta(days=9),
        3,
    )

    first, second = sides.meanwhile(lease, lease)

    assert (3, 1) == (len(first), len(second))
    assert 4 == len({mail.id for mail, _ in first + second})


def test_who_lets_the_confirmation_run_out_is_asked_once_more_and_not_twice(sides):
    sides.change(accept, submission("anna"))
    again = (accept, submission("anna", LATER))

    first, second = sides.meanwhile(again, again)

    assert first.id == second.id
    assert 2 == sides.mails()["confirm"]


def test_what_both_delete_is_counted_once(sides, real):
    for name in ("anna", "bo"):
        sides.change(accept, submission(name))
    sent(sides)
    due = sides.change(retention.due, real, LATER + timedelta(days=9))
    purge = (retention.purge_batch, due.ended, due.ids)

    first, second = sides.meanwhile(purge, purge)

    assert (2, 0) == (first.sign_ups, second.sign_ups)
    assert [2] == [row.count for row in operator_reads.counts(sides.settings)]


def test_who_presses_delete_twice_is_counted_once(sides):
    sign_up = sides.change(accept, submission("anna"))

    sides.meanwhile((retention.erase, sign_up.id), (retention.erase, sign_up.id))

    assert [1] == [row.count for row in operator_reads.counts(sides.settings)]


def test_a_month_that_both_count_for_the_first_time_has_both(sides):
    anna, bo = (sides.change(accept, submission(name)) for name in ("anna", "bo"))

    sides.meanwhile((retention.erase, anna.id), (retention.erase, bo.id))

    assert [2] == [row.count for row in operator_reads.counts(sides.settings)]


def test_the_first_two_of_a_course_have_numbers_of_their_own(sides):
    lock = (place_rows.lock_bookable, BOOKABLE_COURSE, 1)

    assert (1, 2) == sides.meanwhile(lock, lock)


def test_the_last_place_is_given_once(sides):
    booking = Booking(BOOKABLE_COURSE, 1)

    sides.meanwhile(
        (accept, submission("anna", booking=booking)), (accept, submission("bo", booking=booking))
    )

    assert {"anna": "held", "bo": "pending"} == seats(sides)


def test_an_offer_that_runs_out_is_told_once_and_goes_to_one(sides, real):
    course = having(real, 1)
    come(sides, course, "anna", "bo", "carl")
    offered(sides, course)
    turn = (allocation.advance_waiting_lists, course, MONDAY + OFFER_HOLDS + timedelta(minutes=1))

    sides.meanwhile(turn, turn)

    assert {"anna": "given_up", "bo": "expired", "carl": "offered"} == seats(sides)
    assert (1, 2) == (sides.mails()["lapsed"], sides.mails()["offered"])


def test_a_place_is_not_offered_to_who_withdraws_just_now(sides, real):
    course = having(real, 1)
    anna, bo, _ = come(sides, course, "anna", "bo", "carl")
    sides.change(lifecycle.withdraw, anna, MONDAY)

    sides.meanwhile(
        (lifecycle.withdraw, bo, MONDAY), (allocation.advance_waiting_lists, course, MONDAY)
    )
    sides.change(allocation.advance_waiting_lists, course, MONDAY)

    assert {"anna": "given_up", "bo": "given_up", "carl": "offered"} == seats(sides)


def test_an_offer_that_runs_out_just_now_is_not_taken(sides, real):
    course = having(real, 1)
    _, bo = come(sides, course, "anna", "bo")
    offered(sides, course)
    late = MONDAY + OFFER_HOLDS

    _, before = sides.meanwhile(
        (allocation.advance_waiting_lists, course, late),
        (allocation.take, bo, late - timedelta(seconds=1)),
    )

    assert "expired" == before.state
    assert "expired" == seats(sides)["bo"]


def test_a_cancelled_course_tells_each_once_and_not_who_withdraws_just_now(sides, real):
    course = having(real, 2)
    *_, carl = come(sides, course, "anna", "bo", "carl")
    turn = (allocation.advance_waiting_lists, having(real, 2, status="cancelled"), MONDAY)

    sides.meanwhile((lifecycle.withdraw, carl, MONDAY), turn)
    sides.meanwhile(turn, turn)

    assert {"anna": "cancelled", "bo": "cancelled", "carl": "given_up"} == seats(sides)
    assert 2 == sides.mails()["cancelled"]


def test_a_change_that_comes_while_keys_are_rotated_is_kept(sides):
    sign_up = sides.change(accept, submission("anna"))
    changed = submission("anna", name="Anna B.")
    newer = replace(sides.settings, secret_keys=(NEWER, KEY))

    with ThreadPoolExecutor(1) as pool, connect.opened_to_write(sides.settings) as runner:
        with runner.transaction() as transaction:
            lifecycle.change(transaction, sign_up.id, changed)
            rotating = pool.submit(rotation.rotate, newer)
            eventually(lambda: rotating.done() or sides.somebody_waits())
        rotating.result()

    assert (1, 0) == rotation.rotated(newer)
    assert ["Anna B."] == [sign_up.answers["name"] for sign_up in operator_reads.sign_ups(newer)]


def come(sides, course, *names) -> list[str]:
    booking = Booking(BOOKABLE_COURSE, course.courses[COURSE].seats)
    ids = [sides.change(accept, submission(name, booking=booking)).id for name in names]
    for id in ids:
        sides.change(lifecycle.confirm, id, course, MONDAY)
    return ids


def offered(sides, course) -> None:
    """The first leaves, and the next has the offer."""
    first = next(
        sign_up.id
        for sign_up in operator_reads.sign_ups(sides.settings)
        if sign_up.answers["email"] == "anna@example.org"
    )
    sides.change(lifecycle.withdraw, first, MONDAY)
    assert 1 == sides.change(allocation.advance_waiting_lists, course, MONDAY)


def sent(sides) -> None:
    leased = sides.change(leases.lease_due_mails, MONDAY, MONDAY + timedelta(minutes=2), LATER, 10)
    sides.change(
        mail_rows.settle_mails, [replace(mail, state="sent", sent_at=MONDAY) for mail, _ in leased]
    )


def seats(sides) -> dict[str, str]:
    with connect.opened_to_read(sides.settings) as snapshot:
        states = {
            seat.sign_up: seat.state for seat in place_rows.seats_in(snapshot, BOOKABLE_COURSE)
        }
    return {
        sign_up.answers["email"].partition("@")[0]: states[sign_up.id]
        for sign_up in operator_reads.sign_ups(sides.settings)
    }
