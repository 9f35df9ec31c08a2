"""Places of a course: never one too many, and the next in the queue is asked, one after the other."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import httpx
import pytest

from mentorkorps.catalogue.load import Catalogue
from tests.backend.conftest import (
    COURSE,
    Portal,
    booked,
    both,
    eventually,
    link_in,
    opened,
    text_of,
)
from tests.conftest import ROOT

OTHER = "aarhus-maj-2027"


def having(catalogue: Catalogue, seats: int, **changed: object) -> Catalogue:
    course = replace(catalogue.courses[COURSE], seats=seats, **changed)
    return replace(catalogue, courses=MappingProxyType({**catalogue.courses, COURSE: course}))


class Desk:
    """A portal with courses, and the people who want to come, by their names."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def book(self, name: str, course: str = COURSE, **more: str) -> httpx.Response:
        return self.portal.client.post(
            "/forms/kursus", data=booked(name, course) | more, follow_redirects=True
        )

    def confirm(self, name: str) -> None:
        self.portal.client.post(self.link(name, "confirm"))

    def come(self, *names: str) -> None:
        for name in names:
            self.book(name)
            self.confirm(name)

    def id(self, name: str) -> str:
        return next(
            sign_up.id
            for sign_up in self.portal.sign_ups()
            if sign_up.answers["email"] == f"{name}@example.org"
        )

    def letters(self, name: str, kind: str) -> list[str]:
        return [
            mail.id
            for mail in self.portal.mails()
            if (mail.subject.id, mail.kind) == (self.id(name), kind)
        ]

    def link(self, name: str, kind: str) -> str:
        eventually(lambda: self.letters(name, kind))
        path = self.portal.settings.mail_folder / f"{self.letters(name, kind)[-1]}.eml"
        eventually(path.exists)
        return link_in(self.portal.read(path), self.portal.settings.public_url)

    def withdraw(self, name: str) -> None:
        self.portal.client.post(f"{self.mine(name)}/withdraw")

    def mine(self, name: str) -> str:
        """The address of somebody's own page."""
        self.link(name, "receipt")
        letter = self.portal.read(
            self.portal.settings.mail_folder / f"{self.letters(name, 'receipt')[-1]}.eml"
        )
        line = next(line for line in text_of(letter).splitlines() if "/mine/" in line)
        return "/" + line.removeprefix(self.portal.settings.public_url)

    def states(self) -> dict[str, str]:
        states = dict(self.portal.rows("SELECT sign_up, state FROM places"))
        names = {
            sign_up.id: sign_up.answers["email"].partition("@")[0]
            for sign_up in self.portal.sign_ups()
        }
        return {
            names[id]: state for id, state in states.items() if id in names
        }  # deleted in between, both are gone

    def becomes(self, **states: str) -> None:
        eventually(lambda: states.items() <= self.states().items())


@contextmanager
def desk(folder, catalogue, hands, **environ) -> Iterator[Desk]:
    with opened(folder, catalogue, hands, **environ) as portal:
        yield Desk(portal)


@pytest.fixture
def two_seats(tmp_path, real, hands, environ):
    with desk(tmp_path, having(real, 2), hands, **environ) as opened_desk:
        yield opened_desk


def test_of_64_who_come_at_once_ten_get_the_ten_places_and_the_others_wait_in_order(
    tmp_path, real, hands
):
    with desk(tmp_path, having(real, 10), hands) as full, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(full.book, [f"person{number}" for number in range(64)]))

        assert {200} == {answer.status_code for answer in answers}
        assert {"held": 10, "pending": 54} == Counter(full.states().values())
        numbers = [
            answer.text.partition("Du er nummer ")[2].partition(" ")[0] for answer in answers
        ]
        assert sorted(map(str, range(1, 55))) == sorted(filter(None, numbers))


@both
def test_a_place_that_is_given_up_goes_to_the_next_who_has_confirmed(two_seats):
    two_seats.come("anna", "bo")
    two_seats.book("carl")
    two_seats.come("dina")
    assert {
        "anna": "taken",
        "bo": "taken",
        "carl": "pending",
        "dina": "waiting",
    } == two_seats.states()

    two_seats.withdraw("anna")

    two_seats.becomes(dina="offered", carl="pending")


def test_opening_the_link_takes_nothing_and_the_button_takes_the_place(two_seats):
    two_seats.come("anna", "bo", "carl")
    two_seats.withdraw("anna")
    offer = two_seats.link("carl", "offered")

    seen = two_seats.portal.client.get(offer)
    assert "Svar senest 25. november 2026 kl. 10.00" in seen.text
    assert "offered" == two_seats.states()["carl"]

    assert "Pladsen er din" in two_seats.portal.client.post(f"{offer}/yes").text
    assert "Pladsen er din" in two_seats.portal.client.post(f"{offer}/no").text
    assert "taken" == two_seats.states()["carl"]


def test_who_says_no_lets_the_next_have_it_at_once(two_seats):
    two_seats.come("anna", "bo", "carl", "dina")
    two_seats.withdraw("bo")
    two_seats.portal.client.post(two_seats.link("carl", "offered") + "/no")

    two_seats.becomes(carl="given_up", dina="offered")


@both
def test_an_offer_that_nobody_answers_goes_on_and_says_so(two_seats, hands):
    two_seats.come("anna", "bo", "carl", "dina")
    two_seats.withdraw("bo")
    offer = two_seats.link("carl", "offered")
    hands.pass_by(hours=48)

    two_seats.becomes(carl="expired", dina="offered")
    assert two_seats.link("carl", "lapsed")
    assert "gået videre" in two_seats.portal.client.post(f"{offer}/yes").text
    assert 1 == len(two_seats.letters("dina", "offered"))


def test_shortly_before_the_course_an_offer_is_short(two_seats, hands, real):
    two_seats.come("anna", "bo", "carl", "dina")
    hands.pass_until(hands.now.replace(year=2027, month=2, day=27))
    two_seats.withdraw("bo")
    two_seats.becomes(carl="offered")
    hands.pass_by(hours=12)

    two_seats.becomes(carl="expired", dina="offered")


def test_a_place_that_nobody_confirms_is_free_again(two_seats, hands):
    two_seats.book("anna")
    two_seats.come("bo", "carl")
    hands.pass_by(hours=72, seconds=1)

    eventually(lambda: two_seats.states().get("anna", "expired") == "expired")
    two_seats.becomes(carl="offered")


def test_robots_fill_no_course_and_who_is_taken_for_one_keeps_the_turn(two_seats, hands):
    receipt = two_seats.book("erna", website="https://erna.example").text
    assert (
        "Bekræft senest 26. november 2026 kl. 10.00. Så får du en plads, hvis der stadig er en"
        in receipt
    )
    for number in range(5):
        two_seats.book(f"robot{number}", website="https://spam.example")
    two_seats.come("anna")
    two_seats.confirm("erna")
    assert {"anna": "taken", "erna": "taken"}.items() <= two_seats.states().items()

    assert "nummer 1 på ventelisten" in two_seats.book("bo").text
    hands.pass_by(hours=72, seconds=1)
    eventually(lambda: not {f"robot{number}" for number in range(5)} & two_seats.states().keys())


def test_who_is_taken_for_a_robot_while_the_course_fills_up_is_the_first_to_be_asked(two_seats):
    two_seats.book("erna", website="https://erna.example")
    two_seats.come("anna", "bo", "carl")
    two_seats.confirm("erna")
    assert {"erna": "waiting", "carl": "waiting"}.items() <= two_seats.states().items()

    two_seats.withdraw("anna")
    two_seats.becomes(erna="offered", carl="waiting")


@both
def test_who_deletes_everything_leaves_a_free_place_and_no_trace(two_seats):
    two_seats.come("anna", "bo", "carl")
    two_seats.portal.client.post(two_seats.mine("bo") + "/delete", data={"sure": "yes"})

    two_seats.becomes(anna="taken", carl="offered")
    assert "bo" not in two_seats.states()


def test_fewer_seats_throw_nobody_out_and_more_are_offered(tmp_path, real, hands):
    with desk(tmp_path, having(real, 3), hands) as three:
        three.come("anna", "bo", "carl", "dina")
    with desk(tmp_path, having(real, 1), hands) as people:
        people.come("erik")
        assert ["taken"] * 3 + ["waiting"] * 2 == list(people.states().values())
    with desk(tmp_path, having(real, 5), hands) as five:
        five.becomes(dina="offered", erik="offered")


def test_a_cancelled_course_tells_everybody_once(tmp_path, real, hands):
    with desk(tmp_path, having(real, 1), hands) as people:
        people.come("anna", "bo")
        people.book("carl")
    cancelled = having(real, 1, status="cancelled")
    for _ in range(2):
        with desk(tmp_path, cancelled, hands) as informed:
            informed.becomes(anna="cancelled", bo="cancelled", carl="cancelled")
            eventually(
                lambda portal=informed.portal: {"sent"} == {mail.state for mail in portal.mails()}
            )

    with desk(tmp_path, cancelled, hands) as informed:
        assert [1, 1] == [len(informed.letters(name, "cancelled")) for name in ("anna", "bo")]
        letter = informed.portal.letter("cancelled")
        assert "Odense" not in letter["Subject"]
        assert "tirsdag den 2. marts 2027 kl. 9.00–16.00" in text_of(letter)


def test_a_course_without_a_place_says_so_before_anything_is_sent(two_seats):
    def level() -> str:
        return two_seats.portal.client.get(f"/places/courses/{COURSE}").json()["places"]

    assert "few" == level()
    two_seats.come("anna", "bo")

    assert "full" == level()
    page = two_seats.portal.client.get(f"/tilmelding/kursus/?course={COURSE}")
    assert "Du kommer på ventelisten" in page.text
    assert 404 == two_seats.portal.client.get("/places/courses/nope").status_code


@both
def test_who_chooses_another_course_leaves_the_first_and_joins_the_other(two_seats):
    two_seats.come("anna", "bo", "carl")
    two_seats.portal.client.post(two_seats.mine("anna") + "/change", data=booked("anna", OTHER))

    two_seats.becomes(anna="taken", carl="offered")


def test_a_full_house_by_its_own_word_only_has_a_waiting_list(tmp_path, real, hands):
    with desk(tmp_path, having(real, 9, status="full"), hands) as full:
        assert "nummer 1 på ventelisten" in full.book("anna").text


def test_the_same_booking_twice_is_one_place(two_seats):
    two_seats.book("anna")
    two_seats.book("anna")

    assert {"anna": "held"} == two_seats.states()


def test_the_clock_one_day_back_takes_no_place_from_anybody(two_seats, hands):
    two_seats.come("anna", "bo")
    hands.now -= timedelta(days=1)

    assert {"anna": "taken", "bo": "taken"} == two_seats.states()


def test_the_operator_gets_the_names_of_those_who_come(two_seats):
    two_seats.come("anna", "bo", "carl")
    command = [
        sys.executable,
        "-m",
        "mentorkorps",
        "desk",
        "participants",
        COURSE,
        "--data",
        ROOT / "data",
    ]
    printed = subprocess.run(
        command, env=two_seats.portal.environ, capture_output=True, text=True, check=True
    )

    assert "name\nAnna\nBo\n" == printed.stdout
