"""CONTRIBUTING's "Add a route", tried: a handler, its RouteSpec, and both are served and described."""

from dataclasses import dataclass
from datetime import UTC, datetime

from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from mentorkorps.backend import openapi
from mentorkorps.backend.web.request_body import first_text, text_body
from mentorkorps.backend.web.responses import Shell
from mentorkorps.backend.web.routing import RouteSpec
from tests.backend.conftest import awaited

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Root:
    root: str = "/"


class TinyServices:
    """No more than what answers need."""

    settings = Root()
    shell = Shell({"da": "", "en": ""}, {"da": "", "en": ""})

    @staticmethod
    def clock():
        return NOON


async def greet(visit):
    """POST /greetings/<name>: says hello."""
    posted = await visit.read_body()
    return visit.json(
        {
            "to": visit.parameter("name"),
            "word": first_text(posted, "word"),
            "query": dict(visit.query),
            "language": visit.language,
            "at": visit.now.hour,
        }
    )


GREET = RouteSpec(
    "POST", "/greetings/{name}", greet, query=("tone",), body=text_body("word"), answer="json"
)


def test_a_handler_gets_what_its_route_declares_and_nothing_else():
    app = Starlette(routes=[GREET.route()])
    app.state.services = TinyServices()

    async def post():
        async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as client:
            path = "/greetings/karen?tone=warm&secret=1&lang=en"
            return await client.post(path, data={"word": "hi"})

    answer = awaited(post())
    expected = {"to": "karen", "word": "hi", "query": {"tone": "warm"}, "language": "en", "at": 12}
    assert (200, expected) == (answer.status_code, answer.json())


def test_what_it_declares_is_described(real):
    class Described:
        catalogue = real
        settings = type("Settings", (), {"public_url": "https://example.org/"})

    described = openapi.document(Described(), [GREET], NOON.date())["paths"]["/greetings/{name}"][
        "post"
    ]
    assert "POST /greetings/<name>: says hello." == described["summary"]
    assert ["name", "tone"] == [parameter["name"] for parameter in described["parameters"]]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert {"word": {"type": "string"}} == schema["properties"]
