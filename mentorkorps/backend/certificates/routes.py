"""Whether a certificate is true: course, dates and hours, and on request whether a name belongs to
it.

A name is typed into a form, compared and forgotten: it stands in no address, no log and no table.
"""

from starlette.responses import Response

from mentorkorps.backend.certificates import codes
from mentorkorps.backend.certificates.codes import Certificate
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.rate_limits import Effect
from mentorkorps.backend.web.request_body import Posted, first_text, text_body
from mentorkorps.backend.web.responses import PRIVATE, to_wait
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES, Language

LONGEST = 200
"""Characters of what is typed that are read at all."""


async def look_up(visit: Visit) -> Response:
    """POST /certificates: from the code that somebody typed to its address."""
    posted = await visit.read_body()
    visit.speak(_typed(posted, "language"))
    typed = _typed(posted, "code")
    certificate = _read(visit, typed, "guess")
    if certificate is None:
        return _unknown(visit, typed)
    return visit.redirect(_address(visit, certificate.code), PRIVATE)


async def show(visit: Visit) -> Response:
    """GET: the course that a code stands for."""
    return await _answered(visit, "code")


async def compare(visit: Visit) -> Response:
    """POST: whether the name that was typed is the one on the certificate."""
    return await _answered(visit, "guess", _typed(await visit.read_body(), "name"))


def _routes(language: Language) -> tuple[RouteSpec, RouteSpec]:
    path = f"/{address('certificate', language)}{{code}}"
    return RouteSpec("GET", path, show), RouteSpec("POST", path, compare, body=text_body("name"))


ROUTES = (
    RouteSpec("POST", "/certificates", look_up, body=text_body("code", "language")),
    *(route for language in LANGUAGES for route in _routes(language)),
)


async def _answered(visit: Visit, effect: Effect, name: str = "") -> Response:
    certificate = _read(visit, visit.parameter("code"), effect)
    if certificate is None:
        return _unknown(visit, visit.parameter("code"))
    catalogue = visit.services.catalogue
    course = catalogue.courses[certificate.course]
    return visit.page(
        "certificate.html",
        headers=PRIVATE,
        course=course,
        organisation=catalogue.organisations[course.organisation],
        code=certificate.code,
        number=certificate.number + 1,
        action=_address(visit, certificate.code),
        about=f"{visit.root}{address('course', visit.language, course.id)}",
        name_fits=certificate.belongs_to(name) if name else None,
    )


def _unknown(visit: Visit, typed: str) -> Response:
    action = f"{visit.root}certificates"
    return visit.page(
        "certificate-unknown.html", 404, PRIVATE, typed=typed[:LONGEST], action=action
    )


def _read(visit: Visit, typed: str, effect: Effect) -> Certificate | None:
    """What a code stands for. Raises Refusal where too many were tried from that network."""
    services = visit.services
    if wait := services.rate_limits.of(visit.request.scope, visit.now).take(effect, 1):
        raise to_wait(wait, "too_often")
    courses = [id for course in services.catalogue.courses.values() for id in known_as(course)]
    return codes.read_code(services.settings.secret_keys, courses, typed[:LONGEST])


def _address(visit: Visit, code: str) -> str:
    return f"{visit.root}{address('certificate', visit.language)}{code}"


def _typed(posted: Posted, name: str) -> str:
    return " ".join(first_text(posted, name)[:LONGEST].split())
