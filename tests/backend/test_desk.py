"""The link in the coordinator's mail."""

from tests.backend.conftest import MONDAY


def test_a_scanner_that_opens_the_link_sees_no_answers(house):
    house.post()

    page = house.client.get(house.link("notice"))

    assert "Vis tilmeldingen" in page.text
    assert "Karen" not in page.text
    assert "no-store" == page.headers["cache-control"]


def test_the_coordinator_sees_answers_consents_and_state(house):
    house.post(name="Karen <Test>", phone="+45 12 34 56 78")

    page = house.client.post(house.link("notice"))

    told = ("Karen &lt;Test&gt;", "karen@example.org", "Odense", "+45 12 34 56 78", "23. november 2026 kl. 10.00")
    for words in (*told, "Vent med at svare", "må få mine svar", "Dansk"):
        assert words in page.text
    assert "skjult felt" not in page.text
    assert "no-store" == page.headers["cache-control"]
    assert "no-referrer" == page.headers["referrer-policy"]


def test_marking_as_contacted_is_recorded_with_the_first_time(house, hands):
    house.post()
    link = house.link("notice")
    hands.pass_by(hours=2)
    at = hands.now

    page = house.client.post(f"{link}/answered")
    hands.pass_by(hours=2)
    house.client.post(f"{link}/answered")

    assert "23. november 2026 kl. 12.00" in page.text
    assert [at] == [one.answered_at for one in house.sign_ups()]


def test_a_doubtful_sign_up_says_why_and_one_press_takes_the_doubt_away(house):
    house.post(website="x")

    page = house.client.post(house.desk()).text
    assert "Ligner spam" in page
    assert "skjult felt" in page
    assert "regneopgave" in page
    assert "Det er ikke spam" in page
    assert [False] == [mail.kind == "notice" for mail in house.mails()]

    for _ in range(2):
        cleared = house.client.post(f"{house.desk()}/restore").text
    assert "gør det ikke mere" in cleared
    assert "Det er ikke spam" not in cleared
    assert [False] == [one.flagged for one in house.sign_ups()]
    assert "/desk/" in house.link("notice")
    assert ["confirm", "notice"] == sorted(one.kind for one in house.mails())


def test_a_sign_up_without_weighty_signs_shows_none(house):
    house.post()

    assert "regneopgave" not in house.client.post(house.desk()).text


def test_the_link_lasts_30_days(house, hands):
    house.post()
    link = house.link("notice")
    house.client.post(house.link("confirm"))
    hands.pass_by(days=31)

    assert [410, 410, 410] == [
        house.client.get(link).status_code,
        house.client.post(link).status_code,
        house.client.post(f"{link}/answered").status_code,
    ]
    assert MONDAY == house.sign_ups()[0].received_at
    assert [None] == [one.answered_at for one in house.sign_ups()]
