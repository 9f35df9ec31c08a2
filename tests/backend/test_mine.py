"""The volunteer's own page."""

import re
import sqlite3
from contextlib import closing

import pytest

from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.db.records import Count
from mentorkorps.backend.security.signed_links import Tokens
from tests.backend.conftest import (
    KEY,
    MONDAY,
    booked,
    both,
    eventually,
    link_in,
    text_of,
    volunteer,
)


def link_on(page):
    return re.search(r'href="(/mine/[^"]+)"', page.text)[1]


@pytest.fixture
def link(portal):
    """Karen's own page, from her receipt."""
    return link_on(portal.client.get(portal.post(news="2026-11-22").headers["location"]))


def only_sign_up(portal):
    (only,) = portal.sign_ups()
    return only


def changed(portal, link, **changes):
    return portal.client.post(f"{link}/change", data=volunteer(**changes))


def test_receipt_confirmation_and_the_mail_lead_there(portal, link):
    confirmed = portal.client.post(portal.link("confirm"))
    letter = portal.letter("receipt")

    for own_page in (link, link_on(confirmed), link_in_text(letter)):
        assert "karen@example.org" in portal.client.post(own_page).text


def link_in_text(letter):
    return re.search(r"/mine/\S+", text_of(letter))[0]


def test_a_scanner_that_opens_the_link_sees_nothing(portal, link):
    page = portal.client.get(link)

    assert "Vis min side" in page.text
    assert "Karen" not in page.text
    assert ("no-store", "no-referrer") == (
        page.headers["cache-control"],
        page.headers["referrer-policy"],
    )


def test_it_shows_answers_consents_state_and_how_far_one_is(portal, link):
    page = portal.client.post(link)

    for text in (
        "karen@example.org",
        "Odense",
        "23. november 2026 kl. 10.00",
        "må få mine svar",
        "Du er her",
    ):
        assert text in page.text
    assert "Åbn linket i den mail" in page.text
    assert ("no-cache, private", "no-referrer") == (
        page.headers["cache-control"],
        page.headers["referrer-policy"],
    )

    portal.client.post(portal.link("confirm"))
    assert "senest mandag den 30. november 2026" in portal.client.post(link).text
    portal.client.post(portal.link("notice") + "/answered")
    assert '--done"><span>Skriv dig op' in portal.client.post(link).text


def test_it_speaks_the_language_of_the_sign_up(portal):
    link = link_on(portal.client.get(portal.post(language="en").headers["location"]))

    for path in ("", "/form"):
        page = portal.client.post(link + path)
        assert '<html lang="en">' in page.text
    assert "Save the changes" in page.text


def test_the_form_stands_there_with_the_answers_in_it(portal, link):
    form = portal.client.post(f"{link}/form").text

    for typed in (
        'value="Karen Testesen"',
        'value="Odense"',
        'value="butik-handel" selected',
        f'action="{link}/change"',
    ):
        assert typed in form
    for ticked in ("adult", "contact", "news"):
        assert re.search(rf'id="{ticked}"[^>]* checked', form), ticked


@both
def test_a_change_is_kept_and_known_by_its_new_answers(portal, link):
    page = changed(portal, link, name="Karen Ny", news="2026-11-22")

    assert "Dine rettelser er gemt" in page.text
    assert "Karen Ny" == only_sign_up(portal).answers["name"]
    portal.post(name="Karen Ny", news="2026-11-22")
    assert "Karen Ny" == only_sign_up(portal).answers["name"]


def test_a_change_is_judged_as_a_sign_up_is(portal, link):
    page = changed(portal, link, place="9999", name="Karen Ny")

    assert 422 == page.status_code
    assert 'value="Karen Ny"' in page.text
    assert f'action="{link}/change"' in page.text
    assert "Karen Testesen" == only_sign_up(portal).answers["name"]


def test_a_change_that_cannot_be_kept_just_now_is_given_back(portal, link):
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    with closing(sqlite3.connect(portal.settings.database.path, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = changed(portal, link, name="Karen Ny")

    assert (503, "5") == (page.status_code, page.headers["retry-after"])
    assert "Karen Ny" in page.text
    assert "no-referrer" == page.headers["referrer-policy"]
    assert "Karen Testesen" == only_sign_up(portal).answers["name"]


@both
def test_another_address_is_confirmed_again_and_the_old_link_no_longer_does_it(portal, link, hands):
    old = portal.link("confirm")
    hands.pass_by(minutes=1)

    page = changed(portal, link, email="ny@example.org")

    assert "den nye adresse" in page.text
    assert 410 == portal.client.get(old).status_code
    assert 410 == portal.client.post(old).status_code
    assert only_sign_up(portal).confirmed_at is None
    eventually(lambda: "ny@example.org" == portal.letter("confirm")["To"])
    portal.client.post(portal.link("confirm"))
    assert hands.now == only_sign_up(portal).confirmed_at


def test_a_confirmed_sign_up_with_another_address_is_not_confirmed(portal, link):
    portal.client.post(portal.link("confirm"))
    changed(portal, link, email="ny@example.org")

    assert only_sign_up(portal).confirmed_at is None


def test_another_place_tells_the_coordinator_once_the_address_is_confirmed(portal, link):
    changed(portal, link, place="8000")
    assert "notice" not in [one.kind for one in portal.mails()]

    portal.client.post(portal.link("confirm"))
    changed(portal, link, name="Karen Ny", place="8000")
    assert 1 == [one.kind for one in portal.mails()].count("notice")

    changed(portal, link, place="5000")
    assert 2 == [one.kind for one in portal.mails()].count("notice")


def test_the_very_answers_of_another_sign_up_are_refused(portal, link):
    portal.post(name="Karen To")

    assert 409 == changed(portal, link, name="Karen To").status_code
    assert {"Karen Testesen", "Karen To"} == {
        sign_up.answers["name"] for sign_up in portal.sign_ups()
    }


@both
def test_a_yes_to_news_is_taken_back_with_its_time(portal, link, hands):
    hands.pass_by(hours=2)
    page = portal.client.post(f"{link}/no/news")

    assert "Det er noteret" in page.text
    assert "Trukket tilbage 23. november 2026 kl. 12.00" in page.text
    agreed = operator_reads.consents(portal.settings, only_sign_up(portal).id)
    assert {"contact": None, "news": hands.now} == {one.consent: one.withdrawn_at for one in agreed}
    assert "Trukket tilbage" in portal.client.post(portal.desk()).text
    assert f"{link}/no/news" not in page.text


def test_a_consent_that_the_sign_up_rests_on_cannot_be_taken_back_alone(portal, link):
    assert 404 == portal.client.post(f"{link}/no/contact").status_code


def test_unticking_news_in_the_form_takes_it_back_and_ticking_gives_it_anew(portal, link, hands):
    changed(portal, link)
    agreed = {
        consent.consent: consent
        for consent in operator_reads.consents(portal.settings, only_sign_up(portal).id)
    }
    assert (MONDAY, MONDAY) == (agreed["contact"].given_at, agreed["news"].withdrawn_at)

    hands.pass_by(hours=1)
    changed(portal, link, news="2026-11-22")
    agreed = {
        consent.consent: consent
        for consent in operator_reads.consents(portal.settings, only_sign_up(portal).id)
    }
    assert (hands.now, None) == (agreed["news"].given_at, agreed["news"].withdrawn_at)


@both
def test_withdrawing_keeps_the_state_and_tells_the_coordinator_nothing_but_that(
    portal, link, hands
):
    confirm = portal.link("confirm")
    portal.client.post(confirm)
    receipt = portal.post(news="2026-11-22").headers["location"]
    page = portal.client.post(f"{link}/withdraw")

    assert "Det er trukket tilbage" in page.text
    assert MONDAY == only_sign_up(portal).withdrawn_at
    letter = portal.letter("withdrawn")
    assert "Noget er trukket tilbage" == letter["Subject"]
    for personal in ("Karen", "karen@", "Odense"):
        assert personal not in letter.as_string()
    desk = portal.client.post(link_in(letter, portal.settings.public_url)).text
    assert "Kontakt ikke personen" in desk
    assert [410, 410, 410] == [
        portal.client.post(confirm).status_code,
        portal.client.get(receipt).status_code,
        portal.client.post(f"{link}/change", data=volunteer()).status_code,
    ]
    portal.client.post(f"{link}/withdraw")
    assert 1 == [mail.kind for mail in portal.mails()].count("withdrawn")


def test_after_withdrawing_one_may_sign_up_again(portal, link):
    portal.client.post(f"{link}/withdraw")
    portal.post(news="2026-11-22")

    assert {None, MONDAY} == {sign_up.withdrawn_at for sign_up in portal.sign_ups()}


def test_what_was_withdrawn_is_deleted_after_a_week(portal, link, hands):
    portal.client.post(portal.link("confirm"))
    mailed = link_in_text(portal.letter("receipt"))
    portal.client.post(f"{link}/withdraw")
    hands.pass_by(days=7, minutes=1)

    eventually(lambda: [] == portal.sign_ups())
    assert [Count("mentor", "2026-11", "withdrawn", 1)] == operator_reads.counts(portal.settings)
    gone = portal.client.post(mailed)
    assert 410 == gone.status_code
    assert "Det er slettet" in gone.text


@both
def test_everything_that_is_kept_can_be_taken_along(portal, link):
    file = portal.client.post(f"{link}/download")
    data = file.json()

    assert 'attachment; filename="mentorkorps.json"' == file.headers["content-disposition"]
    assert "no-store" == file.headers["cache-control"]
    assert "karen@example.org" == data["answers"]["email"]
    assert ["contact", "news"] == [one["consent"] for one in data["consents"]]
    assert {"confirm"} == {one["kind"] for one in data["mails"]}
    assert ["unproved"] == data["signs"]
    assert data["place"] is None


def test_a_place_in_a_course_can_be_taken_along_too(portal):
    portal.client.post("/forms/kursus", data=booked("karen"))

    data = portal.client.post(f"/mine/{portal.token('mine', only_sign_up(portal))}/download").json()

    assert {"course": "odense-marts-2027", "state": "held", "number": 1} == {
        name: data["place"][name] for name in ("course", "state", "number")
    }


def test_deleting_needs_a_tick_and_leaves_nothing_in_the_files(portal, link):
    portal.letter("confirm")
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
    traces = [only_sign_up(portal).id.encode(), *(mail.id.encode() for mail in portal.mails())]
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert "Intet er slettet" in portal.client.post(f"{link}/delete", headers=form).text
    assert 1 == len(portal.sign_ups())
    assert "Intet er slettet" in portal.client.post(f"{link}/delete", data={"sure": ""}).text
    assert "Alt er slettet" in portal.client.post(f"{link}/delete", data={"sure": "yes"}).text

    assert ([], []) == (portal.sign_ups(), portal.mails())
    files = [path for path in portal.settings.folder.rglob("*") if path.is_file()]
    on_the_disk = b"".join(path.read_bytes() for path in files)
    assert [] == [trace for trace in traces if trace in on_the_disk]
    assert [1] == [row.count for row in operator_reads.counts(portal.settings)]
    assert 410 == portal.client.post(f"{link}/delete", data={"sure": "yes"}).status_code


def test_the_coordinators_link_says_that_a_sign_up_is_deleted(portal, link):
    portal.client.post(portal.link("confirm"))
    desk = portal.link("notice")
    portal.client.post(f"{link}/delete", data={"sure": "yes"})

    assert "Det er slettet" in portal.client.post(desk).text


@pytest.mark.parametrize("have", ["receipt", "confirm", "desk"])
def test_no_other_link_opens_it(portal, link, have):
    token = Tokens([KEY], lambda: MONDAY).sign(have, only_sign_up(portal).id, MONDAY)

    for path in ("", "/form", "/change", "/withdraw", "/download", "/delete"):
        assert 404 == portal.client.post(f"/mine/{token}{path}", data={"sure": "yes"}).status_code
    assert 1 == len(portal.sign_ups())
