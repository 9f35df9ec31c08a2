"""What is wrong in the hand-written pages of docs: links to what does not exist, and pictures that
show a place or a name.

Links are held against the table of addresses. Records have no links.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import NamedTuple

from mentorkorps.catalogue import images, yaml_source
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.catalogue.suggestions import nearest
from mentorkorps.catalogue.tables import PAGES
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.addresses import ADDRESSES, address
from mentorkorps.interface.languages import LANGUAGES, Language

LINK = re.compile(r"\]\(<?(?P<to>[^)\s>#]+)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/")
FORM = "form:"
"""Begins a link to the form that serves a purpose; `site.fragments` leads it there."""
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".svg")
OF_RECORDS = images.FOLDER.relative_to("docs")
FENCE = re.compile(r"^ {0,3}(```|~~~)")


class Span(NamedTuple):
    """A place in a line, from 1; `end_column` is exclusive."""

    line: int
    column: int
    end_column: int


def find_broken_links(
    docs: Path, name: str, catalogue: Catalogue, curriculum: Curriculum | None
) -> Iterator[Problem]:
    """Every link that leads nowhere, at its place; `name` is what problems call the folder.

    A link to a generated page names its file: `kurser/index.md`; one to a form what the form is
    for: `form:refer`.
    """
    forms = {f"{FORM}{form.purpose}" for form in catalogue.forms.values() if form.purpose}
    theme = {path.relative_to(docs / "theme").as_posix() for path in (docs / "theme").rglob("*.*")}
    for language in LANGUAGES:
        folder = docs / language
        pages = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.*"))}
        targets = {*theme, *pages, *_generated(catalogue, curriculum, language), *forms}
        for page, path in pages.items():
            if path.suffix == ".md":
                yield from _wrong_in(path, f"{name}/{language}/{page}", page, targets)
    yield from _wrong_pictures(docs, name)


def _wrong_pictures(docs: Path, name: str) -> Iterator[Problem]:
    """Pictures that pages show; those that records show are the catalogue's."""
    for path in sorted(docs.rglob("*.*")):
        picture = path.relative_to(docs)
        if path.suffix in PICTURES and path.is_file() and picture.parent != OF_RECORDS:
            yield from images.problems_of_picture(path, f"{name}/{picture.as_posix()}")


def _wrong_in(path: Path, file: str, page: str, targets: set[str]) -> Iterator[Problem]:
    try:
        text = yaml_source.read_yaml_text(path, file)
    except DataError as error:
        yield from error.problems
    else:
        yield from _dead_links(file, text, page, targets)


def _dead_links(file: str, text: str, page: str, targets: set[str]) -> Iterator[Problem]:
    for number, line in _lines(text):
        for link in LINK.finditer(line):
            to = link["to"]
            target = to if to.startswith(FORM) else normpath(join(dirname(page), to))
            if (to.startswith(FORM) or not ELSEWHERE.match(to)) and target not in targets:
                span = Span(number, link.start("to") + 1, link.end("to") + 1)
                yield Problem.at(
                    file, span, "missing-page", suggestion=nearest(target, targets), value=to
                )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not code, with their numbers."""
    in_code = False
    for number, line in enumerate(text.split("\n"), 1):
        if FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            yield number, re.sub(r"`[^`]*`", lambda code: " " * len(code[0]), line)


def _generated(
    catalogue: Catalogue, curriculum: Curriculum | None, language: Language
) -> Iterator[str]:
    front = address("front", language)
    ids = {page: list(_in_addresses(catalogue, table)) for table, page in PAGES.items()}
    taught = (
        [*curriculum.order(), *curriculum.papers["da"], *curriculum.cards["da"]]
        if curriculum
        else []
    )
    for kind, at in ADDRESSES.items():
        for id in ids.get(kind, taught) if "{id}" in at[language] else [""]:
            yield f"{address(kind, language, id).removeprefix(front)}index.md"


def _in_addresses(catalogue: Catalogue, table: str) -> Iterator[str]:
    """What stands in the addresses of a table's records, but for programmes that are not shown
    yet."""
    for record in catalogue.table(table).values():
        if isinstance(record, Municipality):
            yield record.slug
        elif not (isinstance(record, Programme) and record.status == "draft"):
            yield record.id
