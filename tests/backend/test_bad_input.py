"""Whatever is sent: a clear answer in the look of the site, nothing stored, nothing told about the inside."""

import socket

import httpx
import pytest

from tests.backend.conftest import FORM, JSON, opened, volunteer

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
AS_JSON = {"Content-Type": "application/json"}

BAD = {
    "unknown form": (404, "/forms/findes-ikke", {"data": volunteer()}),
    "unknown field": (422, FORM, {"data": volunteer(role="admin")}),
    "field sent twice": (422, FORM, {"data": volunteer(email=["a@example.org", "b@example.org"])}),
    "plain text": (415, FORM, {"content": b"hello", "headers": {"Content-Type": "text/plain"}}),
    "no content type": (415, FORM, {"content": b"name=x"}),
    "multipart": (415, FORM, {"data": volunteer(), "files": {"cv": b"x"}}),
    "too large": (413, FORM, {"data": volunteer(name="x" * 70_000)}),
    "far too large": (413, FORM, {"data": volunteer(name="x" * 3_000_000)}),
    "broken UTF-8": (400, FORM, {"content": b"name=\xff", "headers": URLENCODED}),
    "broken escaped UTF-8": (400, FORM, {"content": b"name=%ff", "headers": URLENCODED}),
    "over 60 fields": (
        400,
        FORM,
        {"content": "&".join(f"f{n}=" for n in range(61)).encode(), "headers": URLENCODED},
    ),
    "over 60 values": (400, FORM, {"json": {"languages": ["da"] * 61}}),
    "broken JSON": (400, FORM, {"content": b"{", "headers": AS_JSON}),
    "JSON list": (400, FORM, {"json": [1]}),
    "JSON number": (400, FORM, {"json": volunteer(name=5)}),
    "JSON null": (400, FORM, {"content": b'{"name": null}', "headers": AS_JSON}),
    "JSON object inside": (400, FORM, {"json": volunteer(name={"a": "b"})}),
    "JSON key twice": (400, FORM, {"content": b'{"name": "a", "name": "b"}', "headers": AS_JSON}),
    "JSON half surrogate": (400, FORM, {"content": b'{"name": "\\ud800"}', "headers": AS_JSON}),
    "JSON deep": (400, FORM, {"content": b'{"name":' + b"[" * 30_000, "headers": AS_JSON}),
    "nothing": (422, FORM, {"content": b"", "headers": URLENCODED}),
    "NUL characters alone": (422, FORM, {"data": volunteer(name="\x00")}),
    "CPR number": (422, FORM, {"data": volunteer(name="Karen 010190-1234")}),
    "mail header": (422, FORM, {"data": volunteer(email="a@example.org\r\nBcc: b@example.org")}),
    "two addresses": (422, FORM, {"data": volunteer(email="a@example.org,b@example.org")}),
    "unknown programme": (422, FORM, {"data": volunteer(programme="nej")}),
    "unknown place": (422, FORM, {"data": volunteer(place="Atlantis")}),
    "no consent": (422, FORM, {"data": volunteer(contact=None)}),
    "old consent": (422, FORM, {"data": volunteer(contact="1999-01-01")}),
    "minor": (422, FORM, {"data": volunteer(adult=None)}),
}


@pytest.mark.parametrize(("status", "address", "sent"), BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_clear_answer_and_stores_nothing(lasting, status, address, sent):
    answer = lasting.client.post(address, **sent)

    assert status == answer.status_code
    assert "<h1>" in answer.text
    assert '<html lang="da">' in answer.text
    for word in ("Traceback", "starlette", "uvicorn", ".py"):
        assert word not in answer.text.lower() + str(answer.headers).lower()
    assert [] == lasting.sign_ups()


@pytest.mark.parametrize(("status", "address", "sent"), BAD.values(), ids=BAD.keys())
def test_programs_get_it_as_a_problem(lasting, status, address, sent):
    answer = lasting.client.post(address, **sent | {"headers": sent.get("headers", {}) | JSON})

    assert (status, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert status == answer.json()["status"]


def test_a_form_is_not_to_be_fetched(lasting):
    answer = lasting.client.get(FORM)

    assert (405, "POST") == (answer.status_code, answer.headers["allow"])
    assert "Det kan man ikke her" in answer.text


def test_the_answer_is_english_for_those_who_come_from_an_english_page(lasting):
    came_from = {"Referer": f"{lasting.client.base_url}/en/sign-up/mentor/"}

    assert "no such form" in lasting.client.post("/forms/nope", data={}, headers=came_from).text


def test_a_body_of_unknown_length_is_read_no_further_than_64_kb(lasting):
    def endless():
        yield b"name="
        for _ in range(40):
            yield b"x" * 10_000

    # A connection of its own: the server closes it, and the next to use it would be cut off.
    answer = httpx.post(lasting.url(FORM), content=endless(), headers=URLENCODED)

    assert 413 == answer.status_code


def test_a_wrong_origin_is_refused_with_kind_words(lasting):
    answer = lasting.client.post(FORM, data=volunteer(), headers={"Origin": "https://evil.example"})

    assert 403 == answer.status_code
    assert "fra en anden side" in answer.text
    assert [] == lasting.sign_ups()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=str,
)
def test_another_site_may_not_post(lasting, headers):
    assert 403 == lasting.client.post(FORM, data=volunteer(), headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "https://partner.example", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_the_own_site_and_allowed_ones_may_post(tmp_path, real, headers):
    with opened(tmp_path, real, ALLOWED_ORIGINS="https://partner.example") as portal:
        assert 303 == portal.client.post(FORM, data=volunteer(), headers=headers).status_code


def test_an_allowed_site_may_read_the_answer_to_a_program(tmp_path, real):
    with opened(tmp_path, real, ALLOWED_ORIGINS="https://partner.example") as portal:
        answer = portal.client.post(
            FORM, json=volunteer(), headers=JSON | {"Origin": "https://partner.example"}
        )

    assert "https://partner.example" == answer.headers["access-control-allow-origin"]


def test_a_request_that_is_no_http_gets_no_trace(lasting):
    host, port = lasting.client.base_url.host, lasting.client.base_url.port
    with socket.create_connection((host, port)) as line:
        line.sendall(b"GARBAGE\r\n\r\n")
        answer = line.recv(4096)

    assert b" 400 " in answer
    assert b"uvicorn" not in answer


def test_the_server_still_serves_after_all_that(lasting):
    assert httpx.codes.OK == lasting.client.get("/readyz").status_code
