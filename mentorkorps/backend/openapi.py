"""GET /openapi.json: what programs may ask and send, from the routes and the definitions of the
forms.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from importlib.metadata import version

from starlette.responses import Response

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.web.request_body import JSON, READERS, URLENCODED, Body
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms import json_schema as form_schema
from mentorkorps.forms.json_schema import Schema

LANGUAGE_QUERY = "lang"
"""What every page may be asked for."""
REFUSALS = (400, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 431, 500, 503)
TELL_WHEN = {429, 503}
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "answers": {
            "type": "object",
            "description": "What was sent, where a sound form was refused.",
        },
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
HINT: Schema = {
    "type": "object",
    "description": "What a kept answer may have been meant to be.",
    "required": ["field", "detail", "suggestion"],
    "properties": {name: {"type": "string"} for name in ("field", "detail", "suggestion")},
}
RECEIPT: Schema = {
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
ANY_FORM: Schema = {
    "type": "object",
    "description": "What the form takes by which the sign-up came.",
}
HTML: Schema = {"text/html": {"schema": {"type": "string"}}}
ANYTHING: Schema = {"application/json": {"schema": {}}} | HTML


def route(routes: Sequence[RouteSpec]) -> RouteSpec:
    """The route by which these routes and itself are described."""

    async def openapi(visit: Visit) -> Response:
        """GET /openapi.json: this document."""
        return visit.json(document(visit.services, (*routes, described), danish_day(visit.now)))

    described = RouteSpec("GET", "/openapi.json", openapi, answer="json")
    return described


def document(services: Services, routes: Sequence[RouteSpec], today: date) -> Schema:
    """The OpenAPI 3.1 document, with what may be chosen on that day."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mentorkorps",
            "version": version("mentorkorps"),
            "description": "Programs that send `Accept: application/json` get problems as RFC 9457.",
        },
        "servers": [{"url": services.settings.public_url.rstrip("/")}],
        "paths": _paths(services.catalogue, routes),
        "components": {
            "schemas": {
                "Place": form_schema.places(services.catalogue),
                "Problem": PROBLEM,
                "Receipt": RECEIPT,
            }
            | dict(_bodies(services.catalogue, today)),
            "responses": {_name(status): _refusal(status) for status in REFUSALS},
        },
    }


def _paths(catalogue: Catalogue, routes: Sequence[RouteSpec]) -> dict[str, dict[str, Schema]]:
    paths: dict[str, dict[str, Schema]] = {}
    for spec in routes:
        if not spec.is_public:
            continue
        if spec.answer == "receipt":
            for form in catalogue.forms.values():
                paths[spec.path.format(form=form.id)] = {"post": _sign_up(form)}
        else:
            paths.setdefault(spec.path, {})[spec.method.lower()] = _operation(spec)
    return paths


def _operation(spec: RouteSpec) -> Schema:
    query = (*spec.query, LANGUAGE_QUERY) if spec.answer == "page" else spec.query
    parameters = [_parameter(name, "path", True) for name in re.findall(r"{(\w+)}", spec.path)]
    parameters += [_parameter(name, "query", False) for name in query]
    elsewhere = {"303": {"description": "See other", "headers": {"Location": _header()}}}
    ok = {"description": "OK", "content": _content(spec)}
    operation: Schema = {
        "operationId": _operation_id(spec),
        "summary": spec.summary,
        "parameters": parameters,
        "responses": {"200": ok} | elsewhere | _refusals(),
    }
    return operation | ({"requestBody": _body(spec.body)} if spec.body else {})


def _operation_id(spec: RouteSpec) -> str:
    place = re.sub(r"[^a-z]+", "_", spec.path)
    return f"{spec.handler.__name__}_{spec.method.lower()}_{place}".strip("_")


def _content(spec: RouteSpec) -> Schema:
    match spec.answer:
        case "json":
            return {"application/json": {"schema": {}}}
        case "text":
            return {"text/plain": {"schema": {"type": "string"}}}
    return ANYTHING


def _body(body: Body) -> Schema:
    schemas = body.schemas or dict.fromkeys(READERS, ANY_FORM)
    return _sent(schemas) | {"required": body.is_required}


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
        "requestBody": _sent({media_type: _ref(form, media_type) for media_type in READERS}),
        "responses": {
            "201": _json_answer(
                "Kept, for who asks for JSON", {"$ref": "#/components/schemas/Receipt"}
            ),
            "303": {
                "description": "Kept; the receipt is there",
                "headers": {"Location": _header()},
            },
        }
        | _refusals(),
    }


def _sent(bodies: Mapping[str, Schema]) -> Schema:
    return {
        "required": True,
        "content": {media_type: {"schema": schema} for media_type, schema in bodies.items()},
    }


def _parameter(name: str, where: str, required: bool) -> Schema:
    return {"name": name, "in": where, "required": required, "schema": {"type": "string"}}


def _header() -> Schema:
    return {"schema": {"type": "string"}}


def _json_answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals() -> dict[str, Schema]:
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in REFUSALS}


def _refusal(status: int) -> Schema:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = dict(_headers(status))
    return {
        "description": HTTPStatus(status).phrase,
        "content": HTML | problem | _watched(status),
        "headers": headers,
    }


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
