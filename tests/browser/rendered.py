"""Generated pages of a test's own records in a real browser: without MkDocs, a server or a disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Route
from playwright.sync_api import Page as BrowserPage

from mentorkorps.site.page import Page
from tests.conftest import ROOT

HOST = "http://mentorkorps.test/"
ASSETS = ROOT / "docs" / "theme" / "assets"
FRAME = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="/assets/site.css"><script src="/assets/site.js" defer></script>
<main>{body}</main>"""


@contextmanager
def visitor(browser: Browser, pages: dict[str, Page], **options: object) -> Iterator[BrowserPage]:
    """Somebody who finds each page at its address; `options` as for a browser's context."""
    context = browser.new_context(base_url=HOST, **options)

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        if page := pages.get(path):
            html = FRAME.format(language=page.language, title=page.title, body=page.body)
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif path.endswith(".woff2"):
            route.abort()
        elif (asset := Path(ASSETS, path.removeprefix("assets/"))).is_file():
            route.fulfill(path=asset)
        else:
            route.fulfill(status=404, body="")

    context.route("**/*", answer)
    try:
        yield context.new_page()
    finally:
        context.close()
