"""A mail as the bytes that leave: headers, plain text, HTML, an inline picture, attachments.

The bytes are put together by hand, since EmailMessage parses and folds everything anew for each
mail, which costs a millisecond. What can go wrong is left to the standard library: headers are
parsed and folded by its policy, once for all mails that have them in common, and texts are written
as quoted-printable by binascii, once for all mails of a kind, with gaps for what differs. So a mail
is ASCII with short lines, whatever it says, and leaves unchanged through any server (RFC 2045, 6.7).
A test holds them against EmailMessage.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.policy import SMTP
from functools import lru_cache
from secrets import token_hex

BOUNDARY = f"=_{token_hex(16)}"
"""Between parts. An equals sign is never followed by a low line in quoted-printable or base64.

So nobody can end a part with what they write, and parts within parts take a letter more.
"""
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
"""What a browser takes for an address (HTML, 4.10.5.1.5): also a..b@example.dk, which RFC 5322 does not."""

SOFT_BREAK = b"=\r\n"
"""Ends a line of the writing and none of the text."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG picture that the HTML shows as <img src="cid:{id}">."""

    id: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """`type`: such as text/calendar. `name` is seen in lists of mails, so it is neutral."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text as quoted-printable, with gaps between its `parts`, and the name of each gap."""

    parts: tuple[bytes, ...]
    gaps: tuple[str, ...]

    def filled(self, values: Mapping[str, bytes]) -> bytes:
        """With `values`, quoted-printable too, on lines of their own that are joined by the reader."""
        text = [self.parts[0]]
        for gap, part in zip(self.gaps, self.parts[1:], strict=True):
            text += (SOFT_BREAK, values[gap], SOFT_BREAK, part)
        return b"".join(text)


def prepare(text: str, marks: Mapping[str, str]) -> PreparedText:
    """`marks`: what stands in the text where each gap is to be, by the name of the gap."""
    by_mark = {mark: gap for gap, mark in marks.items()}
    pieces = (
        re.split("|".join(f"({re.escape(mark)})" for mark in by_mark), text) if marks else [text]
    )
    parts = [piece for piece in pieces if piece is not None]
    return PreparedText(
        tuple(quoted_printable(part) for part in parts[::2]),
        tuple(by_mark[mark] for mark in parts[1::2]),
    )


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail as it leaves, to one recipient: `content` is ASCII, its lines end with CRLF.

    `is_bulk`: nobody waits for it, so it stands back behind mails that somebody waits for.
    """

    sender: str
    recipient: str
    content: bytes
    is_bulk: bool = False


def write_mail(
    sender: str,
    recipient: str,
    common: Headers,
    own: Headers,
    text: bytes,
    html: bytes,
    picture: Picture,
    attachments: Sequence[Attachment] = (),
    is_bulk: bool = False,
) -> WrittenMail:
    """A mail from `sender`, both addresses without a name. `text`, `html`: quoted-printable.

    Headers are `common` to many mails, or the mail's `own`: those are ASCII and short, such as Date.

    Raises ValueError where an address is none, or a header cannot be written.
    """
    if not ADDRESS.fullmatch(recipient):
        raise ValueError("the recipient is no address")
    content = b"".join(
        (
            _folded(common),
            *(f"{name}: {value}\r\n".encode("ascii") for name, value in own),
            f"To: {recipient}\r\nMIME-Version: 1.0\r\n".encode("ascii"),
            *(
                _mixed(text, html, picture, attachments)
                if attachments
                else _alternative(text, html, picture)
            ),
        )
    )
    return WrittenMail(sender, recipient, content, is_bulk)


def quoted_printable(text: str) -> bytes:
    """Raises ValueError for text that Unicode cannot write, half a surrogate pair."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")


def _mixed(
    text: bytes, html: bytes, picture: Picture, attachments: Sequence[Attachment]
) -> Iterator[bytes]:
    yield _multipart("mixed", "c")
    yield _delimiter("c")
    yield from _alternative(text, html, picture)
    for attachment in attachments:
        yield _delimiter("c")
        yield _attached(attachment)
    yield _end("c")


def _alternative(text: bytes, html: bytes, picture: Picture) -> Iterator[bytes]:
    """The same for two kinds of readers (RFC 2046, 5.1.4), the richer last, with its picture (RFC 2387)."""
    yield BEFORE_TEXT
    yield text
    yield BEFORE_HTML
    yield html
    yield _delimiter("b")
    yield _shown(picture)
    yield AFTER_PICTURE


def _multipart(kind: str, level: str, more: str = "") -> bytes:
    return (f'Content-Type: multipart/{kind}{more};\r\n boundary="{BOUNDARY}{level}"\r\n').encode()


def _delimiter(level: str) -> bytes:
    return f"\r\n--{BOUNDARY}{level}\r\n".encode()


def _end(level: str) -> bytes:
    return f"\r\n--{BOUNDARY}{level}--\r\n".encode()


def _text_headers(kind: str) -> bytes:
    return (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


BEFORE_TEXT = _multipart("alternative", "a") + _delimiter("a") + _text_headers("plain")
BEFORE_HTML = b"".join(
    (
        _delimiter("a"),
        _multipart("related", "b", '; type="text/html"'),
        _delimiter("b"),
        _text_headers("html"),
    )
)
AFTER_PICTURE = _end("b") + _end("a")


@lru_cache(maxsize=16)
def _shown(picture: Picture) -> bytes:
    headers = (
        ("Content-Type", "image/png"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-ID", f"<{picture.id}>"),
        ("Content-Disposition", "inline"),
    )
    return _folded(headers) + b"\r\n" + _base64(picture.png)


@lru_cache(maxsize=64)
def _attached(attachment: Attachment) -> bytes:
    headers = (
        ("Content-Type", attachment.type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f'attachment; filename="{attachment.name}"'),
    )
    return _folded(headers) + b"\r\n" + _base64(attachment.content)


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n")


@lru_cache(maxsize=256)
def _folded(headers: Headers) -> bytes:
    """Raises ValueError for a header with a line's end in it."""
    lines = (SMTP.fold_binary(*SMTP.header_store_parse(name, value)) for name, value in headers)
    return b"".join(lines)
