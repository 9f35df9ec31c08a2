"""The first page of the desk: who one is, in which roles, and what waits."""

from collections.abc import Iterator

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.desk import inbox
from mentorkorps.backend.desk.colleagues import viewpoint
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.sessions import LoggedIn, has_second_factor
from mentorkorps.backend.recipients_file import SCOPE_TABLES
from mentorkorps.backend.services import Visit
from mentorkorps.interface.i18n import words


async def show(visit: Visit, logged_in: LoggedIn) -> Response:
    """GET /desk/ of who is logged in."""
    has_factor = await visit.services.database.read(has_second_factor, logged_in.ids)
    return desk_page(
        visit,
        "start.html",
        logged_in.person,
        tabs=await inbox.tabs(visit, viewpoint(visit.services, logged_in)),
        roles=list(_roles(visit, logged_in)),
        until=spoken(logged_in.session.until, visit.language),
        has_second_factor=has_factor,
    )


def _roles(visit: Visit, logged_in: LoggedIn) -> Iterator[tuple[str, str]]:
    """Each role, and the name of what it is held for; empty for everything."""
    for grant in logged_in.person.grants:
        role = words(visit.language).text("desk", "roles", grant.role)
        kind = grant.scope_kind
        table = SCOPE_TABLES[kind] if kind else ""
        catalogue = visit.services.catalogue
        yield role, catalogue.name(table, grant.id, visit.language) if table else ""
