"""What every request passes: the log, the security headers, and the question where a post comes from."""

import logging
import time
from math import ceil
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mentorkorps.addresses import address
from mentorkorps.backend.clock import Clock
from mentorkorps.backend.logs import data
from mentorkorps.backend.pace import MOST_CODES, MOST_TO_A_FORM, Pace
from mentorkorps.backend.peer import prefix, visitor
from mentorkorps.backend.reply import Refusal, refused
from mentorkorps.backend.settings import Settings
from mentorkorps.model import LANGUAGES

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CODES = tuple("/" + address("certificate", language) for language in LANGUAGES)
COUNTED = ("/forms/", "/certificates", *CODES)
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}

CROWDED = "crowded"

log = logging.getLogger("mentorkorps.requests")


class Logged:
    """One line a request: method, the pattern of the address (never a token or a query), status, time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status, started = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            pattern = scope["route"].path if "route" in scope else "static"
            took = (time.perf_counter() - started) * 1000
            log.info("request", extra=data(method=scope["method"], route=pattern, status=status, ms=round(took, 1)))


class Secured:
    """Adds the security headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = [(name.lower().encode(), value.encode()) for name, value in security(settings).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [name for name, _ in message["headers"]]
                message["headers"] = [*message["headers"], *(one for one in self.headers if one[0] not in own)]
            await send(message)

        await self.app(scope, receive, secured)


class SameSite:
    """Refuses a post that a page of another site sends, unless that site is allowed to."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and self._is_elsewhere(Headers(scope=scope)):
            request = Request(scope, receive)
            return await refused(request, Refusal(403, "elsewhere"))(scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_elsewhere(self, headers: Headers) -> bool:
        origin, fetched = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is None:
            return fetched in ("cross-site", "same-site")
        if origin == "null":
            # What browsers send from a page with Referrer-Policy: no-referrer, and from a sandbox elsewhere.
            return fetched not in (None, "same-origin")
        is_own = origin == self.settings.own_origin or urlsplit(origin).netloc == headers.get("host")
        return not is_own and origin not in self.settings.allowed_origins


class Paced:
    """Refuses posts to forms and certificates from an address prefix that sends too many, and too many codes looked up.

    A form to which all together send too many refuses nobody, but is marked as crowded.

    Behind a proxy on this machine that is not named in the settings, all visitors have one address: the loopback's.
    They cannot be told apart then, and are not counted.
    """

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock) -> None:
        self.app = app
        self.proxies = settings.trusted_proxy
        self.clock = clock
        self.pace = Pace()
        self.crowds = Pace(MOST_TO_A_FORM)
        self.codes = Pace(MOST_CODES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_sent = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(COUNTED)
        is_looked_up = scope["type"] == "http" and scope["method"] != "POST" and scope["path"].startswith(CODES)
        address = visitor(scope, self.proxies) if is_sent or is_looked_up else None
        if address and (self.proxies or not address.is_loopback):
            pace, said = (self.pace, "too_many") if is_sent else (self.codes, "too_often")
            if wait := pace.wait(prefix(address), self.clock()):
                refusal = Refusal(429, said, {"Retry-After": str(ceil(wait.total_seconds()))})
                return await refused(Request(scope, receive), refusal)(scope, receive, send)
            if is_sent and self.crowds.wait(scope["path"], self.clock()):
                scope.setdefault("state", {})[CROWDED] = True
        return await self.app(scope, receive, send)


def is_crowded(request: Request) -> bool:
    return getattr(request.state, CROWDED, False)


def security(settings: Settings) -> dict[str, str]:
    return SECURITY | (STRICT_TRANSPORT if settings.is_https else {})
