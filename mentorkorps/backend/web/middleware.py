"""What every request passes: the log, the security headers, and the question where a post comes
from.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mentorkorps.backend.logging import log_data
from mentorkorps.backend.settings import Settings

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
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}

log = logging.getLogger("mentorkorps.requests")


class RequestLog:
    """One line a request: method, the pattern of the address (never a token or a query), status,
    time.
    """

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
            log.info(
                "request",
                extra=log_data(
                    method=scope["method"], route=pattern, status=status, ms=round(took, 1)
                ),
            )


class SecurityHeaders:
    """Adds the security headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = [
            (name.lower().encode(), value.encode())
            for name, value in security_headers(settings).items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [name for name, _ in message["headers"]]
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self.headers if header[0] not in own),
                ]
            await send(message)

        await self.app(scope, receive, secured)


class SameOrigin:
    """Refuses a post that a page of another site sends, unless that site is allowed to.

    `refuse` makes the answer to one, which may give back what was typed.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, refuse: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self.app = app
        self.settings = settings
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and self._is_elsewhere(Headers(scope=scope))
        ):
            response = await self.refuse(Request(scope, receive))
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_elsewhere(self, headers: Headers) -> bool:
        origin, fetched = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is None:
            return fetched in ("cross-site", "same-site")
        if origin == "null":
            # What browsers send from a page with Referrer-Policy: no-referrer, and from a sandbox elsewhere.
            return fetched not in (None, "same-origin")
        is_own = origin == self.settings.own_origin or urlsplit(origin).netloc == headers.get(
            "host"
        )
        return not is_own and origin not in self.settings.allowed_origins


def security_headers(settings: Settings) -> dict[str, str]:
    return SECURITY | (STRICT_TRANSPORT if settings.is_https else {})
