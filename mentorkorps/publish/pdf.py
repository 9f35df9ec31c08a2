"""Whole HTML documents -> tagged PDF, by WeasyPrint.

Papers bring their own Arabic and Cyrillic (docs/theme/assets/fonts; from the packages
fontpkg-ibm-plex-sans-arabic 1.101 and fontpkg-noto-sans 2.15). Noto Sans Arabic sets dots apart
from their letters, and a PDF of it is read aloud wrongly: 342 of 972 letters. Of other scripts
without a font the command says what to install.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

THEME = Path("docs/theme/assets")
SMALLER = ("pp--snug", "pp--small")
HOW_TO_GET_PANGO = (
    "To make PDF papers as well, install Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0, or brew install pango."
)


FONT_MISSING = (
    "%s.pdf has empty boxes in the place of %s, for no font has these letters. "
    "apt install fonts-noto-core, or brew install --cask font-noto-sans, and print again; "
    "the page on the site prints with the browser's own fonts."
)
MANY_LETTERS = 8
LOG = logging.getLogger(__name__)


class PangoMissing(Exception):
    """WeasyPrint cannot find the system's libraries; the text says how to get them."""

    def __init__(self) -> None:
        super().__init__(HOW_TO_GET_PANGO)


@dataclass(frozen=True, slots=True)
class Print:
    """A document to print. `file` is its name without an ending, `pages` how many sheets it should
    fill.
    """

    file: str
    title: str
    html: str
    pages: int | None = None


def can_be_pdf() -> bool:
    """Whether the system has what WeasyPrint needs."""
    return find_library("pango-1.0") is not None


def write_papers(prints: Iterable[Print], folder: Path) -> list[Path]:
    """Writes each print as a PDF/UA file, on all processors. Raises PangoMissing."""
    files = []
    for paper, pdf in pdfs(prints):
        target = folder / f"{paper.file}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(pdf)
        files.append(target)
    return files


def pdfs(prints: Iterable[Print]) -> Iterator[tuple[Print, bytes]]:
    """Each print with its PDF/UA file. Raises PangoMissing."""
    Printer()  # says at once what is missing
    papers = list(prints)
    with ProcessPoolExecutor() as pool:
        yield from zip(papers, pool.map(_pdf, papers), strict=True)


def _pdf(paper: Print) -> bytes:
    return _printer().pdf(paper)


@cache
def _printer() -> "Printer":
    return Printer()


class Printer:
    """WeasyPrint with the paper's style, read once."""

    def __init__(self) -> None:
        try:
            # WeasyPrint ships no types, and nobody has written stubs.
            import weasyprint  # type: ignore[import-untyped]
            from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
        except OSError as error:
            raise PangoMissing from error
        self.html = weasyprint.HTML
        self.fonts = FontConfiguration()
        self.style = weasyprint.CSS(THEME / "paper.css", font_config=self.fonts)

    def pdf(self, paper: Print) -> bytes:
        with Unprintable(paper.file):
            pdf: bytes = self.fitted(paper).write_pdf(pdf_variant="pdf/ua-1")
            return pdf

    def fitted(self, paper: Print) -> Any:
        """The print in its pages; set smaller, in two steps, while it fills more sheets than it
        should.
        """
        document = self.laid_out(paper.html)
        for size in SMALLER:
            if paper.pages and len(document.pages) > paper.pages:
                document = self.laid_out(
                    paper.html.replace('<body class="', f'<body class="{size} ', 1)
                )
        return document

    def laid_out(self, html: str) -> Any:
        """The document in its pages. Without hints a list that goes on, `<ol start="2">`, would
        begin at 1 again.
        """
        return self.html(string=html, base_url=THEME.resolve().as_uri() + "/").render(
            stylesheets=[self.style],
            font_config=self.fonts,
            pdf_variant="pdf/ua-1",
            presentational_hints=True,
        )


class Unprintable(logging.Handler):
    """Listens to WeasyPrint while it writes a PDF, and says in one line which letters became empty
    boxes.
    """

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
