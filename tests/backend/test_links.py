"""Links to somebody's own sign-up end, and whoever comes too late gets a fresh one by mail."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mentorkorps.backend.security.signed_links import LIFETIMES, MAILED, SHOWN, Tokens
from mentorkorps.backend.signups.lifecycle import MOST_ASKED_A_DAY
from mentorkorps.interface.i18n import words
from tests.backend.conftest import KEY, both, eventually, opened, text_of, volunteer
from tests.backend.test_kinds import EVALUATION

A_MINUTE = timedelta(minutes=1)
BUTTON = re.compile(r'action="(/renew/[^"]+)"')


def link_on(page, to: str = "mine") -> str:
    return re.search(rf'"(/{to}/[^"]+)"', page.text)[1]


def link_in(letter: EmailMessage, to: str = "mine") -> str:
    return re.search(rf"/{to}/\S+", text_of(letter))[0]


def receipt(portal, **changed: object):
    return portal.client.get(portal.post(**changed).headers["location"])


def confirmed(portal) -> str:
    """Signs up and confirms. Returns the link to the own page that was mailed."""
    portal.post()
    portal.client.post(portal.link("confirm"))
    return link_in(portal.letter("receipt"))


def press(portal, page, follows: int = 200):
    answer = portal.client.post(BUTTON.search(page.text)[1])
    assert follows == answer.status_code
    return answer


def sent(portal, kind: str) -> int:
    return sum(mail.kind == kind for mail in portal.mails())


def test_a_receipt_and_what_it_leads_to_end_with_the_day(portal, hands):
    there = portal.post().headers["location"]
    mine = link_on(portal.client.get(there))
    hands.now += SHOWN
    assert {200} == {
        page.status_code for page in (portal.client.get(there), portal.client.get(mine))
    }
    hands.now += A_MINUTE

    for ask in (portal.client.get, portal.client.post):
        ended = ask(mine)
        assert 410 == ended.status_code
        assert "Karen" not in ended.text
    assert 410 == portal.client.get(there).status_code


def test_following_links_leads_nobody_further_than_the_first_would_have(portal, hands):
    there = portal.post().headers["location"]
    hands.now += SHOWN - A_MINUTE
    mine = link_on(portal.client.get(there))
    hands.now += 2 * A_MINUTE

    assert 410 == portal.client.post(mine).status_code


def test_a_link_in_a_mail_lasts_for_months_from_the_day_it_left(portal, hands):
    mailed, on_page = confirmed(portal), link_in(portal.letter("receipt"), "receipt")
    hands.now += MAILED
    assert {200} == {portal.client.get(link).status_code for link in (mailed, on_page)}
    hands.now += A_MINUTE

    assert {410} == {portal.client.get(link).status_code for link in (mailed, on_page)}


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_pages_and_mails_say_how_long_links_last(language):
    texts = words(language)
    hours = {"da": "seks timer", "en": "six hours"}[language]
    days = {"da": "180 dage", "en": "180 days"}[language]

    assert (timedelta(hours=6), timedelta(days=180), timedelta(hours=6)) == (
        SHOWN,
        MAILED,
        LIFETIMES["receipt"],
    )
    for text in (texts["reply"]["receipt"]["keep"], texts["reply"]["refused"]["ended"]["text"]):
        assert hours in text
        assert days in text
    assert days in texts["mail"]["receipt"]["mine"]
    assert days in texts["mail"]["link"]["within"]


@both
def test_an_ended_link_has_a_button_that_mails_a_fresh_one(portal, hands):
    mailed = confirmed(portal)
    hands.now += MAILED + A_MINUTE

    answer = press(portal, portal.client.get(mailed))
    fresh = link_in(portal.letter("link"))

    assert "karen" not in answer.text.casefold()
    assert "/mine/" not in answer.text
    assert "karen@example.org" == str(portal.letter("link")["To"])
    assert "karen@example.org" in portal.client.post(fresh).text


def test_one_mail_a_day_leaves_however_often_it_is_pressed(portal, hands):
    link = link_on(receipt(portal))
    portal.client.post(portal.link("confirm"))
    hands.now += SHOWN + A_MINUTE
    ended = portal.client.get(link)

    answers = {press(portal, ended).text for _ in range(3)} | {
        press(portal, portal.client.post(link)).text
    }

    assert 1 == len(answers)
    assert 1 == sent(portal, "link")
    hands.pass_by(hours=23)
    press(portal, portal.client.get(link))
    assert 1 == sent(portal, "link")
    hands.pass_by(hours=1, minutes=1)
    press(portal, portal.client.get(link))
    assert 2 == sent(portal, "link")


def test_who_has_not_confirmed_is_asked_to_once_more(portal, hands):
    page = receipt(portal)
    first = portal.link("confirm")
    hands.now += SHOWN + A_MINUTE
    ended = portal.client.get(link_on(page))
    press(portal, ended)
    press(portal, ended)

    assert (2, 0) == (sent(portal, "confirm"), sent(portal, "link"))
    eventually(lambda: first != portal.link("confirm"))
    assert "Tak, du har bekræftet" in portal.client.post(portal.link("confirm")).text


def test_the_button_fills_nobodys_mailbox(portal, hands):
    """An address has its share of confirmations a day, also for those that are asked for again."""
    pages = [receipt(portal, name=f"Karen {number}") for number in range(MOST_ASKED_A_DAY)]
    hands.now += SHOWN + A_MINUTE
    for page in pages:
        press(portal, portal.client.get(link_on(page)))

    assert MOST_ASKED_A_DAY == sent(portal, "confirm")


def test_the_answer_tells_nobody_whether_a_sign_up_is_still_kept(portal, hands):
    mailed = confirmed(portal)
    hands.now += MAILED + A_MINUTE
    ended = portal.client.get(mailed)
    answer = press(portal, ended).text
    eventually(lambda: sent(portal, "link") == 1)
    fresh = link_in(portal.letter("link"))
    portal.client.post(f"{fresh}/delete", data={"sure": "yes"})
    gone = portal.client.get(mailed)

    assert [] == portal.sign_ups()
    assert BUTTON.sub("", ended.text) == BUTTON.sub("", gone.text)
    assert answer == press(portal, gone).text


def test_the_button_itself_does_not_last(portal, hands):
    mailed = confirmed(portal)
    hands.now += MAILED + A_MINUTE
    ended = portal.client.get(mailed)
    hands.now += SHOWN + A_MINUTE

    again = press(portal, ended, follows=410)

    assert 0 == sent(portal, "link")
    press(portal, again)
    assert 1 == sent(portal, "link")


def test_an_old_link_to_confirm_shows_nobody_the_own_page(portal, hands):
    portal.post()
    link = portal.link("confirm")
    assert "/mine/" in portal.client.post(link).text
    hands.pass_by(hours=73)

    ended = portal.client.get(link)
    assert "/mine/" not in ended.text
    press(portal, ended)
    assert 1 == sent(portal, "link")


def test_what_was_typed_into_the_own_page_comes_back_where_the_link_has_ended(portal, hands):
    mine = link_on(receipt(portal))
    hands.now += SHOWN + A_MINUTE

    answer = portal.client.post(
        f"{mine}/change", data=volunteer(message="Det tog mig lang tid at skrive")
    )

    assert 410 == answer.status_code
    assert "Det tog mig lang tid at skrive" in answer.text
    assert BUTTON.search(answer.text)


def test_a_fresh_link_that_waits_never_reaches_an_address_that_came_later(
    tmp_path, real, hands, free_port
):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        ended = link_on(receipt(portal))
        (sign_up,) = portal.sign_ups()
        confirm = Tokens([KEY], hands).sign(
            "confirm", f"{sign_up.id}.{sign_up.asked_stamp}", hands()
        )
        portal.client.post(f"/confirm/{confirm}")
        hands.now += SHOWN + A_MINUTE
        press(portal, portal.client.get(ended))
        assert 1 == sent(portal, "link")

        own = f"/mine/{portal.token('mine', sign_up)}"
        assert portal.client.post(
            f"{own}/change", data=volunteer(email="other@example.org")
        ).is_success
        assert 0 == sent(portal, "link")


def test_an_anonymous_receipt_ends_without_a_button(portal, hands):
    there = portal.client.post("/forms/kursusevaluering", data=EVALUATION).headers["location"]
    hands.now += SHOWN + A_MINUTE
    ended = portal.client.get(there)

    assert 410 == ended.status_code
    assert "Kvitteringen kan ikke ses længere" in ended.text
    assert not BUTTON.search(ended.text)


def test_the_ended_page_speaks_the_language_of_the_sign_up_and_json_says_the_same(portal, hands):
    mine = link_on(receipt(portal, language="en"))
    hands.now += SHOWN + A_MINUTE

    assert "Send a fresh link" in portal.client.get(mine).text
    problem = portal.client.get(mine, headers={"Accept": "application/json"}).json()
    assert (410, "The link no longer works") == (problem["status"], problem["title"])
