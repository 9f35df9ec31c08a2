"""What the service says of itself, and that nobody's data is in it."""

import json
import sqlite3
from email import message_from_bytes, policy
from urllib.parse import quote

import httpx
import pytest

from tests.backend.conftest import FORM, JSON, any_free_port, eventually, text_of, volunteer
from tests.backend.process import process

SECRET = {
    "name": "Zebedæus Quux",
    "email": "zebedaeus.quux@example.org",
    "phone": "+45 98 76 54 32",
    "place": "Odense",
}
TRACES = ("Zebed", "zebed", "quux", "Quux", "98 76", "9876", "98%2076", "Odense")


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """Everything that a server wrote to stderr while personal data took every way through it, and its mails."""
    folder = tmp_path_factory.mktemp("output")
    with process(folder, any_free_port(), ALLOWED_ORIGINS="https://partner.example") as server:
        with httpx.Client(base_url=server.url, verify=False) as client:
            every_way(client, server, folder)
        eventually(lambda: "OperationalError" in server.errors.read_text("utf-8"))
        server.process.terminate()
        server.process.wait(timeout=10)
        letters = sorted((folder / "var" / "mail").glob("*.eml"))
        yield server.errors.read_text("utf-8"), letters


def every_way(client, server, folder) -> None:
    receipt = client.post(FORM, data=volunteer(**SECRET)).headers["location"]
    client.get(receipt)
    eventually(lambda: list((folder / "var" / "mail").glob("*.eml")))
    client.post(FORM, data=volunteer(**SECRET | {"email": "zebedaeus@quux"}))
    client.post(FORM, json=volunteer(**SECRET), headers=JSON)
    client.post(
        FORM,
        content=b"name=Zebed%ff",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    client.post(f"/forms/{quote(SECRET['name'])}", data=volunteer(**SECRET))
    client.post(FORM, data=volunteer(**SECRET), headers={"Origin": "https://quux.example"})
    client.get("/find", params={"q": SECRET["name"]})
    client.get(f"/tilmelding/mentor/?name={quote(SECRET['name'])}&place=Odense")
    client.get(f"/receipt/{SECRET['email']}")
    client.get(f"/{SECRET['email']}")
    client.request("QUUX", f"/{SECRET['email']}")
    client.get(
        "/", headers={"Referer": f"https://x.example/{SECRET['email']}", "User-Agent": "Zebed/1"}
    )
    with sqlite3.connect(folder / "var" / "mentorkorps.db") as other:
        other.execute("ALTER TABLE consents RENAME TO gone")
    other.close()
    client.post(FORM, data=volunteer(**SECRET | {"name": "Zebedæus Quux den anden"}))


def test_every_line_is_an_event_as_json(output):
    events = [json.loads(line) for line in output[0].splitlines()]

    assert all({"time", "level", "event"} <= set(event) for event in events)
    requests = [event for event in events if event["event"] == "request"]
    assert {
        "POST /forms/{form} 303",
        "GET /receipt/{token} 200",
        "GET static 404",
        "POST /forms/{form} 500",
    } <= {f"{request['method']} {request['route']} {request['status']}" for request in requests}
    assert all(request["ms"] >= 0 for request in requests)


def test_an_error_is_told_by_its_kind_and_its_places(output):
    (event,) = [json.loads(line) for line in output[0].splitlines() if "OperationalError" in line]

    assert "error" == event["level"]
    assert any(place.startswith("mentorkorps/backend/") for place in event["at"])


def test_nothing_that_a_visitor_typed_is_in_the_log(output):
    assert [] == [trace for trace in TRACES if trace in output[0]]


def test_nothing_that_a_visitor_typed_is_in_subjects_addresses_and_names_of_files(output):
    for path in output[1]:
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        seen = [
            letter["Subject"],
            letter["Message-ID"],
            text_of(letter),
            path.name,
        ]
        assert [] == [trace for trace in TRACES if any(trace in text for text in seen)]


def test_a_mail_that_cannot_leave_is_told_by_number_and_kind(tmp_path, free_port):
    with process(tmp_path, free_port, SMTP_URL="smtp://127.0.0.1:1", LOG="text") as server:
        httpx.post(f"{server.url}{FORM}", data=volunteer(**SECRET))
        eventually(lambda: server.errors.read_text("utf-8").count("mail not delivered") == 1)
        log = server.errors.read_text("utf-8")

    assert " warning mail not delivered mail=" in log
    assert "kind=confirm error=SMTPConnectError" in log
    assert [] == [trace for trace in TRACES if trace in log]
