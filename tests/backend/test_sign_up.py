"""From the filled-in form to the receipt."""

import re

import pytest

from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import FORM, JSON, MONDAY, opened, text_of, volunteer


def test_a_sign_up_is_one_row_with_its_consents_and_two_mails(portal):
    answer = portal.post(news="2026-11-22")

    assert 303 == answer.status_code
    assert answer.headers["location"].startswith("/receipt/")
    (sign_up,) = portal.sign_ups()
    assert ("mentor", "da", "0461", MONDAY) == (
        sign_up.form,
        sign_up.language,
        sign_up.answers["place"],
        sign_up.received_at,
    )
    agreed = [
        (consent.consent, consent.version, consent.given_at)
        for consent in operator_reads.consents(portal.settings, sign_up.id)
    ]
    assert [("contact", "2026-11-22", MONDAY), ("news", "2026-11-22", MONDAY)] == agreed
    assert ["confirm"] == [one.kind for one in portal.mails()]


def test_a_second_click_does_not_sign_up_twice(portal):
    first, second = portal.post(), portal.post(name="  Karen Testesen ")

    assert first.headers["location"] == second.headers["location"]
    assert 1 == len(portal.sign_ups())
    assert 1 == len(portal.mails())


def test_other_answers_are_another_sign_up(portal):
    portal.post()
    portal.post(email="bo@example.org")

    assert 2 == len(portal.sign_ups())


def test_a_program_may_send_json_and_gets_json(portal):
    typed = volunteer(adult=True, languages=["da", "en"])

    answer = portal.client.post(FORM, json=typed, headers=JSON)

    assert 201 == answer.status_code
    assert 200 == portal.client.get(answer.json()["receipt"]).status_code
    assert ("da", "en") == portal.sign_ups()[0].answers["languages"]


def test_json_and_urlencoded_say_the_same(portal):
    by_form = portal.post()
    by_json = portal.client.post(FORM, json=volunteer(adult=True), headers=JSON)

    assert by_form.headers["location"] == by_json.json()["receipt"]


def test_wrong_answers_come_back_with_every_answer_kept(portal):
    answer = portal.post(email="karen", name="Karen <b>Ø</b>")

    assert 422 == answer.status_code
    assert "navn@eksempel.dk" in answer.text
    assert 'value="Karen &lt;b&gt;Ø&lt;/b&gt;"' in answer.text
    assert "<title>Fejl: Skriv dig op som mentor</title>" in answer.text
    assert [] == portal.sign_ups()


def test_wrong_answers_come_back_in_the_language_of_the_form(portal):
    answer = portal.post(email="karen", language="en")

    assert 'lang="en"' in answer.text
    assert "Sign up as a mentor" in answer.text


def test_a_program_learns_which_fields_are_wrong(portal):
    answer = portal.client.post(FORM, json=volunteer(email="karen", industry=None), headers=JSON)

    assert 422 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert {"email", "industry"} == {error["field"] for error in answer.json()["errors"]}


def test_a_filled_trap_is_flagged_and_kept(portal):
    answer = portal.post(website="https://spam.example")

    assert 303 == answer.status_code
    assert [True] == [sign_up.flagged for sign_up in portal.sign_ups()]
    assert ["confirm"] == [mail.kind for mail in portal.mails()]


def test_the_receipt_tells_who_answers_and_of_the_person_nothing_but_the_address(portal):
    answer = portal.client.get(portal.post().headers["location"])

    assert 200 == answer.status_code
    for text in (
        "72 timer",
        "Portalens koordinator",
        "Mentorkorps",
        "5 arbejdsdage",
        "uønsket mail",
    ):
        assert text in answer.text
    assert "karen@example.org" in answer.text
    for personal in ("Karen", "5000"):
        assert personal not in answer.text
    assert "no-store" == answer.headers["cache-control"]
    assert "no-referrer" == answer.headers["referrer-policy"]


def test_the_receipt_speaks_the_language_of_the_sign_up(portal):
    answer = portal.client.get(portal.post(language="en").headers["location"])

    assert "5 working days" in answer.text


def test_the_receipt_of_an_old_programme_names_the_portal_not_the_organisation(portal):
    typed = volunteer(programme="dansk-metals-mentorkorps")

    answer = portal.client.post("/forms/interesseliste", data=typed)

    receipt = portal.client.get(answer.headers["location"]).text
    assert "Dansk Metals mentorkorps" in receipt
    assert "Dansk Metal, svarer" not in receipt


def test_a_link_fills_in_the_form(portal):
    answer = portal.client.get(
        "/tilmelding/mentor/", params={"programme": "mentorkorps-aabent-hold", "place": '"5000'}
    )

    assert '<option value="mentorkorps-aabent-hold" selected>' in answer.text
    assert 'value="&#34;5000"' in answer.text
    assert 'action="/forms/mentor"' in answer.text


@pytest.mark.parametrize("query", ["", "?utm_source=x"])
def test_the_form_page_without_answers_is_the_built_one(portal, query):
    assert "the built form page" in portal.client.get(f"/tilmelding/mentor/{query}").text


def test_a_page_of_an_industry_fills_it_in_without_javascript(portal):
    page = portal.client.get("/tilmelding/mentor/?industry=butik-handel").text

    assert re.search(r'value="butik-handel"[^>]* (selected|checked)', page)


def test_the_english_form_page_can_be_filled_in_too(portal):
    assert "Sign up as a mentor" in portal.client.get("/en/sign-up/mentor/?place=Odense").text


def test_addresses_keep_the_path_under_which_the_site_is_published(tmp_path, real):
    with opened(tmp_path, real, PUBLIC_URL="https://example.dk/mentor") as portal:
        assert portal.post().headers["location"].startswith("/mentor/receipt/")
        assert "https://example.dk/mentor/confirm/" in text_of(portal.letter("confirm"))
        assert 'action="/mentor/confirm/' in portal.client.get(portal.link("confirm")).text
        portal.client.post(portal.link("confirm"))
        assert 'action="/mentor/desk/' in portal.client.get(portal.link("notice")).text
