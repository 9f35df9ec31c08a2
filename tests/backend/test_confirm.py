"""The link in the first mail."""

from datetime import timedelta

import pytest

from mentorkorps.backend.security.signed_links import LIFETIMES, Tokens
from tests.backend.conftest import KEY, MONDAY, both, text_of, volunteer


def test_looking_at_the_link_changes_nothing(portal):
    portal.post()

    page = portal.client.get(portal.link("confirm"))

    assert 200 == page.status_code
    assert '<button class="mk-button" type="submit">Bekræft</button>' in page.text
    assert [None] == [sign_up.confirmed_at for sign_up in portal.sign_ups()]
    assert "no-store" == page.headers["cache-control"]
    assert "no-referrer" == page.headers["referrer-policy"]


def test_pressing_the_button_confirms_and_sends_the_receipt(portal, hands):
    portal.post()
    hands.pass_by(hours=1)

    page = portal.client.post(portal.link("confirm"))

    assert "Tak, du har bekræftet" in page.text
    assert [hands.now] == [sign_up.confirmed_at for sign_up in portal.sign_ups()]
    assert "senest mandag den 30. november 2026" in text_of(portal.letter("receipt"))
    assert "Du har bekræftet." in portal.client.get(portal.link("receipt")).text


def test_pressing_twice_says_already_and_sends_no_second_receipt(portal):
    portal.post()
    link = portal.link("confirm")

    portal.client.post(link)

    assert "allerede bekræftet" in portal.client.post(link).text
    assert "allerede bekræftet" in portal.client.get(link).text
    assert 1 == [mail.kind for mail in portal.mails()].count("receipt")


def test_a_link_lasts_72_hours_and_then_says_what_to_do(portal, hands):
    portal.post()
    link = portal.link("confirm")
    hands.pass_by(hours=72, minutes=1)

    for answer in (portal.client.get(link), portal.client.post(link)):
        assert 410 == answer.status_code
        assert "Send formularen igen" in answer.text
    assert not any(sign_up.confirmed_at for sign_up in portal.sign_ups())


def test_the_link_lasts_as_long_as_an_unconfirmed_sign_up_is_kept(real):
    assert {LIFETIMES["confirm"]} == {
        timedelta(hours=form.retention.unconfirmed_hours) for form in real.forms.values()
    }


@both
def test_signing_up_again_after_that_gives_a_fresh_link(portal, hands):
    portal.post()
    first = portal.link("confirm")
    hands.pass_by(hours=73)

    portal.post()
    portal.client.post(portal.link("confirm"))

    assert first != portal.link("confirm")
    assert [hands.now] == [sign_up.confirmed_at for sign_up in portal.sign_ups()]


def test_a_confirmed_link_says_already_even_when_it_is_old(portal, hands):
    portal.post()
    link = portal.link("confirm")
    portal.client.post(link)
    hands.pass_by(days=10)

    page = portal.client.get(link)
    assert 410 == page.status_code
    assert "allerede bekræftet" in page.text
    assert "Send et nyt link" in page.text
    assert "/mine/" not in page.text


@pytest.mark.parametrize("purpose", ["receipt", "confirm", "mine", "desk"])
def test_forged_links_open_nothing(portal, purpose):
    portal.post()
    sign_up = portal.sign_ups()[0]
    forged = Tokens(["another-key-of-somebody"], lambda: MONDAY).sign(purpose, sign_up.id, MONDAY)

    for token in (forged, "x", sign_up.id, forged + "x", "%00", "é"):
        assert 404 == portal.client.get(f"/{purpose}/{token}").status_code


@pytest.mark.parametrize(
    ("have", "want"), [("receipt", "confirm"), ("confirm", "desk"), ("desk", "receipt")]
)
def test_a_link_opens_only_what_it_was_made_for(portal, have, want):
    portal.post()
    token = Tokens([KEY], lambda: MONDAY).sign(have, portal.sign_ups()[0].id, MONDAY)

    assert 404 == portal.client.get(f"/{want}/{token}").status_code


def test_an_older_key_still_opens_and_the_first_key_signs():
    older, both = Tokens(["older"], lambda: MONDAY), Tokens(["newer", "older"], lambda: MONDAY)
    newer = Tokens(["newer"], lambda: MONDAY)

    assert "id" == both.read("confirm", older.sign("confirm", "id", MONDAY))
    assert "id" == newer.read("confirm", both.sign("confirm", "id", MONDAY))


def test_the_confirmation_speaks_the_language_of_the_sign_up(portal):
    portal.client.post("/forms/interesseliste", data=volunteer(language="en", programme=None))

    assert "Confirm your e-mail address" in portal.client.get(portal.link("confirm")).text
