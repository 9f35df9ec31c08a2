"""The built site as static files: directory addresses, exact types, and no page for what is only
a frame.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FRAMES = {f"{folder}{name}" for folder in ("", "en/") for name in ("shell.html", "404.html")}
TYPES = {
    ".ics": "text/calendar; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".yaml": "application/yaml",
}
"""What the mime tables of some systems lack or tell without the charset."""
NAMED_BY_CONTENT = re.compile(r"\.[0-9a-f]{8}\.(min\.)?(css|js)")
NOTHING: Mapping[str, str] = MappingProxyType({})
YEAR_SECONDS = 31_536_000


class StaticSite(StaticFiles):
    """Starlette's static files, with redirects that trust no Host header."""

    def __init__(
        self,
        directory: PurePath,
        root: str,
        redirects: Mapping[str, str] = NOTHING,
        gone: Collection[str] = (),
    ) -> None:
        """`redirects` tells where former addresses lead, `gone` which ones say that a record is
        gone for good.
        """
        super().__init__(directory=directory, html=True)
        self._root = root
        self._redirects = redirects
        self._gone = gone

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path in FRAMES:
            raise HTTPException(404)
        if now := self._redirects.get(f"{path}/"):
            return self._redirect(now, scope)
        response = await super().get_response(path, scope)
        if response.status_code == 404:
            raise HTTPException(404)
        if isinstance(response, RedirectResponse):
            return self._redirect(f"{path}/", scope)
        if response.status_code == 200 and f"{path}/" in self._gone:
            response.status_code = 410
        return _described(response, path)

    def _redirect(self, path: str, scope: Scope) -> Response:
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{self._root}{quote(path)}" + (f"?{query}" if query else ""), 308)


def _described(response: Response, path: str) -> Response:
    if media_type := TYPES.get(PurePath(path).suffix):
        response.headers["Content-Type"] = media_type
    is_fixed = NAMED_BY_CONTENT.search(path)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_SECONDS}, immutable" if is_fixed else "no-cache"
    )
    return response
