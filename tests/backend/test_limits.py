"""Too much from one place, or to one address."""

from collections import Counter

import pytest

from tests.backend.conftest import FORM, JSON, eventually, opened, volunteer

MANY = 30


@pytest.fixture
def fronted(tmp_path, real, hands):
    """A house with a proxy of its own in front, on this machine."""
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as house:
        yield house


def posts(house, count, forwarded):
    """Wrong answers cost as much as right ones."""
    headers = {"X-Forwarded-For": forwarded}
    return [house.client.post(FORM, data={"email": "no"}, headers=headers).status_code for _ in range(count)]


def test_the_31st_post_within_ten_minutes_is_asked_to_wait(fronted, hands):
    assert {422} == set(posts(fronted, MANY, "192.0.2.7"))
    hands.pass_by(minutes=4)

    refused = fronted.client.post(FORM, data=volunteer(), headers={"X-Forwarded-For": "192.0.2.7"})
    assert (429, "360") == (refused.status_code, refused.headers["retry-after"])
    assert "Vent nogle minutter" in refused.text
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert [] == fronted.sign_ups()

    hands.pass_by(minutes=6)
    assert [422] == posts(fronted, 1, "192.0.2.7")


def test_a_clock_that_is_put_back_keeps_nobody_out(fronted, hands):
    hands.pass_by(days=1)
    posts(fronted, MANY, "192.0.2.7")
    hands.pass_by(days=-1)

    assert [422] * MANY + [429] == posts(fronted, MANY + 1, "192.0.2.7")


def test_a_program_is_told_as_a_problem(fronted):
    posts(fronted, MANY, "192.0.2.7")
    refused = fronted.client.post(FORM, json=volunteer(), headers=JSON | {"X-Forwarded-For": "192.0.2.7"})

    assert (429, "application/problem+json") == (refused.status_code, refused.headers["content-type"])


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("192.0.2.7", "192.0.2.200", 429),
        ("192.0.2.7", "192.0.3.7", 422),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 422),
        ("192.0.2.7", "::ffff:192.0.2.9", 429),
        ("192.0.2.7", "198.51.100.1, 192.0.2.7", 429),
        ("192.0.2.7", "192.0.2.7, 198.51.100.1", 422),
    ],
)
def test_a_network_is_counted_as_one(fronted, one, other, status):
    posts(fronted, MANY, one)

    assert [status] == posts(fronted, 1, other)


def test_a_visitor_cannot_choose_an_address_unless_the_proxy_is_named(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="192.0.2.1") as house:
        tried = [status for number in range(MANY + 2) for status in posts(house, 1, f"198.51.{number}.1")]

    assert Counter({422: MANY, 429: 2}) == Counter(tried)


def test_without_a_named_proxy_the_machine_itself_is_not_counted(house):
    assert {422} == set(posts(house, MANY + 5, "192.0.2.7"))


def test_pages_are_not_counted(fronted):
    posts(fronted, MANY + 1, "192.0.2.7")

    assert 200 == fronted.client.get("/", headers={"X-Forwarded-For": "192.0.2.7"}).status_code


def test_an_address_gets_five_confirmations_a_day_and_the_rest_is_kept_and_flagged(house, hands):
    addresses = ("karen@example.org", "Karen@Example.org", "karen+1@example.org")
    for number in range(7):
        hands.pass_by(seconds=1)
        assert 303 == house.post(name=f"Robot {number}", email=addresses[number % 3]).status_code

    kinds = Counter(one.kind for one in house.mails())
    assert Counter(confirm=5, notice=5) == kinds
    assert [False] * 5 + [True] * 2 == [one.flagged for one in house.sign_ups()]
    hands.pass_by(seconds=1)
    house.post(email="bo@example.org")
    assert 6 == Counter(one.kind for one in house.mails())["confirm"]

    desk = house.client.post(house.link("notice")).text
    assert "skrevet op mange gange" not in desk
    hands.pass_by(hours=24)
    house.post(name="Karen igen")
    assert 7 == Counter(one.kind for one in house.mails())["confirm"]


def test_the_coordinator_is_told_why_no_mail_went_out(house, hands):
    for number in range(6):
        hands.pass_by(seconds=1)
        house.post(name=f"Robot {number}")

    assert "skrevet op mange gange" in house.client.post(house.desk()).text


def test_who_restores_a_silenced_sign_up_lets_its_person_confirm(house, hands):
    for number in range(6):
        hands.pass_by(seconds=1)
        house.post(name=f"Robot {number}")
    house.client.post(f"{house.desk()}/restore")

    assert Counter(confirm=6, notice=6) == Counter(one.kind for one in house.mails())
    house.client.post(house.link("confirm"))
    assert house.sign_ups()[-1].confirmed_at


def test_the_address_itself_is_nowhere_in_the_files(house):
    house.post()
    eventually(lambda: {"sent"} == {one.state for one in house.mails()})

    files = house.settings.folder.glob("mentorkorps.db*")
    assert not any(b"karen" in path.read_bytes().lower() for path in files)
