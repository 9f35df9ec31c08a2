"""Two instances over one PostgreSQL database: whoever is asked, everything happens once and nothing is lost."""

import asyncio
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from mentorkorps.backend.bookings.allocation import OFFER_HOLDS
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import connect, operator_reads, place_rows
from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.signups.lifecycle import MOST_ASKED_A_DAY
from tests.backend.conftest import (
    JSON,
    MONDAY,
    Hands,
    Portal,
    any_free_port,
    awaited,
    eventually,
    opened,
    post_office,
    volunteer,
)
from tests.backend.process import process
from tests.backend.sullen import sullen
from tests.backend.test_places import COURSE, OTHER, Desk, having
from tests.backend.test_store import read_settings

MANY = 12
"""Rounds of what two instances do at the same moment: one may come out right by luck."""


@contextmanager
def two(folder, catalogue, url, clock=utc_now, **environ) -> Iterator[tuple[Portal, Portal]]:
    """Two portals over one database, with one folder of mails."""
    with ExitStack() as stack:
        variables = {"DATABASE_URL": url, "FOLDER": str(folder / "var")} | environ
        yield tuple(
            stack.enter_context(opened(folder / name, catalogue, clock, **variables))
            for name in ("one", "other")
        )


@pytest.fixture
def pair(tmp_path, real, hands, cluster):
    with two(tmp_path, real, cluster.fresh(), hands) as portals:
        yield portals


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Begun at the same moment, each in a thread of its own."""
    ready = threading.Barrier(len(acts))

    def act(instance):
        ready.wait()
        return instance()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_a_double_click_that_two_instances_get_is_one_sign_up(pair):
    for number in range(MANY):
        answers = at_once(
            *(partial(portal.post, email=f"v{number}@example.org") for portal in pair)
        )
        assert 1 == len({answer.headers["location"] for answer in answers}), number

    assert MANY == len(pair[0].sign_ups())
    assert {1} == set(Counter(one.subject.id for one in pair[0].mails()).values())


def test_pressing_confirm_at_two_instances_sends_one_receipt(pair, hands):
    for number in range(MANY):
        hands.pass_by(seconds=1)
        pair[0].post(email=f"v{number}@example.org")
        link = pair[0].link("confirm")
        at_once(*(partial(portal.client.post, link) for portal in pair))

    assert {"confirm": MANY, "notice": MANY, "receipt": MANY} == Counter(
        mail.kind for mail in pair[0].mails()
    )


def test_an_address_gets_its_share_of_mails_from_all_instances_together(pair):
    at_once(
        *(
            partial(portal.post, name=f"Karen {number}", email="karen@example.org")
            for number in range(MOST_ASKED_A_DAY)
            for portal in pair
        )
    )
    for number in range(MOST_ASKED_A_DAY):
        pair[number % 2].post(name=f"Bo {number}", email="karen@example.org")

    assert MOST_ASKED_A_DAY == sum(mail.kind == "confirm" for mail in pair[0].mails())


def test_of_64_who_come_at_once_to_two_instances_ten_get_the_ten_places(
    tmp_path, real, hands, cluster
):
    with (
        two(tmp_path, having(real, 10), cluster.fresh(), hands) as pair,
        ThreadPoolExecutor(16) as pool,
    ):
        desks = [Desk(portal) for portal in pair]
        answers = list(
            pool.map(lambda number: desks[number % 2].book(f"person{number}"), range(64))
        )

        assert {200} == {answer.status_code for answer in answers}
        assert {"held": 10, "pending": 54} == Counter(desks[0].states().values())
        numbers = [
            answer.text.partition("Du er nummer ")[2].partition(" ")[0] for answer in answers
        ]
        assert sorted(map(str, range(1, 55))) == sorted(filter(None, numbers))


def test_a_free_place_is_offered_once_and_what_lapses_is_told_once(tmp_path, real, hands, cluster):
    with two(tmp_path, having(real, 1), cluster.fresh(), hands) as pair:
        desk = Desk(pair[0])
        desk.come("anna", "bo", "carl")
        desk.withdraw("anna")
        desk.becomes(bo="offered", carl="waiting")
        hands.pass_by(seconds=OFFER_HOLDS.total_seconds() + 60)
        desk.becomes(bo="expired", carl="offered")
        time.sleep(2.5)  # both look each second

        kinds = Counter((mail.subject.id, mail.kind) for mail in pair[0].mails())
        assert {1} == {count for (_, kind), count in kinds.items() if kind in ("offered", "lapsed")}
        assert 1 == kinds[desk.id("bo"), "lapsed"] == kinds[desk.id("carl"), "offered"]


def test_each_mail_leaves_once(tmp_path, real, cluster, free_port):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with (
        post_office(free_port) as services,
        two(tmp_path, real, cluster.fresh(), SMTP_URL=smtp) as pair,
    ):
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda number: pair[number % 2].post(email=f"v{number}@example.org"), range(60)
                )
            )
        eventually(lambda: {"sent"} == {mail.state for mail in pair[0].mails()}, 30)

        assert 60 == len(services.taken)
        assert {1} == set(Counter(letter["Message-ID"] for letter in services.taken).values())
        assert {1} == {mail.attempts for mail in pair[0].mails()}


def test_the_morning_is_told_once(tmp_path, real, cluster):
    before, hands = MONDAY.replace(hour=4), Hands(MONDAY.replace(hour=4))
    with two(tmp_path, real, cluster.fresh(), hands) as pair:
        for number in range(3):
            pair[0].post(
                email=f"v{number}@example.org",
                website="https://spam.example",
                name="www.spam.example",
            )
        assert all(sign_up.flagged for sign_up in pair[0].sign_ups())
        hands.now = before + timedelta(hours=3)
        eventually(lambda: any(mail.kind == "digest" for mail in pair[0].mails()))
        time.sleep(2.5)  # both look each second

        assert 1 == sum(mail.kind == "digest" for mail in pair[1].mails())


def test_what_both_delete_in_the_night_is_counted_once(tmp_path, real, hands, cluster):
    with two(tmp_path, real, cluster.fresh(), hands) as pair:
        for number in range(30):
            pair[number % 2].post(email=f"v{number}@example.org")
        eventually(lambda: {"sent"} == {mail.state for mail in pair[0].mails()}, 20)
        hands.pass_by(hours=73)
        eventually(lambda: [] == pair[0].sign_ups())
        time.sleep(2.5)  # both look each second

        assert [30] == [row.count for row in operator_reads.counts(pair[0].settings)]


def test_jobs_that_lock_each_other_out_are_done_all_the_same(cluster):
    read = read_settings(cluster.fresh())
    bookables = [Bookable("courses", COURSE), Bookable("courses", OTHER)]
    both_have_one = threading.Barrier(2)
    runs = Counter()

    def enter(transaction, name, first, second):
        runs[name] += 1
        place_rows.lock_bookable(transaction, first, more=1)
        if runs[name] == 1:
            both_have_one.wait()
        return place_rows.lock_bookable(transaction, second, more=1)

    async def steps():
        first_database, second_database = connect.open_database(read), connect.open_database(read)
        done = await asyncio.gather(
            first_database.change(enter, "one", *bookables),
            second_database.change(enter, "other", *reversed(bookables)),
            return_exceptions=True,
        )
        first_database.close()
        second_database.close()
        return done

    assert {1, 2} == set(awaited(steps()))
    assert 3 <= runs.total()


def test_bookings_of_two_courses_at_two_instances_do_not_lock_each_other_out(
    tmp_path, real, cluster
):
    log = cluster.folder / "log"
    before = len(log.read_bytes())
    with two(tmp_path, real, cluster.fresh()) as pair, ThreadPoolExecutor(24) as pool:
        desks = [Desk(portal) for portal in pair]

        def book(number):
            return desks[number % 2].book(f"person{number}", (COURSE, OTHER)[number // 2 % 2])

        assert {200} == {answer.status_code for answer in pool.map(book, range(120))}

    assert b"deadlock detected" not in log.read_bytes()[before:]


def test_an_instance_that_is_killed_leaves_its_mails_to_the_other(
    tmp_path, real, cluster, free_port
):
    url = cluster.fresh()
    variables = {"DATABASE_URL": url, "FOLDER": str(tmp_path / "var")}
    with sullen(free_port) as hanging:
        hanging.mood = ("data", "hang")
        with process(
            tmp_path / "dead",
            any_free_port(),
            SMTP_URL=f"smtp://127.0.0.1:{free_port}",
            **variables,
        ) as dead:
            answer = httpx.post(f"{dead.url}/forms/mentor", data=volunteer(), headers=JSON)
            receipt = answer.json()["receipt"]
            read = read_settings(url)
            eventually(lambda: {"sending"} == {mail.state for mail in operator_reads.mails(read)})
            dead.process.send_signal(signal.SIGKILL)
            dead.process.wait()
    hands = Hands(datetime.now(UTC))
    with opened(tmp_path / "other", real, hands, **variables) as other:
        assert 200 == other.client.get(receipt).status_code
        time.sleep(1)
        assert {"sending"} == {mail.state for mail in other.mails()}
        hands.pass_by(minutes=3)
        eventually(lambda: {"sent"} == {mail.state for mail in other.mails()}, 20)


def test_nothing_acknowledged_is_lost_when_one_of_two_is_killed(tmp_path, real, cluster):
    url = cluster.fresh()
    variables = {"DATABASE_URL": url, "FOLDER": str(tmp_path / "var")}
    receipts, stop = [], threading.Event()

    def sign_up(name, address):
        with httpx.Client(base_url=address) as client:
            for number in range(10_000):
                try:
                    answer = client.post(
                        "/forms/mentor",
                        data=volunteer(email=f"{name}{number}@example.org"),
                        headers=JSON,
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                receipts.append(answer.json()["receipt"])
                if stop.is_set():
                    return

    with opened(tmp_path / "other", real, **variables) as other:
        with process(tmp_path / "dead", any_free_port(), **variables) as dead:
            addresses = {"a": dead.url, "b": dead.url, "c": other.url(""), "d": other.url("")}
            posting = [
                threading.Thread(target=sign_up, args=address) for address in addresses.items()
            ]
            for thread in posting:
                thread.start()
            eventually(lambda: len(receipts) > 60, 30)
            dead.process.send_signal(signal.SIGKILL)
            before = len(receipts)
            eventually(lambda: len(receipts) > before + 20, 30)
            stop.set()
            for thread in posting:
                thread.join()
        receipts_in_database = {
            "/receipt/"
            + Tokens(other.settings.secret_keys, utc_now).sign(
                "receipt", sign_up.id, sign_up.received_at
            )
            for sign_up in other.sign_ups()
        }
        assert set(receipts) <= receipts_in_database
        assert {1} == set(Counter(mail.subject.id for mail in other.mails()).values())
