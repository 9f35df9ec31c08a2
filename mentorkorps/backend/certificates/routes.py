"""Whether a certificate is true: course, dates and hours, and on request whether a name belongs to it.

A name is typed into a form, compared and forgotten: it stands in no address, no log and no table.

Hours count pauses, and the page says so: they follow from the course's own record, so that paper
and page agree and the server needs no training.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mentorkorps.backend.certificates import codes
from mentorkorps.backend.certificates.codes import Certificate
from mentorkorps.backend.services import services_of
from mentorkorps.backend.web import request_body
from mentorkorps.backend.web.rate_limits import Effect
from mentorkorps.backend.web.responses import PRIVATE, language_of, page, to_wait, use_language
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES, Language

LONGEST = 200
"""Characters of what is typed that are read at all."""


async def look_up(request: Request) -> Response:
    """POST /certificates: from the code that somebody typed to its address."""
    given = await request_body.read_body(request)
    use_language(request, _first(given, "language"))
    certificate = _read(request, typed := _first(given, "code"), "guess")
    if certificate is None:
        return _unknown(request, typed)
    return RedirectResponse(_address(request, certificate.code), 303, PRIVATE)


async def show(request: Request) -> Response:
    """GET: the course that a code stands for."""
    return await _answered(request, "code")


async def compare(request: Request) -> Response:
    """POST: whether the name that was typed is the one on the certificate."""
    return await _answered(request, "guess", _first(await request_body.read_body(request), "name"))


def _routes(language: Language) -> list[Route]:
    path = "/" + address("certificate", language) + "{code}"
    return [Route(path, show, methods=["GET"]), Route(path, compare, methods=["POST"])]


ROUTES = [Route("/certificates", look_up, methods=["POST"]), *(one for of in LANGUAGES for one in _routes(of))]


async def _answered(request: Request, effect: Effect, name: str = "") -> Response:
    services = services_of(request)
    certificate = _read(request, request.path_params["code"], effect)
    if certificate is None:
        return _unknown(request, request.path_params["code"])
    course = services.catalogue.courses[certificate.course]
    return page(
        request,
        "certificate.html",
        headers=PRIVATE,
        course=course,
        organisation=services.catalogue.organisations[course.organisation],
        code=certificate.code,
        number=certificate.number + 1,
        action=_address(request, certificate.code),
        about=f"{services.settings.root}{address('course', language_of(request), course.id)}",
        name_fits=certificate.belongs_to(name) if name else None,
    )


def _unknown(request: Request, typed: str) -> Response:
    action = f"{services_of(request).settings.root}certificates"
    return page(request, "certificate-unknown.html", 404, PRIVATE, typed=typed[:LONGEST], action=action)


def _read(request: Request, typed: str, effect: Effect) -> Certificate | None:
    """What a code stands for. Raises Refusal where too many were tried from that network."""
    services = services_of(request)
    if wait := services.rate_limits.take(request.scope, effect, 1):
        raise to_wait(wait, "too_often")
    courses = [id for course in services.catalogue.courses.values() for id in known_as(course)]
    return codes.read_code(services.settings.secret_keys, courses, typed[:LONGEST])


def _address(request: Request, code: str) -> str:
    return f"{services_of(request).settings.root}{address('certificate', language_of(request))}{code}"


def _first(given: request_body.Posted, name: str) -> str:
    return " ".join(given.get(name, ("",))[0][:LONGEST].split()) if given.get(name) else ""
