"""The app: its routes, what stands before them, and what lives as long as it does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from mentorkorps.backend import health, openapi
from mentorkorps.backend.bookings import routes as booking_routes
from mentorkorps.backend.bookings.allocation import WaitingListJob
from mentorkorps.backend.certificates import routes as certificate_routes
from mentorkorps.backend.clock import Clock, utc_now
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.db.write_probe import WriteProbe
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.desk import routes as desk_routes
from mentorkorps.backend.jobs import clock_guard
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.command_files import CommandFiles
from mentorkorps.backend.jobs.missing_records import References
from mentorkorps.backend.mail.alarm import Alarm
from mentorkorps.backend.mail.compose import MailComposer
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.mail.transport import Folder, Smtp
from mentorkorps.backend.place_search import find_place
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups import confirm_all, link_renewal, self_service
from mentorkorps.backend.signups import routes as sign_up_routes
from mentorkorps.backend.signups.collected_confirmation import Collection
from mentorkorps.backend.signups.retention import DailyPurge
from mentorkorps.backend.web.middleware import RequestLog, SameOrigin, SecurityHeaders, security_headers
from mentorkorps.backend.web.rate_limits import RateLimits
from mentorkorps.backend.web.responses import COME_BACK, Refusal, read_shell, refusal_of, refused
from mentorkorps.backend.web.static_site import StaticSite
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.interface.templates import load_all
from mentorkorps.site import redirects


def create_app(
    catalogue: Catalogue,
    site: Path,
    settings: Settings,
    clock: Clock = utc_now,
    uptime: Callable[[], float] = clock_guard.uptime,
) -> Starlette:
    """The site in the folder `site` and the forms behind it. The app opens the database and is run once.

    `uptime`: seconds on a clock that nobody can set.

    Raises SettingsError, also where the database cannot be read with the secret keys; SiteMissing where nothing is
    built; and InUse where another process has the database.
    """
    settings.recipients.refuse_unknown(catalogue)
    load_all()
    services = _office(catalogue, site, settings, clock, uptime)
    app = Starlette(
        routes=_routes(),
        middleware=_middleware(settings),
        exception_handlers={
            Refusal: _refused,
            HTTPException: _refused_by_starlette,
            Busy: _busy,
            Unavailable: _busy,
            Exception: _broken,
        },
        lifespan=_lifespan,
    )
    app.state.services = services
    app.router.redirect_slashes = False
    app.router.default = services.site
    return app


def _office(catalogue: Catalogue, site: Path, settings: Settings, wall: Clock, uptime: Callable[[], float]) -> Services:
    shell = read_shell(site)
    database = open_database(settings)
    guard = ClockGuard(database.change, settings, wall, uptime)
    clock = guard.now
    tokens = Tokens(settings.secret_keys, clock)
    carrier = Smtp(settings.smtp) if settings.smtp else Folder(settings.mail_folder)
    letters = MailComposer(catalogue, settings, tokens, clock)
    alarm = Alarm(settings.alarm_command, clock)
    outbox = Outbox(database, carrier, letters.write, clock, alarm=alarm, is_clock_believed=guard.is_believed)
    daily = DailyPurge(database, catalogue, settings, guard, outbox.wake)
    return Services(
        catalogue=catalogue,
        settings=settings,
        site=StaticSite(site, settings.root, redirects.redirects(catalogue), redirects.gone_addresses(catalogue)),
        shell=shell,
        database=database,
        outbox=outbox,
        daily=daily,
        turns=WaitingListJob(database, catalogue, outbox, guard),
        errands=CommandFiles(database, settings, clock, outbox.wake, daily.ask),
        references=References(database, catalogue),
        collection=Collection(database, clock, outbox.wake),
        tokens=tokens,
        clock=clock,
        guard=guard,
        rate_limits=RateLimits(settings.trusted_proxy, clock),
        probe=WriteProbe(database, clock),
    )


def _routes() -> list[Route]:
    return [
        Route("/forms/{form}", sign_up_routes.sign_up, methods=["POST"]),
        Route("/forms/{form}/challenge", sign_up_routes.challenge, methods=["GET"]),
        *(Route("/" + address("form", language, "{form}"), sign_up_routes.form_page) for language in LANGUAGES),
        Route("/receipt/{token}", sign_up_routes.receipt),
        Route("/confirm/{token}", sign_up_routes.confirmation, methods=["GET"]),
        Route("/confirm/{token}", sign_up_routes.confirm, methods=["POST"]),
        *confirm_all.ROUTES,
        *self_service.ROUTES,
        *link_renewal.ROUTES,
        *desk_routes.ROUTES,
        *booking_routes.ROUTES,
        *certificate_routes.ROUTES,
        Route("/find", find_place),
        Route("/healthz", health.lives),
        Route("/readyz", health.is_ready),
        Route("/metrics", health.metrics),
        Route("/openapi.json", openapi.openapi_of),
    ]


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
        Middleware(SameOrigin, settings=settings),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    with suppress(Busy, Unavailable):  # the rounds look again
        await services.guard.look()
    services.outbox.start()
    services.daily.start()
    services.turns.start()
    services.errands.start()
    services.references.start()
    services.collection.start()
    yield
    await services.collection.stop()
    await services.references.stop()
    await services.errands.stop()
    await services.turns.stop()
    await services.daily.stop()
    await services.outbox.stop()
    services.database.close()


async def _refused(request: Request, error: Refusal) -> Response:
    return refused(request, error)


async def _refused_by_starlette(request: Request, error: HTTPException) -> Response:
    refusal = refusal_of(error)
    if error.status_code == 405:
        refusal.headers["Allow"] = ", ".join(sorted(_methods(request))) or "GET, HEAD"
    return refused(request, refusal)


def _methods(request: Request) -> set[str]:
    """Of all routes at this address: Starlette tells only those of the first, and of files none."""
    here = (one for one in request.app.routes if one.matches(request.scope)[0] is not Match.NONE)
    return {method for route in here for method in route.methods}


async def _busy(request: Request, _error: Exception) -> Response:
    return refused(request, Refusal(503, "busy", COME_BACK))


async def _broken(request: Request, _error: Exception) -> Response:
    # Starlette answers these outside the middleware, so the headers are added here.
    return refused(request, Refusal(500, "broken", security_headers(services_of(request).settings)))
