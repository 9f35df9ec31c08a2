"""The app: its routes, what stands before them, and what lives as long as it does."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from mentorkorps.backend import health, openapi, place_search
from mentorkorps.backend.bookings import routes as booking_routes
from mentorkorps.backend.bookings.allocation import WaitingListJob
from mentorkorps.backend.certificates import routes as certificate_routes
from mentorkorps.backend.clock import Clock, utc_now
from mentorkorps.backend.db.connect import Database, open_database
from mentorkorps.backend.db.write_probe import WriteProbe
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.desk import routes as desk_routes
from mentorkorps.backend.jobs import clock_guard
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.command_files import CommandFiles
from mentorkorps.backend.jobs.missing_records import References
from mentorkorps.backend.lists import leaving
from mentorkorps.backend.lists.contents import ListContents
from mentorkorps.backend.lists.job import ListJob
from mentorkorps.backend.mail import digest
from mentorkorps.backend.mail.alarm import Alarm
from mentorkorps.backend.mail.compose import MailComposer, refuse_incomplete_kinds
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.mail.transport import FolderTransport, SmtpTransport
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.services import Services
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups import confirm_all, link_renewal, lost_links, offers, self_service
from mentorkorps.backend.signups import routes as sign_up_routes
from mentorkorps.backend.signups.collected_confirmation import Collection
from mentorkorps.backend.signups.reminders import Reminders
from mentorkorps.backend.signups.retention import DailyPurge
from mentorkorps.backend.signups.returned_form import refuse_elsewhere
from mentorkorps.backend.web.middleware import (
    RequestLog,
    SameOrigin,
    SecurityHeaders,
    security_headers,
)
from mentorkorps.backend.web.rate_limits import RateLimits
from mentorkorps.backend.web.responses import COME_BACK, Refusal, read_shell, refusal_of
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.backend.web.static_site import StaticSite
from mentorkorps.backend.web.visit import visit_of
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.templates import load_all
from mentorkorps.site import redirects

if TYPE_CHECKING:
    from mentorkorps.backend.desk.case_job import CaseJob
    from mentorkorps.backend.desk.case_opening import CaseKeeper

log = logging.getLogger(__name__)


def create_app(
    catalogue: Catalogue,
    site: Path,
    settings: Settings,
    clock: Clock = utc_now,
    uptime: Callable[[], float] = clock_guard.uptime,
    curriculum: Curriculum | None = None,
) -> Starlette:
    """The site in the folder `site` and the forms behind it. The app opens the database and is run
    once.

    `uptime`: seconds on a clock that nobody can set. `curriculum`: the training, from which the
    practical mails of courses take their words.

    Raises SettingsError, also where the database cannot be read with the secret keys; SiteMissing
    where nothing is built; and InUse where another process has the database.
    """
    settings.recipients.refuse_unknown(catalogue)
    load_all()
    refuse_incomplete_kinds()
    services = _services(catalogue, site, settings, clock, uptime, curriculum)
    app = Starlette(
        routes=[spec.route() for spec in route_specs(bool(settings.recipients.people))],
        middleware=_middleware(settings),
        exception_handlers=dict.fromkeys(
            (Refusal, HTTPException, Busy, Unavailable, Exception), _refused
        ),
        lifespan=_lifespan,
    )
    app.state.services = services
    app.router.redirect_slashes = False
    app.router.default = services.site
    return app


def _services(
    catalogue: Catalogue,
    site: Path,
    settings: Settings,
    wall: Clock,
    uptime: Callable[[], float],
    curriculum: Curriculum | None,
) -> Services:
    shell = read_shell(site)
    keeper = _case_keeper(catalogue, settings)
    database = open_database(settings, keeper.follow if keeper else None)
    guard = ClockGuard(database.change, settings, wall, uptime)
    clock = guard.now
    tokens = Tokens(settings.secret_keys, clock)
    transport = (
        SmtpTransport(settings.smtp) if settings.smtp else FolderTransport(settings.mail_folder)
    )
    contents = ListContents(catalogue, settings.public_url, site, curriculum).by_kind()
    composer = MailComposer(catalogue, settings, tokens, clock, contents=contents)
    alarm = Alarm(settings.alarm_command, clock)
    outbox = Outbox(
        database,
        transport,
        composer.write,
        clock,
        alarm=alarm,
        is_clock_believed=guard.is_believed,
        count_doubtful=partial(digest.count_doubtful, catalogue=catalogue, settings=settings),
    )
    purge = DailyPurge(database, catalogue, settings, guard, outbox.wake)
    return Services(
        catalogue=catalogue,
        settings=settings,
        site=StaticSite(
            site,
            settings.root,
            redirects.redirects(catalogue),
            redirects.gone_addresses(catalogue),
        ),
        shell=shell,
        database=database,
        outbox=outbox,
        purge=purge,
        waiting_lists=WaitingListJob(database, catalogue, outbox, guard),
        command_files=CommandFiles(database, settings, clock, outbox.wake, purge.ask),
        references=References(database, catalogue),
        collected_confirmations=Collection(database, clock, outbox.wake),
        reminders=Reminders(database, catalogue, settings, guard, outbox.wake),
        lists=ListJob(database, catalogue, settings, guard, outbox.wake),
        cases=_case_job(database, keeper, guard) if keeper else None,
        tokens=tokens,
        clock=clock,
        guard=guard,
        rate_limits=RateLimits(settings.trusted_proxy),
        probe=WriteProbe(database, clock),
    )


def _warn_of_operator(catalogue: Catalogue) -> None:
    operator = catalogue.operator
    named = {
        "controller": operator.controller,
        "address": operator.address,
        "mailbox": operator.mailbox,
    }
    if lacks := [name for name, value in named.items() if not value]:
        log.warning(
            "%s says nothing of %s, so nobody is told who is responsible and whom to write to: "
            "write it there, then build the site and start again",
            operator.at.file,
            ", ".join(lacks),
        )
    if operator.trial:
        log.warning("the portal runs on trial (trial: true in data/operators.yaml)")


def route_specs(has_people: bool = False) -> tuple[RouteSpec, ...]:
    """All routes, also that of the document in which they are described.

    `has_people`: with those for people who log in.
    """
    routes = (
        *(_people_routes() if has_people else ()),
        *confirm_all.ROUTES,
        *sign_up_routes.ROUTES,
        *self_service.ROUTES,
        *offers.ROUTES,
        *link_renewal.ROUTES,
        *lost_links.ROUTES,
        *desk_routes.LINK_ROUTES,
        *booking_routes.ROUTES,
        *certificate_routes.ROUTES,
        *leaving.ROUTES,
        *place_search.ROUTES,
        *health.ROUTES,
    )
    return (*routes, openapi.route(routes))


def _case_keeper(catalogue: Catalogue, settings: Settings) -> "CaseKeeper | None":
    """Opens and closes cases as sign-ups do, where there are people who answer them."""
    if not settings.recipients.people:
        return None
    from mentorkorps.backend.desk.case_opening import CaseKeeper
    from mentorkorps.backend.desk.people import roster_of

    return CaseKeeper(catalogue, roster_of(settings, catalogue))


def _case_job(database: Database, keeper: "CaseKeeper", guard: ClockGuard) -> "CaseJob":
    from mentorkorps.backend.desk.case_job import CaseJob

    return CaseJob(database, keeper, guard.now, guard)


def _people_routes() -> tuple[RouteSpec, ...]:
    # Only a portal with people who log in pays for it.
    from mentorkorps.backend.desk import people_routes

    return people_routes.routes()


def _middleware(settings: Settings) -> list[Middleware]:
    sharing = Middleware(
        CORSMiddleware,
        allow_origins=sorted(settings.allowed_origins),
        allow_methods=["POST"],
        allow_headers=["Content-Type"],
    )
    return [
        Middleware(RequestLog),
        Middleware(SecurityHeaders, settings=settings),
        *([sharing] if settings.allowed_origins else []),
        Middleware(SameOrigin, settings=settings, refuse=_refused_elsewhere),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    _warn_of_operator(services.catalogue)
    with suppress(Busy, Unavailable):  # the rounds look again
        await services.guard.look()
        if services.cases:
            await services.cases.return_lost()
    for job in services.jobs:
        job.start()
    yield
    for job in reversed(services.jobs):
        await job.stop()
    services.database.close()


async def _refused(request: Request, error: Exception) -> Response:
    return visit_of(request).refuse(_refusal(request, error))


async def _refused_elsewhere(request: Request) -> Response:
    return await refuse_elsewhere(visit_of(request))


def _refusal(request: Request, error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case HTTPException():
            refusal = refusal_of(error)
            if error.status_code == 405:
                refusal.headers["Allow"] = ", ".join(sorted(_methods(request))) or "GET, HEAD"
            return refusal
        case Busy() | Unavailable():
            return Refusal(503, "busy", COME_BACK)
    # Starlette answers these outside the middleware, so the headers are added here.
    return Refusal(500, "broken", security_headers(request.app.state.services.settings))


def _methods(request: Request) -> set[str]:
    """Of all routes at this address: Starlette tells only those of the first, and of files none."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    here = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in here for method in route.methods or ()}
