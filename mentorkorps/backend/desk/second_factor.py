"""A second factor: codes of an app on the person's phone, asked for in each session once it is turned on.

It is turned on at the desk and taken away by the operator alone, so that who reads somebody's mail cannot
put their own in its place.
"""

from datetime import datetime
from typing import Literal

from starlette.responses import Response

from mentorkorps.backend.db import desk_session_rows
from mentorkorps.backend.db.access_log_rows import Access, log_access
from mentorkorps.backend.db.desk_session_rows import SecondFactor, second_factor_of
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.sessions import LoggedIn, is_demanded
from mentorkorps.backend.security import totp
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import first_text
from mentorkorps.backend.web.responses import PRIVATE, Refusal

MOST_TRIES = 5
"""Wrong codes in a session; then it is over."""
ISSUER = "Mentorkorps"

Verdict = Literal["proved", "wrong", "over", "none"]


async def show(visit: Visit, logged_in: LoggedIn) -> Response:
    """GET /desk/second-factor: asks for a code, or offers to turn it on."""
    factor = await visit.services.database.read(second_factor_of, logged_in.ids)
    if factor and factor.proved_at:
        return desk_page(visit, "second-factor.html", logged_in.person)
    is_needed = is_demanded(visit.services, logged_in.person)
    return desk_page(visit, "second-factor-offer.html", logged_in.person, is_needed=is_needed)


async def prepare(visit: Visit, logged_in: LoggedIn) -> Response:
    """POST /desk/second-factor/new: a secret for the app, in force once a code of it is typed."""
    secret = totp.new_secret()
    factor = SecondFactor(logged_in.id, secret, visit.now, None, 0)
    if not await visit.services.database.change(put_unproved, factor, logged_in.ids):
        raise Refusal(404, "missing", PRIVATE)
    return desk_page(
        visit,
        "second-factor-new.html",
        logged_in.person,
        secret=totp.written_secret(secret),
        app=totp.app_link(secret, ISSUER),
    )


async def prove(visit: Visit, logged_in: LoggedIn) -> Response:
    """POST /desk/second-factor: a code of the app."""
    typed = "".join(filter(str.isdecimal, first_text(await visit.read_body(), "code")))
    verdict = await visit.services.database.change(
        prove_session, logged_in.ids, logged_in.session.id, typed, visit.now
    )
    if verdict == "none":
        raise Refusal(404, "missing", PRIVATE)
    if verdict == "over":
        raise Refusal(403, "logged_out", PRIVATE)
    if verdict == "wrong":
        raise Refusal(403, "second_factor", PRIVATE)
    return visit.redirect(f"{visit.root}desk/", PRIVATE)


def put_unproved(transaction: Transaction, factor: SecondFactor, ids: tuple[str, ...]) -> bool:
    """Keeps a secret that is not in force yet, unless one is. A job for the writer."""
    former = desk_session_rows.second_factor_to_change(transaction, ids)
    if former and former.proved_at:
        return False
    desk_session_rows.put_second_factor(transaction, factor, ids)
    return True


def prove_session(
    transaction: Transaction, ids: tuple[str, ...], session: str, typed: str, now: datetime
) -> Verdict:
    """Whether the code is right and was not used before; then the session is whole. A job for the writer."""
    kept = desk_session_rows.session_to_change(transaction, session)
    factor = desk_session_rows.second_factor_to_change(transaction, ids)
    if kept is None or kept.tries >= MOST_TRIES or factor is None:
        return "none" if factor is None else "over"
    step = totp.matching_step(factor.secret, typed, now, factor.last_step)
    if step is None:
        desk_session_rows.count_session_try(transaction, session)
        log_access(transaction, Access("log_in_refused", ids[0], ""), now)
        if kept.tries + 1 >= MOST_TRIES:
            desk_session_rows.end_session(transaction, session, now)
        return "wrong"
    # Under today's key and id, whatever it was kept by before.
    proved = SecondFactor(ids[0], factor.secret, factor.made_at, factor.proved_at or now, step)
    desk_session_rows.put_second_factor(transaction, proved, ids)
    desk_session_rows.prove_session(transaction, session, now)
    return "proved"
