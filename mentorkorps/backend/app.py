"""The app: its routes, what stands before them, and what lives as long as it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from mentorkorps.addresses import address
from mentorkorps.backend import certifying, confirm_all, desk, health, mine, offers, openapi, sign_up
from mentorkorps.backend.clock import Clock, utc_now
from mentorkorps.backend.collected import Collection
from mentorkorps.backend.door import Logged, SameSite, Secured, security
from mentorkorps.backend.errands import Errands
from mentorkorps.backend.finding import find
from mentorkorps.backend.letters import Letters
from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.outbox import Folder, Outbox, Smtp
from mentorkorps.backend.places import Turns
from mentorkorps.backend.rate_limits import RateLimits
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


def create_app(catalogue: Catalogue, site: Path, settings: Settings, clock: Clock = utc_now) -> Starlette:
    """The site in the folder `site` and the forms behind it. The app opens the database and is run once.

    Raises SettingsError, also where the database cannot be read with the secret keys; SiteMissing where nothing is
    built; and InUse where another process has the database.
    """
    settings.recipients.refuse_unknown(catalogue)
    office = _office(catalogue, site, settings, clock)
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


def _office(catalogue: Catalogue, site: Path, settings: Settings, clock: Clock) -> Office:
    shell = read_shell(site)
    tokens = Tokens(settings.secret_keys, clock)
    store = open_store(settings)
    carrier = Smtp(settings.smtp) if settings.smtp else Folder(settings.mail_folder)
    letters = Letters(catalogue, settings, tokens, clock)
    outbox = Outbox(store, carrier, letters.write, clock)
    return Office(
        catalogue=catalogue,
        settings=settings,
        site=Site(site, settings.root),
        shell=shell,
        store=store,
        outbox=outbox,
        daily=Daily(store, catalogue, settings, clock, outbox.wake),
        turns=Turns(store, catalogue, outbox, clock),
        errands=Errands(store, settings, clock, outbox.wake),
        collection=Collection(store, clock, outbox.wake),
        tokens=tokens,
        clock=clock,
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
    office.outbox.start()
    office.daily.start()
    office.turns.start()
    office.errands.start()
    office.collection.start()
    yield
    await office.collection.stop()
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
