"""The course as one zip a language: pages, slides, papers and a search, opened as files without a
network.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit
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
from mentorkorps.site.html_rewriting import Attributes, HtmlRewriter, start_tag
from mentorkorps.site.page import Page
from mentorkorps.site.record_pages import RecordPages

LIMIT = 6_000_000
"""Bytes of a pack: it goes by mail and on an old stick."""
ASSETS = ("site.css", "site.js", "training.css", "training.js", "learning.js", *slides.ASSETS)
PAPERS = "pdf"
MENU = ("training", "trainers", "rules")
RESERVE = 60_000
"""Bytes for the index page and the list of files at the end."""
LINKS = ("href", "data-speaker")
"""Attributes that lead to another page."""
HIDDEN = ("svg", "nav", "form")


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
        limit = LIMIT - RESERVE
        packed, left_out = [], []
        with ZipFile(buffer, "w") as archive:
            for file, content in self.files():
                put(archive, file, content)
            for paper, content in papers:
                if buffer.tell() + len(content) > limit:
                    left_out.append(paper)
                    continue
                put(archive, f"{PAPERS}/{paper.file}.pdf", content)
                packed.append(paper)
            put(archive, "index.html", self.index(packed).encode())
        return Pack(f"{name}.zip", buffer.getvalue(), tuple(left_out))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """All but the index page and the PDFs, by their place in the pack."""
        pages = self.pages()
        packed = {page.at for page in pages} | {deck.at for deck in self.decks()}
        for page in pages:
            yield f"{page.at}index.html", self.page(page, packed).encode()
        for deck in self.decks():
            yield f"{deck.at}index.html", self.as_file(deck.html, deck.at, packed).encode()
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

    def page(self, page: Page, packed: set[str]) -> str:
        body = Markup(self.as_file(page.body, page.at, packed))
        return self.framed(page, body)

    def framed(self, page: Page, body: Markup) -> str:
        root = relative(page.at, "") if page.at else "./"
        menu = [
            (f"{root}{self.place(kind)}", words(self.language)["site"]["names"][kind])
            for kind in MENU
        ]
        return render(
            "pack-page.html",
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
            "pack-index.html",
            self.language,
            ways=ways,
            decks=[(f"{deck.at}index.html", deck.slides[0].title) for deck in self.decks()],
            pdfs=[(f"{PAPERS}/{paper.file}.pdf", paper.title) for paper in papers],
        )
        title = words(self.language)["paper"]["pack"]["title"]
        return self.framed(
            Page("", self.language, title, title, body, assets=training_pages.STYLES), Markup(body)
        )

    def place(self, kind: str) -> str:
        return f"{address(kind, self.language)}index.html"

    def as_file(self, html: str, at: str, packed: set[str]) -> str:
        """The HTML of the page at `at` with its links as they work between files; the rest lead
        to the portal.
        """
        return FileLinks(at, packed, self.public_url).rewrite(html)

    def search_index(self, pages: list[Page]) -> str:
        """What the search asks for, as a script: a page that was opened as a file may not fetch."""
        docs = [
            {
                "location": f"{page.at}index.html",
                "title": escape(page.title),
                "text": escape(PageWords().of(page.body), quote=False),
            }
            for page in pages
            if page.listed and page.searchable
        ]
        return f"window.searchIndex = {json.dumps({'docs': docs}, ensure_ascii=False)};\n"


class FileLinks(HtmlRewriter):
    """Links of the page at `at` as they work between files; those to no page of the pack, which
    are `packed`, lead to the portal.
    """

    def __init__(self, at: str, packed: set[str], public_url: str) -> None:
        super().__init__()
        self.at = at
        self.packed = packed
        self.public_url = public_url

    def begin(self, tag: str, attributes: Attributes, source: str) -> str:
        rewritten = [
            (name, self.target_of(value) if name in LINKS else value) for name, value in attributes
        ]
        return source if rewritten == attributes else start_tag(tag, rewritten)

    def target_of(self, link: str | None) -> str | None:
        """Where a link leads now. What is no page of the portal stays as it is."""
        parts = urlsplit(urljoin(f"/{self.at}", link or "#"))
        if not link or link.startswith("#") or parts.scheme or parts.netloc:
            return link
        if not parts.path.endswith("/"):
            return link
        page = parts.path.removeprefix("/")
        target = (
            relative(self.at, f"{page}index.html")
            if page in self.packed
            else urljoin(self.public_url, page)
        )
        return target + urlunsplit(parts._replace(path=""))


class PageWords(HTMLParser):
    """The words of a page, without those of its pictures, menus and forms."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.parts: list[str] = []

    def of(self, html: str) -> str:
        self.feed(html)
        self.close()
        return " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.hidden += tag in HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in HIDDEN

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def write_pack(pack: Pack, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / pack.name
    target.write_bytes(pack.content)
    return target
