"""A mail server that refuses, hangs, cuts off or lies: nothing is lost, and what comes twice has the same number."""

import asyncio
import stat
import time

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.db.operator_reads import mails
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.outbox import ALARMED_AFTER, Outbox
from mentorkorps.backend.mail.transport import QUIT_SECONDS, SmtpTransport
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.settings import SmtpServer
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import (
    MONDAY,
    awaited,
    errors_in,
    eventually,
    opened,
    post_office,
)
from tests.backend.sullen import sullen
from tests.backend.test_digest import operate

PATIENCE, SHORT_PATIENCE = 10, 0.4
RETRIED = {
    "away": (None, "SMTPConnectError"),
    "a banner that never comes": (("banner", "hang"), "Timeout"),
    "too busy": (("banner", "421 4.3.2 too busy"), "421 4.3.2 SMTPConnectResponseError"),
    "cut off at once": (("banner", "cut"), "SMTPConnectError"),
    "the sender not now": (("mail", "451 4.3.0 later"), "451 4.3.0 SMTPSenderRefused"),
    "the sender never": (("mail", "550 5.7.1 not you"), "550 5.7.1 SMTPSenderRefused"),
    "greylisted": (("rcpt", "451 4.7.1 greylisted, try again"), "451 4.7.1 SMTPRecipientRefused"),
    "no text now": (("data", "452 4.3.1 disk full"), "452 4.3.1 SMTPDataError"),
    "cut in the text": (("text", "cut"), "SMTPServerDisconnected"),
    "the text not now": (("dot", "451 4.3.0 scanner broken"), "451 4.3.0 SMTPDataError"),
    "the text never": (("dot", "554 5.7.1 looks like spam"), "554 5.7.1 SMTPDataError"),
    "taken, and cut before it said so": (("dot", "cut"), "SMTPServerDisconnected"),
    "taken, and silent": (("dot", "hang"), "Timeout"),
    "the wrong password": (("auth", "535 5.7.8 no"), "535 5.7.8 SMTPAuthenticationError"),
    "encryption that fails": (("starttls", "220 go on"), "SMTP"),
    "no sense": (("banner", "hello there"), "SMTP"),
}
TAKEN_UNSAID = ("taken, and cut before it said so", "taken, and silent")


def letter(mail, sign_up):
    content = f"Message-ID: <{mail.id}@example.org>\r\n\r\nHej\r\n".encode()
    return WrittenMail("us@example.org", sign_up.answers["email"], content)


class Posting:
    """A store with one sign-up or more, and an outbox that brings two mails of each to a real port."""

    def __init__(self, folder, port, hands, patience=PATIENCE, user=None, **options):
        self.read = settings.read_settings({"MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/m.db"})
        server = SmtpServer("127.0.0.1", port, False, user, user and "secret")
        self.database = open_database(self.read)
        self.outbox = Outbox(
            self.database, SmtpTransport(server, patience), letter, hands, **options
        )

    async def sign_up(self, name="karen"):
        """Two sign-ups of one person, each with its mail."""
        for once in ("first", "second"):
            answers = Answers({"email": f"{name}@example.org"}, {"contact": "1"})
            known_by = (f"{name} {once}",)
            submission = Submission("mentor", "da", answers, Signs(()), known_by, name, MONDAY)
            await self.database.change(accept, submission)

    async def close(self):
        await self.outbox.stop()
        self.database.close()

    def states(self):
        return [(mail.state, mail.error) for mail in mails(self.read)]


@pytest.mark.parametrize("fault", RETRIED)
def test_mails_wait_and_leave_by_themselves_once_the_server_is_well(
    tmp_path, hands, free_port, fault
):
    mood, error = RETRIED[fault]

    async def steps():
        patience = SHORT_PATIENCE if mood and mood[1] == "hang" else PATIENCE
        user = "user" if fault == "the wrong password" else None
        posting = Posting(tmp_path, free_port, hands, patience, user)
        try:
            await posting.sign_up()
            if mood is None:
                await posting.outbox.deliver_due()
            with sullen(free_port) as server:
                if mood:
                    server.mood = mood
                    await posting.outbox.deliver_due()
                states = posting.states()
                assert [("retry", True)] * 2 == [
                    (state, error in error_of_mail) for state, error_of_mail in states
                ], states
                assert (
                    (error in posting.outbox.trouble)
                    if posting.outbox.trouble
                    else fault == "greylisted"
                )
                server.mood = (
                    ("auth", "235 2.7.0 welcome") if fault == "the wrong password" else None
                )
                hands.pass_by(minutes=2)
                assert 2 == await posting.outbox.deliver_due()
                assert [("sent", None)] * 2 == posting.states()
                assert posting.outbox.trouble is None
                numbers = [letter["Message-ID"] for letter in server.taken]
        finally:
            await posting.close()
        assert {f"<{mail.id}@example.org>" for mail in mails(posting.read)} == set(numbers)
        assert (4 if fault in TAKEN_UNSAID else 2) == len(numbers)

    awaited(steps())


def test_a_server_that_hangs_does_not_slow_a_sign_up(tmp_path, real, free_port):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with sullen(free_port) as server, opened(tmp_path, real, SMTP_URL=smtp) as portal:
        server.mood = ("banner", "hang")
        took = []
        for number in range(15):
            began = time.monotonic()
            assert 303 == portal.post(email=f"{number}@example.org").status_code
            took.append(time.monotonic() - began)
        eventually(lambda: [mail for mail in portal.mails() if mail.state == "sending"])
        server.is_closing.set()

    assert sorted(took)[len(took) // 2] < 1, took


def posted(folder, port, hands, mood, names=("karen",), patience=PATIENCE):
    """One round to a server in that mood: how the mails stand, how the outbox does, the server, how long it took."""

    async def steps():
        posting = Posting(folder, port, hands, patience)
        try:
            for name in names:
                await posting.sign_up(name)
            with sullen(port) as server:
                server.mood = mood
                began = time.monotonic()
                while await posting.outbox.deliver_due():
                    pass
                took = time.monotonic() - began
                hands.pass_by(hours=1)
                again = await posting.outbox.deliver_due()
                return posting.states(), posting.outbox.trouble, server, took, again
        finally:
            await posting.close()

    return awaited(steps())


@pytest.mark.parametrize(
    "farewell", ["hang", "trickle", "cut", "reset", "500 what", "no words", "421 4.3.2 off"]
)
def test_a_server_that_took_the_mail_gets_it_once_however_it_says_goodbye(
    tmp_path, hands, free_port, farewell
):
    states, trouble, server, took, again = posted(tmp_path, free_port, hands, ("quit", farewell))

    assert ([("sent", None)] * 2, None, 0) == (states, trouble, again)
    assert 2 == len(server.taken)
    assert took < QUIT_SECONDS, "mails waited for a farewell"


def test_a_server_that_looks_at_the_text_for_long_gets_it_once(tmp_path, hands, free_port):
    states, _, server, _, again = posted(tmp_path, free_port, hands, ("dot", "slow"), patience=1)

    assert ([("sent", None)] * 2, 2, 0) == (states, len(server.taken), again)


def test_a_server_that_was_away_at_the_start_is_well_again_before_there_is_a_mail(
    tmp_path, hands, free_port, caplog
):
    async def until(holds):
        async with asyncio.timeout(8):
            while not holds():
                await asyncio.sleep(0.01)

    async def steps():
        posting = Posting(tmp_path, free_port, hands, trial_seconds=0.05)
        posting.outbox.start()
        await until(lambda: "SMTPConnectError" == posting.outbox.trouble)
        with sullen(free_port):
            await until(lambda: posting.outbox.trouble is None)
        await posting.close()

    awaited(steps())
    assert 1 == len(errors_in(caplog))


NOBODY_THERE = {
    "no such mailbox": ("rcpt", "550 5.1.1 <karen@example.org> unknown"),
    "no such domain": ("rcpt", "550 5.1.2 no such domain"),
    "no such writing": ("rcpt", "553 5.1.3 bad syntax"),
    "moved": ("rcpt", "551 5.1.6 moved"),
    "a domain without mail": ("rcpt", "556 5.1.10 null MX"),
    "closed": ("rcpt", "550 5.2.1 disabled"),
    "qmail's way": ("rcpt", "550 sorry, no mailbox here by that name (#5.1.1)"),
    "in several lines": ("rcpt", "550-we are sorry\r\n550 5.1.1 unknown"),
    "after the text": ("dot", "550 5.1.1 unknown"),
}
WE_ARE_REFUSED = {
    "no relaying": ("rcpt", "554 5.7.1 <karen@example.org>: Relay access denied"),
    "no relaying for now": ("rcpt", "454 4.7.1 Relay access denied"),
    "log in first": ("rcpt", "530 5.7.1 Authentication required"),
    "log in before you say who you are": ("mail", "530 5.7.0 Authentication required"),
    "a sender of nowhere": ("rcpt", "550 5.1.8 Sender address rejected: Domain not found"),
    "a sender nobody can write": ("mail", "553 5.1.7 bad sender"),
    "a code of the recipient for the sender": ("mail", "550 5.1.1 who are you"),
    "a rule": ("rcpt", "550 5.7.26 not authenticated"),
    "routing": ("rcpt", "550 5.4.1 Recipient address rejected: Access denied"),
    "a word about nobody": ("rcpt", "554 no"),
    "a full disk": ("rcpt", "452 4.3.1 insufficient system storage"),
    "not the class it says": ("rcpt", "550 4.1.1 odd"),
    "exim's way, to everybody": ("rcpt", "550 relay not permitted"),
}
THEY_ARE_BUSY = {
    "a full mailbox": ("rcpt", "552 5.2.2 mailbox full"),
    "a full mailbox without a code": ("rcpt", "552 quota"),
    "a full mailbox, it says later": ("dot", "552 5.2.2 mailbox full"),
    "a mailbox in use": ("rcpt", "450 4.2.1 locked"),
    "greylisting": ("rcpt", "450 4.7.1 try again in five minutes"),
}


@pytest.mark.parametrize("mood", NOBODY_THERE.values(), ids=NOBODY_THERE)
def test_where_the_recipient_is_meant_a_mail_is_given_up_at_once_and_the_server_is_well(
    tmp_path, hands, free_port, mood
):
    states, trouble, *_ = posted(tmp_path, free_port, hands, mood)

    assert (["failed"] * 2, None) == ([state for state, _ in states], trouble)


@pytest.mark.parametrize("mood", WE_ARE_REFUSED.values(), ids=WE_ARE_REFUSED)
def test_where_we_are_meant_a_mail_waits_and_health_says_so(tmp_path, hands, free_port, mood):
    states, trouble, *_, again = posted(tmp_path, free_port, hands, mood)

    assert (["retry"] * 2, 2) == ([state for state, _ in states], again)
    assert trouble is not None
    assert trouble.startswith(mood[1][:3])


@pytest.mark.parametrize("mood", THEY_ARE_BUSY.values(), ids=THEY_ARE_BUSY)
def test_where_a_mailbox_takes_nothing_just_now_a_mail_waits_and_the_server_is_well(
    tmp_path, hands, free_port, mood
):
    states, trouble, *_, again = posted(tmp_path, free_port, hands, mood)

    assert (["retry"] * 2, 2, None) == ([state for state, _ in states], again, trouble)


def states(portal):
    """Of the questions, by their address."""
    addresses = {sign_up.id: sign_up.answers["email"] for sign_up in portal.sign_ups()}
    return {
        addresses[mail.subject.id]: mail.state for mail in portal.mails() if mail.kind == "confirm"
    }


def notices(portal):
    """To coordinators."""
    return [mail for mail in portal.mails() if mail.kind == "notice"]


def test_a_bare_refusal_counts_for_good_once_others_of_that_kind_get_through(
    tmp_path, real, hands, free_port
):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with post_office(free_port) as services, opened(tmp_path, real, hands, SMTP_URL=smtp) as portal:
        services.answers["karen@example.org"] = "550 no"
        portal.post()
        eventually(lambda: {"karen@example.org": "retry"} == states(portal))
        hands.pass_by(minutes=2)
        portal.post(email="carl@example.org", website="https://spam.example")
        eventually(lambda: "sent" == states(portal)["carl@example.org"])
        hands.pass_by(minutes=5)
        portal.post(email="dina@example.org")
        eventually(lambda: "failed" == states(portal)["karen@example.org"])
        assert "ok" == portal.client.get("/readyz").json()["mail_server"]


def test_a_relay_that_takes_what_is_for_its_own_people_alone_loses_nothing(
    tmp_path, real, hands, free_port
):
    """Exim says "relay not permitted" without an enhanced code; coordinators are its own."""
    smtp = f"smtp://127.0.0.1:{free_port}"
    with post_office(free_port) as services, opened(tmp_path, real, hands, SMTP_URL=smtp) as portal:
        services.answer = "550 relay not permitted"
        services.answers["svar-ikke@mentorkorps.invalid"] = "250 OK"
        for name in ("anna", "bo", "carl"):
            portal.post(email=f"{name}@example.org")
            newest = portal.sign_ups()[-1]
            asked = f"/confirm/{portal.signed('confirm', f'{newest.id}.{newest.asked_stamp}')}"
            eventually(lambda: {"retry"} == set(states(portal).values()))
            assert 200 == portal.client.post(asked).status_code
            eventually(lambda: {"sent"} == {mail.state for mail in notices(portal)})
            hands.pass_by(minutes=10)
        assert 3 == len(services.taken)
        assert {"retry"} == set(states(portal).values())
        assert "550 SMTPRecipientRefused" == portal.client.get("/readyz").json()["mail_server"]

        services.answer = "250 OK"
        hands.pass_by(hours=7)
        portal.post(email="dina@example.org")
        eventually(lambda: {"sent"} == set(states(portal).values()))
        assert "ok" == portal.client.get("/readyz").json()["mail_server"]


def test_a_relay_that_refuses_us_is_seen_everywhere(tmp_path, real, hands, free_port, caplog):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with post_office(free_port) as services, opened(tmp_path, real, hands, SMTP_URL=smtp) as portal:
        services.answer = "554 5.7.1 <karen@example.org>: Relay access denied"
        assert "mentorkorps_mail_server_ok 1" in portal.client.get("/metrics").text
        portal.post()
        eventually(lambda: {"retry"} == {mail.state for mail in portal.mails()})
        ready = portal.client.get("/readyz")
        assert (200, "554 5.7.1 SMTPRecipientRefused") == (
            ready.status_code,
            ready.json()["mail_server"],
        )
        assert "mentorkorps_mail_server_ok 0" in portal.client.get("/metrics").text
        listed = operate(portal, "outbox").stdout

    assert 1 == listed.count("554 5.7.1 SMTPRecipientRefused  Mailserveren vil ikke sende for os.")
    assert [
        "mail server: The mail server does not want to send for us. Ask whoever runs it."
    ] == errors_in(caplog)
    assert "karen" not in caplog.text + listed


@pytest.fixture
def alarm(tmp_path):
    """A command that notes what it is called with, and the file in which it does."""
    script, notes = tmp_path / "alarm", tmp_path / "notes"
    notes.touch()
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {notes}\n')
    script.chmod(stat.S_IRWXU)
    return f"{script} --to vagt", notes


def test_mails_given_up_are_told_by_another_way_than_mail_and_seldom(
    tmp_path, real, hands, free_port, alarm, caplog
):
    command, notes = alarm
    variables = {"SMTP_URL": f"smtp://127.0.0.1:{free_port}", "ALARM_COMMAND": command}
    with post_office(free_port) as services, opened(tmp_path, real, hands, **variables) as portal:
        services.answer = "550 5.1.1 <karen@example.org> unknown"
        portal.post()
        eventually(lambda: ["failed"] == [mail.state for mail in portal.mails()])
        eventually(lambda: notes.read_text("utf-8").count("\n") == 3)
        hands.pass_by(hours=13)
        portal.post(email="bo@example.org")
        eventually(lambda: notes.read_text("utf-8").count("\n") == 6)

    lines = notes.read_text("utf-8").splitlines()[:3]
    expected = (
        "Mentorkorps har opgivet en mail. Kør mentorkorps outbox. (550 5.1.1 SMTPRecipientRefused)"
    )
    assert ["--to", "vagt", expected] == lines
    assert 2 == errors_in(caplog).count("mail given up")


def test_a_mail_server_that_takes_nothing_for_an_hour_is_told_too(
    tmp_path, real, hands, free_port, alarm
):
    command, notes = alarm
    variables = {"SMTP_URL": f"smtp://127.0.0.1:{free_port}", "ALARM_COMMAND": command}
    with opened(tmp_path, real, hands, **variables) as portal:
        portal.post()
        eventually(
            lambda: (
                {1} == {mail.attempts for mail in portal.mails()}
                and "retry" == portal.mails()[0].state
            )
        )
        assert "" == notes.read_text("utf-8")
        hands.pass_by(seconds=ALARMED_AFTER.total_seconds())
        portal.post(email="bo@example.org")
        eventually(lambda: notes.read_text("utf-8").count("\n") == 3)

    assert "i over en time. Mailserveren svarer ikke." in notes.read_text("utf-8")


def test_an_alarm_that_fails_stops_no_mail(tmp_path, real, free_port, caplog):
    variables = {"SMTP_URL": f"smtp://127.0.0.1:{free_port}", "ALARM_COMMAND": "false"}
    with post_office(free_port) as services, opened(tmp_path, real, **variables) as portal:
        services.answers["karen@example.org"] = "550 5.1.1 unknown"
        portal.post()
        portal.post(email="bo@example.org")
        eventually(lambda: {"failed", "sent"} == {mail.state for mail in portal.mails()})
        eventually(lambda: "alarm: the command did not succeed (CalledProcessError)" in caplog.text)
        assert portal.client.get("/readyz").json()["outbox"]
