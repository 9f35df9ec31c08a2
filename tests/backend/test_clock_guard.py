"""A clock that has leapt ends nothing for good: what cannot be undone waits for a second witness, and says so."""

import logging
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mentorkorps.backend.clock import utc_now
from tests.backend.conftest import (
    COURSE,
    MONDAY,
    Hands,
    booked,
    both,
    eventually,
    opened,
    run_cli,
    text_of,
)
from tests.backend.test_places import having

AHEAD, BEHIND = timedelta(days=240), timedelta(days=-240)


@pytest.fixture
def operate(monkeypatch, capsys):
    """What a command says, with the settings of a house: on stdout, or on stderr where it could not run."""

    def run(house, *command):
        for name, value in house.environ.items():
            monkeypatch.setenv(name, value)
        ended = run_cli([str(argument) for argument in command])
        printed = capsys.readouterr()
        return printed.err if ended else printed.out

    return run


def ready(house):
    answer = house.client.get("/readyz")
    amiss = {name for name, value in answer.json().items() if value is False}
    assert (answer.status_code == 503) == bool(amiss)
    return amiss


def stops(house, part):
    eventually(lambda: {part} == ready(house))


def goes_on(house):
    eventually(lambda: set() == ready(house))


def sent(house):
    eventually(lambda: {"sent"} == {mail.state for mail in house.mails()}, 20)


def seats(house):
    rows = house.rows("SELECT state, until FROM places ORDER BY number")
    return [(row.state, datetime.fromisoformat(row.until) if row.until else None) for row in rows]


def of_karen(house):
    """A sign-up that is confirmed, one that is not, and a place that is held."""
    house.post()
    house.client.post(house.link("confirm"))
    house.post(email="bo@example.org")
    house.client.post("/forms/kursus", data=booked("anna"))
    sent(house)


def rate(house, count):
    """So many anonymous answers, which count as confirmed at once."""
    for number in range(count):
        rated = {
            f"{when}-{what}": "3"
            for when in ("before", "after")
            for what in ("role", "talk", "system", "limits")
        }
        answers = rated | {"course": COURSE, "language": "da", "once": f"{house.now()} {number}"}
        assert 303 == house.client.post("/forms/kursusevaluering", data=answers).status_code


@both
@pytest.mark.parametrize("leap", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_a_start_with_a_wrong_clock_ends_nothing_and_tells(
    tmp_path, real, hands, environ, leap, caplog
):
    with opened(tmp_path, real, hands, **environ) as house:
        of_karen(house)
    hands.now += leap
    with opened(tmp_path, real, hands, **environ) as house:
        assert {"clock"} == ready(house)
        assert 303 == house.post(email="carl@example.org").status_code
        metrics = house.client.get("/metrics").text
        assert (
            f'mentorkorps_stopped{{reason="{"ahead" if leap > timedelta() else "behind"}"}} 1.0'
            in metrics
        )
        seconds = float(metrics.partition("\nmentorkorps_clock_leap_seconds ")[2].splitlines()[0])
        assert (240 if leap > timedelta() else -240) * 86400 == seconds
        letter = house.letter("clock")
        assert "svar-ikke@mentorkorps.invalid" == letter["To"]
        assert "240 dage" in text_of(letter)
        sent(house)
    with opened(tmp_path, real, hands, **environ) as house:
        stops(house, "clock")
        hands.pass_by(hours=1)
        eventually(lambda: "0.0 of 24" not in house.client.get("/readyz").json()["stopped"])
        assert 1 == Counter(mail.kind for mail in house.mails())["clock"]
        assert 4 == len(house.sign_ups())
        assert [("held", MONDAY + timedelta(hours=72))] == seats(house)
        assert "nothing is deleted until `mentorkorps purge --yes` or a steady day" in caplog.text

        hands.pass_by(hours=-1)
        hands.now -= leap
        goes_on(house)
        assert {MONDAY} == {sign_up.received_at for sign_up in house.sign_ups()}
        assert 4 == len(house.sign_ups())


def test_a_clock_that_leaps_while_the_server_runs_sends_no_digest_and_gives_no_mail_up(
    tmp_path, real, hands, free_port
):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as house:
        house.post(website="https://spam.example")
        eventually(lambda: {"retry"} == {mail.state for mail in house.mails()})
        hands.now += AHEAD
        stops(house, "clock")
        eventually(lambda: {2} <= {mail.attempts for mail in house.mails()})
        assert {"confirm", "clock"} == {mail.kind for mail in house.mails()}
        assert "failed" not in {mail.state for mail in house.mails()}
        hands.now -= AHEAD
        goes_on(house)
        hands.pass_by(days=1)
        eventually(lambda: "digest" in {mail.kind for mail in house.mails()})


def test_an_offer_waits_for_the_right_time(tmp_path, real, hands):
    with opened(tmp_path, having(real, 2), hands) as house:
        for name in ("anna", "bo", "carl"):
            house.client.post("/forms/kursus", data=booked(name))
            house.client.post(house.link("confirm"))
        house.client.post(f"/mine/{house.token('mine', house.sign_ups()[0])}/withdraw")
        eventually(lambda: "offered" in {state for state, _ in seats(house)})
        before = seats(house)
        assert ["given_up", "taken", "offered"] == [state for state, _ in before]
        hands.now += timedelta(days=10)
        stops(house, "clock")
        assert before == seats(house)
        hands.now -= timedelta(days=10)
        goes_on(house)
        assert before == seats(house)


def test_it_goes_on_after_a_yes_also_while_the_server_runs(tmp_path, real, hands, operate):
    with opened(tmp_path, real, hands) as house:
        of_karen(house)
        hands.now += AHEAD
        stops(house, "clock")
        assert (
            "mentorkorps: 1 of 1 confirmed sign-ups and 2 others would be deleted, but the clock shows "
            "2027-07-21 09:00 UTC, 240 days ahead of the last moment seen (2026-11-23 09:00 UTC). "
            "Nothing was deleted. Set the clock; if it is right, run: mentorkorps purge --yes\n"
        ) == operate(house, "purge")
        assert 3 == len(house.sign_ups())

        assert "The server deletes 3 sign-ups now.\n" == operate(house, "purge", "--yes")
        eventually(lambda: [] == house.sign_ups())
        goes_on(house)


def test_it_goes_on_after_a_steady_day_which_a_restart_keeps_and_a_leap_does_not(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as house:
        of_karen(house)
    hands.pass_by(days=190)
    with opened(tmp_path, real, hands) as house:
        stops(house, "clock")
        steady(house, hands, hours=23)
        hands.now += timedelta(days=5)
        eventually(lambda: "0.0 of 24" in house.client.get("/readyz").json()["stopped"])
        steady(house, hands, hours=13)
    hands.pass_by(hours=20)  # switched off: nobody looks
    with opened(tmp_path, real, hands) as house:
        assert "steady for 13.0 of 24 hours" in house.client.get("/readyz").json()["stopped"]
        assert 3 == len(house.sign_ups())
        hands.pass_by(hours=11)
        eventually(lambda: [] == house.sign_ups())
        goes_on(house)


def steady(house, hands, hours):
    hands.pass_by(hours=hours)
    eventually(
        lambda: f"steady for {hours}.0 of 24" in house.client.get("/readyz").json()["stopped"]
    )


def test_what_came_in_under_a_clock_far_behind_is_not_too_old_when_it_is_right(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as house:
        house.post()
    hands.now = datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)
    with opened(tmp_path, real, hands) as house:
        house.post(email="bo@example.org")
        hands.pass_by(minutes=2)
        house.client.post(house.link("confirm"))
        hands.now = MONDAY + timedelta(hours=2)
        goes_on(house)
        hands.pass_by(days=2)
        rate(house, 1)
        eventually(
            lambda: (
                [2]
                == [
                    row[0]
                    for row in house.rows("SELECT count(*) FROM sign_ups WHERE form = 'mentor'")
                ]
            )
        )
        assert {MONDAY, MONDAY + timedelta(minutes=2)} >= {
            sign_up.confirmed_at for sign_up in house.sign_ups()[1:2]
        }


def test_what_came_in_under_a_clock_far_ahead_lasts_no_longer_than_usual(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as house:
        house.post()
        sent(house)
        hands.now += AHEAD
        stops(house, "clock")
        house.post(email="bo@example.org")
        house.client.post("/forms/kursus", data=booked("anna", "aarhus-april-2027"))
        sent(house)
        hands.now -= AHEAD
        goes_on(house)
        assert all(until <= hands.now + timedelta(hours=72) for _, until in seats(house))
        assert 200 == house.client.get(house.link("confirm")).status_code

        hands.pass_by(hours=72, seconds=1)
        eventually(lambda: [] == house.sign_ups())


def test_a_large_purge_waits_for_a_yes_or_a_day(tmp_path, real, hands, operate):
    with opened(tmp_path, real, hands) as house:
        rate(house, 21)
        hands.pass_by(days=180)
        rate(house, 30)
        hands.pass_by(days=188)
        stops(house, "purge")
        assert "21 bekræftede" in text_of(house.letter("large_purge"))
        assert 51 == len(house.sign_ups())
        assert "21 of 51 confirmed" in operate(house, "purge")
        hands.pass_by(days=1)
        eventually(lambda: 30 == len(house.sign_ups()))
        goes_on(house)

        hands.pass_by(days=180)
        stops(house, "purge")
        assert 30 == len(house.sign_ups())
        assert "The server deletes 30 sign-ups now.\n" == operate(house, "purge", "--yes")
        eventually(lambda: [] == house.sign_ups())


def test_a_small_portal_is_not_asked_each_time(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as house:
        rate(house, 20)
        hands.pass_by(days=370)
        eventually(lambda: [] == house.sign_ups())
        assert set() == ready(house)


NIGHTS = {
    "into summer time": datetime(2027, 3, 27, 21, 30, tzinfo=UTC),
    "into winter time": datetime(2027, 10, 30, 20, 30, tzinfo=UTC),
    "new year": datetime(2026, 12, 31, 21, 30, tzinfo=UTC),
}


@pytest.mark.parametrize("evening", NIGHTS.values(), ids=NIGHTS.keys())
def test_a_night_with_another_hour_is_one_day_and_no_leap(tmp_path, real, evening, caplog):
    caplog.set_level(logging.INFO, "mentorkorps.backend.signups.retention")
    hands = Hands(evening)

    def purges():
        return caplog.messages.count("purge: 0 sign-ups and 0 mails deleted")

    with opened(tmp_path, real, hands) as house:
        house.post()
        sent(house)
        eventually(lambda: 1 == purges())
        hands.pass_until((evening + timedelta(days=1)).replace(hour=0, minute=30))
        eventually(lambda: 2 == purges())
        hands.pass_by(hours=2)
        assert set() == ready(house)
        hands.pass_until(evening + timedelta(hours=72, seconds=-1))
        eventually(lambda: 3 == purges())
        assert 1 == len(house.sign_ups())
        hands.pass_by(days=1)
        eventually(lambda: [] == house.sign_ups())
        assert set() == ready(house)


def test_a_database_that_was_put_back_by_hand_waits_and_one_by_the_command_does_not(
    tmp_path, real, operate
):
    hands = Hands(utc_now() - timedelta(days=20))
    with opened(tmp_path, real, hands) as house:
        of_karen(house)
        operate(house, "backup", tmp_path / "one.backup")
    with opened(tmp_path, real) as house:
        assert {"clock"} == ready(house)
        assert "20 days ahead" in house.client.get("/readyz").json()["stopped"]
        assert 3 == len(house.sign_ups())

    printed = operate(house, "restore", tmp_path / "one.backup")
    assert f"now, after {hands.now:%Y-%m-%d %H:%M} UTC in the copy" in printed
    with opened(tmp_path, real) as house:
        goes_on(house)
        eventually(lambda: 1 == len(house.sign_ups()))


def test_a_database_from_before_there_was_a_record_is_judged_by_its_newest_row(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as house:
        of_karen(house)
    with sqlite3.connect(house.settings.database.path) as database:
        database.execute("DELETE FROM clock")
    database.close()
    hands.now += AHEAD
    with opened(tmp_path, real, hands) as house:
        assert {"clock"} == ready(house)
        assert 3 == len(house.sign_ups())


def test_of_two_instances_with_clocks_that_differ_none_is_believed_for_being_steady(
    tmp_path, real, cluster
):
    right, wrong = Hands(), Hands(MONDAY + AHEAD)
    variables = {"DATABASE_URL": cluster.fresh(), "FOLDER": f"{tmp_path}/var"}
    with (
        opened(tmp_path, real, right, **variables) as first,
        opened(tmp_path, real, wrong, **variables) as second,
    ):
        of_karen(first)
        stops(second, "clock")
        for _ in range(2):
            right.pass_by(hours=13)
            wrong.pass_by(hours=13)
            looks = second.client.get("/readyz").json()["stopped"]
            eventually(
                lambda before=looks: before != second.client.get("/readyz").json()["stopped"]
            )
        assert set() == ready(first)
        assert {"clock"} == ready(second)
        assert 3 == len(first.sign_ups())
