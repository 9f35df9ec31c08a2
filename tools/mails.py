"""Draws every kind of mail as its reader sees it, in both languages, light and dark, on phone and desk.

python tools/mails.py FOLDER    a picture for each kind
python tools/mails.py --mark    the portal's mark that stands in mails, from the site's favicon
"""

import asyncio
import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, async_playwright

from mentorkorps.backend import settings
from mentorkorps.backend.db.records import Mail, SignUp, Subject
from mentorkorps.backend.lists import public_facts
from mentorkorps.backend.lists.contents import ListContents
from mentorkorps.backend.mail.compose import MailComposer
from mentorkorps.backend.mail.frame import MARK_FILE
from mentorkorps.backend.mail.kinds import KINDS, MailKind
from mentorkorps.backend.mail.recipients import person_id, recipient_id
from mentorkorps.backend.mail.sign_up_facts import shows_membership
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.courses import Event
from mentorkorps.interface.languages import LANGUAGES, Language

ROOT = Path(__file__).parent.parent
FAVICON = ROOT / "docs" / "theme" / "assets" / "favicon.svg"
WIDTHS = (360, 640)
SCHEMES = ("light", "dark")
MARK_PIXELS = 96
"""Shown at a third of it, so that it is sharp on every screen."""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENVIRON = {"MENTORKORPS_SECRET_KEYS": "a-key-for-pictures-only"}

COLLEAGUE = "mette@example.org"
RECIPIENTS = f"""
default: mentor@example.org
people:
- {{name: Mette Testesen, email: {COLLEAGUE}, roles: [{{role: auditor}}]}}
"""


async def main(argument: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        if argument == "--mark":
            await draw_mark(browser)
        else:
            await draw_mails(browser, Path(argument))
        await browser.close()


async def draw_mark(browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": MARK_PIXELS, "height": MARK_PIXELS})
    await page.set_content(
        f'<body style="margin:0">{FAVICON.read_text("utf-8").replace("<svg ", "<svg width=96 ", 1)}'
    )
    shot = Image.open(BytesIO(await page.screenshot(omit_background=True)))
    shot.quantize(64).save(MARK_FILE, optimize=True)


async def draw_mails(browser: Browser, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = load_catalogue(ROOT / "data")
    for name in KINDS:
        shots = []
        for page in pages(catalogue, name):
            for width, scheme in product(WIDTHS, SCHEMES):
                shots.append(await shot(browser, page, width, scheme))
        beside(shots).save(folder / f"{name}.png")


def pages(catalogue: Catalogue, kind: str) -> Iterator[str]:
    """The HTML of such a mail in each language."""
    with TemporaryDirectory() as place:
        recipients = Path(place, "recipients.yaml")
        recipients.write_text(RECIPIENTS, "utf-8")
        read = settings.read_settings(
            ENVIRON
            | {
                "MENTORKORPS_DATABASE_URL": f"sqlite:///{place}/m.db",
                "MENTORKORPS_RECIPIENTS": str(recipients),
            }
        )
    contents = ListContents(catalogue, read.public_url, ROOT / "site").by_kind()
    composer = MailComposer(
        catalogue, read, Tokens(read.secret_keys, lambda: NOW), lambda: NOW, contents=contents
    )
    about = KINDS[kind].about
    id = recipient_id(read.secret_keys[0], read.recipients.default)
    subject = Subject(about, id if about == "recipient" else "1" * 32)
    mail = Mail(
        "0" * 32,
        subject,
        kind,
        "sending",
        0,
        NOW,
        NOW,
        None,
        None,
        waiting=3,
        details=person_id(read.secret_keys[0], COLLEAGUE)
        if about == "login"
        else details(catalogue, kind),
    )
    for language in LANGUAGES:
        sign_up = sample(catalogue, KINDS[kind], language)
        message = message_from_bytes(composer.write(mail, sign_up).content, policy=policy.default)
        yield page_of(message)


def details(catalogue: Catalogue, kind: str) -> str | None:
    """What such a mail tells of beside its sign-up."""
    event = public_event(catalogue)
    about = public_facts.about("events", event)
    if kind in ("changed", "changed_notice"):
        place = catalogue.form_for("join").meaning("place")
        return place.id if place else None
    if kind in ("opened", "practical", "practical_day"):
        return about
    if kind == "moved":
        was = asdict(public_facts.facts_of(catalogue, event))
        return f"{about}\n{json.dumps({'was': was})}"
    if kind == "newsletter":
        items = [{"about": about, "why": "opened"}]
        return f"municipalities/{event.venue.municipality}\n{json.dumps({'items': items})}"
    return None


def public_event(catalogue: Catalogue) -> Event:
    """One that mails may tell of."""
    events = catalogue.events.values()
    return next(event for event in events if not shows_membership(catalogue, event))


def sample(catalogue: Catalogue, kind: MailKind, language: Language) -> SignUp | None:
    """The sign-up that such a mail is about, if it is about one."""
    if kind.about in ("recipient", "service", "login"):
        return None
    form = catalogue.form_for("join")
    name, email = form.meaning("name"), form.meaning("email")
    assert name and email
    answers: dict[str, str | bool | tuple[str, ...]] = {
        name.id: "Karen Testesen",
        email.id: "karen@example.org",
    }
    withdrawn_at = NOW if kind.is_for_withdrawn else None
    return SignUp(
        "1" * 32,
        form.id,
        language,
        answers,
        False,
        NOW,
        NOW,
        NOW - timedelta(hours=1),
        None,
        withdrawn_at,
        False,
        code="K7M2P",
    )


def page_of(message: EmailMessage) -> str:
    """The HTML of a mail with its inline picture put in."""
    html, picture = message.get_body(("html",)), message.get_body(("related",))
    assert html and picture
    (mark,) = (part for part in message.walk() if part.get_content_maintype() == "image")
    data = f"data:image/png;base64,{b64encode(mark.get_content()).decode()}"
    return str(html.get_content()).replace(f"cid:{mark['Content-ID'].strip('<>')}", data)


async def shot(browser: Browser, html: str, width: int, scheme: str) -> Image.Image:
    page = await browser.new_page(
        viewport={"width": width, "height": 500},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    await page.set_content(html)
    picture = await page.screenshot(full_page=True)
    await page.close()
    return Image.open(BytesIO(picture))


def beside(shots: list[Image.Image]) -> Image.Image:
    gap = 8
    size = sum(shot.width + gap for shot in shots), max(shot.height for shot in shots)
    sheet = Image.new("RGB", size, "#888888")
    left = 0
    for shot in shots:
        sheet.paste(shot, (left, 0))
        left += shot.width + gap
    return sheet


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
