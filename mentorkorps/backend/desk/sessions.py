"""Who is logged in: the session behind the one cookie, and what a route of the desk asks before it answers.

The cookie is strictly necessary (the ePrivacy directive, article 5(3)): it holds a random text, of which the
database keeps a hash, for at most eight hours and for the desk alone.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from mentorkorps.backend.db.access_log_rows import Access, AccessKind
from mentorkorps.backend.db.desk_session_rows import (
    Session,
    second_factor_of,
    session_by_id,
    session_id,
)
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.people import person_by_id
from mentorkorps.backend.desk.permissions import (
    Action,
    Scope,
    acting_role,
    may,
    may_anywhere,
    sees_several,
)
from mentorkorps.backend.desk.refused_links import guarded
from mentorkorps.backend.mail.recipients import person_id, person_ids
from mentorkorps.backend.recipients_file import Person
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.web.request_body import Body, PostedForm
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.backend.web.routing import Method, RouteSpec

COOKIE = "mentorkorps_desk"
LASTS = timedelta(hours=8)
LONGEST_PATH = 200
VERSION = "version"
"""The hidden field of a form of the desk: what of the case was seen, which nobody typed."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Whoever asks, in the session of this request. `ids`: what the database knows the person by, today's first."""

    person: Person
    ids: tuple[str, ...]
    session: Session

    @property
    def id(self) -> str:
        """The actor of a change and of an entry of the log."""
        return self.ids[0]

    def permit(self, action: Action, scopes: Collection[Scope]) -> None:
        """Raises Refusal unless the person may do this with what belongs to these scopes: there is no such page."""
        if not may(self.person, action, scopes):
            raise Refusal(404, "missing", PRIVATE)

    def access(
        self,
        kind: AccessKind,
        action: Action = "see",
        scopes: Collection[Scope] = (),
        subject: str = "",
        details: Mapping[str, str] | None = None,
    ) -> Access:
        """What the log says of what the person does, for `log_access`."""
        return Access(kind, self.id, acting_role(self.person, action, scopes), subject, details)


DeskHandler = Callable[[Visit, LoggedIn], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class DeskRoute:
    """A route for people who are logged in. `needs`: what one must be allowed somewhere; None: to be logged in.

    Its handler asks `permit` once it knows whose the case is.
    """

    method: Method
    path: str
    needs: Action | None
    handler: DeskHandler
    query: tuple[str, ...] = ()
    body: Body | None = None
    is_before_second_factor: bool = False

    def spec(self) -> RouteSpec:
        handler = self.handler

        @wraps(handler)
        async def answer(visit: Visit) -> Response:
            visit.speak("da")
            logged_in = await read_session(visit)
            if logged_in is None:
                return await _ask_to_log_in(visit)
            _refuse_other_origin(visit)
            visit.speak(logged_in.person.language)
            if not self.is_before_second_factor and await lacks_second_factor(visit, logged_in):
                return visit.redirect(f"{visit.root}desk/second-factor", PRIVATE)
            if self.needs and not may_anywhere(logged_in.person, self.needs):
                raise Refusal(404, "missing", PRIVATE)
            return await handler(visit, logged_in)

        return guarded(
            RouteSpec(self.method, self.path, answer, self.query, self.body, is_public=False)
        )


async def read_session(visit: Visit) -> LoggedIn | None:
    """Who asks; None where nobody is logged in, or somebody who is no longer in the file of people."""
    services = visit.services
    token = visit.request.cookies.get(COOKIE)
    if not token:
        return None
    session = await services.database.read(session_by_id, session_id(token))
    if session is None or session.ended_at or session.until <= visit.now:
        return None
    person = person_by_id(services.settings, services.catalogue, session.person)
    if person is None:
        return None
    return LoggedIn(person, person_ids(services.settings.secret_keys, person.email), session)


async def lacks_second_factor(visit: Visit, logged_in: LoggedIn) -> bool:
    """Whether a second factor is still to be given in this session."""
    if logged_in.session.proved_at:
        return False
    if is_demanded(visit.services, logged_in.person):
        return True
    return await visit.services.database.read(has_second_factor, logged_in.ids)


def has_second_factor(snapshot: Snapshot, ids: tuple[str, ...]) -> bool:
    """Whether the person with these ids has turned one on."""
    factor = second_factor_of(snapshot, ids)
    return factor is not None and factor.proved_at is not None


def is_demanded(services: Services, person: Person) -> bool:
    """Whether the settings demand a second factor of the person."""
    rule = services.settings.second_factor
    return rule == "all" or (rule == "several" and sees_several(person))


def begin(services: Services, person: Person, token: str, now: datetime) -> Session:
    """A session for whoever keeps the token."""
    id = person_id(services.settings.secret_keys[0], person.email)
    return Session(session_id(token), id, now, now + LASTS)


def set_cookie(visit: Visit, response: Response, token: str) -> Response:
    """Keeps the token in the browser; an empty one deletes it there."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()) if token else 0,
        path=f"{visit.root}desk",
        secure=visit.services.settings.is_https,
        httponly=True,
        samesite="strict",
    )
    return response


def path_within(visit: Visit, text: str) -> str:
    """A path of the desk to go on to; that of its first page for whatever else was sent."""
    start = f"{visit.root}desk/"
    is_plain = text.isascii() and text.isprintable() and not set(text) & set("\\ #")
    is_within = text.startswith(start) and ".." not in text and "//" not in text
    return text if is_plain and is_within and len(text) <= LONGEST_PATH else start


async def _ask_to_log_in(visit: Visit) -> Response:
    """The page where one logs in; what was typed into a form is given back with it."""
    here = visit.request.url
    start = f"{visit.root}desk/"
    if visit.request.method == "POST":
        if visit.body:
            posted = await visit.read_form(None)
            typed = {name: texts for name, texts in posted.items() if name != VERSION}
            visit.posted = PostedForm(None, typed)
        raise Refusal(403, "logged_out", PRIVATE)
    if is_from_elsewhere(visit):
        return arriving(visit)
    path = path_within(visit, f"{here.path}?{here.query}" if here.query else here.path)
    return visit.redirect(start if path == start else f"{start}?{urlencode({'to': path})}", PRIVATE)


def is_from_elsewhere(visit: Visit) -> bool:
    """Whether a link of a mail or of another site was followed: the browser keeps the cookie back then."""
    headers = visit.request.headers
    is_strange = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    return is_strange and COOKIE not in visit.request.cookies


def arriving(visit: Visit) -> Response:
    """The same address once more, now from a page of ours, so that the browser shows who is logged in."""
    here = visit.request.url
    address = f"{here.path}?{here.query}" if here.query else here.path
    refresh = {"Refresh": f"0; url={address}"}
    return desk_page(visit, "arriving.html", None, refresh, address=address)


def _refuse_other_origin(visit: Visit) -> None:
    """Sites that may send forms here may not act for somebody who is logged in."""
    origin = visit.request.headers.get("origin")
    if visit.request.method != "POST" or origin in (None, "null"):
        return
    is_host = urlsplit(str(origin)).netloc == visit.request.headers.get("host")
    if not is_host and origin != visit.services.settings.own_origin:
        raise Refusal(403, "elsewhere", PRIVATE)
