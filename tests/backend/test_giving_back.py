"""Whatever refuses a sound form gives back what was typed, to people and to programs."""

import re
import sqlite3
from contextlib import closing

import httpx
import pytest

from mentorkorps.backend.web import request_body
from mentorkorps.forms.answers import HIDDEN
from mentorkorps.forms.choices import options
from tests.backend.conftest import FORM, JSON, KEY, eventually, opened, volunteer

ELSEWHERE = {"Origin": "https://mentor-example-dk.translate.example"}
ANSWERED = (
    'value="Karen Testesen"',
    'value="karen@example.org"',
    'value="5000"',
    'value="butik-handel" selected',
)


def mine(portal, step="change"):
    return f"/mine/{portal.token('mine', portal.sign_ups()[0])}/{step}"


def test_what_another_sites_page_sends_stands_in_our_form_and_is_not_kept(portal):
    """Such as a page that a machine has translated."""
    refused = portal.client.post(FORM, data=volunteer(news="2026-11-22"), headers=ELSEWHERE)

    assert 403 == refused.status_code
    assert "fra en anden side" in refused.text
    assert [] == [typed for typed in ANSWERED if typed not in refused.text]
    assert [] == portal.sign_ups()


def test_but_no_consent_that_stood_beside_words_which_nobody_knows(portal):
    refused = portal.client.post(FORM, data=volunteer(news="2026-11-22"), headers=ELSEWHERE)

    for consent in ("contact", "news"):
        assert re.search(rf'id="{consent}"', refused.text)
        assert not re.search(rf'id="{consent}"[^>]* checked', refused.text)


def test_nor_what_the_form_does_not_ask_for(portal):
    refused = portal.client.post(FORM, data={"Ring straks til": "90 00 00 00"}, headers=ELSEWHERE)

    assert "90 00 00 00" not in refused.text


@pytest.mark.parametrize(
    "path", ["/mine/x/change", "/forms/findes-ikke", "/forms/mentor/challenge", "/certificates"]
)
def test_elsewhere_is_refused_as_before(portal, path):
    refused = portal.client.post(path, data={"name": "Karen"}, headers=ELSEWHERE)

    assert 403 == refused.status_code
    assert "Karen" not in refused.text


def test_a_program_on_another_site_gets_them_back_too(portal):
    refused = portal.client.post(FORM, json=volunteer(), headers=JSON | ELSEWHERE)

    assert (403, "Karen Testesen") == (refused.status_code, refused.json()["answers"]["name"])


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"name=%FF%FE", b"a=1&" * 100])
def test_what_cannot_be_read_from_elsewhere_is_refused_all_the_same(portal, broken):
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert 403 == portal.client.post(FORM, content=broken, headers=ELSEWHERE | form).status_code


def test_a_database_that_is_held_gives_back_a_programs_answers_too(portal):
    eventually(lambda: all(mail.state == "sent" for mail in portal.mails()))
    with closing(sqlite3.connect(portal.settings.database.path, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = portal.client.post(FORM, json=volunteer(languages=["ar"]), headers=JSON)

    assert (503, "5") == (refused.status_code, refused.headers["retry-after"])
    assert ["ar"] == refused.json()["answers"]["languages"]
    assert "website" not in refused.json()["answers"]


def test_the_very_answers_of_another_sign_up_come_back_in_the_form(portal):
    portal.post()
    portal.post(name="Karen To")

    refused = portal.client.post(mine(portal), data=volunteer(name="Karen To"))
    assert (409, "no-referrer") == (refused.status_code, refused.headers["referrer-policy"])
    assert 'value="Karen To"' in refused.text
    assert "allerede sendt" in refused.text


def test_a_change_to_what_was_withdrawn_meanwhile_comes_back(portal):
    portal.post()
    portal.client.post(mine(portal, "withdraw"))

    refused = portal.client.post(mine(portal), data=volunteer(name="Karen Ny"))
    assert (410, True) == (refused.status_code, "Karen Ny" in refused.text)
    assert "no-cache, private" == refused.headers["cache-control"]
    answer = portal.client.post(
        mine(portal), json=volunteer(languages=["ar", "da"], adult=True), headers=JSON
    ).json()
    assert (["ar", "da"], "yes") == (answer["answers"]["languages"], answer["answers"]["adult"])


def test_a_form_that_is_gone_gives_back_a_programs_answers(portal):
    refused = portal.client.post(
        "/forms/findes-ikke", json={"name": "Karen", "many": ["a", "b"]}, headers=JSON
    )

    assert (404, {"name": "Karen", "many": ["a", "b"]}) == (
        refused.status_code,
        refused.json()["answers"],
    )


def test_what_broke_the_server_comes_back(tmp_path, real):
    """A table that went away is nothing that any of the answers foresees."""
    with (
        opened(tmp_path, real, SECRET_KEYS=KEY) as portal,
        httpx.Client(base_url=portal.url("")) as client,
    ):
        eventually(lambda: all(mail.state == "sent" for mail in portal.mails()))
        portal.change("DROP TABLE consents")
        refused = client.post(FORM, data=volunteer())

    assert refused.status_code >= 500
    assert "Karen Testesen" in refused.text


def test_no_sound_form_is_too_large(real):
    """The longest answers in letters of three bytes, each of them written as %E0%A4%85."""
    for form in real.forms.values():
        size = fields = 0
        for field in form.fields:
            count = len(options(form, field, real)) if field.type == "choices" else 1
            fields += count
            size += count * (len(field.id) + 100) + 9 * (field.max_length or 0)
        consents = len(form.consents) + len(HIDDEN)
        assert fields + consents <= request_body.MOST_FIELDS, form.id
        assert size + consents * 1000 < request_body.LARGEST_BODY, form.id
