"""A mail server that refuses, hangs, cuts off or lies: nothing is lost, and what comes twice has the same number."""

import time
from email.message import EmailMessage

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.doubt import Signs
from mentorkorps.backend.intake import Submission, accept
from mentorkorps.backend.outbox import Outbox, Smtp
from mentorkorps.backend.settings import SmtpServer
from mentorkorps.backend.store import mails, open_store
from mentorkorps.forms import Answers
from tests.backend.conftest import MONDAY, awaited, eventually, opened
from tests.backend.sullen import sullen

PATIENCE, SHORT_PATIENCE = 10, 0.4
RETRIED = {
    "away": (None, "SMTPConnectError"),
    "a banner that never comes": (("banner", "hang"), "Timeout"),
    "too busy": (("banner", "421 4.3.2 too busy"), "421 SMTPConnectResponseError"),
    "cut off at once": (("banner", "cut"), "SMTPConnectError"),
    "the sender not now": (("mail", "451 4.3.0 later"), "451 SMTPSenderRefused"),
    "the sender never": (("mail", "550 5.7.1 not you"), "550 SMTPSenderRefused"),
    "greylisted": (("rcpt", "451 4.7.1 greylisted, try again"), "451 SMTPRecipientsRefused"),
    "no text now": (("data", "452 4.3.1 disk full"), "452 SMTPDataError"),
    "cut in the text": (("text", "cut"), "SMTPServerDisconnected"),
    "the text not now": (("dot", "451 4.3.0 scanner broken"), "451 SMTPDataError"),
    "the text never": (("dot", "554 5.7.1 looks like spam"), "554 SMTPDataError"),
    "taken, and cut before it said so": (("dot", "cut"), "SMTPServerDisconnected"),
    "taken, and silent": (("dot", "hang"), "Timeout"),
    "the wrong password": (("auth", "535 5.7.8 no"), "535 SMTPAuthenticationError"),
    "encryption that fails": (("starttls", "220 go on"), "SMTP"),
    "no sense": (("banner", "hello there"), "SMTP"),
}
TAKEN_UNSAID = ("taken, and cut before it said so", "taken, and silent")


def letter(mail, sign_up):
    message = EmailMessage()
    message["From"], message["To"] = "us@example.org", sign_up.answers["email"]
    message["Message-ID"] = f"<{mail.id}@example.org>"
    message.set_content("Hej")
    return message


class Posting:
    """A store with one sign-up, and an outbox that brings its two mails to a real port."""

    def __init__(self, folder, port, hands, patience=PATIENCE, user=None):
        self.read = settings.read({"MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/m.db"})
        server = SmtpServer("127.0.0.1", port, False, user, user and "secret")
        self.store = open_store(self.read)
        self.outbox = Outbox(self.store, Smtp(server, patience), letter, hands)

    async def sign_up(self):
        answers = Answers({"email": "karen@example.org"}, {"contact": "1"})
        await self.store.do(accept, Submission("mentor", "da", answers, Signs(()), ("f",), "a", MONDAY))

    def told(self):
        return [(one.state, one.error) for one in mails(self.read)]


@pytest.mark.parametrize("fault", RETRIED)
def test_mails_wait_and_leave_by_themselves_once_the_server_is_well(tmp_path, hands, free_port, fault):
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
                told = posting.told()
                assert [("retry", True)] * 2 == [(state, error in said) for state, said in told], told
                assert (error in posting.outbox.trouble) if posting.outbox.trouble else fault == "greylisted"
                server.mood = ("auth", "235 2.7.0 welcome") if fault == "the wrong password" else None
                hands.pass_by(minutes=2)
                assert 2 == await posting.outbox.deliver_due()
                assert [("sent", None)] * 2 == posting.told()
                assert posting.outbox.trouble is None
                numbers = [one["Message-ID"] for one in server.taken]
        finally:
            posting.store.close()
        assert {f"<{one.id}@example.org>" for one in mails(posting.read)} == set(numbers)
        assert (4 if fault in TAKEN_UNSAID else 2) == len(numbers)

    awaited(steps())


def test_a_server_that_hangs_does_not_slow_a_sign_up(tmp_path, real, free_port):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with sullen(free_port) as server, opened(tmp_path, real, SMTP_URL=smtp) as house:
        server.mood = ("banner", "hang")
        took = []
        for number in range(15):
            began = time.monotonic()
            assert 303 == house.post(email=f"{number}@example.org").status_code
            took.append(time.monotonic() - began)
        eventually(lambda: [one for one in house.mails() if one.state == "sending"])
        server.is_closing.set()

    assert sorted(took)[len(took) // 2] < 1, took
