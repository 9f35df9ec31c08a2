"""Many sign-ups with one mailbox: a caseworker's day, a family, a library, and somebody who means ill."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mentorkorps.backend.clock import DENMARK
from mentorkorps.backend.signups import collected_confirmation
from tests.backend.conftest import JSON, MONDAY, booked, both, eventually, opened, volunteer

REFERRAL = "/forms/henvisning"
TEN = MONDAY + timedelta(hours=4)
"""When the mail of the day leaves that asks for what came after nine: 14 in Denmark."""


def referral(number: int) -> dict[str, str]:
    return {
        "place": "Odense",
        "help": "network",
        "start": "now",
        "no-identity": "yes",
        "email": "sag@kommune.example",
        "contact": "yes",
        "language": "da",
        "about": f"Behov {number}",
    }


def refer(portal, hands, count, start=0):
    got = []
    for number in range(start, start + count):
        hands.pass_by(seconds=20)
        got.append(portal.client.post(REFERRAL, data=referral(number)))
    assert {303} == {answer.status_code for answer in got}
    return got


def kinds(portal):
    return Counter(mail.kind for mail in portal.mails())


def at_fourteen(portal, hands):
    hands.now = TEN
    eventually(
        lambda: (
            []
            != [
                mail
                for mail in portal.mails()
                if mail.kind == "confirm_all" and mail.state == "sent"
            ]
        )
    )


@both
def test_a_caseworkers_eighth_referral_of_a_day_reaches_the_coordinator_like_the_first(
    portal, hands
):
    refer(portal, hands, 8)

    assert Counter(confirm=5) == kinds(portal)
    assert not any(one.flagged for one in portal.sign_ups())
    at_fourteen(portal, hands)
    for mail in [mail for mail in portal.mails() if mail.kind == "confirm"]:
        about = next(sign_up for sign_up in portal.sign_ups() if sign_up.id == mail.subject.id)
        portal.client.post(
            f"/confirm/{portal.signed('confirm', f'{about.id}.{about.asked_stamp}')}"
        )
    assert 5 == sum(sign_up.confirmed_at is not None for sign_up in portal.sign_ups())
    page = portal.client.post(portal.link("confirm_all"))

    assert "bekræftet 3 ting" in page.text
    assert all(sign_up.confirmed_at for sign_up in portal.sign_ups())
    assert Counter(confirm=5, notice=8, confirm_all=1, receipt=8) == kinds(portal)


def test_any_mail_leads_to_all_that_waits(portal, hands):
    refer(portal, hands, 8)
    first = portal.client.get(portal.link("confirm"))
    assert "Der venter 7 ting mere" in first.text

    address = re.search(r'href="(/confirm/all/[^"]+)"', first.text)[1]
    listed = portal.client.get(address)
    assert 8 == listed.text.count('name="chosen"')
    assert all(sign_up.code in listed.text for sign_up in portal.sign_ups())
    assert "Behov 0" not in listed.text
    assert not any(sign_up.confirmed_at for sign_up in portal.sign_ups())
    assert "bekræftet 8" in portal.client.post(address).text
    assert all(sign_up.confirmed_at for sign_up in portal.sign_ups())
    hands.now = TEN
    eventually(lambda: [] == portal.rows("SELECT * FROM collected"))
    assert 0 == kinds(portal)["confirm_all"], "nobody is asked for what is confirmed"


def test_the_receipt_says_that_no_mail_went_out_and_when_one_will(portal, hands):
    *early, sixth = refer(portal, hands, 6)

    first, last = (
        portal.client.get(answer.headers["location"]).text for answer in (early[0], sixth)
    )
    assert "med et link. Åbn linket" in first
    assert "Vi har sendt dig en mail" not in last
    assert "vi ikke har sendt en til" in last
    assert "23. november 2026 kl. 14.00 samler én mail" in last
    own = re.search(r'href="(/mine/[^"]+)"', last)[1]
    assert "Linket kommer i en mail 23. november 2026 kl. 14.00" in portal.client.post(own).text


def test_a_program_is_told_the_same(portal, hands):
    def sent(number):
        hands.pass_by(seconds=1)
        return portal.client.post(
            REFERRAL, json=referral(number) | {"help": ["network"]}, headers=JSON
        ).json()

    got = [sent(number) for number in range(6)]
    assert ["confirm"] * 5 + ["collected"] == [answer["mail"] for answer in got]
    assert "2026-11-23T14:00:00+01:00" == got[-1]["mail_at"]
    hands.pass_by(hours=1)
    assert "repeated" == sent(0)["mail"]
    scales = [
        f"{when}-{what}"
        for when in ("before", "after")
        for what in ("role", "talk", "system", "limits")
    ]
    evaluation = {"course": "odense-marts-2027"} | dict.fromkeys(scales, "3")
    assert (
        "none"
        == portal.client.post("/forms/kursusevaluering", json=evaluation, headers=JSON).json()[
            "mail"
        ]
    )


def test_the_receipt_tells_what_became_of_the_mail(portal):
    receipt = portal.post().headers["location"]
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    assert "Vi har sendt dig en mail med et link" in portal.client.get(receipt).text

    for state, words in (
        ("queued", "Du får en mail med et link"),
        ("failed", "kunne ikke afleveres"),
    ):
        portal.change(
            "UPDATE mails SET state = ?, due_at = '2027-01-01T00:00:00.000000+00:00'", state
        )
        page = portal.client.get(receipt).text
        assert words in page
        assert "Vi har sendt dig en mail" not in page


def test_the_same_answers_again_are_told_of_without_their_state(portal, hands):
    receipt = portal.post().headers["location"]
    assert "samme svar" not in portal.client.get(receipt).text
    hands.pass_by(hours=1)
    pages = []
    for step in (lambda: None, lambda: portal.client.post(portal.link("confirm"))):
        step()
        pages.append(portal.client.get(portal.post().headers["location"]).text)

    assert pages[0] == pages[1]
    assert "De samme svar er kommet før" in pages[0]
    assert "Vi har sendt dig en mail" not in pages[0]


@both
def test_whose_address_a_stranger_used_up_is_neither_doubted_nor_left_without_a_link(portal, hands):
    """Five fakes in the stranger's name, and then the real one: it alone is confirmed."""
    for number in range(5):
        hands.pass_by(seconds=1)
        portal.post(name=f"Falsk {number}")
    hands.pass_by(minutes=1)
    assert 303 == portal.post(name="Karen selv").status_code
    real = portal.sign_ups()[-1]
    assert (False, True) == (real.flagged, real.silenced)
    assert 0 == kinds(portal)["notice"]

    at_fourteen(portal, hands)
    listed = portal.client.get(portal.link("confirm_all")).text
    assert "Bekræft kun det, der er dit" in listed
    chosen = {"choose": "yes", "chosen": [real.id]}
    assert "bekræftet én ting" in portal.client.post(portal.link("confirm_all"), data=chosen).text
    assert [real.id] == [sign_up.id for sign_up in portal.sign_ups() if sign_up.confirmed_at]


def test_to_choose_none_confirms_none(portal, hands):
    refer(portal, hands, 6)
    at_fourteen(portal, hands)

    portal.client.post(portal.link("confirm_all"), data={"choose": "yes"})
    assert not any(sign_up.confirmed_at for sign_up in portal.sign_ups())


def test_what_is_anothers_cannot_be_chosen(portal, hands):
    refer(portal, hands, 6)
    portal.post()
    at_fourteen(portal, hands)
    other = portal.sign_ups()[-1]

    portal.client.post(portal.link("confirm_all"), data={"choose": "yes", "chosen": [other.id]})
    assert not any(sign_up.confirmed_at for sign_up in portal.sign_ups())


def test_a_mailbox_gets_one_such_mail_at_an_hour_however_much_is_posted_and_deleted(portal, hands):
    def posted(number):
        receipt = portal.post(name=f"Robot {number}", email="offer@example.org").headers["location"]
        return re.search(r'href="(/mine/[^"]+)"', portal.client.get(receipt).text)[1]

    for number in range(60):  # one every ten minutes
        own = posted(number)
        if number > 5:
            portal.client.post(f"{own}/delete", data={"sure": "yes"})
        hands.pass_by(minutes=10)
        eventually(
            lambda: (
                []
                == portal.rows(f"SELECT * FROM collected WHERE due_at <= '{hands.now.isoformat()}'")
            )
        )
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})

    letters = [portal.read(path) for path in portal.settings.mail_folder.glob("*.eml")]
    asked = [letter["Subject"] for letter in letters if letter["To"] == "offer@example.org"]
    assert 5 == asked.count("Bekræft din mailadresse")
    assert 3 >= asked.count("Bekræft det, der venter")


def test_who_deletes_one_of_them_leaves_the_others_asked_for(portal, hands):
    *_, sixth, _seventh = refer(portal, hands, 7)
    own = re.search(r'href="(/mine/[^"]+)"', portal.client.get(sixth.headers["location"]).text)[1]
    portal.client.post(f"{own}/delete", data={"sure": "yes"})

    at_fourteen(portal, hands)
    portal.client.post(portal.link("confirm_all"))
    assert all(sign_up.confirmed_at for sign_up in portal.sign_ups())


def test_what_waits_for_such_a_mail_is_not_deleted_before_it_was_asked_for(tmp_path, real, hands):
    """Not even while the mail server is away for days."""
    with opened(tmp_path, real, hands, SMTP_URL="smtp://127.0.0.1:9") as portal:
        refer(portal, hands, 7)
    hands.pass_by(days=4)
    with opened(tmp_path, real, hands, SMTP_URL="smtp://127.0.0.1:9") as portal:
        eventually(
            lambda: (
                all(mail.state == "retry" for mail in portal.mails())
                and kinds(portal)["confirm_all"]
            )
        )
        assert 7 == len(portal.sign_ups())
    hands.pass_by(days=1)
    with opened(tmp_path, real, hands, SMTP_URL="smtp://127.0.0.1:9") as portal:
        eventually(lambda: portal.client.get("/readyz").json()["retention"])
        assert 7 == len(portal.sign_ups())


def test_a_mailbox_that_was_written_to_often_enough_holds_no_more_places(portal, hands):
    for number in range(7):
        hands.pass_by(seconds=1)
        portal.client.post("/forms/kursus", data=booked("karen") | {"name": f"Gæst {number}"})

    states = portal.rows("SELECT state, count(*) FROM places GROUP BY state")
    assert {"held": 5, "doubted": 2} == dict(map(tuple, states))
    at_fourteen(portal, hands)
    portal.client.post(portal.link("confirm_all"))
    assert [("taken", 7)] == [
        tuple(row) for row in portal.rows("SELECT state, count(*) FROM places GROUP BY state")
    ]


def test_coordinators_hear_of_what_is_confirmed_and_of_nothing_before(portal, hands):
    refer(portal, hands, 23)
    assert 0 == kinds(portal)["notice"]

    at_fourteen(portal, hands)
    portal.client.post(portal.link("confirm_all"))
    assert 23 == kinds(portal)["notice"]


def test_a_link_for_one_mailbox_opens_no_other(portal):
    assert 404 == portal.client.get("/confirm/all/x").status_code
    assert 404 == portal.client.post(f"/confirm/all/{portal.signed('confirm', 'x')}").status_code
    empty = portal.client.get(f"/confirm/all/{portal.signed('confirm_all', 'x' * 64)}")
    assert (200, True) == (empty.status_code, "Der venter ikke noget" in empty.text)


def test_such_a_link_ends_after_three_days(portal, hands):
    link = f"/confirm/all/{portal.signed('confirm_all', 'x' * 64)}"
    hands.pass_by(hours=73)

    assert 410 == portal.client.get(link).status_code


@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 3, 29, tzinfo=UTC),
        datetime(2026, 10, 25, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    ],
)
def test_no_mail_waits_for_half_a_day(day):
    for minutes in range(0, 48 * 60, 7):
        came = day + timedelta(minutes=minutes)
        leaves = collected_confirmation.leaves_at(came)
        assert timedelta() < leaves - came < timedelta(hours=12)
        assert leaves.astimezone(DENMARK).hour in collected_confirmation.HOURS


def test_the_mailbox_is_known_by_no_address(portal):
    portal.post()

    assert 64 == len(portal.sign_ups()[0].addressee)
    assert volunteer()["email"] not in portal.sign_ups()[0].addressee
