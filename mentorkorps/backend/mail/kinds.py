"""The kinds of mail: whom each is for, what it is about and where its link leads.

A kind is one entry in this table, its text in templates/mail/<name>.txt and its words under `mail`
in templates/texts.da.yaml and texts.en.yaml: a `subject`, and a `button` where there is a link.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mentorkorps.backend.db.records import SubjectKind
from mentorkorps.backend.security.signed_links import Purpose

Audience = Literal["person", "coordinator", "second", "operator"]


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail.

    `about`: what the id of its subject names, see Subject. `link`: what its link is for, if it has
    one. `asks_to_confirm`: it leaves although nobody has confirmed the address.
    `dropped_on_withdrawal`: while it waits, it is deleted when the sign-up is withdrawn or gets
    another address. `dropped_when_answered`: it asks for an answer, and does not leave once there
    is one. `is_for_withdrawn`: it goes to who has withdrawn, and to nobody else. `is_bulk`: it goes
    to many at once and nobody waits for it, so it never delays the others.
    `is_news`: it is about something else than the sign-up, so it can be left by one click, leads to
    a public page, and goes to nobody who looks like spam or has taken that consent back.
    """

    name: str
    to: Audience
    about: SubjectKind = "sign_up"
    link: Purpose | None = None
    asks_to_confirm: bool = False
    dropped_on_withdrawal: bool = False
    is_for_withdrawn: bool = False
    dropped_when_answered: bool = False
    is_bulk: bool = False
    is_news: bool = False

    @property
    def has_button(self) -> bool:
        return self.link is not None or self.is_news


CONFIRM = MailKind(
    "confirm", to="person", link="confirm", asks_to_confirm=True, dropped_on_withdrawal=True
)
CONFIRM_ALL = MailKind(
    "confirm_all", to="person", about="mailbox", link="confirm_all", asks_to_confirm=True
)
RECEIPT = MailKind("receipt", to="person", link="receipt", dropped_on_withdrawal=True)
OFFERED = MailKind("offered", to="person", link="offer", dropped_on_withdrawal=True)
LAPSED = MailKind("lapsed", to="person", link="mine", dropped_on_withdrawal=True)
CANCELLED = MailKind("cancelled", to="person", link="mine", dropped_on_withdrawal=True)
LINK = MailKind("link", to="person", link="mine", dropped_on_withdrawal=True)
LINKS = MailKind("links", to="person", about="address", link="links")
CHANGED = MailKind("changed", to="person", link="mine", dropped_on_withdrawal=True)
WITHDRAWAL = MailKind("withdrawal", to="person", link="mine", is_for_withdrawn=True)
DELETED = MailKind("deleted", to="person", about="erased")
PRACTICAL = MailKind("practical", to="person", link="mine", dropped_on_withdrawal=True)
PRACTICAL_DAY = MailKind("practical_day", to="person", link="mine", dropped_on_withdrawal=True)
MOVED = MailKind("moved", to="person", link="mine", dropped_on_withdrawal=True)
OPENED = MailKind("opened", to="person", dropped_on_withdrawal=True, is_bulk=True, is_news=True)
NEWSLETTER = MailKind(
    "newsletter", to="person", dropped_on_withdrawal=True, is_bulk=True, is_news=True
)

NOTICE = MailKind("notice", to="coordinator", link="desk")
WITHDRAWN = MailKind("withdrawn", to="coordinator", link="desk")
CHANGED_NOTICE = MailKind("changed_notice", to="coordinator", link="desk")
RESUMED = MailKind("resumed", to="coordinator", link="desk")
DELETED_NOTICE = MailKind("deleted_notice", to="coordinator", about="erased")
NUDGE = MailKind("nudge", to="second", link="desk", dropped_when_answered=True)
RETURNED = MailKind("returned", to="second", link="desk", dropped_when_answered=True)
OVERDUE = MailKind("overdue", to="coordinator", link="desk", dropped_when_answered=True)
WAITING = MailKind("waiting", to="coordinator", about="recipient", link="waiting")
BOOKINGS = MailKind("bookings", to="coordinator", about="recipient", link="waiting")
DIGEST = MailKind("digest", to="coordinator", about="recipient", link="doubtful")
DESK_LOGIN = MailKind("desk_login", to="coordinator", about="login", link="desk_login")

GIVEN_UP = MailKind("given_up", to="operator", about="service")
CLOCK = MailKind("clock", to="operator", about="service")
LARGE_PURGE = MailKind("large_purge", to="operator", about="service")


def _entries() -> Iterator[MailKind]:
    return (value for value in globals().values() if isinstance(value, MailKind))


KINDS = {kind.name: kind for kind in _entries()}
"""Every entry above, by its name."""
BULK = tuple(kind.name for kind in KINDS.values() if kind.is_bulk)
DROPPED_ON_WITHDRAWAL = tuple(kind.name for kind in KINDS.values() if kind.dropped_on_withdrawal)
NEWS = tuple(kind.name for kind in KINDS.values() if kind.is_news)
OF_GATHERING = tuple(kind.name for kind in (PRACTICAL, PRACTICAL_DAY, MOVED))
"""They tell of the course or event in which somebody has a place."""
