"""The lists of the desk: open cases by age, each with what it is and until when it wants an answer."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.responses import Response

from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db.access_log_rows import log_access
from mentorkorps.backend.db.case_rows import CasePosition, ListedCase
from mentorkorps.backend.desk.case_state import is_answered
from mentorkorps.backend.desk.colleagues import Tab, Viewpoint, viewpoint
from mentorkorps.backend.desk.lists import PAGE
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.sessions import LoggedIn
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.interface.dates import weekday


async def show(visit: Visit, logged_in: LoggedIn) -> Response:
    """GET /desk/cases/: the open cases of one view, those that have waited longest first."""
    database, now = visit.services.database, visit.now
    desk = viewpoint(visit.services, logged_in)
    tab, after = _tab(visit, desk), _position(visit)
    rows = await database.read(desk.page, tab, now, after, PAGE + 1)
    shown = rows[:PAGE]
    details = {"view": tab, "shown": " ".join(row.case.id for row in shown)}
    await database.change(log_access, logged_in.access("list", details=details), now)
    return desk_page(
        visit,
        "cases.html",
        logged_in.person,
        tab=tab,
        tabs=await tabs(visit, desk),
        rows=[case_line(visit, desk, row) for row in shown],
        is_beginning=after is None,
        first=_address(visit, tab),
        more=_address(visit, tab, shown[-1]) if len(rows) > PAGE else None,
    )


async def add_slash(visit: Visit, _: LoggedIn) -> Response:
    """GET /desk/cases: as people type it."""
    return visit.redirect(f"{visit.root}desk/cases/", PRIVATE)


async def tabs(visit: Visit, desk: Viewpoint) -> list[tuple[Tab, str, int]]:
    """Each view with its address and how many cases it has."""
    counts = await visit.services.database.read(desk.counts, visit.now)
    return [(tab, _address(visit, tab), count) for tab, count in counts.items()]


def case_line(visit: Visit, desk: Viewpoint, row: ListedCase) -> dict[str, object]:
    """What a list says of a case, and the address of its page."""
    case, sign_up, language = row.case, row.sign_up, visit.language
    catalogue, today = visit.services.catalogue, danish_day(visit.now)
    town = catalogue.municipalities.get(sign_up.answer("place") or "")
    until = case.snoozed_until
    rests_until = until if until and until > visit.now else None
    is_waiting = not is_answered(case.state) and case.closed_at is None
    owner = desk.roster.owner(case.owner, case.scopes)
    return {
        "address": f"{visit.root}desk/cases/{case.id}",
        "name": sign_up.answer("name") or sign_up.code or "",
        "noun": sign_up_facts(catalogue, sign_up, None, language).noun,
        "town": town.name if town else "",
        "opened": spoken(case.opened_at, language),
        "due": weekday(case.due_on, language) if is_waiting else None,
        "is_today": case.due_on == today,
        "is_late": is_waiting and case.due_on < today,
        "resting": spoken(rests_until, language) if rests_until else None,
        "state": case.state,
        "owner": desk.name(owner.id, language) if owner else None,
        "is_mine": owner is not None and owner.id in desk.answers.ids,
    }


def _tab(visit: Visit, desk: Viewpoint) -> Tab:
    """The view that was asked for. Raises Refusal where it is none of the person's."""
    asked = visit.query.get("view")
    tab = desk.tabs[0] if asked is None else next((tab for tab in desk.tabs if tab == asked), None)
    if tab is None:
        raise Refusal(404, "missing", PRIVATE)
    return tab


def _position(visit: Visit) -> CasePosition | None:
    text = visit.query.get("after")
    if text is None:
        return None
    moment, _, id = text.partition(" ")
    try:
        return CasePosition(datetime.fromisoformat(moment).astimezone(UTC), id)
    except (ValueError, OverflowError):
        raise Refusal(404, "missing", PRIVATE) from None


def _address(visit: Visit, tab: Tab, after: ListedCase | None = None) -> str:
    asked: dict[str, str] = {"view": tab}
    if after:
        asked["after"] = f"{after.case.opened_at.isoformat()} {after.case.id}"
    return f"{visit.root}desk/cases/?{urlencode(asked)}"
