"""The course as one zip a language: pages, slides, papers and a search, opened as files without a
network.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from markupsafe import Markup

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.addresses import address, relative
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render
from mentorkorps.publish import slides
from mentorkorps.publish.pdf import THEME, Print
from mentorkorps.site import training_pages
from mentorkorps.site.page import Page
from mentorkorps.site.record_pages import RecordPages

LIMIT = 6_000_000
"""Bytes of a pack: it goes by mail and on an old stick."""
ASSETS = ("site.css", "site.js", "training.css", "training.js", "learning.js", *slides.ASSETS)
PAPERS = "pdf"
MENU = ("training", "trainers", "rules")
RESERVE = 60_000
"""Bytes for the index page and the list of files at the end."""
LINK = re.compile(r'\b(href|data-speaker)="([^"]*)"')
TAGS = re.compile(r"<[^>]+>")
HIDDEN = re.compile(r"<(svg|nav|form)\b.*?</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is written. `left_out` are the papers that it had no room for."""

    name: str
    content: bytes
    left_out: tuple[Print, ...]


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs one language. `public_url` is where the portal stands, for what is not in the pack."""

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language
    public_url: str

    def pack(self, papers: Iterable[tuple[Print, bytes]] = ()) -> Pack:
        """The pack with these papers as PDF, as many as fit, in their order."""
        edition = self.curriculum.timetable.editions[-1]
        name = f"mentorkorps-{self.language}-{edition.edition}"
        date = (*edition.date.timetuple()[:3], 0, 0, 0)

        def put(archive: ZipFile, file: str, content: bytes) -> None:
            info = ZipInfo(f"{name}/{file}", date)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)

        buffer = BytesIO()
        room = LIMIT - RESERVE
        taken, left_out = [], []
        with ZipFile(buffer, "w") as archive:
            for file, content in self.files():
                put(archive, file, content)
            for one, content in papers:
                if buffer.tell() + len(content) > room:
                    left_out.append(one)
                    continue
                put(archive, f"{PAPERS}/{one.file}.pdf", content)
                taken.append(one)
            put(archive, "index.html", self.index(taken).encode())
        return Pack(f"{name}.zip", buffer.getvalue(), tuple(left_out))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """All but the index page and the PDFs, by their place in the pack."""
        pages = self.pages()
        here = {page.at for page in pages} | {deck.at for deck in self.decks()}
        for page in pages:
            yield f"{page.at}index.html", self.page(page, here).encode()
        for deck in self.decks():
            yield f"{deck.at}index.html", self.as_file(deck.html, deck.at, here).encode()
        for asset in ASSETS:
            yield f"assets/{asset}", (THEME / asset).read_bytes()
        yield "assets/search-index.js", self.search_index(pages).encode()

    def pages(self) -> list[Page]:
        rules = RecordPages(self.catalogue, self.language, self.public_url).rules()
        return [
            *training_pages.training_pages(
                self.catalogue, self.curriculum, self.language, self.public_url
            ),
            rules,
        ]

    def decks(self) -> list[slides.Deck]:
        return list(slides.decks(self.catalogue, self.curriculum, self.language))

    def page(self, page: Page, here: set[str]) -> str:
        body = Markup(self.as_file(page.body, page.at, here))
        return self.framed(page, body)

    def framed(self, page: Page, body: Markup) -> str:
        root = relative(page.at, "") if page.at else "./"
        menu = [
            (f"{root}{self.place(kind)}", words(self.language)["site"]["names"][kind])
            for kind in MENU
        ]
        return render(
            "kit-page.html",
            self.language,
            page=page,
            body=body,
            root=root,
            menu=menu,
            public_url=self.public_url,
            edition=self.curriculum.timetable.editions[-1],
        )

    def index(self, papers: list[Print]) -> str:
        texts: dict[str, Any] = words(self.language)["training"]
        ways = [
            (self.place("training"), texts["overview"]["title"], texts["overview"]["lead"]),
            (self.place("trainers"), texts["trainers"]["title"], texts["trainers"]["lead"]),
            (self.place("run-sheet"), texts["run_sheet"]["title"], texts["run_sheet"]["lead"]),
            (self.place("training-whole"), texts["whole"]["title"], texts["whole"]["lead"]),
            (self.place("rules"), texts["rules"]["title"], texts["rules"]["lead"]),
            (self.place("glossary"), texts["glossary"]["title"], texts["glossary"]["lead"]),
        ]
        body = render(
            "kit-index.html",
            self.language,
            ways=ways,
            decks=[(f"{deck.at}index.html", deck.slides[0].title) for deck in self.decks()],
            pdfs=[(f"{PAPERS}/{one.file}.pdf", one.title) for one in papers],
        )
        title = words(self.language)["paper"]["pack"]["title"]
        return self.framed(
            Page("", self.language, title, title, body, assets=training_pages.STYLES), Markup(body)
        )

    def place(self, kind: str) -> str:
        return f"{address(kind, self.language)}index.html"

    def as_file(self, html: str, at: str, here: set[str]) -> str:
        """The HTML of the page at `at` with its links as they work between files; the rest lead to
        the portal.
        """

        def rewritten(found: re.Match[str]) -> str:
            name, link = found.groups()
            parts = urlsplit(urljoin(f"/{at}", unescape(link)))
            target = parts.path.removeprefix("/")
            if (
                parts.netloc
                or parts.scheme
                or not (parts.path.endswith("/"))
                or link.startswith("#")
            ):
                return found[0]
            rest = f"{'?' if parts.query else ''}{parts.query}{'#' if parts.fragment else ''}{parts.fragment}"
            to = (
                relative(at, f"{target}index.html")
                if target in here
                else urljoin(self.public_url, target)
            )
            return f'{name}="{escape(to + rest)}"'

        return LINK.sub(rewritten, html)

    def search_index(self, pages: list[Page]) -> str:
        """What the search asks for, as a script: a page that was opened as a file may not fetch."""
        docs = [
            {
                "location": f"{page.at}index.html",
                "title": escape(page.title),
                "text": _text(page.body),
            }
            for page in pages
            if page.listed and page.searchable
        ]
        return f"window.searchIndex = {json.dumps({'docs': docs}, ensure_ascii=False)};\n"


def _text(html: str) -> str:
    return " ".join(TAGS.sub(" ", HIDDEN.sub(" ", html)).split())


def write_pack(pack: Pack, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / pack.name
    target.write_bytes(pack.content)
    return target
