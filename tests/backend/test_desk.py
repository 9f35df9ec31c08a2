"""The link in the coordinator's mail."""

from dataclasses import replace
from types import MappingProxyType

from tests.backend.conftest import MONDAY, opened


def test_a_scanner_that_opens_the_link_sees_no_answers(portal):
    portal.post()
    portal.client.post(portal.link("confirm"))

    page = portal.client.get(portal.link("notice"))

    assert "Vis svarene" in page.text
    assert "Karen" not in page.text
    assert "no-store" == page.headers["cache-control"]


def test_the_coordinator_sees_answers_consents_and_state(portal):
    portal.post(name="Karen <Test>", phone="+45 12 34 56 78")
    unconfirmed = portal.client.post(portal.desk()).text
    portal.client.post(portal.link("confirm"))

    page = portal.client.post(portal.link("notice"))

    facts = (
        "Karen &lt;Test&gt;",
        "karen@example.org",
        "Odense",
        "+45 12 34 56 78",
        "23. november 2026 kl. 10.00",
    )
    for words in (*facts, "må få mine svar", "Dansk"):
        assert words in page.text
    assert "Vent med at svare" in unconfirmed
    assert 'href="mailto:karen@example.org"' in page.text
    assert 'href="tel:+4512345678"' in page.text
    assert "skjult felt" not in page.text
    assert "no-cache, private" == page.headers["cache-control"]
    assert "no-referrer" == page.headers["referrer-policy"]


def test_marking_as_contacted_is_recorded_with_the_first_time(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    link = portal.link("notice")
    hands.pass_by(hours=2)
    at = hands.now

    page = portal.client.post(f"{link}/answered")
    hands.pass_by(hours=2)
    portal.client.post(f"{link}/answered")

    assert "23. november 2026 kl. 12.00" in page.text
    assert [at] == [sign_up.answered_at for sign_up in portal.sign_ups()]


def test_a_doubtful_sign_up_says_why_and_one_press_takes_the_doubt_away(portal):
    portal.post(website="x")

    page = portal.client.post(portal.desk()).text
    assert "Ligner spam" in page
    assert "skjult felt" in page
    assert "regneopgave" in page
    assert "Det er ikke spam" in page
    assert [False] == [mail.kind == "notice" for mail in portal.mails()]

    for _ in range(2):
        cleared = portal.client.post(f"{portal.desk()}/restore").text
    assert "gør det ikke mere" in cleared
    assert "Det er ikke spam" not in cleared
    assert [False] == [one.flagged for one in portal.sign_ups()]
    assert ["confirm"] == [one.kind for one in portal.mails()]
    portal.client.post(portal.link("confirm"))
    assert "/desk/" in portal.link("notice")


def test_a_sign_up_without_weighty_signs_shows_none(portal):
    portal.post()

    assert "regneopgave" not in portal.client.post(portal.desk()).text


def test_the_link_lasts_30_days(portal, hands):
    portal.post()
    portal.client.post(portal.link("confirm"))
    link = portal.link("notice")
    hands.pass_by(days=31)

    assert [410, 410, 410] == [
        portal.client.get(link).status_code,
        portal.client.post(link).status_code,
        portal.client.post(f"{link}/answered").status_code,
    ]
    assert MONDAY == portal.sign_ups()[0].received_at
    assert [None] == [sign_up.answered_at for sign_up in portal.sign_ups()]


def test_answers_to_a_form_that_is_gone_can_still_be_read(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as before:
        before.post()
        before.post(email="robot@example.org", website="x", name="www.example.org")
        links = [f"/desk/{before.token('desk', sign_up)}" for sign_up in before.sign_ups()]
        listed = f"/desk/doubtful/{before.token('doubtful', before.sign_ups()[1])}"
    left = {id: form for id, form in real.forms.items() if id != "mentor"}

    with opened(tmp_path, replace(real, forms=MappingProxyType(left)), hands) as after:
        for link in links:
            page = after.client.post(link)
            assert 200 == page.status_code
            assert "@example.org" in page.text
        assert "Svar på en formular, 23. november 2026" in after.client.post(listed).text
