"""Whether a certificate is true: course, dates and hours, and on request whether a name belongs to it.

A name is typed into a form, compared and forgotten: it stands in no address, no log and no table.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mentorkorps.addresses import address
from mentorkorps.backend import certificates, posted
from mentorkorps.backend.certificates import Certificate
from mentorkorps.backend.office import office_of
from mentorkorps.backend.rate_limits import Effect
from mentorkorps.backend.reply import PRIVATE, language_of, page, speak, to_wait
from mentorkorps.model import LANGUAGES, Language, known_as

LONGEST = 200
"""Characters of what is typed that are read at all."""


async def look_up(request: Request) -> Response:
    """POST /certificates: from the code that somebody typed to its address."""
    given = await posted.read(request)
    speak(request, _first(given, "language"))
    certificate = _read(request, typed := _first(given, "code"), "guess")
    if certificate is None:
        return _unknown(request, typed)
    return RedirectResponse(_address(request, certificate.code), 303, PRIVATE)


async def show(request: Request) -> Response:
    """GET: the course that a code stands for."""
    return await _answered(request, "code")


async def compare(request: Request) -> Response:
    """POST: whether the name that was typed is the one on the certificate."""
    return await _answered(request, "guess", _first(await posted.read(request), "name"))


def _routes(language: Language) -> list[Route]:
    path = "/" + address("certificate", language) + "{code}"
    return [Route(path, show, methods=["GET"]), Route(path, compare, methods=["POST"])]


ROUTES = [Route("/certificates", look_up, methods=["POST"]), *(one for of in LANGUAGES for one in _routes(of))]


async def _answered(request: Request, effect: Effect, name: str = "") -> Response:
    office = office_of(request)
    certificate = _read(request, request.path_params["code"], effect)
    if certificate is None:
        return _unknown(request, request.path_params["code"])
    course = office.catalogue.courses[certificate.course]
    return page(
        request,
        "certificate.html",
        headers=PRIVATE,
        course=course,
        organisation=office.catalogue.organisations[course.organisation],
        code=certificate.code,
        number=certificate.number + 1,
        action=_address(request, certificate.code),
        about=f"{office.settings.root}{address('course', language_of(request), course.id)}",
        name_fits=certificate.belongs_to(name) if name else None,
    )


def _unknown(request: Request, typed: str) -> Response:
    action = f"{office_of(request).settings.root}certificates"
    return page(request, "certificate-unknown.html", 404, PRIVATE, typed=typed[:LONGEST], action=action)


def _read(request: Request, typed: str, effect: Effect) -> Certificate | None:
    """What a code stands for. Raises Refusal where too many were tried from that network."""
    office = office_of(request)
    if wait := office.rate_limits.take(request.scope, effect, 1):
        raise to_wait(wait, "too_often")
    courses = [id for course in office.catalogue.courses.values() for id in known_as(course)]
    return certificates.read(office.settings.secret_keys, courses, typed[:LONGEST])


def _address(request: Request, code: str) -> str:
    return f"{office_of(request).settings.root}{address('certificate', language_of(request))}{code}"


def _first(given: posted.Posted, name: str) -> str:
    return " ".join(given.get(name, ("",))[0][:LONGEST].split()) if given.get(name) else ""
