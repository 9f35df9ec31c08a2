"""Curriculum -> papers: whole HTML documents, made from the same texts as the pages, and PDF made of them.

Only writing PDF needs WeasyPrint, and WeasyPrint needs Pango, which is no Python package.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import date, time
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from mentorkorps import rendering
from mentorkorps.addresses import address
from mentorkorps.catalogue import Catalogue
from mentorkorps.curriculum import AddOn, CardSet, Curriculum, Module, Paper, Session, add
from mentorkorps.model import Language
from mentorkorps.pages.training import TrainingView, shown

THEME = Path("docs/theme/assets")
NUMBERED = re.compile(r"[ht][0-9]+")
"""Papers that are known in the room by letter and number."""
RIGHT_TO_LEFT = ("ar", "fa", "ps", "ur", "ckb", "he")
A_SHEET = 8
"""Cards on an A4 sheet, four rows of two."""
SMALLER = ("pp--snug", "pp--small")
HOW = (
    "To make PDF papers as well, install Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, "
    "or brew install pango."
)


FONT_MISSING = (
    "%s.pdf has empty boxes in the place of %s, for no font has these letters. apt install fonts-noto-core, or brew "
    "install --cask font-noto-sans, and print again; the page on the site prints with the browser's own fonts."
)
MANY_LETTERS = 8
LOG = logging.getLogger(__name__)


class PangoMissing(Exception):
    """WeasyPrint cannot find the system's libraries; the text says how to get them."""

    def __init__(self) -> None:
        super().__init__(HOW)


@dataclass(frozen=True, slots=True)
class Print:
    """A document to print. `file` is its name without an ending, `pages` how many sheets it should fill."""

    file: str
    title: str
    html: str
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintView(TrainingView):
    """A page's view for paper: its links go to the public address, whose words stand beside the QR."""

    public_url: str

    def link(self, kind: str, id: str = "") -> str:
        return urljoin(self.public_url, address(kind, self.language, id))

    def in_words(self, address: str) -> str:
        """An address as one reads it from paper and types it."""
        parts = urlsplit(address)
        return f"{parts.netloc}{parts.path}"

    def qr(self, address: str) -> str:
        """A QR code as a picture's address."""
        import segno

        return segno.make(address, error="m", micro=False).svg_data_uri(border=0, dark="#000")

    def after(self, clock: time, minutes: int) -> time:
        return add(clock, minutes)

    def brought(self, module: Module) -> list[str]:
        """The papers and cards of a module: handouts and tools by the number on them, the rest by title."""
        cards = [cards.title for id in module.cards if (cards := self.card_set(id))]
        papers = [id.upper() if NUMBERED.fullmatch(id) else self.paper(id).title for id in self.handed_out(module)]
        return papers + cards

    def direction(self, record: Paper) -> str:
        return "rtl" if record.language in RIGHT_TO_LEFT else "ltr"


def can_be_pdf() -> bool:
    """Whether the system has what WeasyPrint needs."""
    return find_library("pango-1.0") is not None


def write(prints: Iterable[Print], folder: Path) -> list[Path]:
    """Writes each print as a PDF/UA file, on all processors. Raises PangoMissing."""
    written = []
    for one, pdf in pdfs(prints):
        target = folder / f"{one.file}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pdf)
        written.append(target)
    return written


def pdfs(prints: Iterable[Print]) -> Iterator[tuple[Print, bytes]]:
    """Each print with its PDF/UA file. Raises PangoMissing."""
    Printer()  # says at once what is missing
    found = list(prints)
    with ProcessPoolExecutor() as pool:
        yield from zip(found, pool.map(_pdf, found), strict=True)


def _pdf(one: Print) -> bytes:
    return _printer().pdf(one)


@cache
def _printer() -> "Printer":
    return Printer()


class Printer:
    """WeasyPrint with the paper's style, read once."""

    def __init__(self) -> None:
        try:
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
        except OSError as error:
            raise PangoMissing from error
        self.html = weasyprint.HTML
        self.fonts = FontConfiguration()
        self.style = weasyprint.CSS(THEME / "paper.css", font_config=self.fonts)

    def pdf(self, one: Print) -> bytes:
        with Unprintable(one.file):
            return self.fitted(one).write_pdf(pdf_variant="pdf/ua-1")

    def fitted(self, one: Print) -> Any:
        """The print in its pages; set smaller, in two steps, while it fills more sheets than it should."""
        document = self.laid_out(one.html)
        for size in SMALLER:
            if one.pages and len(document.pages) > one.pages:
                document = self.laid_out(one.html.replace('<body class="', f'<body class="{size} ', 1))
        return document

    def laid_out(self, html: str) -> Any:
        """The document in its pages. Without hints a list that goes on, `<ol start="2">`, would begin at 1 again."""
        return self.html(string=html, base_url=THEME.resolve().as_uri() + "/").render(
            stylesheets=[self.style], font_config=self.fonts, pdf_variant="pdf/ua-1", presentational_hints=True
        )


class Unprintable(logging.Handler):
    """Listens to WeasyPrint while it writes a PDF, and says in one line which letters became empty boxes."""

    def __init__(self, file: str) -> None:
        super().__init__(logging.WARNING)
        self.file = file
        self.letters: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if ".notdef" in str(record.msg) and isinstance(record.args, tuple):
            self.letters[str(record.args[0])] = None

    def __enter__(self) -> None:
        logging.getLogger("weasyprint").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)
        if self.letters:
            LOG.warning(FONT_MISSING, self.file, " ".join(list(self.letters)[:MANY_LETTERS]))


@dataclass(frozen=True)
class Press:
    """Sets the papers of one language. `public_url` is where their pages stand, with a slash at its end."""

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language
    public_url: str

    @cached_property
    def texts(self) -> dict[str, Any]:
        return rendering.words(self.language)["paper"]

    @property
    def modules(self) -> list[Module]:
        return [self.curriculum.module(id, self.language) for id in self.curriculum.order()]

    @property
    def papers(self) -> list[Paper]:
        return [shown(self.curriculum.paper(id, self.language), self.language) for id in self.curriculum.papers["da"]]

    @property
    def card_sets(self) -> list[CardSet]:
        return [self.curriculum.card_set(id, self.language) for id in self.curriculum.cards["da"]]

    def prints(self) -> Iterator[Print]:
        """Every paper of the course."""
        yield self.workbook()
        yield from map(self.workbook, self.curriculum.timetable.addons)
        yield self.guide()
        yield self.run_sheet()
        yield self.solutions()
        for cards in self.card_sets:
            yield self.cards(cards)
            if any(card.key for card in cards.cards):
                yield self.card_keys(cards)
        yield from map(self.single, self.papers)

    def workbook(self, addon: AddOn | None = None) -> Print:
        """The participants' book of the two days, or of an add-on, which only some programmes choose."""
        chosen = {id for one in self.curriculum.timetable.addons for id in one.modules if addon in (None, one)}
        modules = [one for one in self.modules if (one.id in chosen) == bool(addon)]
        papers = [
            one
            for one in self.papers
            if one.for_ == "participants" and one.kind != "mail" and (one.module in chosen) == bool(addon)
        ]
        words = self.texts["workbook"]
        return self.set(
            "workbook",
            address("training", self.language),
            title=f"{words['title']} · {addon.title.of(self.language)}" if addon else "",
            file=f"{words['file']}-{addon.id}" if addon else "",
            modules=modules,
            papers=papers,
            addon=addon,
        )

    def guide(self) -> Print:
        trainers = [one for one in self.papers if one.is_for_trainers]
        return self.set(
            "guide", address("trainers", self.language), for_trainers=True, modules=self.modules, papers=trainers
        )

    def run_sheet(self, sessions: tuple[Session, ...] = (), title: str = "", dates: tuple[date, ...] = ()) -> Print:
        """One sheet a day: as planned, or with the clock times and dates of a course."""
        at = address("run-sheet", self.language)
        view = self.view(at, for_trainers=True)
        days = sessions or view.sessions()
        return self.set("run_sheet", at, title=title, pages=len(days), for_trainers=True, sessions=days, dates=dates)

    def solutions(self) -> Print:
        keyed = [one for one in self.card_sets if any(card.key for card in one.cards)]
        return self.set(
            "solutions", address("trainers", self.language), for_trainers=True, modules=self.modules, card_sets=keyed
        )

    def cards(self, cards: CardSet) -> Print:
        at = address("cards", self.language, cards.id)
        is_long = self.view(at).are_long(cards)
        size = len(cards.cards) if is_long else A_SHEET
        sheets = [cards.cards[i : i + size] for i in range(0, len(cards.cards), size)]
        file = f"{self.texts['folders']['cards']}/{cards.id}"
        return self.set("cards", at, file=file, title=cards.title, cards=cards, sheets=sheets, is_long=is_long)

    def card_keys(self, cards: CardSet) -> Print:
        at = address("cards-trainer", self.language, cards.id)
        title = self.texts["card_keys"]["title"].format(title=cards.title)
        file = f"{self.texts['folders']['cards']}/{cards.id}-{self.texts['card_keys']['file']}"
        return self.set("card_keys", at, file=file, title=title, for_trainers=True, cards=cards)

    def single(self, paper: Paper) -> Print:
        at = address("paper", self.language, paper.id)
        file = f"{self.texts['folders']['trainers' if paper.is_for_trainers else 'papers']}/{paper.id}"
        return self.set(
            "single",
            at,
            file=file,
            title=paper.title,
            pages=paper.pages,
            for_trainers=paper.is_for_trainers,
            paper=paper,
        )

    def set(
        self,
        kind: str,
        at: str,
        *,
        title: str = "",
        file: str = "",
        pages: int | None = None,
        for_trainers: bool = False,
        **values: object,
    ) -> Print:
        words = self.texts.get(kind, {})
        title = title or words["title"]
        html = self.view(at, for_trainers).body(
            f"paper-{kind.replace('_', '-')}.html", title=title, url=urljoin(self.public_url, at), **values
        )
        return Print(file or words["file"], title, html, pages)

    def view(self, at: str, for_trainers: bool = False) -> PrintView:
        return PrintView(
            self.catalogue, self.language, at, curriculum=self.curriculum, for_trainers=for_trainers,
            public_url=self.public_url,
        )  # fmt: skip
