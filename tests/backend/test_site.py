"""The built site, the finder, and what every answer carries."""

import logging
import re

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.app import create_app
from mentorkorps.backend.web.responses import SiteMissing
from tests.backend.conftest import FORM, built_site, eventually, opened, volunteer


@pytest.mark.parametrize(("address", "text"), [("/", "front da"), ("/en/", "front en")])
def test_directories_have_pages(lasting, address, text):
    answer = lasting.client.get(address)

    assert (200, "no-cache") == (answer.status_code, answer.headers["cache-control"])
    assert text in answer.text
    assert (
        304
        == lasting.client.get(
            address, headers={"If-None-Match": answer.headers["etag"]}
        ).status_code
    )


def test_a_directory_without_its_slash_leads_to_it_whatever_the_host_says(lasting):
    answer = lasting.client.get(lasting.url("//en?a=b"), headers={"Host": "evil.example"})

    assert (308, "/en/?a=b") == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("/findes-ikke/", "404 da"),
        ("/en/no-such/", "404 en"),
        ("/shell.html", "404 da"),
        ("//shell.html", "404 da"),
        ("/%2e/shell.html", "404 da"),
        ("/en/shell.html", "404 en"),
        ("/404.html", "404 da"),
        ("/../../etc/passwd", "404 da"),
        ("/%2e%2e/var/mentorkorps.db", "404 da"),
        ("/..%2f..%2fvar/mentorkorps.db", "404 da"),
        ("/%00", "404 da"),
        ("/" + "x" * 5000, "404 da"),
        ("/tilmelding/findes-ikke/?place=5000", "404 da"),
    ],
)
def test_what_is_not_there_is_told_in_the_language_of_the_address(lasting, address, text):
    answer = lasting.client.get(lasting.url(address))

    assert 404 == answer.status_code
    assert text in answer.text


def test_calendars_and_fixed_files_have_their_own_headers(lasting):
    assert (
        "text/calendar; charset=utf-8"
        == lasting.client.get("/kalender.ics").headers["content-type"]
    )
    assert "immutable" in lasting.client.get("/main.0a1b2c3d.min.js").headers["cache-control"]


@pytest.mark.parametrize(
    "address", ["/", "/findes-ikke/", "/find?q=x", "/forms/mentor", "/receipt/x", "/healthz"]
)
def test_every_answer_carries_the_security_headers(lasting, address):
    headers = lasting.client.get(address).headers

    assert headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert "nosniff" == headers["x-content-type-options"]
    assert "same-origin" == headers["cross-origin-opener-policy"]
    assert "permissions-policy" in headers
    assert "referrer-policy" in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_https_is_made_to_stay(tmp_path, real):
    with opened(tmp_path, real, PUBLIC_URL="https://example.dk") as portal:
        assert "strict-transport-security" in portal.client.get("/").headers


@pytest.mark.parametrize(
    "asked",
    ["8000", "8 000", "80 00", "DK-8000", "8000 Aarhus C", " aarhus ", "Århus", "AARHUS KOMMUNE"],
)
def test_a_place_leads_to_its_municipality(lasting, asked):
    answer = lasting.client.get("/find", params={"q": asked})

    assert (303, "/kommuner/aarhus/") == (answer.status_code, answer.headers["location"])


def test_an_english_visitor_is_led_to_the_english_page(lasting):
    answer = lasting.client.get("/find", params={"q": "5000", "lang": "en"})

    assert "/en/municipalities/odense/" == answer.headers["location"]


def test_a_postcode_in_several_municipalities_lets_the_visitor_choose(lasting):
    answer = lasting.client.get("/find", params={"q": "2000"})

    assert 200 == answer.status_code
    assert 'href="/kommuner/frederiksberg/"' in answer.text
    assert 'href="/kommuner/koebenhavn/"' in answer.text


@pytest.mark.parametrize("asked", ["Atlantis", "9999999", "", "<script>"])
def test_an_unknown_place_is_told_with_the_field_again(lasting, asked):
    answer = lasting.client.get("/find", params={"q": asked})

    assert 404 == answer.status_code
    assert 'name="q"' in answer.text
    assert "<script>" not in answer.text
    assert 98 == answer.text.count('href="/kommuner/')


def test_the_service_tells_how_it_is(lasting):
    assert {"status": "ok"} == lasting.client.get("/healthz").json()
    health = lasting.client.get("/readyz").json()
    assert (True, True) == (health["database"], health["outbox"])


def test_readiness_tells_how_long_the_oldest_mail_waits(tmp_path, real, hands, free_port):
    with opened(tmp_path, real, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as portal:
        portal.post()
        hands.pass_by(minutes=10)

        assert 600 == portal.client.get("/readyz").json()["oldest_unsent_mail_seconds"]


def test_the_log_has_one_line_a_request_without_tokens_queries_and_names(lasting, caplog):
    caplog.set_level(logging.INFO, "mentorkorps")

    lasting.client.get("/receipt/secret-token")
    lasting.client.get("/find?q=Karen")
    lasting.client.get("/")
    lasting.client.post(FORM, data=volunteer(email="no"))

    eventually(lambda: len(caplog.records) == 4)  # a line comes after its answer
    lines = {
        " ".join(str(record.facts[fact]) for fact in ("method", "route", "status"))
        for record in caplog.records
    }
    assert {
        "GET /receipt/{token} 404",
        "GET /find 404",
        "GET static 200",
        "POST /forms/{form} 422",
    } == lines


def test_without_a_built_site_it_says_what_to_do(tmp_path, real):
    read = settings.read_settings({"MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"})

    with pytest.raises(SiteMissing, match="run make build first"):
        create_app(real, tmp_path / "site", read)


def test_a_shell_without_its_places_is_no_site(tmp_path, real):
    read = settings.read_settings({"MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"})
    (built_site(tmp_path / "site") / "en" / "shell.html").write_text("<main></main>")

    with pytest.raises(SiteMissing, match="shell:content"):
        create_app(real, tmp_path / "site", read)


OTHER_LANGUAGE = r'href="([^"]+)" lang="en"'


def test_a_page_of_the_service_is_one_click_away_in_the_other_language(tmp_path, real):
    frame = (
        '<title>[[shell:title]]</title><a href="/" lang="en" hreflang="en" rel="alternate">x</a>'
        "<!-- shell:content -->"
    )
    site = built_site(tmp_path / "site")
    for folder in (site, site / "en"):
        (folder / "shell.html").write_text(frame)

    with opened(tmp_path, real) as portal:
        danish = portal.client.get("/find", params={"q": "2000"}).text
        there = re.search(OTHER_LANGUAGE, danish)[1].replace("&amp;", "&")
        english = portal.client.get(there).text
        back = re.search(OTHER_LANGUAGE, english)[1]
        form = portal.client.get("/tilmelding/mentor/", params={"place": "5000"}).text
        wrong = portal.client.post(FORM, data={"language": "en", "name": "A"}).text

    assert "several municipalities" in english
    assert "/find?q=2000&amp;lang=da" == back
    assert "/en/sign-up/mentor/?place=5000" == re.search(OTHER_LANGUAGE, form)[1]
    assert "/tilmelding/mentor/" == re.search(OTHER_LANGUAGE, wrong)[1]
