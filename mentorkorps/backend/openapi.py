"""GET /openapi.json: what programs may ask and send, from the routes and the definitions of the forms."""

import re
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.web.request_body import JSON, READERS, URLENCODED
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms import json_schema as form_schema
from mentorkorps.forms.json_schema import Schema
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES

SIGN_UP = "/forms/{form}"
QUERIES = {
    "/find": ("q",),
    "/tilmelding/{form}/": ("programme", "course", "place", "lang"),
}
JSON_PATHS = ("/forms/{form}/challenge", "/openapi.json", "/healthz", "/readyz")
TEXT_PATHS = ("/metrics",)
NOT_HERE = ("/desk",)
"""The coordinators' side is no interface for programs."""
REFUSALS = (400, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 431, 500, 503)
TELL_WHEN = {429, 503}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "answers": {"type": "object", "description": "What was sent, where a sound form was refused."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                    "choices": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
HINT = {
    "type": "object",
    "description": "What a kept answer may have been meant to be.",
    "required": ["field", "detail", "suggestion"],
    "properties": {name: {"type": "string"} for name in ("field", "detail", "suggestion")},
}
RECEIPT = {
    "type": "object",
    "required": ["receipt", "mail"],
    "properties": {
        "receipt": {"type": "string", "description": "A path that works for six hours."},
        "mail": {
            "enum": ["confirm", "collected", "none", "repeated"],
            "description": "The mail that asks to confirm. confirm: it leaves at once. collected: the address had its"
            " share today, so at `mail_at` one mail asks for all that wait. none: there is nothing to confirm."
            " repeated: the same answers had come before.",
        },
        "mail_at": {"type": "string", "format": "date-time"},
        "hints": {"type": "array", "items": HINT},
    },
}
ANY_FORM = {"type": "object", "description": "What the form takes by which the sign-up came."}
TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 60}
CODE = TEXTS | {"properties": {"code": {"type": "string"}, "language": {"type": "string"}}}
NAME = TEXTS | {"properties": {"name": {"type": "string"}}}
SURE = {"type": "object", "properties": {"sure": {"type": ["boolean", "string"], "minLength": 1}}}
CHOSEN = {
    "type": "object",
    "description": "With `choose` those alone whose ids are in `chosen`; else all that wait.",
    "properties": {
        "choose": {"type": ["boolean", "string"], "minLength": 1},
        "chosen": {"type": "array", "items": {"type": "string"}, "maxItems": 200},
    },
}
HTML = {"text/html": {"schema": {"type": "string"}}}
ANYTHING = {"application/json": {"schema": {}}} | HTML


async def openapi_of(request: Request) -> Response:
    services = services_of(request)
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    return JSONResponse(document(services, routes, danish_day(services.clock())))


def document(services: Services, routes: list[Route], today: date) -> Schema:
    """The OpenAPI 3.1 document, with what may be chosen on that day."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mentorkorps",
            "version": version("mentorkorps"),
            "description": "Programs that send `Accept: application/json` get problems as RFC 9457.",
        },
        "servers": [{"url": services.settings.public_url.rstrip("/")}],
        "paths": _paths(services, routes, today),
        "components": {
            "schemas": {"Place": form_schema.places(services.catalogue), "Problem": PROBLEM, "Receipt": RECEIPT}
            | dict(_bodies(services.catalogue, today)),
            "responses": {_name(status): _refusal(status) for status in REFUSALS},
        },
    }


def _paths(services: Services, routes: list[Route], today: date) -> dict[str, Schema]:
    paths: dict[str, Schema] = {
        f"/forms/{form.id}": {"post": _sign_up(form)} for form in services.catalogue.forms.values()
    }
    for route in routes:
        if route.path == SIGN_UP or route.path.startswith(NOT_HERE):
            continue
        for method in sorted(route.methods - {"HEAD"}):
            paths.setdefault(route.path, {})[method.lower()] = _operation(route, method)
    paths["/mine/{token}/change"]["post"]["requestBody"] = _sent(dict.fromkeys(READERS, ANY_FORM))
    paths["/confirm/all/{token}"]["post"]["requestBody"] = _sent({JSON: CHOSEN}) | {"required": False}
    paths["/certificates"]["post"]["requestBody"] = _sent(dict.fromkeys(READERS, CODE))
    for language in LANGUAGES:
        path = f"/{address('certificate', language)}{{code}}"
        paths[path]["post"]["requestBody"] = _sent(dict.fromkeys(READERS, NAME))
    paths["/mine/{token}/delete"]["post"]["requestBody"] = _sent({JSON: SURE})
    return paths


def _operation(route: Route, method: str) -> Schema:
    asked = [_parameter(name, "path", required=True) for name in re.findall(r"{(\w+)}", route.path)]
    asked += [_parameter(name, "query", required=False) for name in QUERIES.get(route.path, ())]
    elsewhere = {"303": {"description": "See other", "headers": {"Location": _header()}}}
    return {
        "operationId": f"{route.name}_{method.lower()}_{re.sub(r'[^a-z]+', '_', route.path)}".strip("_"),
        "summary": (route.endpoint.__doc__ or route.name).strip().partition("\n")[0],
        "parameters": asked,
        "responses": {"200": {"description": "OK", "content": _content(route.path)}} | elsewhere | _refusals(),
    }


def _content(path: str) -> Schema:
    if path in JSON_PATHS:
        return {"application/json": {"schema": {"type": "object"}}}
    return {"text/plain": {"schema": {"type": "string"}}} if path in TEXT_PATHS else ANYTHING


def _bodies(catalogue: Catalogue, today: date) -> Iterator[tuple[str, Schema]]:
    for form in catalogue.forms.values():
        yield _body_name(form, JSON), form_schema.body(form, catalogue, today)
        yield _body_name(form, URLENCODED), form_schema.urlencoded(form, catalogue, today)


def _body_name(form: Form, media_type: str) -> str:
    return f"{form.id}.{'json' if media_type == JSON else 'urlencoded'}"


def _ref(form: Form, media_type: str) -> Schema:
    return {"$ref": f"#/components/schemas/{_body_name(form, media_type)}"}


def _sign_up(form: Form) -> Schema:
    return {
        "operationId": f"sign_up_{form.id}",
        "summary": form.title.en,
        "description": form.intro.en,
        "requestBody": _sent({one: _ref(form, one) for one in READERS}),
        "responses": {
            "201": _told("Kept, for who asks for JSON", {"$ref": "#/components/schemas/Receipt"}),
            "303": {"description": "Kept; the receipt is there", "headers": {"Location": _header()}},
        }
        | _refusals(),
    }


def _sent(bodies: dict[str, Schema]) -> Schema:
    return {"required": True, "content": {media_type: {"schema": schema} for media_type, schema in bodies.items()}}


def _parameter(name: str, where: str, required: bool) -> Schema:
    return {"name": name, "in": where, "required": required, "schema": {"type": "string"}}


def _header() -> Schema:
    return {"schema": {"type": "string"}}


def _told(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals() -> dict[str, Schema]:
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in REFUSALS}


def _refusal(status: int) -> Schema:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = dict(_headers(status))
    return {"description": HTTPStatus(status).phrase, "content": HTML | problem | _watched(status), "headers": headers}


def _watched(status: int) -> Schema:
    # /readyz tells what is amiss in its own words.
    return {"application/json": {"schema": {"type": "object"}}} if status == 503 else {}


def _headers(status: int) -> Iterator[tuple[str, Schema]]:
    if status in TELL_WHEN:
        yield "Retry-After", _header()
    if status == 405:
        yield "Allow", _header()


def _name(status: int) -> str:
    return re.sub(r"\W", "", HTTPStatus(status).phrase.title())
