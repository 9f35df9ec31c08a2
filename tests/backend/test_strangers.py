"""What strangers can learn, and where they can be sent."""

import base64
import json
import statistics
import time
from urllib.parse import urlsplit

import pytest

from tests.backend.conftest import FORM, JSON, opened, volunteer


def answered(portal, **changed):
    answer = portal.post(**changed)
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("date", "location")
    }
    return answer.status_code, headers, answer.headers["location"].partition("/receipt/")[0]


def test_the_answer_does_not_tell_whether_an_address_is_known(portal, hands):
    portal.post(email="known@example.org")
    portal.client.post(portal.link("confirm"))
    hands.pass_by(hours=2)

    of_known, unknown = (
        answered(portal, name="Bo", email="known@example.org"),
        answered(portal, name="Bo"),
    )
    assert of_known == unknown
    for number in range(8):  # more than an address is mailed to in a day
        assert unknown == answered(portal, name=f"Bo {number}", email="known@example.org")


def test_the_time_of_the_answer_does_not_tell_either(portal):
    portal.post(email="known@example.org")
    spent = {"known": [], "unknown": []}
    for number in range(40):
        for kind, email in (
            ("known", "known@example.org"),
            ("unknown", f"new{number}@example.org"),
        ):
            started = time.perf_counter()
            portal.post(name=f"Bo {number}", email=email)
            spent[kind].append(time.perf_counter() - started)

    assert 0.4 < statistics.median(spent["known"]) / statistics.median(spent["unknown"]) < 2.5


def test_who_sends_anothers_answers_again_gets_neither_state_nor_page(portal, hands):
    own = portal.client.get(portal.post().headers["location"]).text
    assert 'href="/mine/' in own
    portal.client.post(portal.link("confirm"))

    again = portal.post().headers["location"]
    page = portal.client.get(again).text
    assert 'href="/mine/' not in page
    assert "Bekræft" in page or "bekræft" in page
    assert 1 == len(portal.sign_ups())
    hands.pass_by(hours=5)
    assert page == portal.client.get(again).text


BOOKING = {
    "name": "Anna",
    "email": "anna@example.org",
    "course": "odense-marts-2027",
    "adult": "yes",
    "contact": "yes",
}
NEED = {
    "place": "Odense",
    "help": "network",
    "start": "now",
    "no-identity": "yes",
    "email": "sag@kommune.example",
    "contact": "yes",
}


@pytest.mark.parametrize(
    ("path", "typed", "text"),
    [
        ("/forms/kursus", BOOKING, "Der er en plads til dig"),
        ("/forms/henvisning", NEED, "mk-code"),
    ],
    ids=["a place", "a number"],
)
def test_nor_place_nor_number_nor_when_they_were_sent(portal, hands, path, typed, text):
    first = portal.client.post(path, data=typed)
    assert text in portal.client.get(first.headers["location"]).text
    hands.pass_by(hours=1)

    again = portal.client.post(path, data=typed).headers["location"]
    assert text not in portal.client.get(again).text
    assert portal.now().timestamp() == signed_at(again)
    assert 3600 == signed_at(again) - signed_at(first.headers["location"])
    assert 1 == len(portal.sign_ups())


def signed_at(location):
    """The moment that anybody can read in a link."""
    signed = location.rpartition("/")[2].partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(signed + "=="))[1]


def test_a_second_click_still_leads_to_the_own_page(portal, hands):
    first = portal.post().headers["location"]
    hands.pass_by(minutes=5)

    assert first == portal.post().headers["location"]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/%2f..",
        "/\\evil.example",
        "/%5cevil.example/",
        "/%2f%2fevil.example",
        "/%2f%2fevil.example/..%2ftilmelding/mentor",
        "//tilmelding/mentor",
        "/\\tilmelding/mentor",
        "/%2ftilmelding/mentor",
        "/tilmelding/mentor?//evil.example",
        "/tilmelding//mentor",
        "/.//tilmelding/mentor",
        "/find?q=//evil.example",
        "/find?q=5000&lang=//evil.example",
        "/tilmelding/mentor%0d%0aLocation:%20https://evil.example",
    ],
)
def test_no_address_leads_away(lasting, path):
    answer = lasting.client.get(lasting.url(path), headers={"X-Forwarded-Host": "evil.example"})

    location = answer.headers.get("location", "/")
    assert ("", "") == (urlsplit(location).scheme, urlsplit(location).netloc)
    assert not location.startswith(("//", "/\\", "\\"))
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["_next", "next", "redirect", "return_to"])
def test_a_form_is_not_told_where_to_lead(lasting, name):
    answer = lasting.client.post(FORM, data=volunteer(**{name: "https://evil.example"}))

    assert 422 == answer.status_code


def test_a_trap_for_robots_leads_nowhere_either(lasting):
    answer = lasting.client.post(FORM, data=volunteer(url="https://evil.example"))

    assert answer.headers["location"].startswith("/receipt/")


def test_a_wrong_host_is_repeated_nowhere(lasting):
    for path in ("/tilmelding/mentor", "/find?q=5000", "/nope", "/openapi.json", "/receipt/x"):
        answer = lasting.client.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


def test_a_site_with_tls_says_so_for_a_year_and_one_without_does_not(tmp_path, real, lasting):
    with opened(tmp_path, real, PUBLIC_URL="https://mentor.example.dk/") as portal:
        answers = [portal.client.get(path) for path in ("/", "/healthz", "/nope", "/receipt/x")]
        answers.append(portal.client.post(FORM, json={}, headers=JSON))

    assert {"max-age=31536000"} == {
        answer.headers.get("strict-transport-security") for answer in answers
    }
    assert {"DENY"} == {answer.headers.get("x-frame-options") for answer in answers}
    assert all(
        "default-src 'none'" in answer.headers["content-security-policy"] for answer in answers
    )
    assert "strict-transport-security" not in lasting.client.get("/").headers
