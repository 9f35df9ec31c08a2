"""A mail from its headers and its texts, by the standard library.

That takes a millisecond to parse what it writes, so what many mails have in common is parsed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from functools import lru_cache
from secrets import token_hex

BOUNDARY = f"=_{token_hex(16)}"
"""Between the two texts. They hold nothing that a visitor writes, so nobody can end a part with it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """`type`: such as text/calendar. `name` is seen in lists of mails, so it is neutral."""

    name: str
    type: str
    content: bytes


class OneLineHeader(str):
    """A header that is not folded: an address in it would be written as an encoded word otherwise,
    which mail programs do not follow."""

    def __new__(cls, name: str, value: str) -> "OneLineHeader":
        header = super().__new__(cls, value)
        header.name = name
        return header

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def mime_message(
    common: Mapping[str, str],
    own: Mapping[str, str | Address],
    text: str,
    html: str,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """A mail as text and as HTML. Headers are `common` to many mails or its `own`.

    Raises ValueError or MessageError where a header cannot be written.
    """
    message = EmailMessage(policy=SMTP)
    for name, value in own.items():
        message[name] = value
    for name, value in common.items():
        message[name] = _parsed(name, value)
    message["MIME-Version"] = _parsed("MIME-Version", "1.0")
    message["Content-Type"] = _parsed(
        "Content-Type", f'multipart/alternative; boundary="{BOUNDARY}"'
    )
    message.set_payload([_part(text, "plain"), _part(html, "html")])
    for attachment in attachments:
        _attach(message, attachment)
    return message


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, _, parameters = attachment.type.partition(";")
    main, _, sub = kind.partition("/")
    pairs = (parameter.partition("=") for parameter in parameters.split(";") if parameter)
    message.add_attachment(
        attachment.content,
        maintype=main,
        subtype=sub,
        filename=attachment.name,
        params={name.strip(): value for name, _, value in pairs},
    )


def _part(text: str, kind: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = _parsed("Content-Type", f'text/{kind}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = _parsed("Content-Transfer-Encoding", "8bit")
    # As set_content() keeps what is not ASCII.
    part.set_payload(text.encode().decode("ascii", "surrogateescape"))
    return part


@lru_cache(maxsize=128)
def _parsed(name: str, value: str) -> BaseHeader:
    header: BaseHeader = SMTP.header_factory(name, value)
    return header
