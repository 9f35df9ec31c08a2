"""Mails leave, late rather than never, and tell no more than they must."""

import asyncio
import random
import string
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from types import MappingProxyType

import aiosmtplib
import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.db.operator_reads import mails
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import (
    MONDAY,
    awaited,
    eventually,
    link_in,
    opened,
    post_office,
    text_of,
    volunteer,
)


def asked(portal):
    """The token that a mail asks to press for the newest sign-up."""
    sign_up = portal.sign_ups()[-1]
    return portal.signed("confirm", f"{sign_up.id}.{sign_up.asked_stamp}")


def test_mails_reach_the_mail_server(tmp_path, real, free_port):
    with (
        post_office(free_port) as services,
        opened(tmp_path, real, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal,
    ):
        portal.post()
        portal.client.post(f"/confirm/{asked(portal)}")
        eventually(lambda: ["sent"] * 3 == [one.state for one in portal.mails()])

    assert {"karen@example.org", "svar-ikke@mentorkorps.invalid"} == {
        letter["To"] for letter in services.taken
    }
    for letter in services.taken:
        assert "auto-generated" == letter["Auto-Submitted"]
        assert "OOF, AutoReply" == letter["X-Auto-Response-Suppress"]
        assert "<portal.mentorkorps.invalid>" == letter["List-Id"]
        assert "Mentorkorps <svar-ikke@mentorkorps.invalid>" == letter["From"]
    confirm = next(one for one in services.taken if "/confirm/" in text_of(one))
    assert "Bekræft din mailadresse" == confirm["Subject"]
    assert link_in(confirm, "http://127.0.0.1:8000/").startswith("/confirm/")


def test_a_sign_up_succeeds_while_the_mail_server_is_down_and_the_mail_leaves_later(
    tmp_path, real, hands, free_port
):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        assert 303 == portal.post().status_code
        eventually(lambda: ["retry"] == [one.state for one in portal.mails()])
        assert {"SMTPConnectError"} == {one.error for one in portal.mails()}

        with post_office(free_port) as services:
            hands.pass_by(minutes=3)
            portal.post(email="bo@example.org")
            eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})

    expected = {f"<{mail.id}@mentorkorps.invalid>" for mail in portal.mails()}
    assert expected == {letter["Message-ID"] for letter in services.taken}


def everything_in(letter):
    """Everything that a reader of the mail sees."""
    parts = [letter.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return f"{letter.items()}\n" + "\n".join(parts)


def test_the_first_mail_holds_no_text_of_the_visitor_and_no_programme(portal):
    portal.post(name="Vind en iPhone på https://spam.example")

    letter = everything_in(portal.letter("confirm"))

    assert "Bekræft" in letter
    for text in ("iPhone", "spam.example", "bent hold", "Odense", "handel", "oordinator"):
        assert text not in letter


def test_the_coordinators_mail_holds_nothing_personal(portal):
    portal.post()
    portal.client.post(portal.link("confirm"))

    letter = everything_in(portal.letter("notice"))

    assert "/desk/" in letter
    for personal in ("Karen", "karen", "5000", "Odense", "bent hold"):
        assert personal not in letter


def test_the_receipt_greets_by_the_given_name_and_names_no_programme(portal):
    portal.post()
    portal.client.post(portal.link("confirm"))

    letter = everything_in(portal.letter("receipt"))

    assert 2 == letter.count("Hej Karen")
    for text in ("Testesen", "bent hold", "Odense", "Portalens koordinator"):
        assert text not in letter


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Åse-Marie  O'Neill", "Hej Åse-Marie"),
        ("D'Angelo Søndergård", "Hej D'Angelo"),
        ("https://spam.example vind", "Hej"),
        ("<b>Bo</b>", "Hej"),
    ],
)
def test_what_is_no_name_greets_nobody(portal, name, greeting):
    portal.post(name=name)
    portal.client.post(portal.link("confirm"))

    assert greeting == text_of(portal.letter("receipt")).splitlines()[0]


def test_mails_speak_the_language_of_the_sign_up_and_the_desk_danish(portal):
    portal.post(language="en")

    assert "Confirm your e-mail address" == portal.letter("confirm")["Subject"]
    portal.client.post(portal.link("confirm"))
    assert "Der er noget at svare på senest 30. november" == portal.letter("notice")["Subject"]


class Seen(HTMLParser):
    """What a reader of HTML gets: the words in order, the addresses, and what is fetched from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.links, self.fetched, self._inside = [], [], [], []
        self.pictures = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._inside.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        self.pictures += [value for name, value in attrs if name == "src" and tag == "img"]
        self.fetched += [tag] if tag in ("link", "script", "iframe") else []

    def handle_endtag(self, tag):
        self._inside.pop() if tag in self._inside else None

    def handle_data(self, data):
        tag = self._inside[-1] if self._inside else ""
        if tag == "td" and data.strip():
            self.words[-1] += f": {data}"  # the label stands before it
        elif tag in ("p", "br", "h1", "a", "th"):
            self.words.append(data.strip())


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("kind", ["confirm", "notice", "receipt", "withdrawn"])
def test_a_mail_says_the_same_as_text_and_as_html_and_fetches_nothing(portal, kind, language):
    portal.post(language=language)
    portal.client.post(portal.link("confirm"))
    own = next(line for line in text_of(portal.letter("receipt")).splitlines() if "/mine/" in line)
    if kind == "withdrawn":
        portal.client.post("/" + own.removeprefix(portal.settings.public_url) + "/withdraw")
    letter = portal.letter(kind)

    assert "multipart/alternative" == letter.get_content_type()
    (picture,) = (part for part in letter.walk() if part.get_content_type() == "image/png")
    page = letter.get_body(("html",)).get_content()
    seen, text = Seen(page), text_of(letter)
    assert [] == seen.fetched
    assert [f"cid:{picture['Content-ID'].strip('<>')}"] == seen.pictures
    assert "url(" not in page
    addresses = [line for line in text.splitlines() if line.startswith("http")]
    assert addresses == seen.links
    for line in text.splitlines():
        assert not line or line in addresses or line in seen.words
    assert f'lang="{"da" if kind in ("notice", "withdrawn") else language}"' in page


RECIPIENTS = """
default: portal@example.org
organisations:
  dansk-metal: metal@example.org
municipalities:
  "0461": odense@example.org
"""


@pytest.mark.parametrize(
    ("programme", "place", "mailbox"),
    [
        ("dansk-metals-mentorkorps", "5000", "metal@example.org"),
        ("horestas-mentorkorps", "5000", "odense@example.org"),
        ("horestas-mentorkorps", "8000", "portal@example.org"),
        (None, "8000", "portal@example.org"),
    ],
)
def test_the_coordinator_is_the_organisations_else_the_municipalitys_else_the_default(
    tmp_path, real, programme, place, mailbox
):
    file = tmp_path / "recipients.yaml"
    file.write_text(RECIPIENTS)
    answered = replace(real.form_for("interest"), answered=True)
    forms = MappingProxyType({**real.forms, answered.id: answered})
    with opened(tmp_path, replace(real, forms=forms), RECIPIENTS=str(file)) as portal:
        typed = volunteer(programme=programme, place=place)
        portal.client.post("/forms/interesseliste", data=typed)
        portal.client.post(portal.link("confirm"))

        assert mailbox == portal.letter("notice")["To"]


class Grumpy:
    """A mail server that answers every mail with the same error; None takes it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.taken: list[str] = []

    async def deliver(self, id, message):
        if self.error:
            raise self.error
        self.taken.append(id)


class Bench:
    """An outbox with two sign-ups in it, whose rounds the test starts."""

    def __init__(self, store, settings_, hands, jitter=lambda: 0.5) -> None:
        self.hands, self.carrier, self.store, self._settings = hands, Grumpy(), store, settings_
        self.outbox = Outbox(store, self.carrier, lambda mail, sign_up: None, hands, jitter)

    def confirm(self):
        return next(mail for mail in mails(self._settings) if mail.kind == "confirm")


@pytest.fixture
def on_bench(tmp_path, hands):
    """Runs a test's steps beside a real store."""
    read = settings.read_settings({"MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"})

    def run(steps, **options):
        async def stepping():
            store = open_database(read)
            try:
                answers = Answers({"email": "karen@example.org"}, {"contact": "1"})
                await store.change(
                    accept, Submission("mentor", "da", answers, Signs(()), ("f",), "a", MONDAY)
                )
                other = Answers({"email": "bo@example.org"}, {"contact": "1"})
                await store.change(
                    accept, Submission("mentor", "da", other, Signs(()), ("g",), "b", MONDAY)
                )
                await steps(Bench(store, read, hands, **options))
            finally:
                store.close()

        awaited(stepping())

    return run


def test_waits_double_from_a_minute_to_six_hours(on_bench):
    async def steps(bench):
        bench.carrier.error = aiosmtplib.SMTPConnectError("down")
        waits = []
        for _ in range(12):
            await bench.outbox.deliver_due()
            waits.append(bench.confirm().due_at - bench.hands.now)
            bench.hands.now = bench.confirm().due_at
        minutes = [wait.total_seconds() / 60 for wait in waits]
        assert [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360] == minutes

    on_bench(steps)


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, 48), (1.0, 72)])
def test_waits_differ_by_a_fifth(on_bench, luck, seconds):
    async def steps(bench):
        bench.carrier.error = ConnectionRefusedError()
        await bench.outbox.deliver_due()
        assert timedelta(seconds=seconds) == bench.confirm().due_at - bench.hands.now

    on_bench(steps, jitter=lambda: luck)


def test_a_mail_is_not_tried_before_its_time(on_bench):
    async def steps(bench):
        bench.carrier.error = ConnectionRefusedError()
        await bench.outbox.deliver_due()
        bench.hands.pass_by(seconds=59)
        assert 0 == await bench.outbox.deliver_due()
        bench.hands.pass_by(seconds=1)
        assert 2 == await bench.outbox.deliver_due()

    on_bench(steps)


def test_after_five_days_a_mail_is_given_up_and_stays_visible(on_bench):
    async def steps(bench):
        bench.carrier.error = TimeoutError()
        while bench.confirm().state != "failed":
            await bench.outbox.deliver_due()
            bench.hands.pass_by(hours=6, minutes=30)
        assert timedelta(days=5) <= bench.hands.now - MONDAY < timedelta(days=6)
        assert "TimeoutError" == bench.confirm().error
        bench.carrier.error = None
        assert 0 == await bench.outbox.deliver_due()

    on_bench(steps)


def test_a_refused_recipient_fails_at_once_and_no_address_is_written_down(on_bench):
    async def steps(bench):
        no = "5.1.1 no karen@example.org here"
        bench.carrier.error = aiosmtplib.SMTPRecipientRefused(550, no, "karen@example.org")
        await bench.outbox.deliver_due()
        assert ("failed", "550 5.1.1 SMTPRecipientRefused") == (
            bench.confirm().state,
            bench.confirm().error,
        )

    on_bench(steps)


def test_a_recipient_who_is_busy_is_tried_again(on_bench):
    async def steps(bench):
        bench.carrier.error = aiosmtplib.SMTPRecipientRefused(
            451, "greylisted", "karen@example.org"
        )
        await bench.outbox.deliver_due()
        assert "retry" == bench.confirm().state

    on_bench(steps)


def test_a_mail_that_cannot_be_written_does_not_keep_the_others_back(on_bench):
    async def steps(bench):
        def write(mail, sign_up):
            if mail.id == bench.confirm().id:
                raise KeyError("email")

        bench.outbox = Outbox(bench.store, bench.carrier, write, bench.hands)
        await bench.outbox.deliver_due()
        assert ("retry", "KeyError") == (bench.confirm().state, bench.confirm().error)
        assert 1 == len(bench.carrier.taken)

    on_bench(steps)


def test_a_lease_that_ran_out_is_taken_again(on_bench):
    async def steps(bench):
        class Hanging(Grumpy):
            async def deliver(self, id, message):
                await asyncio.sleep(60)

        hanging = Outbox(bench.store, Hanging(), lambda mail, sign_up: None, bench.hands)
        round = asyncio.create_task(hanging.deliver_due())
        async with asyncio.timeout(5):
            while bench.confirm().state != "sending":
                await asyncio.sleep(0.02)
        round.cancel()
        assert 0 == await bench.outbox.deliver_due()
        bench.hands.pass_by(minutes=2)
        assert 2 == await bench.outbox.deliver_due()
        assert ("sent", 2) == (bench.confirm().state, bench.confirm().attempts)

    on_bench(steps)


def test_a_real_servers_refusal_is_kept_as_a_code(tmp_path, real, free_port):
    with (
        post_office(free_port) as services,
        opened(tmp_path, real, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal,
    ):
        services.answer = "550 5.1.1 <karen@example.org> unknown"
        portal.post(email="".join(random.choices(string.ascii_lowercase, k=8)) + "@example.org")
        eventually(lambda: {"failed"} == {mail.state for mail in portal.mails()})

    assert {"550 5.1.1 SMTPRecipientRefused"} == {mail.error for mail in portal.mails()}
