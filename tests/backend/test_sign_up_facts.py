"""After "Send": receipt, confirmation, mails, own page and offer say the same, in each form's own words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.publish.calendars import Calendars
from tests.backend.conftest import JSON, Hands, Portal, eventually, opened, text_of

CONSENT = "2026-11-22"
UNTRUE = {"da": "Du skal ikke gøre mere", "en": "nothing more to do"}
WAITS = {"da": "nummer {} på ventelisten", "en": "number {} on the waiting list"}
DAYS = {"da": "tirsdag den 2. marts 2027 kl. 9.00–16.00", "en": "Tuesday 2 March 2027 9:00–16:00"}
SIGN_UP_WORDS = ("tilmeld", "skrevet op", "skriv dig op", "sign-up", "signed up", "sign up")


@pytest.fixture(scope="module")
def facts_catalogue(sound: Catalogue) -> Catalogue:
    """Two courses with one place each, of which one is an example; and one that a union holds."""
    first = replace(sound.courses["odense-2027"], seats=1)
    second = replace(
        first,
        id="ribe-2027",
        name=replace(first.name, da="Ribe, juni 2027", en="Ribe, June 2027"),
        days=tuple(replace(day, date=day.date + timedelta(days=91)) for day in first.days),
        deadline=date(2027, 5, 1),
        example=True,
    )
    unions = replace(first, id="smedene-2027", organisation="smedene", seats=9)
    courses = {course.id: course for course in (first, second, unions)}
    unanswered = ("interest", "newsletter", "book_course", "book_event")
    forms = {
        form.id: replace(form, answered=form.purpose not in unanswered)
        for form in sound.forms.values()
    }
    refer = sound.form_for("refer")
    forms[refer.id] = replace(refer, code=True)
    return replace(sound, courses=MappingProxyType(courses), forms=MappingProxyType(forms))


@pytest.fixture(scope="module")
def own_hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def portal(
    tmp_path_factory: pytest.TempPathFactory, facts_catalogue: Catalogue, own_hands: Hands
) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("facts"), facts_catalogue, own_hands) as portal:
        yield portal


class Person:
    """Somebody who sends a form and follows the links in the mails and on the pages."""

    def __init__(self, portal: Portal, name: str, language: str = "da") -> None:
        self.portal, self.name, self.language = portal, name, language
        self.receipt_path = ""

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"

    def send(self, form: str, as_json: bool = False, **answers: object) -> str:
        """The text of the receipt."""
        typed = {"email": self.email, "language": self.language, "contact": CONSENT, **answers}
        client, path = self.portal.client, f"/forms/{form}"
        if as_json:
            answer = client.post(path, json=typed, headers=JSON)
            assert 201 == answer.status_code, answer.text
            self.receipt_path = answer.json()["receipt"]
        else:
            answer = client.post(path, data=typed)
            assert 303 == answer.status_code, answer.text
            self.receipt_path = answer.headers["location"]
        return self.get(self.receipt_path)

    def book(self, course: str = "odense-2027", as_json: bool = False) -> str:
        return self.send("kursus", as_json, course=course, name=self.name.title())

    def get(self, path: str) -> str:
        answer = self.portal.client.get(path)
        assert 200 == answer.status_code, answer.text
        return answer.text

    def post(self, path: str, **typed: str) -> str:
        answer = self.portal.client.post(path, data=typed, follow_redirects=True)
        assert 200 == answer.status_code, answer.text
        return answer.text

    @property
    def id(self) -> str:
        return next(
            sign_up.id
            for sign_up in reversed(self.portal.sign_ups())
            if sign_up.answers["email"] == self.email
        )

    def mails(self, kind: str) -> list[str]:
        """Texts of the mails of a kind to this person, or about this sign-up, that have left."""
        folder = self.portal.settings.mail_folder
        ids = {mail.id for mail in self.portal.mails() if mail.kind == kind}
        letters = [
            self.portal.read(folder / f"{id}.eml") for id in ids if (folder / f"{id}.eml").exists()
        ]
        return [
            text_of(letter).replace("\r", "")
            for letter in letters
            if self.email in str(letter["To"])
        ]

    def mail(self, kind: str) -> str:
        eventually(lambda: self.mails(kind))
        return self.mails(kind)[-1]

    def link(self, kind: str, purpose: str) -> str:
        return re.search(rf"/{purpose}/[\w.-]+", self.mail(kind))[0]

    def confirm(self) -> str:
        return self.post(self.link("confirm", "confirm"))

    @property
    def mine(self) -> str:
        """The address of the own page."""
        return f"/mine/{self.portal.signed('mine', self.id)}"


def plain(page: str) -> str:
    """What a page shows, without its addresses."""
    return re.sub(r"<[^>]+>|https?://\S+", " ", page).casefold()


@pytest.mark.parametrize(("language", "as_json"), [("da", False), ("en", True)])
def test_who_waits_is_told_so_everywhere_and_the_offer_names_what_is_offered(
    portal, own_hands, language, as_json
):
    number = "1"
    course, other = "odense-2027", "ribe-2027"
    first = Person(portal, f"anna-{language}", language)
    first.book(course, as_json), first.book(other, as_json)
    holders = [
        sign_up.id for sign_up in portal.sign_ups() if sign_up.answers["email"] == first.email
    ]
    for id in holders:
        sign_up = next(sign_up for sign_up in portal.sign_ups() if sign_up.id == id)
        portal.client.post(f"/confirm/{portal.signed('confirm', f'{id}.{sign_up.asked_stamp}')}")

    waiting = Person(portal, f"bo-{language}", language)
    receipt = waiting.book(course, as_json)
    waits, untrue = WAITS[language].format(number), UNTRUE[language]
    own_hands.pass_by(seconds=1)
    pages = {
        "receipt": receipt,
        "confirm mail": waiting.mail("confirm"),
        "confirmation": waiting.confirm(),
        "receipt mail": waiting.mail("receipt"),
        "own page": waiting.post(waiting.mine),
        "receipt afterwards": waiting.get(waiting.receipt_path),
    }
    for where, text in pages.items():
        assert waits in text, where
        assert DAYS[language] in text, where
        assert untrue not in text, where
        assert "Gaden 1" in text, where

    # Two waiting lists can be told apart, and the example says what it is.
    waiting.book(other, as_json)
    apart = waiting.post(waiting.mine)
    marked = {"da": "Eksempel: Ribe, juni 2027", "en": "Example: Ribe, June 2027"}[language]
    assert marked in apart
    assert DAYS[language] not in apart
    assert {"da": "Eksempel: Det her", "en": "Example: This is"}[language] in apart
    eventually(lambda: 1 == sum(marked in text for text in waiting.mails("confirm")))

    portal.client.post(f"/mine/{portal.signed('mine', holders[0])}/withdraw")
    eventually(lambda: waiting.mails("offered"))
    offer = waiting.link("offered", "offer")
    for text in (waiting.mail("offered"), waiting.get(offer)):
        assert {"da": "Odense, marts 2027", "en": "Odense, March 2027"}[language] in text
        assert DAYS[language] in text
        assert "Gaden 1" in text
    assert 1 == len(waiting.mails("receipt"))
    taken = waiting.post(f"{offer}/yes")
    eventually(lambda: 2 == len(waiting.mails("receipt")))
    calendar = {
        "da": "kurser/odense-2027/kursus.ics",
        "en": "en/courses/odense-2027/course.ics",
    }[language]
    for text in (taken, *[mail for mail in waiting.mails("receipt") if waits not in mail]):
        assert {"da": "Du har en plads.", "en": "You have a place."}[language] in text
        assert calendar in text
    for id in {sign_up.id for sign_up in portal.sign_ups()}:  # so that the next walk begins anew
        portal.client.post(f"/mine/{portal.signed('mine', id)}/delete", data={"sure": "yes"})


OWN_WORDS = {
    "spoergsmaal": ({"question": "Hvor?"}, "Spørgsmål", "Question"),
    "henvisning": ({"place": "5000"}, "Behov for en mentor", "Need for a mentor"),
    "virksomhed": ({"place": "5000"}, "Tilbud fra en virksomhed", "Offer from a company"),
    "nyhedsbrev": ({"place": "5000"}, "Nyt om din kommune", "News about your municipality"),
}


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_is_no_sign_up_is_never_called_one_and_each_form_has_its_own_words(portal, language):
    for form, (answers, danish, english) in OWN_WORDS.items():
        noun = {"da": danish, "en": english}[language]
        asker = Person(portal, f"{form}-{language}", language)
        receipt = asker.send(form, language == "en", **answers)
        asked = asker.get(asker.link("confirm", "confirm"))
        pages = {
            "receipt": receipt,
            "confirm mail": asker.mail("confirm"),
            "question": asked,
            "confirmation": asker.confirm(),
            "receipt mail": asker.mail("receipt"),
            "door": asker.get(asker.mine),
            "own page": asker.post(asker.mine),
            "form": asker.post(f"{asker.mine}/form"),
            "withdrawn": asker.post(f"{asker.mine}/withdraw"),
            "withdrawal mail": asker.mail("withdrawal"),
        }
        for where, text in pages.items():
            visible = plain(text)
            assert [] == [word for word in SIGN_UP_WORDS if word in visible], (form, where)
        for where in ("receipt", "own page"):
            assert noun in pages[where], (form, where)
        assert f"<h1>{noun}</h1>" in pages["own page"]
        promised = {"da": "Du får svar senest", "en": "You will have an answer by"}[language]
        assert (form != "nyhedsbrev") == (promised in pages["confirmation"]), form
    desk = portal.client.post(f"/desk/{portal.signed('desk', asker.id)}").text
    assert "<h1>Nyt om din kommune</h1>" in desk


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_nobody_answers_promises_no_answer_and_withdrawing_says_what_it_does(portal, language):
    answers = {
        "da": ("svarer dig inden", "svar inden", "svar senest", "Koordinatoren"),
        "en": ("answers within", "answer within", "answer by", "coordinator is"),
    }
    for form, typed in (
        ("interesseliste", {}),
        ("kursus", {"course": "smedene-2027", "name": "Karen"}),
        ("arrangement", {"event": "netvaerk-april-2027", "name": "Karen"}),
    ):
        person = Person(portal, f"ingen-{form}-{language}", language)
        receipt = person.send(form, **typed)
        pages = (receipt, person.confirm(), person.mail("receipt"), person.post(person.mine))
        for text in pages:
            assert [] == [word for word in answers[language] if word in text], form
        goes_on = {"da": "Din plads går videre", "en": "Your place goes on"}[language]
        assert (form != "interesseliste") == (goes_on in pages[-1])
        assert {"da": "Du kan fortryde i 7 dage", "en": "undo that for 7 days"}[language] in pages[
            -1
        ]
        id = person.id
        kinds = {mail.kind for mail in portal.mails() if mail.subject.id == id}
        assert kinds.isdisjoint({"notice", "withdrawn"})


def test_a_mail_never_tells_of_a_course_that_only_members_come_to_but_the_pages_do(portal):
    member = Person(portal, "medlem")
    receipt = member.book("smedene-2027")
    page = member.confirm()

    for text in (receipt, page, member.post(member.mine)):
        assert "Odense, marts 2027" in text
        assert DAYS["da"] in text
    for kind in ("confirm", "receipt"):
        letter = member.mail(kind)
        for fact in ("Odense, marts", "2027 kl", "Gaden 1", ".ics", "Smedene"):
            assert fact not in letter, kind
    assert "Hej Medlem\n" in member.mail("receipt")
    assert "Hej\n" in member.mail("confirm")


def test_changing_withdrawing_undoing_and_deleting_are_told_to_both_sides(portal, own_hands):
    person = Person(portal, "karen-ret")
    typed = {"place": "5000", "adult": "yes", "name": "Karen", "programme": "aaben"}
    person.send("mentor", phone="20 30 40 50", **typed)
    person.confirm()
    own_hands.pass_by(minutes=1)
    consents = {"contact": CONSENT, "email": person.email}
    page = person.post(f"{person.mine}/change", phone="60 70 80 90", **typed, **consents)
    assert "Dine rettelser er gemt" in page
    assert "Du har rettet: Telefon." in person.mail("changed")
    notice = coordinators(portal, "changed_notice")
    assert "har rettet: Telefon." in notice
    for value in ("60 70", "+45", "Karen", "aaben", "Åben", "Odense"):
        assert value not in notice + person.mail("changed").replace("Hej Karen", "")

    own_hands.pass_by(minutes=1)
    withdrawn = person.post(f"{person.mine}/withdraw")
    until = "30. november 2026"
    assert f"Du kan fortryde til {until}" in withdrawn
    assert until in person.mail("withdrawal")
    assert "trukket en tilmelding som mentor tilbage" in coordinators(portal, "withdrawn")
    again = person.post(f"{person.link('withdrawal', 'mine')}/resume")
    assert "det gælder igen" in again
    assert "Du får svar senest" in again
    assert "fortrudt at trække en tilmelding som mentor tilbage" in coordinators(portal, "resumed")
    own_hands.pass_by(minutes=1)
    assert "Dine rettelser" in person.post(
        f"{person.mine}/change", phone="20 30 40 50", **typed, **consents
    )

    mine, id = person.mine, person.id
    page = person.post(mine)
    assert "Koordinatoren får også besked" in page
    assert "Alt er slettet" in person.post(f"{mine}/delete", sure="yes")
    assert "Du har slettet en tilmelding som mentor" in person.mail("deleted")
    notice = coordinators(portal, "deleted_notice")
    assert "slettet en tilmelding som mentor, som kom 23. november 2026" in notice
    assert id not in {sign_up.id for sign_up in portal.sign_ups()}
    eventually(
        lambda: (
            not portal.rows(
                "SELECT id FROM mails WHERE subject_kind = 'erased' AND details IS NOT NULL"
            )
        )
    )


def coordinators(portal: Portal, kind: str) -> str:
    eventually(lambda: kind in {mail.kind for mail in portal.mails()})
    return text_of(portal.letter(kind)).replace("\r", "")


def test_who_undoes_a_withdrawal_asks_for_the_place_anew(portal):
    had, came = Person(portal, "havde"), Person(portal, "kom")
    had.book("ribe-2027"), had.confirm()
    had.post(f"{had.mine}/withdraw")
    came.book("ribe-2027"), came.confirm()
    assert "Du har en plads" in came.post(came.mine)

    page = had.post(f"{had.mine}/resume")
    assert "nummer 1 på ventelisten" in page
    assert "Du har ikke en plads endnu" in page
    sent_again = Person(portal, "havde")
    mine = had.mine
    had.post(f"{mine}/withdraw")
    sent_again.book("ribe-2027")
    refused = portal.client.post(f"{mine}/resume")
    assert (409, True) == (refused.status_code, "allerede sendt" in refused.text)


def test_the_receipt_shows_the_address_and_mends_it_and_the_old_link_dies(portal, own_hands):
    typo = Person(portal, "karne-tast")
    receipt = typo.send("spoergsmaal", question="Hvor?")
    assert "karne-tast@example.org" in receipt
    old_link = typo.link("confirm", "confirm")
    own_hands.pass_by(seconds=1)

    wrong = portal.client.post(f"{typo.receipt_path}/address", data={"email": "ingen adresse"})
    assert 422 == wrong.status_code
    assert 'value="ingen adresse"' in wrong.text
    mended = typo.post(f"{typo.receipt_path}/address", email="karen-ret-nu@example.org")
    right = Person(portal, "karen-ret-nu")
    assert right.email in mended
    assert typo.email not in mended
    dead = portal.client.get(old_link)
    assert (410, True) == (dead.status_code, "nyere link" in dead.text)
    assert "Du får svar senest" in right.confirm()

    settled = portal.client.post(f"{typo.receipt_path}/address", data={"email": typo.email})
    assert 410 == settled.status_code
    assert right.email not in typo.get(typo.receipt_path)
    own_hands.pass_by(hours=1)
    sent_again = right.send("spoergsmaal", question="Hvor?")
    assert right.email not in sent_again


def test_the_link_to_the_other_language_keeps_the_page(portal):
    person = Person(portal, "sprog")
    receipt = person.send("spoergsmaal", question="Hvor?")
    assert "Tak" in receipt

    english = person.get(f"{person.receipt_path}?lang=en")
    assert '<html lang="en">' in english
    own = re.search(r'href="(/mine/[^"]+)"', english)[1]
    opened_page = person.get(own)
    action = re.search(r'action="([^"]+)"', opened_page)[1]
    page = person.post(action)
    assert '<html lang="en">' in page
    assert "<h1>Question</h1>" in page
    withdraw = re.search(r'action="([^"]+/withdraw[^"]*)"', page)[1]
    assert "It is withdrawn" in person.post(withdraw)


def test_the_practical_mail_is_promised_once_there_is_a_place(portal):
    person = Person(portal, "praktisk")
    unconfirmed = person.send("arrangement", event="netvaerk-april-2027", name="Karen")
    assert "Omkring en uge før" not in unconfirmed
    person.confirm()
    assert "Omkring en uge før" in person.get(person.receipt_path)


def test_an_example_says_so_in_the_calendar(facts_catalogue):
    for language, marked in (("da", "Eksempel: Ribe"), ("en", "Example: Ribe")):
        calendars = Calendars(facts_catalogue, language, "https://x.example/")
        assert f"SUMMARY:{marked}" in calendars.calendar([facts_catalogue.courses["ribe-2027"]])
        assert marked[:7] not in calendars.calendar([facts_catalogue.courses["odense-2027"]])


def test_a_programme_is_told_on_pages_and_never_in_mails(portal):
    person = Person(portal, "program")
    typed = {"place": "5000", "adult": "yes", "name": "Karen"}
    receipt = person.send("mentor", programme="aaben", **typed)
    assert "Åben indsats" in receipt
    assert "Korpsets koordinator" in receipt
    assert "Åben indsats" not in person.mail("confirm")
