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

from mentorkorps import moved
from mentorkorps.addresses import address
from mentorkorps.backend import (
    certifying,
    clock_guard,
    confirm_all,
    desk,
    health,
    mine,
    offers,
    openapi,
    renewal,
    sign_up,
)
from mentorkorps.backend.alarm import Alarm
from mentorkorps.backend.clock import Clock, utc_now
from mentorkorps.backend.clock_guard import ClockGuard
from mentorkorps.backend.collected import Collection
from mentorkorps.backend.door import Logged, SameSite, Secured, security
from mentorkorps.backend.errands import Errands
from mentorkorps.backend.finding import find
from mentorkorps.backend.letters import Letters
from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.outbox import Folder, Outbox, Smtp
from mentorkorps.backend.places import Turns
from mentorkorps.backend.rate_limits import RateLimits
from mentorkorps.backend.references import References
from mentorkorps.backend.reply import COME_BACK, Refusal, as_refusal, read_shell, refused
from mentorkorps.backend.retention import Daily
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.site import Site
from mentorkorps.backend.store import open_store
from mentorkorps.backend.tokens import Tokens
from mentorkorps.backend.write_probe import WriteProbe
from mentorkorps.backend.writer import Busy, Unavailable
from mentorkorps.catalogue import Catalogue
from mentorkorps.model import LANGUAGES
from mentorkorps.rendering import load_all


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
    office = _office(catalogue, site, settings, clock, uptime)
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
    app.state.office = office
    app.router.redirect_slashes = False
    app.router.default = office.site
    return app


def _office(catalogue: Catalogue, site: Path, settings: Settings, wall: Clock, uptime: Callable[[], float]) -> Office:
    shell = read_shell(site)
    store = open_store(settings)
    guard = ClockGuard(store.do, settings, wall, uptime)
    clock = guard.now
    tokens = Tokens(settings.secret_keys, clock)
    carrier = Smtp(settings.smtp) if settings.smtp else Folder(settings.mail_folder)
    letters = Letters(catalogue, settings, tokens, clock)
    alarm = Alarm(settings.alarm_command, clock)
    outbox = Outbox(store, carrier, letters.write, clock, alarm=alarm, is_clock_believed=guard.is_believed)
    daily = Daily(store, catalogue, settings, guard, outbox.wake)
    return Office(
        catalogue=catalogue,
        settings=settings,
        site=Site(site, settings.root, moved.redirects(catalogue), moved.gone_addresses(catalogue)),
        shell=shell,
        store=store,
        outbox=outbox,
        daily=daily,
        turns=Turns(store, catalogue, outbox, guard),
        errands=Errands(store, settings, clock, outbox.wake, daily.ask),
        references=References(store, catalogue),
        collection=Collection(store, clock, outbox.wake),
        tokens=tokens,
        clock=clock,
        guard=guard,
        rate_limits=RateLimits(settings.trusted_proxy, clock),
        probe=WriteProbe(store, clock),
    )


def _routes() -> list[Route]:
    return [
        Route("/forms/{form}", sign_up.sign_up, methods=["POST"]),
        Route("/forms/{form}/challenge", sign_up.challenge, methods=["GET"]),
        *(Route("/" + address("form", language, "{form}"), sign_up.form_page) for language in LANGUAGES),
        Route("/receipt/{token}", sign_up.receipt),
        Route("/confirm/{token}", sign_up.confirmation, methods=["GET"]),
        Route("/confirm/{token}", sign_up.confirm, methods=["POST"]),
        *confirm_all.ROUTES,
        *mine.ROUTES,
        *renewal.ROUTES,
        *desk.ROUTES,
        *offers.ROUTES,
        *certifying.ROUTES,
        Route("/find", find),
        Route("/healthz", health.lives),
        Route("/readyz", health.is_ready),
        Route("/metrics", health.metrics),
        Route("/openapi.json", openapi.described),
    ]


def _middleware(settings: Settings) -> list[Middleware]:
    sharing = Middleware(
        CORSMiddleware,
        allow_origins=sorted(settings.allowed_origins),
        allow_methods=["POST"],
        allow_headers=["Content-Type"],
    )
    return [
        Middleware(Logged),
        Middleware(Secured, settings=settings),
        *([sharing] if settings.allowed_origins else []),
        Middleware(SameSite, settings=settings),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    office: Office = app.state.office
    with suppress(Busy, Unavailable):  # the rounds look again
        await office.guard.look()
    office.outbox.start()
    office.daily.start()
    office.turns.start()
    office.errands.start()
    office.references.start()
    office.collection.start()
    yield
    await office.collection.stop()
    await office.references.stop()
    await office.errands.stop()
    await office.turns.stop()
    await office.daily.stop()
    await office.outbox.stop()
    office.store.close()


async def _refused(request: Request, error: Refusal) -> Response:
    return refused(request, error)


async def _refused_by_starlette(request: Request, error: HTTPException) -> Response:
    refusal = as_refusal(error)
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
    return refused(request, Refusal(500, "broken", security(office_of(request).settings)))
