"""What coordinators and operators hear in the morning, and how they mend it."""

from collections import Counter
from email import message_from_bytes, policy

import pytest

from tests.backend.conftest import both, eventually, link_in, opened, post_office, text_of
from tests.conftest import ROOT, run_here

RECIPIENTS = """
default: portal@example.org
municipalities:
  "0461": odense@example.org
"""
TRAPPED = {"website": "https://spam.example"}


def operate(portal, *command):
    data = ["--data", str(ROOT / "data")]
    return run_here(
        command[0], *(data if command[0] != "desk" else []), *command[1:], **portal.environ
    )


def digests(portal, kind="digest"):
    mails = [mail for mail in portal.mails() if mail.kind == kind]
    paths = [portal.settings.mail_folder / f"{mail.id}.eml" for mail in mails]
    for path in paths:
        eventually(path.exists)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


@pytest.fixture
def doubted(tmp_path, real, hands):
    """Two doubtful sign-ups for Odense's mailbox, one for the default, and one that nobody doubts."""
    file = tmp_path / "recipients.yaml"
    file.write_text(RECIPIENTS)
    with opened(tmp_path, real, hands, RECIPIENTS=str(file)) as portal:
        for name, place in (("Robot", "5000"), ("Karen", "5000"), ("Robot", "8000")):
            portal.client.post("/forms/interesseliste", data=interested(name, place) | TRAPPED)
            hands.pass_by(seconds=1)
        portal.client.post("/forms/interesseliste", data=interested("Bo", "5000"))
        yield portal


def interested(name, place):
    return {
        "name": name,
        "email": f"{name}{place}@example.org",
        "place": place,
        "industry": "butik-handel",
        "contact": "2026-11-22",
        "adult": "yes",
        "language": "da",
    }


def test_each_mailbox_hears_once_a_day_how_many_wait_and_nothing_personal(doubted, hands):
    assert [] == digests(doubted)
    hands.pass_by(days=1)
    eventually(lambda: len(digests(doubted)) == 2)

    letters = {letter["To"]: text_of(letter) for letter in digests(doubted)}
    assert {"odense@example.org", "portal@example.org"} == set(letters)
    assert "2 tilmeldinger ligner spam" in letters["odense@example.org"]
    assert "Én tilmelding ligner spam" in letters["portal@example.org"]
    for personal in ("Robot", "Karen", "example.org", "Odense", "interesse"):
        assert personal not in "".join(letters.values())
    hands.pass_by(hours=3)
    doubted.client.post("/forms/interesseliste", data=interested("Ny", "5000") | TRAPPED)
    assert 2 == len(digests(doubted))


def test_a_restart_in_the_morning_tells_nobody_twice(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        portal.post(**TRAPPED)
    hands.pass_by(days=1)
    for _ in range(2):
        with opened(tmp_path, real, hands) as portal:
            eventually(lambda: len(digests(portal)) == 1)
            hands.pass_by(hours=1)
    assert 1 == len(portal.mails()) - 1


def test_the_link_shows_the_mailboxs_own_and_one_press_restores(doubted, hands):
    hands.pass_by(days=1)
    eventually(lambda: len(digests(doubted)) == 2)
    letter = next(letter for letter in digests(doubted) if letter["To"] == "odense@example.org")
    link = next(line for line in text_of(letter).splitlines() if "/desk/doubtful/" in line)
    path = "/" + link.removeprefix(doubted.settings.public_url)

    assert "Karen" not in doubted.client.get(path).text
    page = doubted.client.post(path).text
    assert "Der er 2." in page
    assert 2 == page.count("Et skjult felt var udfyldt")
    action = page.partition('action="/desk/')[2].partition('"')[0]
    assert "Karen" in doubted.client.post(f"/desk/{action}").text
    doubted.client.post(f"/desk/{action}/restore")
    assert "Der er én." in doubted.client.post(path).text
    assert 404 == doubted.client.get(path + "x").status_code
    hands.pass_by(days=15)
    assert 410 == doubted.client.post(path).status_code


@both
def test_one_command_restores_while_the_server_runs_and_when_it_does_not(
    tmp_path, real, hands, environ
):
    with opened(tmp_path, real, hands, **environ) as portal:
        for email in ("a@example.org", "b@example.org"):
            hands.pass_by(seconds=1)
            portal.post(email=email, **TRAPPED)
        first, second = (sign_up.id for sign_up in portal.sign_ups())
        running = operate(portal, "desk", "restore", first)
        assert [False, True] == [one.flagged for one in portal.sign_ups()]
        eventually(lambda: Counter(one.kind for one in portal.mails()) == Counter(confirm=2))
        assert [] == list(portal.settings.errands_folder.glob("*"))
    stopped = operate(portal, "desk", "restore", second[:12])

    assert (
        f"{first} is no spam. Its coordinator gets a mail once it is confirmed.\n" == running.stdout
    ), running.stderr
    assert (
        f"{second} is no spam. Its coordinator gets a mail once it is confirmed.\n"
        == stopped.stdout
    ), stopped.stderr
    assert [False, False] == [one.flagged for one in portal.sign_ups()]


def test_mails_given_up_are_seen_told_and_sent_again_under_their_own_number(
    tmp_path, real, hands, free_port
):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with post_office(free_port) as services, opened(tmp_path, real, hands, SMTP_URL=smtp) as portal:
        services.answer = "550 5.1.1 unknown"
        portal.post()
        eventually(lambda: [one.state for one in portal.mails()] == ["failed"])
        services.answer = "250 OK"
        hands.pass_by(hours=23)
        ready = portal.client.get("/readyz").json()
        assert (1, 23 * 3600) == (ready["failed_mails"], ready["oldest_failed_mail_seconds"])
        assert "mentorkorps_oldest_failed_mail_seconds 82800" in portal.client.get("/metrics").text
        eventually(lambda: services.taken)
        assert "Mails, der ikke kom frem" == services.taken[0]["Subject"]
        assert "én mail opgivet" in text_of(services.taken[0])
        assert "svar-ikke@mentorkorps.invalid" == services.taken[0]["To"]

        told = operate(portal, "outbox", "resend", "--failed")
        eventually(lambda: len(services.taken) == 2)
        again = operate(portal, "outbox", "resend", portal.mails()[0].id)

    assert "1 mail is on the way again.\n" == told.stdout, told.stderr
    assert "0 mails are on the way again.\n" == again.stdout, again.stderr
    assert {f"<{mail.id}@mentorkorps.invalid>" for mail in portal.mails()} == {
        letter["Message-ID"] for letter in services.taken
    }


def test_a_note_that_is_none_of_ours_is_put_away(portal, caplog):
    folder = portal.settings.errands_folder
    folder.mkdir()
    strange = ("x", "[]", "[" * 100_000, '{"kind": "restore", "more": 1}', '{"kind": "ruin"}')
    for number, text in enumerate((*strange, '{"kind": "resend", "id": {"a": 1}}')):
        (folder / f"{number}.todo").write_text(text)

    eventually(lambda: not list(folder.iterdir()))
    assert 6 == caplog.text.count("no note of ours")
    assert portal.client.get("/readyz").json()["errands"]


def delete_own(portal, name):
    sign_up = next(sign_up for sign_up in portal.sign_ups() if sign_up.answers["name"] == name)
    mine = f"/mine/{portal.token('mine', sign_up)}"
    assert 200 == portal.client.post(f"{mine}/delete", data={"sure": "yes"}).status_code


@both
def test_a_digest_leaves_with_the_count_of_that_moment_though_the_newest_is_deleted(
    tmp_path, real, hands, environ, free_port
):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with opened(tmp_path, real, hands, SMTP_URL=smtp, **environ) as portal:
        for name in ("Robot", "Karen"):
            hands.pass_by(seconds=1)
            portal.client.post("/forms/interesseliste", data=interested(name, "5000") | TRAPPED)
        hands.pass_by(days=1)
        eventually(lambda: ["retry"] == states(portal, "digest"))
        assert 2 == next(mail.waiting for mail in portal.mails() if mail.kind == "digest")

        delete_own(portal, "Karen")
        with post_office(free_port) as services:
            hands.pass_by(minutes=5)
            eventually(lambda: ["sent"] == states(portal, "digest"))
            digest = taken(services, "Tilmeldinger, der ligner spam")
            path = link_in(digest, portal.settings.public_url)

            assert "Én tilmelding ligner spam" in text_of(digest)
            assert "Der er én." in portal.client.post(path).text


def test_a_digest_about_nobody_any_more_does_not_leave(tmp_path, real, hands, free_port):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        portal.client.post("/forms/interesseliste", data=interested("Karen", "5000") | TRAPPED)
        hands.pass_by(days=1)
        eventually(lambda: ["retry"] == states(portal, "digest"))
        delete_own(portal, "Karen")
        with post_office(free_port) as services:
            hands.pass_by(minutes=5)
            eventually(lambda: [] == portal.mails())

    assert [] == services.taken


@both
def test_a_mail_about_a_mailbox_leaves_though_the_newest_that_waits_there_is_deleted(
    tmp_path, real, hands, environ, free_port
):
    smtp = f"smtp://127.0.0.1:{free_port}"
    with opened(tmp_path, real, hands, SMTP_URL=smtp, **environ) as portal:
        for number in range(7):
            hands.pass_by(seconds=1)
            portal.post(name=f"Karen {number}")
        hands.pass_by(hours=5)
        eventually(lambda: ["retry"] == states(portal, "confirm_all"))

        delete_own(portal, "Karen 6")
        with post_office(free_port) as services:
            hands.pass_by(minutes=5)
            eventually(lambda: ["sent"] == states(portal, "confirm_all"), 20)
            letter = taken(services, "Bekræft det, der venter")
            assert "karen@example.org" == letter["To"]
            portal.client.post(link_in(letter, portal.settings.public_url))
            assert all(sign_up.confirmed_at for sign_up in portal.sign_ups())
            eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()}, 20)


def test_with_the_last_sign_up_of_a_mailbox_goes_every_mail_to_it(portal, hands):
    for number in range(7):
        hands.pass_by(seconds=1)
        portal.post(name=f"Karen {number}")
    hands.pass_by(hours=5)
    eventually(lambda: ["sent"] == states(portal, "confirm_all"))
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    for number in range(7):
        delete_own(portal, f"Karen {number}")

    assert [] == portal.mails()
    eventually(lambda: [] == list(portal.settings.mail_folder.glob("*.eml")))


def states(portal, kind):
    return [mail.state for mail in portal.mails() if mail.kind == kind]


def taken(services, subject):
    return next(letter for letter in services.taken if letter["Subject"] == subject)


def test_a_digest_is_kept_for_a_month_and_no_longer(doubted, hands):
    hands.pass_by(days=1)
    eventually(lambda: len(digests(doubted)) == 2)
    eventually(lambda: {"sent"} == set(states(doubted, "digest")))
    first = {mail.id for mail in doubted.mails() if mail.kind == "digest"}
    for name in ("Karen", "Robot", "Robot"):
        delete_own(doubted, name)

    assert first == {mail.id for mail in doubted.mails() if mail.kind == "digest"}
    hands.pass_by(days=31)
    eventually(lambda: not first & {mail.id for mail in doubted.mails()})
    eventually(
        lambda: not first & {path.stem for path in doubted.settings.mail_folder.glob("*.eml")}
    )


def test_a_link_of_the_version_before_which_named_a_sign_up_still_opens(doubted):
    karen = next(sign_up for sign_up in doubted.sign_ups() if sign_up.answers["name"] == "Karen")
    path = f"/desk/doubtful/{doubted.signed('doubtful', karen.id)}"

    assert "Der er 2." in doubted.client.post(path).text
    delete_own(doubted, "Karen")
    assert 410 == doubted.client.post(path).status_code
