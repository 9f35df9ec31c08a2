"""Markdown of the curriculum -> HTML. Only this module knows the Markdown library.

Under an empty corner of a table each row has a head; elsewhere the first column is text.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from markdown import Markdown
from markupsafe import Markup

from mentorkorps.curriculum.markdown import REFERENCE

LinkTo = Callable[[str, str], tuple[str, str | None]]
"""Kind and id of what a text refers to -> its title, and its address if the reader may go there."""

TABLE = re.compile("<table[^>]*>.*?</table>", re.DOTALL)
BOXES = re.compile(r"<ul>(?=\s*<li>\s*(?:<p>)?☐)")
ROW = re.compile(r"<tr[^>]*>.*?</tr>", re.DOTALL)
BLANK = re.compile(r"(?:<td[^>]*>|:)\s*</td>")
CELL = re.compile(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", re.DOTALL)
CORNER = re.compile(r"<tr>\s*<th[^>]*></th>")
FIRST_CELL = re.compile(r"<tr>(\s*)<td[^>]*>(.*?)</td>", re.DOTALL)
TAGS = re.compile(r"<(/?)h([1-6])>")


def prose_html(text: str, link_to: LinkTo, level: int = 3) -> Markup:
    """Markdown as HTML, its uppermost headings at `level`."""
    return Markup(_rewritten(_linked(text, link_to), level))


def plain_text(text: str) -> str:
    """Markdown without its marks, for descriptions."""
    return re.sub(r"[*_`#>|]+", "", REFERENCE.sub("", text)).strip()


def _linked(text: str, link_to: LinkTo) -> str:
    def link(found: re.Match[str]) -> str:
        title, address = link_to(found[1], found[2])
        words = re.sub(r"([\[\]*_`])", r"\\\1", title)
        return f"[{words}]({address})" if address else words

    return REFERENCE.sub(link, text)


@lru_cache(maxsize=4096)
def _rewritten(text: str, level: int) -> str:
    html = Markdown(extensions=["tables", "sane_lists"]).convert(text)
    above = min((int(found[2]) for found in TAGS.finditer(html)), default=level)
    html = TAGS.sub(lambda found: f"<{found[1]}h{min(6, int(found[2]) - above + level)}>", html)
    html = TABLE.sub(lambda found: _to_fill_in(_headed(found[0])), html)
    html = re.sub(r' style="text-align: (\w+);"', r' class="mk-\1"', html)
    html = BOXES.sub(r'<ul class="mk-boxes">', html)
    return TABLE.sub(_scrolling, html)


def _headed(table: str) -> str:
    """A cell without words heads nothing; under an empty corner each row has a head of its own (PDF/UA, 7.5)."""
    head, body, rest = table.partition("<tbody>")
    if CORNER.search(head):
        body, rest = body + FIRST_CELL.sub(r'<tr>\1<th scope="row">\2</th>', rest), ""
    return re.sub(r"<th([^>]*)></th>", r"<td\1></td>", head) + body + rest


def _to_fill_in(table: str) -> str:
    """The table with the rows marked that are there to be written in: half of their cells are empty or a label."""
    head, body, rest = table.partition("<tbody>")

    def marked(row: re.Match[str]) -> str:
        is_form = 2 * len(BLANK.findall(row[0])) >= len(CELL.findall(row[0]))
        return row[0].replace("<tr", '<tr class="mk-fill"', 1) if is_form else row[0]

    rows = ROW.sub(marked, rest)
    is_form = 2 * rows.count("mk-fill") >= len(ROW.findall(rows))
    return (head.replace("<table", '<table class="mk-form"', 1) if is_form else head) + body + rows


def _scrolling(found: re.Match[str]) -> str:
    """From three columns on, a phone reads row by row, with a word for each cell; four may scroll: by keyboard too."""
    columns = len(CELL.findall(found[0].partition("</tr>")[0]))
    reached = ' tabindex="0" role="group"' if columns > 3 else ""
    if columns < 3:
        return f'<div class="mk-table">{found[0]}</div>'
    return f'<div class="mk-table mk-table--rows"{reached}>{_labelled(found[0])}</div>'


def _labelled(table: str) -> str:
    """The table with its heads repeated at the cells below them."""
    head, body, rest = table.partition("<tbody>")
    labels = [_label(words) for words in CELL.findall(head)]

    def row(found: re.Match[str]) -> str:
        left = iter(labels[found[0].count("<th") :])
        return re.sub("<td", lambda _: f'<td data-label="{next(left, "")}"', found[0])

    return head + body + ROW.sub(row, rest)


def _label(head: str) -> str:
    words = re.sub(r"<[^>]+>", "", head).strip().replace('"', "&quot;")
    return f"{words}:" if words and words[-1] not in "?!:" else words
