"""Markdown of the curriculum -> HTML. The one module that knows the Markdown library.

Under an empty corner of a table each row has a head; elsewhere the first column is text.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from mentorkorps.curriculum.markdown import REFERENCE

LinkTo = Callable[[str, str], tuple[str, str | None]]
"""Kind and id of what a text refers to -> its title, and its address if the reader may go there."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BOX = "☐"
ALIGNED = re.compile(r"text-align: (\w+);")
AFTER_THE_LIBRARY = -10
"""The library's own tree processors end at 0: ours see the tree as it is going to be written."""


def prose_html(text: str, link_to: LinkTo, level: int = 3) -> Markup:
    """Markdown as HTML, its uppermost headings at `level`."""
    return Markup(_html(_linked(text, link_to), level))


def plain_text(text: str) -> str:
    """Markdown without its marks, for descriptions."""
    return re.sub(r"[*_`#>|]+", "", REFERENCE.sub("", text)).strip()


def _linked(text: str, link_to: LinkTo) -> str:
    def link(reference: re.Match[str]) -> str:
        title, address = link_to(reference[1], reference[2])
        words = re.sub(r"([\[\]*_`])", r"\\\1", title)
        return f"[{words}]({address})" if address else words

    return REFERENCE.sub(link, text)


@lru_cache(maxsize=4096)
def _html(text: str, level: int) -> str:
    return _converter(level).reset().convert(text)


@cache
def _converter(level: int) -> Markdown:
    return Markdown(extensions=["tables", "sane_lists", Prose(level)])


class Prose(Extension):
    """Headings from `level` on, lists to tick off, and tables for phones and screen readers."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level

    def extendMarkdown(self, md: Markdown) -> None:
        steps = (HeadingLevels(md, self.level), TickBoxes(md), Tables(md))
        for number, step in enumerate(steps):
            md.treeprocessors.register(step, type(step).__name__, AFTER_THE_LIBRARY - number)


class HeadingLevels(Treeprocessor):
    """The uppermost headings of the text come to stand at `level`, the others as far below."""

    def __init__(self, md: Markdown, level: int) -> None:
        super().__init__(md)
        self.level = level

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if element.tag in HEADINGS]
        above = min((_level(heading) for heading in headings), default=self.level)
        for heading in headings:
            heading.tag = f"h{min(6, _level(heading) - above + self.level)}"


class TickBoxes(Treeprocessor):
    """A list whose first item begins with a box is one to tick off."""

    def run(self, root: Element) -> None:
        for items in root.iter("ul"):
            if _words(items[0]).startswith(BOX):
                items.set("class", "mk-boxes")


class Tables(Treeprocessor):
    """Marks what is to be filled in, gives each row a head, and wraps each table for the phone."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, table in enumerate(parent):
                if table.tag == "table":
                    _give_heads(table)
                    _mark_to_fill_in(table)
                    parent[place] = _wrapped(table)


def _level(heading: Element) -> int:
    return int(heading.tag[1])


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _rows(table: Element, part: str) -> Iterator[Element]:
    for group in table.findall(part):
        yield from group.findall("tr")


def _is_empty(cell: Element) -> bool:
    return not len(cell) and not cell.text


def _give_heads(table: Element) -> None:
    """A cell without words heads nothing; under an empty corner each row has a head of its own
    (PDF/UA, 7.5).
    """
    heads = [cell for row in _rows(table, "thead") for cell in row]
    has_empty_corner = bool(heads) and _is_empty(heads[0])
    for cell in heads:
        if _is_empty(cell):
            cell.tag = "td"
    for row in _rows(table, "tbody"):
        if has_empty_corner:
            row[0].tag = "th"
            row[0].attrib = {"scope": "row"}
    for cell in table.iter():
        if aligned := ALIGNED.fullmatch(cell.attrib.pop("style", "")):
            cell.set("class", f"mk-{aligned[1]}")


def _mark_to_fill_in(table: Element) -> None:
    """Marks rows that are there to be written in: half of their cells are empty or a label."""
    rows = list(_rows(table, "tbody"))
    forms = [row for row in rows if 2 * sum(map(_is_to_fill_in, row)) >= len(row)]
    for row in forms:
        row.set("class", "mk-fill")
    if 2 * len(forms) >= len(rows):
        table.set("class", "mk-form")


def _is_to_fill_in(cell: Element) -> bool:
    last_words = (cell[-1].tail if len(cell) else cell.text) or ""
    if cell.tag != "td":
        return False
    return last_words.rstrip().endswith(":") or (not len(cell) and not last_words.strip())


def _wrapped(table: Element) -> Element:
    """From three columns on, a phone reads row by row, with a word for each cell; four may scroll:
    by keyboard too.
    """
    heads = [cell for row in _rows(table, "thead") for cell in row]
    wrapper = Element("div", {"class": "mk-table"})
    if len(heads) >= 3:
        wrapper.set("class", "mk-table mk-table--rows")
        _label_cells(table, [_label(head) for head in heads])
    if len(heads) > 3:
        name = ", ".join(filter(None, map(_words, heads)))
        scrolls = {"class": f"{wrapper.get('class')} mk-scroll", "tabindex": "0", "role": "group"}
        wrapper.attrib |= scrolls | ({"aria-label": name} if name else {})
    wrapper.append(table)
    wrapper.tail, table.tail = table.tail, None
    return wrapper


def _label_cells(table: Element, labels: list[str]) -> None:
    """Repeats the heads of a table at the cells below them."""
    for row in _rows(table, "tbody"):
        for cell, label in zip(row, labels, strict=False):
            if cell.tag == "td":
                cell.attrib = {"data-label": label} | cell.attrib


def _label(head: Element) -> str:
    words = _words(head)
    return f"{words}:" if words and words[-1] not in "?!:" else words
