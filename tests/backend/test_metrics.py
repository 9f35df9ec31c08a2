"""What those who watch the service are told, and who may ask."""

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event

from mentorkorps.backend.app import create_app
from mentorkorps.backend.db import backup, connect, retention_rows
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.settings import read_settings
from tests.backend.conftest import (
    FORM,
    awaited,
    booked,
    both,
    built_site,
    eventually,
    opened,
    volunteer,
)
from tests.backend.test_kinds import EVALUATION


def figures(answer):
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.split(" ") for line in lines)}


def test_it_counts_by_state_and_tells_the_ages(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        portal.post()
        portal.client.post(portal.link("confirm"))
        portal.post(email="bo@example.org")
        eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
        hands.pass_by(hours=2)

        answer = portal.client.get("/metrics")
        ready = portal.client.get("/readyz").json()

    metrics = figures(answer)
    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["content-type"]
    assert (1, 1, 0, 0) == tuple(
        metrics[f'mentorkorps_sign_ups{{state="{state}"}}']
        for state in ("unanswered", "unconfirmed", "answered", "withdrawn")
    )
    assert (4, 0) == (
        metrics['mentorkorps_mails{state="sent"}'],
        metrics['mentorkorps_mails{state="failed"}'],
    )
    assert (7200, 0) == (
        metrics["mentorkorps_oldest_unanswered_sign_up_seconds"],
        metrics["mentorkorps_oldest_unsent_mail_seconds"],
    )
    assert (7200, None) == (
        ready["oldest_unanswered_sign_up_seconds"],
        ready["oldest_unsent_mail_seconds"],
    )


def test_nothing_personal_is_told(portal):
    portal.post()
    metrics = portal.client.get("/metrics").text

    for personal in (
        "aren",
        "example.org",
        "mentor-",
        "0461",
        portal.sign_ups()[0].id,
        "aabent-hold",
    ):
        assert personal not in metrics


def test_an_answered_or_withdrawn_sign_up_waits_no_longer(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    hands.pass_by(hours=1)
    portal.client.post(portal.link("notice") + "/answered")

    assert (
        0 == figures(portal.client.get("/metrics"))["mentorkorps_oldest_unanswered_sign_up_seconds"]
    )


def reckoned(portal):
    """The same figures, by a look at everything."""
    outcomes = Counter(outcome(sign_up) for sign_up in portal.sign_ups())
    states = Counter(mail.state for mail in portal.mails())
    doubtful = sum(
        sign_up.flagged and not sign_up.withdrawn_at and not sign_up.answered_at
        for sign_up in portal.sign_ups()
    )
    return {
        **{f'mentorkorps_sign_ups{{state="{name}"}}': outcomes[name] for name in OUTCOMES},
        **{f'mentorkorps_mails{{state="{name}"}}': states[name] for name in STATES},
        "mentorkorps_doubtful_sign_ups": doubtful,
    }


def outcome(sign_up):
    if sign_up.withdrawn_at:
        return "withdrawn"
    if not sign_up.confirmed_at:
        return "unconfirmed"
    if not sign_up.awaited:
        return "received"
    return "answered" if sign_up.answered_at else "unanswered"


OUTCOMES = ("withdrawn", "unconfirmed", "unanswered", "answered", "received")
STATES = ("queued", "sending", "retry", "sent", "failed")


def some_of_each(portal):
    """Sign-ups: answered, withdrawn, deleted, confirmed, unconfirmed, two doubtful; and one evaluation."""
    for name in ("anna", "bo", "carl", "dina", "eva"):
        portal.post(email=f"{name}@example.org")
    named = {sign_up.answers["email"].partition("@")[0]: sign_up for sign_up in portal.sign_ups()}
    anna, bo, carl, dina, _ = (named[name] for name in ("anna", "bo", "carl", "dina", "eva"))
    for sign_up in (anna, bo, carl, dina):
        portal.client.post(f"/confirm/{confirmation(portal, sign_up)}")
    portal.client.post(f"/desk/{portal.token('desk', anna)}/answered")
    portal.client.post(f"/mine/{portal.token('mine', bo)}/withdraw", data={"sure": "yes"})
    portal.client.post(f"/mine/{portal.token('mine', carl)}/delete", data={"sure": "yes"})
    portal.client.post("/forms/kursusevaluering", data=EVALUATION)
    for name in ("ida", "jan"):
        portal.post(email=f"{name}@example.org", website="x", name="www.example.org")
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})


def confirmation(portal, sign_up):
    return Tokens(portal.settings.secret_keys, portal.now).sign(
        "confirm", f"{sign_up.id}.{sign_up.asked_stamp}", portal.now()
    )


@both
def test_figures_are_those_of_the_rows_whatever_happens(tmp_path, real, hands, environ):
    with opened(tmp_path, real, hands, **environ) as portal:
        some_of_each(portal)
        before = reckoned(portal)
        assert before.items() <= figures(portal.client.get("/metrics")).items()
        assert {
            "withdrawn": 1,
            "answered": 1,
            "unanswered": 1,
            "unconfirmed": 3,
            "received": 1,
        }.items() <= {
            name: before[f'mentorkorps_sign_ups{{state="{name}"}}'] for name in OUTCOMES
        }.items()
        assert 2 == before["mentorkorps_doubtful_sign_ups"]
        backup.write_backup(portal.settings, tmp_path / "one.backup")
        portal.post(email="later@example.org")

    backup.restore_backup(portal.settings, tmp_path / "one.backup")
    with opened(tmp_path, real, hands, **environ) as portal:
        assert before.items() <= figures(portal.client.get("/metrics")).items()
        hands.pass_by(days=8)
        eventually(lambda: 3 == len(portal.sign_ups()))
        assert reckoned(portal).items() <= figures(portal.client.get("/metrics")).items()


def test_whoever_asks_for_figures_waits_for_nobody_and_keeps_nobody_waiting(portal):
    portal.post()
    other = sqlite3.connect(portal.settings.database.path)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as pool:
        posting = pool.submit(
            httpx.post, portal.url(FORM), data=volunteer(email="bo@example.org"), timeout=20
        )
        metrics = figures(portal.client.get("/metrics", timeout=1.5))
        assert not posting.done()
        other.rollback()
        assert 303 == posting.result().status_code
    other.close()

    assert 1 == metrics['mentorkorps_sign_ups{state="unconfirmed"}']


def test_no_figure_is_a_look_at_every_row(portal):
    asked = []
    with connect.opened_to_read(portal.settings) as snapshot:
        event.listen(
            snapshot.connection,
            "before_cursor_execute",
            lambda *arguments: asked.append(arguments[2:4]),
        )
        retention_rows.figures(snapshot)
        plans = [
            step
            for statement, values in list(asked)
            for (*_, step) in snapshot.connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", values
            )
        ]

    assert len(asked) > 10
    assert [] == [
        step for step in plans if step.startswith("SCAN") and "USING COVERING INDEX" not in step
    ]


ASKED = {
    "from the machine itself": ({}, {}, 200),
    "through a proxy that is not named": ({}, {"X-Forwarded-For": "127.0.0.1"}, 404),
    "through one that tells less": ({}, {"Via": "1.1 proxy"}, 404),
    "through a named proxy": (
        {"TRUSTED_PROXY": "127.0.0.1"},
        {"X-Forwarded-For": "192.0.2.7"},
        404,
    ),
    "from a network that may": (
        {"TRUSTED_PROXY": "127.0.0.1", "METRICS_FROM": "192.0.2.0/24"},
        {"X-Forwarded-For": "192.0.2.7"},
        200,
    ),
    "from another network": (
        {"TRUSTED_PROXY": "127.0.0.1", "METRICS_FROM": "192.0.2.0/24"},
        {"X-Forwarded-For": "192.0.3.7"},
        404,
    ),
    "with a forged address": (
        {"METRICS_FROM": "192.0.2.0/24"},
        {"X-Forwarded-For": "192.0.2.7"},
        404,
    ),
}


@pytest.mark.parametrize(("variables", "headers", "status"), ASKED.values(), ids=ASKED.keys())
def test_only_who_is_near_is_told_figures_and_others_whether_it_works(
    tmp_path, real, variables, headers, status
):
    with opened(tmp_path, real, **variables) as portal:
        assert status == portal.client.get("/metrics", headers=headers).status_code
        ready = portal.client.get("/readyz", headers=headers)

    assert (200, "ok") == (ready.status_code, ready.json()["status"])
    assert ({"status"} == set(ready.json())) == (status == 404)


PARTS = {
    "outbox": "outbox",
    "retention": "purge",
    "places": "waiting_lists",
    "errands": "command_files",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_has_ended_is_seen(tmp_path, real, part):
    app = create_app(
        real,
        built_site(tmp_path / "site"),
        read_settings({"MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"}),
    )

    async def asked():
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url="http://x") as near,
        ):
            await getattr(app.state.services, PARTS[part]).stop()
            return await near.get("/readyz")

    ready = awaited(asked())
    assert (503, "unavailable") == (ready.status_code, ready.json()["status"])
    assert [part] == [name for name, value in ready.json().items() if value is False]


SPOILT = {"outbox": ("mails", "due_at"), "places": ("places", "until")}


@pytest.mark.parametrize("part", SPOILT)
def test_a_part_that_met_something_strange_is_seen_and_goes_on_afterwards(portal, hands, part):
    table, column = SPOILT[part]
    portal.client.post("/forms/kursus", data=booked("karen"))
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})

    def rewrite(text: str) -> None:
        with closing(sqlite3.connect(portal.settings.database.path)) as database, database:
            database.execute(f"UPDATE {table} SET {column} = ?", (text,))
            database.execute("UPDATE mails SET state = 'queued'")

    rewrite("0")
    eventually(lambda: not portal.client.get("/readyz").json()[part])
    rewrite("2026-11-23T08:00:00.000000+00:00")
    eventually(lambda: portal.client.get("/readyz").json()[part])
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
