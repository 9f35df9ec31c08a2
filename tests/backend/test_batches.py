"""Batches and newsletters as an operator handles them: held, released, sent, cancelled, counted."""

import asyncio
import json
import time
from collections import defaultdict
from datetime import UTC, datetime

import httpx
from aiosmtpd.controller import Controller
from sqlalchemy import text

from mentorkorps.backend.db import connect, sign_up_rows
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.settings import read_settings
from mentorkorps.backend.signups import lifecycle
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import (
    KEY,
    MONDAY,
    PostOffice,
    any_free_port,
    eventually,
    opened,
    run_cli,
    text_of,
)
from tests.backend.mailing_lists import (
    SAYS,
    batches,
    edit,
    join,
    mails,
    open_smiths,
    operate,
    write_data,
)
from tests.backend.process import process

NEAR = {"place": "5000"}


def test_an_operator_holds_releases_and_cancels_what_opened(tmp_path, hands, monkeypatch, capsys):
    data = write_data(tmp_path)
    with opened(tmp_path, load_catalogue(data), hands) as portal:
        join(portal, "nyhedsbrev", "laeser", **NEAR)
    open_smiths(data)
    both_open = edit(data, "events", "status: planned", "status: open")
    with opened(tmp_path, both_open, hands, NEWS_WAIT_MINUTES="30") as portal:

        def run(*command: str, code: int = 0) -> str:
            return operate(portal, monkeypatch, capsys, *command, code=code)

        eventually(lambda: 2 == len(batches(portal)))
        listed = {row.about: row.id for row in portal.rows("SELECT id, about FROM batches")}
        programme, event = listed["programmes/smedenes-korps"], listed["events/netvaerk-april-2027"]
        shown = run("outbox")
        assert f"{programme}  batch opened waiting" in shown
        assert "due 2026-11-23 09:30" in shown
        assert "@" not in shown
        assert "released" in run("outbox", "hold", programme[:8])
        run("outbox", "cancel", event)
        run("outbox", "hold", event, code=2)
        hands.pass_by(hours=1)
        run("outbox", "release", programme)
        hands.now = hands.now.replace(hour=18, minute=59)
        eventually(lambda: {"laeser"} == mails(portal, "opened").keys())
        assert "Smedenes korps" in text_of(mails(portal, "opened")["laeser"])
        assert ["cancelled", "done"] == sorted(state for _, _, state in batches(portal))
        assert "1 sent, 0 on their way" in run("outbox", "--all")


def test_a_newsletter_leaves_when_somebody_sends_it(tmp_path, hands, monkeypatch, capsys):
    data = write_data(tmp_path)
    catalogue = edit(data, "courses", "status: planned", "status: open")
    with opened(tmp_path, catalogue, hands) as portal:

        def run(*command: str) -> str:
            return operate(portal, monkeypatch, capsys, "newsletter", *command, "--data", str(data))

        join(portal, "nyhedsbrev", "laeser", **NEAR)
        join(portal, "nyhedsbrev", "reader", language="en", **NEAR)
        join(portal, "nyhedsbrev", "elsewhere", place="4100")
        join(portal, "interesseliste", "interest", **NEAR)
        period = ("--from", "2026-11-01", "--to", "2026-11-30")
        assert "0 newsletters" in run("draft", "--municipality", "Ringsted", *period)
        assert "1 newsletter drafted" in run("draft", *period)
        assert "0 newsletters drafted" in run("draft", *period)
        (id,) = [row.id for row in portal.rows("SELECT id FROM batches")]
        assert f"{id}  draft" in run("list")
        shown = run("show", id[:6])
        assert "Odense, marts 2027" in shown
        assert "Åben indsats" in shown
        hands.pass_by(hours=2)
        assert {} == mails(portal, "newsletter")
        assert "1 newsletter leaves" in run("send", id)
        eventually(lambda: {"laeser", "reader"} == mails(portal, "newsletter").keys())
        letter = mails(portal, "newsletter")["laeser"]
        assert "Nyt om mentorer i din kommune" == letter["Subject"]
        assert "List-Unsubscribe=One-Click" == letter["List-Unsubscribe-Post"]
        assert "/kommuner/odense/" in text_of(letter)
        assert "You get this mail because you asked for news about Odense" in text_of(
            mails(portal, "newsletter")["reader"]
        )

    again = edit(data, "courses", 'confirmed: "2026-11-01"', 'confirmed: "2026-12-02"')
    with opened(tmp_path, again, hands) as portal:
        eventually(lambda: portal.client.get("/readyz").status_code == 200)
        hands.pass_until(datetime(2027, 1, 1, 5, 30, tzinfo=UTC))
        time.sleep(1.1)
        assert 1 == len(batches(portal))
        hands.pass_until(datetime(2027, 1, 1, 6, 1, tzinfo=UTC))
        eventually(lambda: 2 == len(batches(portal)))
        assert {"done", "draft"} == {state for _, _, state in batches(portal)}


def test_who_waits_is_said_as_counts_that_show_nobody(tmp_path, monkeypatch, capsys):
    data = write_data(tmp_path)
    url = f"sqlite:///{tmp_path}/var/mentorkorps.db"
    monkeypatch.setenv("MENTORKORPS_SECRET_KEYS", KEY)
    base = tmp_path / "base"
    data.rename(base)
    data = write_data(tmp_path)
    open_smiths(data)
    diff = ("diff", str(base), "--data", str(data))
    assert 0 == run_cli(diff)
    assert "interesselisten" not in capsys.readouterr().out

    monkeypatch.setenv("MENTORKORPS_DATABASE_URL", url)
    assert 0 == run_cli(diff)
    assert "interesselisten" not in capsys.readouterr().out
    read = read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY})
    connect.run_on_database(read, keep_listeners, 9, "0461", "smedenes-korps")
    connect.run_on_database(read, keep_listeners, 4, "0329", None)
    connect.run_on_database(read, keep_listeners, 6, "0580", None)
    counts = tmp_path / "counts.json"
    waiting = ("lists", "waiting", "--data", str(data))
    assert 0 == run_cli((*waiting, "--write", str(counts)))
    told = capsys.readouterr().out
    assert "19 på interesselisten i alt" in told
    assert "9 i Odense" in told
    assert "Aabenraa" not in told, "else four in Ringsted would follow"
    assert "Ringsted" not in told
    assert "9 har bedt om Smedenes korps" in told
    assert {"0461": 9} == json.loads(counts.read_text())["municipalities"]
    assert 0 == run_cli((*waiting, "--municipality", "4100"))
    assert "færre end 5 i Ringsted" in capsys.readouterr().out

    assert 0 == run_cli(diff)
    assert "på interesselisten står 9 i Odense" in capsys.readouterr().out
    assert 0 == run_cli(("check", str(data), "--on", "2026-11-23", "--since", str(base)))
    assert "på interesselisten står 9 i Odense" in capsys.readouterr().out
    monkeypatch.delenv("MENTORKORPS_DATABASE_URL")
    assert 0 == run_cli((*diff, "--counts", str(counts)))
    assert "9 har bedt om netop det" in capsys.readouterr().out


def keep_listeners(transaction, count: int, place: str, programme: str | None) -> None:
    """People on the interest list who have confirmed."""
    for number in range(count):
        name = f"{place}-{number}"
        values = {"email": f"{name}@example.org", "place": place, "programme": programme}
        answers = Answers({k: v for k, v in values.items() if v}, {"contact": SAYS})
        known = sign_up_rows.fingerprint(KEY, "interesseliste", answers)
        submission = lifecycle.Submission(
            "interesseliste", "da", answers, Signs(()), (known,), name, MONDAY
        )
        kept = lifecycle.accept(transaction, submission)
        sign_up_rows.mark_confirmed(transaction, kept.id, MONDAY)


class SlowPostOffice(PostOffice):
    """A mail server that takes its time over each mail."""

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.02)
        return await super().handle_DATA(server, session, envelope)


MANY = 200


def test_a_batch_delays_no_confirmation_and_survives_kill_9_without_a_second_message_id(
    tmp_path, monkeypatch
):
    data = write_data(tmp_path)
    with opened(tmp_path, load_catalogue(data)) as portal:
        eventually(lambda: portal.rows("SELECT * FROM announced"))
    connect.run_on_database(portal.settings, keep_listeners, MANY, "0461", "smedenes-korps")
    connect.run_on_database(portal.settings, forget_mails)
    open_smiths(data)
    smtp = SlowPostOffice()
    port = any_free_port()
    mail_server = Controller(smtp, hostname="127.0.0.1", port=port)
    mail_server.start()
    monkeypatch.setenv("MENTORKORPS_SMTP_URL", f"smtp://127.0.0.1:{port}")
    for name, value in portal.environ.items():
        monkeypatch.setenv(name, value)
    try:
        with process(tmp_path, any_free_port(), {}, root=tmp_path) as server:
            eventually(lambda: batches(portal))
            (id,) = [row.id for row in portal.rows("SELECT id FROM batches")]
            assert 0 == run_cli(("outbox", "send", id))
            eventually(lambda: len(smtp.taken) > 30)
            typed = {"email": "ny@example.org", "place": "5000", "contact": SAYS, "language": "da"}
            assert 303 == httpx.post(f"{server.url}/forms/nyhedsbrev", data=typed).status_code
            eventually(lambda: "ny@example.org" in {str(mail["To"]) for mail in smtp.taken})
            assert 0 == run_cli(("outbox", "hold", id))
            assert len(smtp.taken) < MANY
            assert 0 == run_cli(("outbox", "send", id))
            server.process.kill()
            server.process.wait()
            connect.run_on_database(portal.settings, end_leases)
            server.start()
            eventually(lambda: MANY + 1 == len(recipients(smtp)), 30)
    finally:
        mail_server.stop()

    assert {1} == {len(ids) for ids in recipients(smtp).values()}
    assert [("opened", "programmes/smedenes-korps", "done")] == batches(portal)


def recipients(smtp: PostOffice) -> dict[str, set[str]]:
    """The Message-IDs that each mailbox got."""
    ids = defaultdict(set)
    for mail in list(smtp.taken):
        ids[str(mail["To"])].add(str(mail["Message-ID"]))
    return ids


def forget_mails(transaction) -> None:
    transaction.execute(text("DELETE FROM mails"))


def end_leases(transaction) -> None:
    """As if the minutes were over for which a killed server had taken mails."""
    transaction.execute(text("UPDATE mails SET leased_until = created_at WHERE state = 'sending'"))
