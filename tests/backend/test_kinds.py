"""Forms of other kinds than a sign-up: without an address, without an answer, with a number, with conditions."""

import re
import subprocess
import sys

from tests.backend.conftest import JSON, text_of
from tests.conftest import ROOT

EVALUATION = {"course": "odense-marts-2027", "language": "da"} | {
    f"{when}-{what}": "7"
    for when in ("before", "after")
    for what in ("role", "talk", "system", "limits")
}
NEWS = {"email": "karen@example.org", "place": "Odense", "news": "yes", "language": "da"}
NEED = {
    "place": "Odense",
    "help": "network",
    "start": "now",
    "no-identity": "yes",
    "email": "sag@kommune.example",
    "contact": "yes",
    "language": "da",
}
OFFER = {
    "company": "Bageren",
    "place": "5000",
    "industry": "butik-handel",
    "offer": "visit",
    "name": "Bo",
    "email": "bo@example.org",
    "contact": "yes",
    "language": "da",
}


def sent(portal, form: str, answers: dict[str, object]):
    return portal.client.post(f"/forms/{form}", data=answers, follow_redirects=True)


def test_an_anonymous_form_is_kept_at_once_and_nobody_is_written_to(portal):
    receipt = sent(portal, "kursusevaluering", EVALUATION)

    (sign_up,) = portal.sign_ups()
    assert sign_up.confirmed_at == sign_up.received_at
    assert [] == portal.mails()
    assert "gemt uden navn" in receipt.text
    assert "/mine/" not in receipt.text


def test_two_people_who_answer_alike_are_two_but_one_sending_counts_once(portal):
    sent(portal, "kursusevaluering", EVALUATION)
    sent(portal, "kursusevaluering", EVALUATION)
    assert 2 == len(portal.sign_ups())

    sent(portal, "kursusevaluering", EVALUATION | {"once": "1-2-3"})
    sent(portal, "kursusevaluering", EVALUATION | {"once": "1-2-3"})

    assert 3 == len(portal.sign_ups())


def test_a_newsletter_is_confirmed_by_its_reader_and_troubles_no_coordinator(portal):
    sent(portal, "nyhedsbrev", NEWS)
    done = portal.client.post(portal.link("confirm"))

    assert ["confirm", "receipt"] == sorted(mail.kind for mail in portal.mails())
    assert "Du skal ikke gøre mere" in done.text
    assert "koordinator" not in text_of(portal.letter("receipt"))
    health = portal.client.get("/readyz").json()
    assert health["oldest_unanswered_sign_up_seconds"] is None


def test_a_need_gets_a_number_to_use_in_place_of_a_name(portal):
    receipt = sent(portal, "henvisning", NEED)
    portal.client.post(portal.link("confirm"))

    (sign_up,) = portal.sign_ups()
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", sign_up.code)
    assert sign_up.code in receipt.text
    assert sign_up.code in text_of(portal.letter("receipt"))
    assert sign_up.code in listed(portal)


def listed(portal) -> str:
    command = [sys.executable, "-m", "mentorkorps", "desk", "list", "--data", ROOT / "data"]
    return subprocess.run(
        command, env=portal.environ, capture_output=True, text=True, check=True
    ).stdout


def test_a_question_that_is_not_asked_needs_no_answer_and_keeps_none(portal):
    sent(portal, "virksomhed", OFFER | {"job": "Skjult svar"})

    (sign_up,) = portal.sign_ups()
    assert "job" not in sign_up.answers


def test_a_question_that_is_asked_needs_its_answer(portal):
    refused = portal.client.post(
        "/forms/virksomhed", data=OFFER | {"offer": ["job", "visit"]}, headers=JSON
    )

    assert ["job"] == [error["field"] for error in refused.json()["errors"]]


def test_what_was_typed_into_a_form_that_is_gone_is_shown_to_be_copied(portal):
    answer = sent(
        portal,
        "lukket",
        {"name": "Karen", "about": "Første linje\nAnden <b>linje</b>", "language": "da"},
    )

    assert 404 == answer.status_code
    assert "Formularen findes ikke" in answer.text
    assert "Første linje\nAnden &lt;b&gt;linje&lt;/b&gt;" in answer.text
    assert [] == portal.sign_ups()


def test_what_was_typed_into_a_field_that_is_gone_is_shown_beside_the_rest(portal):
    answer = sent(portal, "nyhedsbrev", NEWS | {"wish": "Kun om køkkener"})

    assert 422 == answer.status_code
    assert "Kun om køkkener" in answer.text
    assert 'value="karen@example.org"' in answer.text
