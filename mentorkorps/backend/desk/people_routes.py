"""Every address of the desk for people who log in, with what each needs. Served where the file names people."""

from mentorkorps.backend.desk import case_pages, inbox, interest, log_in, second_factor
from mentorkorps.backend.desk.case_forms import CASE_FORMS
from mentorkorps.backend.desk.sessions import VERSION, DeskRoute
from mentorkorps.backend.web.request_body import text_body
from mentorkorps.backend.web.routing import RouteSpec

DESK_ROUTES: tuple[DeskRoute, ...] = (
    DeskRoute("POST", "/desk/log-out", None, log_in.log_out, is_before_second_factor=True),
    DeskRoute("GET", "/desk/second-factor", None, second_factor.show, is_before_second_factor=True),
    DeskRoute(
        "POST",
        "/desk/second-factor",
        None,
        second_factor.prove,
        body=text_body("code"),
        is_before_second_factor=True,
    ),
    DeskRoute(
        "POST",
        "/desk/second-factor/new",
        None,
        second_factor.prepare,
        is_before_second_factor=True,
    ),
    DeskRoute("GET", "/desk/interest", "see", interest.show),
    DeskRoute("GET", "/desk/cases", "see", inbox.add_slash),
    DeskRoute("GET", "/desk/cases/", "see", inbox.show, query=("view", "after")),
    DeskRoute("GET", "/desk/cases/{id}", "see", case_pages.show, query=("done",)),
    *(
        DeskRoute(
            "POST",
            f"/desk/cases/{{id}}/{form.name}",
            form.needs,
            case_pages.posting(form),
            body=text_body(VERSION, *form.fields),
        )
        for form in CASE_FORMS.values()
    ),
)
"""For who is logged in. A page about cases names what it needs in place of None."""


def routes() -> tuple[RouteSpec, ...]:
    """In front of the routes of links, since /desk/<token> takes every name."""
    return (*log_in.OPEN_ROUTES, *(route.spec() for route in DESK_ROUTES))
