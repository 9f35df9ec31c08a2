"""Logging in at the desk: a link by mail to an address of the private file, and six figures from the asking page.

Whoever asks sees six figures and waits for a mail; the mail's link opens a page that asks for them. So neither the
mailbox alone (a scanner, somebody who reads along) nor the page alone (somebody who asks for another) leads in, and
no cookie is needed before there is a session. A code in the mail and typed into the asking page would be simpler,
and could be talked out of somebody on the telephone. The answer is the same, and takes the same work, whether an
address may log in or not: of one that may not, the outbox drops the mail.
"""

import secrets
from datetime import datetime, timedelta
from typing import Literal

from starlette.responses import Response

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import asked_rows, desk_session_rows, mail_rows
from mentorkorps.backend.db.access_log_rows import Access, log_access
from mentorkorps.backend.db.desk_session_rows import Login, Session, login_by_id, session_id
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk import start
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.people import person_by_id, typed_email
from mentorkorps.backend.desk.refused_links import false_link, guarded
from mentorkorps.backend.desk.sessions import (
    COOKIE,
    LoggedIn,
    arriving,
    begin,
    is_from_elsewhere,
    lacks_second_factor,
    path_within,
    read_session,
    set_cookie,
)
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.recipients import person_id
from mentorkorps.backend.recipients_file import Person
from mentorkorps.backend.security.signed_links import LIFETIMES, BadToken, ExpiredToken
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import first_text, text_body
from mentorkorps.backend.web.responses import PRIVATE, Refusal, to_wait
from mentorkorps.backend.web.routing import RouteSpec

MOST_TRIES = 5
"""Wrong codes to a link; then it is over. So a guess leads in once in 200,000 links."""
MOST_A_DAY = 30
"""Links asked for to one address: more than anybody needs, and no way to fill a mailbox."""
LONGEST_ADDRESS = 254
CODE_DIGITS = 6

Verdict = Literal["entered", "wrong", "over"]


async def show_start(visit: Visit) -> Response:
    """GET /desk/: the desk for who is logged in; for others the question for an address."""
    visit.speak("da")
    logged_in = await read_session(visit)
    if logged_in is None:
        return arriving(visit) if is_from_elsewhere(visit) else _asking_page(visit)
    visit.speak(logged_in.person.language)
    if await lacks_second_factor(visit, logged_in):
        return visit.redirect(f"{visit.root}desk/second-factor", PRIVATE)
    return await start.show(visit, logged_in)


async def ask(visit: Visit) -> Response:
    """POST /desk/: sends a link, if the address is one of the file, and shows six figures in any case."""
    visit.speak("da")
    services = visit.services
    posted = await visit.read_body()
    email = typed_email(first_text(posted, "email"))[:LONGEST_ADDRESS]
    if "@" not in email:
        return _asking_page(visit)
    limits = services.rate_limits.of(visit.request.scope, visit.now)
    if wait := limits.take("log_in", 1):
        raise to_wait(wait)
    key = services.settings.secret_keys[0]
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    login = Login(
        id=secrets.token_hex(16),
        person=person_id(key, email),
        asked_at=visit.now,
        until=visit.now + LIFETIMES["desk_login"],
        code=code,
        path=path_within(visit, first_text(posted, "to")),
    )
    is_known = any(person.email == email for person in services.settings.recipients.people)
    counted = asked_rows.counted_as("desk login", asked_rows.addressee(key, email))
    if not await services.database.change(add_login, login, is_known, counted, visit.now):
        raise to_wait(timedelta(hours=1))
    services.outbox.wake()
    return desk_page(visit, "asked.html", None, code=_spaced(code), minutes=_minutes())


def add_login(
    transaction: Transaction, login: Login, is_known: bool, counted: str, now: datetime
) -> bool:
    """Keeps the wish and queues its mail, unless the address had too many today. A job for the writer."""
    if not asked_rows.ask(transaction, counted, danish_day(now), MOST_A_DAY):
        return False
    hashed = Login(
        login.id,
        login.person,
        login.asked_at,
        login.until,
        _hashes(transaction, login.id, login.code)[0],
        path=login.path,
    )
    desk_session_rows.add_login(transaction, hashed)
    details = login.person if is_known else None
    mail_rows.queue_mails(transaction, login.id, [kinds.DESK_LOGIN], now, details)
    return True


async def open_link(visit: Visit) -> Response:
    """GET /desk/login/<token>: a field for the six figures, and a button. It changes nothing."""
    login, person = await _login(visit)
    visit.speak(person.language)
    if login.used_at or login.tries >= MOST_TRIES or login.until <= visit.now:
        raise Refusal(410, "desk_login", PRIVATE)
    return _code_page(visit)


async def enter(visit: Visit) -> Response:
    """POST /desk/login/<token>: with the six figures it opens a session, once."""
    login, person = await _login(visit)
    visit.speak(person.language)
    typed = "".join(filter(str.isdecimal, first_text(await visit.read_body(), "code")))
    token = secrets.token_urlsafe(32)
    session = begin(visit.services, person, token, visit.now)
    former = visit.request.cookies.get(COOKIE, "")
    verdict = await visit.services.database.change(
        open_session, login.id, typed, session, session_id(former), visit.now
    )
    if verdict == "over":
        raise Refusal(410, "desk_login", PRIVATE)
    if verdict == "wrong":
        raise Refusal(403, "desk_code", PRIVATE)
    response = visit.redirect(path_within(visit, login.path), PRIVATE)
    return set_cookie(visit, response, token)


def open_session(
    transaction: Transaction,
    id: str,
    typed: str,
    session: Session,
    former: str,
    now: datetime,
) -> Verdict:
    """Uses the wish up, if the code is right, and opens the session. A job for the writer.

    `former`: the session that the browser had until now, which ends.
    """
    login = desk_session_rows.login_to_change(transaction, id)
    if login is None or login.used_at or login.until <= now or login.tries >= MOST_TRIES:
        return "over"
    if login.code not in _hashes(transaction, id, typed):
        desk_session_rows.count_try(transaction, id)
        log_access(transaction, Access("log_in_refused", session.person, ""), now)
        return "wrong"
    desk_session_rows.use_login(transaction, id, now)
    desk_session_rows.end_session(transaction, former, now)
    desk_session_rows.open_session(transaction, session)
    log_access(transaction, Access("log_in", session.person, ""), now)
    return "entered"


async def log_out(visit: Visit, logged_in: LoggedIn) -> Response:
    """POST /desk/log-out"""
    await visit.services.database.change(
        end_session, logged_in.session.id, logged_in.access("log_out"), visit.now
    )
    return set_cookie(visit, desk_page(visit, "logged-out.html", None), "")


def end_session(transaction: Transaction, id: str, access: Access, now: datetime) -> None:
    """A job for the writer."""
    desk_session_rows.end_session(transaction, id, now)
    log_access(transaction, access, now)


async def add_slash(visit: Visit) -> Response:
    """GET /desk: as people type it."""
    return visit.redirect(f"{visit.root}desk/")


OPEN_ROUTES = (
    RouteSpec("GET", "/desk", add_slash, is_public=False),
    guarded(RouteSpec("GET", "/desk/", show_start, query=("to",), is_public=False)),
    guarded(RouteSpec("POST", "/desk/", ask, body=text_body("email", "to"), is_public=False)),
    guarded(RouteSpec("GET", "/desk/login/{token}", open_link, is_public=False)),
    guarded(
        RouteSpec("POST", "/desk/login/{token}", enter, body=text_body("code"), is_public=False)
    ),
)
"""What nobody need be logged in for."""


def _asking_page(visit: Visit) -> Response:
    return desk_page(visit, "log-in.html", None, to=visit.query.get("to", ""), minutes=_minutes())


def _code_page(visit: Visit) -> Response:
    action = f"{visit.root}desk/login/{visit.parameter('token')}"
    return desk_page(visit, "code.html", None, action=action)


async def _login(visit: Visit) -> tuple[Login, Person]:
    """The wish that a link stands for, and whose it is. Raises Refusal."""
    services = visit.services
    visit.speak("da")
    try:
        id = services.tokens.read("desk_login", visit.parameter("token"))
    except ExpiredToken:
        raise Refusal(410, "desk_login", PRIVATE) from None
    except BadToken:
        raise false_link() from None
    login = await services.database.read(login_by_id, id)
    if login is None:
        raise Refusal(410, "desk_login", PRIVATE)
    person = person_by_id(services.settings, services.catalogue, login.person)
    if person is None:
        raise Refusal(410, "desk_login", PRIVATE)
    return login, person


def _hashes(transaction: Transaction, id: str, code: str) -> tuple[str, ...]:
    """Under every key, today's in front: whoever reads the database cannot try all codes."""
    return transaction.cipher.macs(f"desk login {id} {code}".encode())


def _spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}"


def _minutes() -> int:
    return LIFETIMES["desk_login"] // timedelta(minutes=1)
