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
    """What a command says, with the settings of a portal: on stdout, or on stderr where it could not run."""

    def run(portal, *command):
        for name, value in portal.environ.items():
            monkeypatch.setenv(name, value)
        ended = run_cli([str(argument) for argument in command])
        printed = capsys.readouterr()
        return printed.err if ended else printed.out

    return run


def ready(portal):
    answer = portal.client.get("/readyz")
    amiss = {name for name, value in answer.json().items() if value is False}
    assert (answer.status_code == 503) == bool(amiss)
    return amiss


def stops(portal, part):
    eventually(lambda: {part} == ready(portal))


def goes_on(portal):
    eventually(lambda: set() == ready(portal))


def sent(portal):
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()}, 20)


def seats(portal):
    rows = portal.rows("SELECT state, until FROM places ORDER BY number")
    return [(row.state, datetime.fromisoformat(row.until) if row.until else None) for row in rows]


def of_karen(portal):
    """A sign-up that is confirmed, one that is not, and a place that is held."""
    portal.post()
    portal.client.post(portal.link("confirm"))
    portal.post(email="bo@example.org")
    portal.client.post("/forms/kursus", data=booked("anna"))
    sent(portal)


def rate(portal, count):
    """So many anonymous answers, which count as confirmed at once."""
    for number in range(count):
        rated = {
            f"{when}-{what}": "3"
            for when in ("before", "after")
            for what in ("role", "talk", "system", "limits")
        }
        answers = rated | {"course": COURSE, "language": "da", "once": f"{portal.now()} {number}"}
        assert 303 == portal.client.post("/forms/kursusevaluering", data=answers).status_code


@both
@pytest.mark.parametrize("leap", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_a_start_with_a_wrong_clock_ends_nothing_and_tells(
    tmp_path, real, hands, environ, leap, caplog
):
    with opened(tmp_path, real, hands, **environ) as portal:
        of_karen(portal)
    hands.now += leap
    with opened(tmp_path, real, hands, **environ) as portal:
        assert {"clock"} == ready(portal)
        assert 303 == portal.post(email="carl@example.org").status_code
        metrics = portal.client.get("/metrics").text
        assert (
            f'mentorkorps_stopped{{reason="{"ahead" if leap > timedelta() else "behind"}"}} 1.0'
            in metrics
        )
        seconds = float(metrics.partition("\nmentorkorps_clock_leap_seconds ")[2].splitlines()[0])
        assert (240 if leap > timedelta() else -240) * 86400 == seconds
        letter = portal.letter("clock")
        assert "svar-ikke@mentorkorps.invalid" == letter["To"]
        assert "240 dage" in text_of(letter)
        sent(portal)
    with opened(tmp_path, real, hands, **environ) as portal:
        stops(portal, "clock")
        hands.pass_by(hours=1)
        eventually(lambda: "0.0 of 24" not in portal.client.get("/readyz").json()["stopped"])
        assert 1 == Counter(mail.kind for mail in portal.mails())["clock"]
        assert 4 == len(portal.sign_ups())
        assert [("held", MONDAY + timedelta(hours=72))] == seats(portal)
        assert "nothing is deleted until `mentorkorps purge --yes` or a steady day" in caplog.text

        hands.pass_by(hours=-1)
        hands.now -= leap
        goes_on(portal)
        assert {MONDAY} == {sign_up.received_at for sign_up in portal.sign_ups()}
        assert 4 == len(portal.sign_ups())


def test_a_clock_that_leaps_while_the_server_runs_sends_no_digest_and_gives_no_mail_up(
    tmp_path, real, hands, free_port
):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        portal.post(website="https://spam.example")
        eventually(lambda: {"retry"} == {mail.state for mail in portal.mails()})
        hands.now += AHEAD
        stops(portal, "clock")
        eventually(lambda: {2} <= {mail.attempts for mail in portal.mails()})
        assert {"confirm", "clock"} == {mail.kind for mail in portal.mails()}
        assert "failed" not in {mail.state for mail in portal.mails()}
        hands.now -= AHEAD
        goes_on(portal)
        hands.pass_by(days=1)
        eventually(lambda: "digest" in {mail.kind for mail in portal.mails()})


def test_an_offer_waits_for_the_right_time(tmp_path, real, hands):
    with opened(tmp_path, having(real, 2), hands) as portal:
        for name in ("anna", "bo", "carl"):
            portal.client.post("/forms/kursus", data=booked(name))
            portal.client.post(portal.link("confirm"))
        portal.client.post(f"/mine/{portal.token('mine', portal.sign_ups()[0])}/withdraw")
        eventually(lambda: "offered" in {state for state, _ in seats(portal)})
        before = seats(portal)
        assert ["given_up", "taken", "offered"] == [state for state, _ in before]
        hands.now += timedelta(days=10)
        stops(portal, "clock")
        assert before == seats(portal)
        hands.now -= timedelta(days=10)
        goes_on(portal)
        assert before == seats(portal)


def test_it_goes_on_after_a_yes_also_while_the_server_runs(tmp_path, real, hands, operate):
    with opened(tmp_path, real, hands) as portal:
        of_karen(portal)
        hands.now += AHEAD
        stops(portal, "clock")
        assert (
            "mentorkorps: 1 of 1 confirmed sign-ups and 2 others would be deleted, but the clock shows "
            "2027-07-21 09:00 UTC, 240 days ahead of the last moment seen (2026-11-23 09:00 UTC). "
            "Nothing was deleted. Set the clock; if it is right, run: mentorkorps purge --yes\n"
        ) == operate(portal, "purge")
        assert 3 == len(portal.sign_ups())

        assert "The server deletes 3 sign-ups now.\n" == operate(portal, "purge", "--yes")
        eventually(lambda: [] == portal.sign_ups())
        goes_on(portal)


def test_it_goes_on_after_a_steady_day_which_a_restart_keeps_and_a_leap_does_not(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as portal:
        of_karen(portal)
    hands.pass_by(days=190)
    with opened(tmp_path, real, hands) as portal:
        stops(portal, "clock")
        steady(portal, hands, hours=23)
        hands.now += timedelta(days=5)
        eventually(lambda: "0.0 of 24" in portal.client.get("/readyz").json()["stopped"])
        steady(portal, hands, hours=13)
    hands.pass_by(hours=20)  # switched off: nobody looks
    with opened(tmp_path, real, hands) as portal:
        assert "steady for 13.0 of 24 hours" in portal.client.get("/readyz").json()["stopped"]
        assert 3 == len(portal.sign_ups())
        hands.pass_by(hours=11)
        eventually(lambda: [] == portal.sign_ups())
        goes_on(portal)


def steady(portal, hands, hours):
    hands.pass_by(hours=hours)
    eventually(
        lambda: f"steady for {hours}.0 of 24" in portal.client.get("/readyz").json()["stopped"]
    )


def test_what_came_in_under_a_clock_far_behind_is_not_too_old_when_it_is_right(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as portal:
        portal.post()
    hands.now = datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)
    with opened(tmp_path, real, hands) as portal:
        portal.post(email="bo@example.org")
        hands.pass_by(minutes=2)
        portal.client.post(portal.link("confirm"))
        hands.now = MONDAY + timedelta(hours=2)
        goes_on(portal)
        hands.pass_by(days=2)
        rate(portal, 1)
        eventually(
            lambda: (
                [2]
                == [
                    row[0]
                    for row in portal.rows("SELECT count(*) FROM sign_ups WHERE form = 'mentor'")
                ]
            )
        )
        assert {MONDAY, MONDAY + timedelta(minutes=2)} >= {
            sign_up.confirmed_at for sign_up in portal.sign_ups()[1:2]
        }


def test_what_came_in_under_a_clock_far_ahead_lasts_no_longer_than_usual(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        portal.post()
        sent(portal)
        hands.now += AHEAD
        stops(portal, "clock")
        portal.post(email="bo@example.org")
        portal.client.post("/forms/kursus", data=booked("anna", "aarhus-april-2027"))
        sent(portal)
        hands.now -= AHEAD
        goes_on(portal)
        assert all(until <= hands.now + timedelta(hours=72) for _, until in seats(portal))
        assert 200 == portal.client.get(portal.link("confirm")).status_code

        hands.pass_by(hours=72, seconds=1)
        eventually(lambda: [] == portal.sign_ups())


def test_a_large_purge_waits_for_a_yes_or_a_day(tmp_path, real, hands, operate):
    with opened(tmp_path, real, hands) as portal:
        rate(portal, 21)
        hands.pass_by(days=180)
        rate(portal, 30)
        hands.pass_by(days=188)
        stops(portal, "purge")
        assert "21 bekræftede" in text_of(portal.letter("large_purge"))
        assert 51 == len(portal.sign_ups())
        assert "21 of 51 confirmed" in operate(portal, "purge")
        hands.pass_by(days=1)
        eventually(lambda: 30 == len(portal.sign_ups()))
        goes_on(portal)

        hands.pass_by(days=180)
        stops(portal, "purge")
        assert 30 == len(portal.sign_ups())
        assert "The server deletes 30 sign-ups now.\n" == operate(portal, "purge", "--yes")
        eventually(lambda: [] == portal.sign_ups())


def test_a_small_portal_is_not_asked_each_time(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        rate(portal, 20)
        hands.pass_by(days=370)
        eventually(lambda: [] == portal.sign_ups())
        assert set() == ready(portal)


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

    with opened(tmp_path, real, hands) as portal:
        portal.post()
        sent(portal)
        eventually(lambda: 1 == purges())
        hands.pass_until((evening + timedelta(days=1)).replace(hour=0, minute=30))
        eventually(lambda: 2 == purges())
        hands.pass_by(hours=2)
        assert set() == ready(portal)
        hands.pass_until(evening + timedelta(hours=72, seconds=-1))
        eventually(lambda: 3 == purges())
        assert 1 == len(portal.sign_ups())
        hands.pass_by(days=1)
        eventually(lambda: [] == portal.sign_ups())
        assert set() == ready(portal)


def test_a_database_that_was_put_back_by_hand_waits_and_one_by_the_command_does_not(
    tmp_path, real, operate
):
    hands = Hands(utc_now() - timedelta(days=20))
    with opened(tmp_path, real, hands) as portal:
        of_karen(portal)
        operate(portal, "backup", tmp_path / "one.backup")
    with opened(tmp_path, real) as portal:
        assert {"clock"} == ready(portal)
        assert "20 days ahead" in portal.client.get("/readyz").json()["stopped"]
        assert 3 == len(portal.sign_ups())

    printed = operate(portal, "restore", tmp_path / "one.backup")
    assert f"now, after {hands.now:%Y-%m-%d %H:%M} UTC in the copy" in printed
    with opened(tmp_path, real) as portal:
        goes_on(portal)
        eventually(lambda: 1 == len(portal.sign_ups()))


def test_a_database_from_before_there_was_a_record_is_judged_by_its_newest_row(
    tmp_path, real, hands
):
    with opened(tmp_path, real, hands) as portal:
        of_karen(portal)
    with sqlite3.connect(portal.settings.database.path) as database:
        database.execute("DELETE FROM clock")
    database.close()
    hands.now += AHEAD
    with opened(tmp_path, real, hands) as portal:
        assert {"clock"} == ready(portal)
        assert 3 == len(portal.sign_ups())


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
