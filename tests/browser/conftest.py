"""A real server, a real Chromium, and a visitor who never leaves the site."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.settings import DATABASE_URL, Settings, read_settings
from tests.conftest import ROOT

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
WITHOUT = (
    # What Playwright leaves out by itself: of a flag that stands twice the last one counts.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    *("PreconnectToSearch", "msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion"),
    # The pop-ups of the address bar: two pages of Chromium's own, in a process of their own, for
    # each page of a test. They took 0.8 s of processor time, which is more than most tests.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(WITHOUT)}",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Running:
    """The portal as `mentorkorps serve` runs it, in a folder of its own."""

    url: str
    folder: Path

    def mails(self, to: str) -> list[str]:
        """The texts of the mails that were written to an address, oldest first."""
        files = sorted(
            (self.folder / "var" / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
        )
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return [mail.get_body(("plain",)).get_content() for mail in mails if to in mail["To"]]

    def link_in_mail(self, to: str, part: str, within: float = 10) -> str:
        """The first link with `part` in it that was mailed to an address; waits for the mail."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            for text in self.mails(to):
                if found := re.search(rf"https?://\S+{part}\S+", text):
                    return found[0]
            time.sleep(0.05)
        raise AssertionError(f"no mail to {to} with {part}")

    def sign_ups(self, email: str) -> list[SignUp]:
        """What is kept of an address, read as the operator reads it: on the disk it is encrypted."""
        return [
            one
            for one in operator_reads.sign_ups(self.settings)
            if one.answers.get("email") == email
        ]

    @property
    def settings(self) -> Settings:
        """As the server itself reads them, with the key that it made beside its database."""
        return read_settings({DATABASE_URL: f"sqlite:///{self.folder}/var/mentorkorps.db"})

    def desk_link(self, email: str) -> str:
        """The coordinator's link to the sign-up of an address."""
        (sign_up,) = self.sign_ups(email)
        token = Tokens(self.settings.secret_keys, utc_now).sign("desk", sign_up.id, utc_now())
        return f"{self.url.rstrip('/')}/desk/{token}"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.fixture(scope="session")
def portal(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    port = free_port()
    log = (folder / "log").open("w")
    command = ["serve", "--port", str(port), "--data", ROOT / "data", "--site", site]
    server = subprocess.Popen(
        [sys.executable, "-m", "mentorkorps", *map(str, command)],
        cwd=folder,
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", server, folder / "log")
        yield Running(f"http://127.0.0.1:{port}", folder)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)
        log.close()


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(200):
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    installed = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("MENTORKORPS_CHROMIUM", installed), args=QUIET
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tab_of(browser: Browser, portal: Running) -> Callable[..., Page]:
    """The page of a visitor with such eyes who goes from page to page, and only looks.

    It lasts as long as the browser, since a fresh page takes Chromium longer than most of what is
    looked at. Who types, keeps something or changes the page takes `visit` or `context_of`.
    """
    tabs: dict[str, Page] = {}

    def tab(**options: object) -> Page:
        eyes = repr(sorted(options.items()))
        if eyes not in tabs:
            tabs[eyes] = browser.new_context(base_url=portal.url, **options).new_page()
        return tabs[eyes]

    return tab


@pytest.fixture
def look(
    tab_of: Callable[..., Page], portal: Running, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """What `visit` is for those who only look, with its marks and what it fails for."""
    page = tab_of(**options_of(request))
    with watched(page, portal):
        yield page


@pytest.fixture
def visit(browser: Browser, portal: Running, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a fresh visitor; `@pytest.mark.visitor(...)` sets phone, scripts and colours.

    Fails if anything was asked of another host, went wrong in the console, or left a cookie.
    """
    context = browser.new_context(base_url=portal.url, **options_of(request))
    page = context.new_page()
    with watched(page, portal):
        yield page
    context.close()


def options_of(request: pytest.FixtureRequest) -> dict[str, object]:
    mark = request.node.get_closest_marker("visitor")
    return {"viewport": {"width": 1280, "height": 900}} | (mark.kwargs if mark else {})


@contextmanager
def watched(page: Page, portal: Running) -> Iterator[None]:
    """Fails after the block if a page in it asked another host, complained, or left a cookie."""
    foreign: list[str] = []
    errors: list[str] = []

    def asked(sent: Request) -> None:
        if not sent.url.startswith((portal.url, "data:")):
            foreign.append(sent.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_expected(message.text):
            errors.append(message.text)

    def broke(error: Error) -> None:
        errors.append(str(error))

    listeners = {"request": asked, "console": said, "pageerror": broke}
    for event, listener in listeners.items():
        page.on(event, listener)
    yield
    assert [] == foreign
    assert [] == errors
    assert [] == page.context.cookies()
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def is_expected(text: str) -> bool:
    """A page that a test asks for although it is not there, or that answers 422, is no fault of the site's."""
    return bool(re.search(r"status of (404|422|410)", text))


def axe(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds on the page as it is: rule and first place. Run outside the page's own script policy.

    A click returns while the next page still comes: without its style a dark page has pale links on white.
    """
    page.wait_for_load_state()
    found = page.evaluate(AXE + f"\n;axe.run(document, {{runOnly: {TAGS!r}}})")
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]


@pytest.fixture
def context_of(browser: Browser, portal: Running):
    """Makes visitors with other eyes: dark, narrow, without scripts."""
    made: list[BrowserContext] = []

    def make(**options) -> Page:
        made.append(browser.new_context(base_url=portal.url, **options))
        return made[-1].new_page()

    yield make
    for context in made:
        context.close()
