"""Whom people can reach, that the portal may be a trial, and how lost links come back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.operators import Operator
from mentorkorps.catalogue.model.text import Title
from mentorkorps.catalogue.yaml_nodes import Place
from tests.backend.conftest import FORM, Portal, eventually, opened, text_of, volunteer

OFFICE = Operator(
    "foreningen",
    Place("data/operators.yaml", 1, 1),
    controller="Foreningen af Prøver",
    cvr="12345678",
    address="Prøvevej 1, 5000 Odense C",
    mailbox="portal@example.org",
    phone="66 00 00 01",
    hours=Title("mandag til fredag 10-14", "Monday to Friday 10-14"),
)
TRIAL = "Portalen kører på prøve. Skriv ikke rigtige oplysninger."


def run_by(catalogue: Catalogue, operator: Operator | None) -> Catalogue:
    return replace(catalogue, operators={operator.id: operator} if operator else {})


@pytest.fixture
def office(tmp_path, real, hands) -> Iterator[Portal]:
    with opened(tmp_path, run_by(real, OFFICE), hands) as portal:
        yield portal


def test_mails_and_broken_links_say_whom_to_write_to_and_call(office):
    receipt = office.client.get(office.post().headers["location"]).text
    letter = office.letter("confirm")
    broken = office.client.get("/mine/no-such-link").text

    assert "portal@example.org" == letter["Reply-To"]
    assert "kommer dit svar til portal@example.org" in text_of(letter)
    assert "Foreningen af Prøver, Prøvevej 1, 5000 Odense C" in text_of(letter)
    assert "Telefon 66 00 00 01, mandag til fredag 10-14" in text_of(letter)
    assert "bliver ikke læst" not in text_of(letter)
    for page in (receipt, broken):
        assert 'href="mailto:portal@example.org"' in page
        assert 'href="tel:+4566000001"' in page
        assert "prøve" not in page


def test_on_trial_and_without_a_contact_everything_says_so(tmp_path, real, hands, caplog):
    trial = Operator("portalen", Place("data/operators.yaml", 14, 3), trial=True)
    with opened(tmp_path, run_by(real, trial), hands) as portal:
        accepted = portal.post()
        refused = portal.post(name="")
        receipt = portal.client.get(accepted.headers["location"]).text
        portal.client.post(portal.link("confirm"))
        mine = portal.client.post(f"/mine/{portal.token('mine', portal.sign_ups()[-1])}").text
        letters = [portal.letter("confirm"), portal.letter("receipt")]
        ready = portal.client.get("/readyz")

    assert 2 == refused.text.count(TRIAL)  # above the form, and where it is sent
    for text in (receipt, mine, *map(text_of, letters)):
        assert TRIAL in text
    for letter in letters:
        assert letter["Reply-To"] is None
        assert "Svar på den bliver ikke læst" in text_of(letter)
    assert "Der er ikke sat en kontakt på portalen endnu" in receipt
    assert 200 == ready.status_code
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any("data/operators.yaml says nothing of controller" in text for text in warned)


def test_privacy_is_linked_beside_each_consent_of_a_form_that_comes_back(office):
    page = office.post(name="").text
    english = office.client.post(f"{FORM}", data=volunteer(name=None, language="en")).text

    consents = page.count('value="2026-')
    assert consents == page.count('<a href="/privatliv/">')
    assert consents == english.count('<a href="/en/privacy/">')
    assert "<button" not in page.split('<a href="/privatliv/">')[1].split("</p>")[0]


def test_an_address_gets_its_links_again_and_nobody_sees_whether_it_has_any(office, hands):
    office.post()
    office.client.post(office.link("confirm"))
    office.post(name="Karen Anden Testesen", place="8000")

    known = office.client.post("/links", data={"email": "Karen@example.org", "language": "da"})
    strange = office.client.post("/links", data={"email": "ingen@example.org", "language": "da"})
    eventually(lambda: 1 == sum(mail.kind == "links" for mail in office.mails()))
    letter = office.letter("links")
    listed = office.client.get(office.link("links")).text

    assert (known.status_code, known.text) == (strange.status_code, strange.text) and known.text
    assert "karen@example.org" == letter["To"]
    assert "Karen" not in text_of(letter) and "Anden" not in listed
    assert 1 == listed.count("Ikke bekræftet endnu.") == listed.count('href="/confirm/')
    assert 1 == listed.count("Bekræftet.") == listed.count('href="/mine/')
    for path in (part.split('"')[0] for part in listed.split('href="')[1:]):
        if path.startswith(("/confirm/", "/mine/")):
            assert 200 == office.client.get(path).status_code
    english = office.client.get(office.link("links") + "?lang=en").text
    assert "What you have sent us" in english

    hands.pass_by(hours=73)
    late = office.client.get(office.link("links"))
    assert 410 == late.status_code and 'action="/links"' in late.text


def test_an_address_gets_three_such_mails_a_day_and_the_page_never_says_so(office, hands):
    office.post()

    answers = {
        office.client.post("/links", data={"email": "karen@example.org"}).text for _ in range(5)
    }

    assert 1 == len(answers)
    assert 3 == sum(mail.kind == "links" for mail in office.mails())
    hands.pass_by(days=1)
    office.client.post("/links", data={"email": "karen@example.org"})
    assert 4 == sum(mail.kind == "links" for mail in office.mails())
    wrong = office.client.post("/links", data={"email": "karen", "language": "en"})
    assert 422 == wrong.status_code and 'value="karen"' in wrong.text


def test_a_broken_cut_or_expired_link_offers_to_send_the_links_again(office, hands):
    office.post()
    confirm = office.link("confirm")
    mine = f"/mine/{office.token('mine', office.sign_ups()[-1])}"
    answers = [office.client.get(confirm[:-5]), office.client.get(mine[:-5])]
    hands.pass_by(hours=80)
    answers.append(office.client.get(confirm))
    hands.now = hands.now + timedelta(days=181)
    answers.append(office.client.get(mine))

    for answer in answers:
        assert answer.status_code in (404, 410), answer.url
        assert 'action="/links"' in answer.text and "mailto:portal@example.org" in answer.text
