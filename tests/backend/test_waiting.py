"""What coordinators hear and see of what waits, and the nudge of who waits too long."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.conftest import (
    Hands,
    Portal,
    booked,
    eventually,
    opened,
    text_of,
)

RECIPIENTS = """
default: {mailbox: portal@example.org, second: chef@example.org}
municipalities:
  "0461": odense@example.org
  "0751": {mailbox: aarhus@example.org, second: aarhus-chef@example.org, digest: true}
"""


@pytest.fixture
def desk(tmp_path: Path, real, hands: Hands) -> Iterator[Portal]:
    file = tmp_path / "recipients.yaml"
    file.write_text(RECIPIENTS)
    with opened(tmp_path, real, hands, RECIPIENTS=str(file)) as portal:
        yield portal


def confirmed(portal: Portal, hands: Hands, **changed: object) -> None:
    hands.pass_by(seconds=1)
    portal.post(**changed)
    sign_up = portal.sign_ups()[-1]
    token = portal.signed("confirm", f"{sign_up.id}.{sign_up.asked_stamp}")
    portal.client.post(f"/confirm/{token}")


def kinds(portal: Portal) -> Counter[str]:
    return Counter(mail.kind for mail in portal.mails())


def test_a_person_nudges_once_a_day_when_the_promised_day_is_over(desk, hands):
    confirmed(desk, hands, name="Karen")
    own = f"/mine/{desk.token('mine', desk.sign_ups()[0])}"
    assert "Ryk for svar" not in desk.client.post(own).text
    desk.client.post(f"{own}/nudge")
    assert 0 == kinds(desk)["nudge"]

    hands.pass_by(days=8)  # promised by Monday the 30th; this is Tuesday
    own = f"/mine/{desk.token('mine', desk.sign_ups()[0])}"
    page = desk.client.post(own).text
    assert "Fristen for svar var mandag den 30. november 2026" in page
    assert f'action="{own}/nudge"' in page

    told = desk.client.post(f"{own}/nudge").text
    assert "bedt om et svar til dig senest tirsdag den 8. december 2026" in told
    assert "Du har rykket i dag" in desk.client.post(f"{own}/nudge").text
    letter = desk.letter("nudge")
    assert ("chef@example.org", 1) == (letter["To"], kinds(desk)["nudge"])
    assert "Karen" not in text_of(letter) and "/desk/" in text_of(letter)

    hands.pass_by(days=1)
    own = f"/mine/{desk.token('mine', desk.sign_ups()[0])}"
    desk.client.post(f"{own}/nudge")
    assert 2 == kinds(desk)["nudge"]
    desk.client.post(desk.link("nudge") + "/answered")
    assert "Ryk for svar" not in desk.client.post(own).text


def test_a_mailbox_hears_each_morning_of_all_that_waits_with_number_and_day(desk, hands):
    aarhus = {"programme": None, "place": "8000"}
    for name in ("karen", "bo", "karen"):
        number = len(desk.sign_ups())
        confirmed(desk, hands, email=f"{name}@example.org", name=f"{name} {number}", **aarhus)
    hands.pass_by(seconds=1)
    desk.post(email="ubekraeftet@example.org", **aarhus)
    assert 0 == kinds(desk)["notice"]

    hands.pass_by(hours=22)
    eventually(lambda: kinds(desk)["waiting"])
    letter = desk.letter("waiting")
    assert "aarhus@example.org" == letter["To"]
    assert "2 venter, den første til 30. november" == letter["Subject"]
    link = desk.link("waiting")
    shut = desk.client.get(link).text
    assert "karen" not in shut and "<button" in shut
    page = desk.client.post(link).text
    assert 2 == page.count('aria-labelledby="waiting-') and "Sendt 2 gange" in page
    assert "Lovet svar senest mandag den 30. november 2026" in page and "Aarhus" in page
    assert "ubekraeftet" not in page

    action = page.split('action="')[1].split('"')[0]
    assert "mailto:karen@example.org" in desk.client.post(action).text
    desk.client.post(f"{action}/answered")
    page = desk.client.post(link).text
    assert 1 == page.count('aria-labelledby="waiting-')
    assert 2 == sum(sign_up.answered_at is not None for sign_up in desk.sign_ups())


def test_the_same_request_twice_is_told_once_and_each_of_a_caseworkers_own(desk, hands):
    for number in range(3):
        confirmed(desk, hands, name=f"Karen {number}")
    confirmed(desk, hands, name="Karen", programme=None)

    assert 2 == kinds(desk)["notice"]


def test_a_late_answer_is_reminded_of_once_on_a_working_day(desk, hands):
    confirmed(desk, hands)
    confirmed(desk, hands, email="bo@example.org", place="8000", programme=None)
    hands.pass_by(days=7, hours=21)  # Tuesday the 1st of December, 7 o'clock in Denmark
    eventually(lambda: kinds(desk)["waiting"])
    assert 0 == kinds(desk)["overdue"]
    hands.pass_by(hours=2)
    eventually(lambda: kinds(desk)["overdue"])
    letter = desk.letter("overdue")
    hands.pass_by(days=1)
    eventually(lambda: 2 == kinds(desk)["waiting"])
    hands.pass_by(hours=1)

    assert "odense@example.org" == letter["To"]
    assert "Fristen for et svar er gået" == letter["Subject"]
    assert "lovet svar senest mandag den 30. november 2026" in text_of(letter)
    assert 1 == kinds(desk)["overdue"]


def test_lists_of_courses_come_by_a_link_with_seats_and_names(desk, hands):
    for name in ("anna", "bo"):
        desk.client.post("/forms/kursus", data=booked(name))
        hands.pass_by(seconds=1)
    for sign_up in desk.sign_ups():
        token = desk.signed("confirm", f"{sign_up.id}.{sign_up.asked_stamp}")
        desk.client.post(f"/confirm/{token}")
    hands.pass_by(hours=22)
    eventually(lambda: kinds(desk)["bookings"])

    letter = desk.letter("bookings")
    assert "2 personer har bekræftet" in text_of(letter) and "Odense" not in text_of(letter)
    page = desk.client.post(desk.link("bookings")).text
    assert "2 af 18 pladser optaget, 0 på venteliste" in page
    row = page.split("2 af 18")[1]
    link = row.split('action="')[1].split('"')[0]
    shut = desk.client.get(link).text
    assert "Anna" not in shut and "<button" in shut
    people = desk.client.post(link).text
    for words in ("Anna", "Bo", "mailto:anna@example.org", "Eksempel: "):
        assert words in people
    assert 404 == desk.client.get("/desk/gathering/x").status_code
    assert 404 == desk.client.post(link.replace("gathering", "waiting")).status_code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("default: {second: a@example.org}", "lacks mailbox:"),
        ("default: {mailbox: a@example.org, second: b}", "'default' is no address"),
        ("default: {mailbox: a@example.org, digest: ja}", "write true or false"),
    ],
)
def test_a_wrong_second_contact_is_told(tmp_path, real, text, reason):
    from mentorkorps.backend.settings import SettingsError

    file = tmp_path / "recipients.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=reason), opened(tmp_path, real, RECIPIENTS=str(file)):
        pass
