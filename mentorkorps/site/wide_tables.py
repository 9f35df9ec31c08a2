"""Tables of hand-written pages in boxes that scroll, so that no table makes its page wider."""

import re
from html import escape, unescape

TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
WIDE = 3
"""From so many columns on a table may be wider than a phone: its box takes the focus of the keyboard."""


def scrolling_tables(html: str) -> str:
    """Each table in a box. That of a wide one can be reached by keyboard, by the name of its heads."""
    return TABLE.sub(lambda table: _boxed(table[0]), html)


def _boxed(table: str) -> str:
    heads = HEAD.findall(table.partition("</thead>")[0])
    names = [unescape(TAG.sub("", head)).strip() for head in heads]
    if len(names) < WIDE:
        return f'<div class="mk-scroll">{table}</div>'
    name = escape(", ".join(filter(None, names)))
    return f'<div class="mk-scroll" role="group" tabindex="0" aria-label="{name}">{table}</div>'
