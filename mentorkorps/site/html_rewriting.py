"""Finished HTML, read by the standard library's parser and written again with changes in it."""

from html import escape
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]


class HtmlRewriter(HTMLParser):
    """Writes HTML as it was read, but for what a subclass says of tags and texts. For one use."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._written: list[str] = []

    def rewrite(self, html: str) -> str:
        """The HTML with its changes."""
        self.feed(html)
        self.close()
        return "".join(self._written)

    def begin(self, tag: str, attributes: Attributes, written: str) -> str:
        """What is to stand where an element begins with the tag that is `written`."""
        return written

    def end(self, tag: str) -> None:
        """Says that an element ends."""

    def text(self, text: str) -> str:
        """What is to stand in the place of words; a reference such as `&amp;` is none of them."""
        return text

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self._written.append(self.begin(tag, attrs, self.get_starttag_text() or ""))

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.end(tag)
        self._written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._written.append(self.text(data))

    def handle_entityref(self, name: str) -> None:
        self._written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._written.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._written.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._written.append(f"<!{decl}>")


def start_tag(tag: str, attributes: Attributes) -> str:
    """The tag that begins an element, as HTML."""
    written = (name if value is None else f'{name}="{escape(value)}"' for name, value in attributes)
    return f"<{' '.join((tag, *written))}>"
