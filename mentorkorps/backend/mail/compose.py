"""A row of the outbox -> the mail, written at the moment of delivery.

What a mail tells of a sign-up comes from sign_up_facts, which says what it leaves out. A mail to an
address that nobody has confirmed repeats nothing that was typed, any other no more than the given
name; the coordinator's holds a link, and says what came and not from whom. Headers are neutral.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from email.headerregistry import Address
from email.utils import format_datetime
from typing import TypeVar

from mentorkorps.backend.clock import Clock, spoken
from mentorkorps.backend.db.records import Mail, SignUp
from mentorkorps.backend.mail import frame, kinds, mime
from mentorkorps.backend.mail.contents import ContentOf, MailContent
from mentorkorps.backend.mail.frame import MailFacts
from mentorkorps.backend.mail.kinds import KINDS, MailKind
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.recipients import (
    mailbox,
    mailbox_by_id,
    person_by_id,
    recipient_id,
)
from mentorkorps.backend.mail.sign_up_facts import (
    WITHDRAWN_KEPT,
    answer_by,
    sign_up_facts,
)
from mentorkorps.backend.recipients_file import Person
from mentorkorps.backend.security.signed_links import MAILED, Purpose, Tokens
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.answers import fields_by_kept_name
from mentorkorps.forms.domain_names import ascii_address
from mentorkorps.interface.dates import day_of_month, weekday
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.interface.templates import environment

T = TypeVar("T")

PATHS: dict[Purpose, str] = {
    "doubtful": "desk/doubtful",
    "confirm_all": "confirm/all",
    "waiting": "desk/waiting",
    "desk_login": "desk/login",
}
"""Where a link of that purpose leads, if not to the path of its name."""
COORDINATORS_LANGUAGE: Language = "da"
COUNTED = (kinds.WAITING.name,)
"""Kinds of mail whose details are the first day of those that they count."""


class IncompleteKind(Exception):
    """A kind of mail that cannot be written; the text says what it lacks."""


class SubjectGone(LookupError):
    """What the mail is about is not there any more."""


@dataclass(frozen=True, slots=True)
class MailComposer:
    """`contents`: what mails tell beside their sign-up, by the name of their kind."""

    catalogue: Catalogue
    settings: Settings
    tokens: Tokens
    clock: Clock
    contents: Mapping[str, ContentOf] = field(default_factory=dict)

    def write(self, mail: Mail, sign_up: SignUp | None) -> WrittenMail:
        """The mail as it leaves; `sign_up` as lease_due_mails gives it.

        Raises ValueError where the recipient is no address, KeyError for a kind of another version
        of the code, SubjectGone.
        """
        kind = KINDS[mail.kind]
        address = self._mailbox(kind, mail, sign_up)
        language = _known(sign_up).language if kind.to == "person" else COORDINATORS_LANGUAGE
        if kind.about == "login":
            language = self._colleague(mail).language
        content = self._content(mail, sign_up, language)
        facts = self._facts(mail, sign_up, language) if sign_up else MailFacts()
        values = {**facts.values, **content.values, **self._values_of_all(mail, language)}
        prepared = frame.prepare_mail(
            kind.name,
            language,
            self.settings.mail_from.display_name,
            kind.has_button,
            facts.greeting_name is not None,
            mail.waiting,
            tuple(facts.table if content.table is None else content.table),
            frame.used_values(kind.name, values),
        )
        own = {}
        if "link" in prepared.gaps and kind.link:
            own["link"] = self._url(kind.link, self._id_in_link(kind.link, mail, sign_up))
        if content.page:
            own["link"] = content.page
        if kind.is_news:
            own["leave"] = self._url("leave", _known(sign_up).id)
        if "own_page" in prepared.gaps:
            own["own_page"] = self._url("mine", _known(sign_up).id)
        if facts.greeting_name:
            own["name"] = facts.greeting_name
        text, html = prepared.filled(own)
        sender = self.settings.mail_from
        return mime.write_mail(
            sender.addr_spec,
            address,
            _common_headers(sender, self.catalogue.operator.mailbox, prepared.subject),
            (
                ("Date", format_datetime(self.clock())),
                ("Message-ID", f"<{mail.id}@{sender.domain}>"),
                *(_one_click(own["leave"]) if kind.is_news else ()),
            ),
            text,
            html,
            frame.mark(),
            content.attachments,
            is_bulk=kind.is_bulk,
        )

    def _values_of_all(self, mail: Mail, language: Language) -> dict[str, Hashable]:
        """What every mail may say, whatever it is about."""
        first = date.fromisoformat(mail.details) if mail.kind in COUNTED and mail.details else None
        return {
            "operator": self.catalogue.operator,
            "count": mail.waiting,
            "first_day": day_of_month(first, language) if first else "",
        }

    def _content(self, mail: Mail, sign_up: SignUp | None, language: Language) -> MailContent:
        content_of = self.contents.get(mail.kind)
        return content_of(mail, sign_up, language) if content_of and sign_up else MailContent()

    def _facts(self, mail: Mail, sign_up: SignUp, language: Language) -> MailFacts:
        """What a mail may say about a sign-up."""
        facts = sign_up_facts(self.catalogue, sign_up, mail.turn, language)
        calendar = facts.calendar if facts.is_calendar_mailed else None
        withdrawn = sign_up.withdrawn_at
        values = {
            # The name is filled in afterwards: it differs where all else is the same.
            "told": replace(facts, greeting_name=None),
            "answer_by": weekday(answer_by(self.catalogue, sign_up), language),
            "answer_day": day_of_month(answer_by(self.catalogue, sign_up), language),
            "code": sign_up.code,
            "awaited": sign_up.awaited and sign_up.answered_at is None,
            "received": spoken(sign_up.received_at, language),
            "calendar": f"{self.settings.public_url}{calendar}" if calendar else None,
            "changed": ", ".join(self._changed(mail, sign_up, language)),
            "undo_days": WITHDRAWN_KEPT.days,
            "undo_until": spoken(withdrawn + WITHDRAWN_KEPT, language) if withdrawn else "",
        }
        return MailFacts(facts.greeting_name, facts.mailed_rows, values)

    def _changed(self, mail: Mail, sign_up: SignUp, language: Language) -> Iterator[str]:
        """The questions whose answers were changed, in words."""
        form = self.catalogue.forms.get(sign_up.form)
        fields = fields_by_kept_name(form.fields) if form else {}
        for name in (mail.details or "").split(","):
            yield fields[name].label.of(language) if name in fields else name

    def _mailbox(self, kind: MailKind, mail: Mail, sign_up: SignUp | None) -> str:
        if kind.to == "person":
            return _known(_known(sign_up).email)
        if kind.to == "operator":
            return self.settings.recipients.default
        if kind.about == "login":
            return self._colleague(mail).email
        if mail.subject.kind == "recipient":
            return _known(mailbox_by_id(self.settings, mail.subject.id))
        if kind.to == "second":
            first = mailbox(self.catalogue, self.settings, _known(sign_up))
            return self.settings.recipients.second(first)
        return mailbox(self.catalogue, self.settings, _known(sign_up))

    def _colleague(self, mail: Mail) -> Person:
        """Who asks to log in. Raises SubjectGone for somebody who may no longer."""
        return _known(person_by_id(self.settings, mail.details or ""))

    def _id_in_link(self, purpose: Purpose, mail: Mail, sign_up: SignUp | None) -> str:
        if purpose == "doubtful":
            address = self._mailbox(KINDS[mail.kind], mail, sign_up)
            return recipient_id(self.settings.secret_keys[0], address)
        if purpose == "confirm":
            # It confirms the address that it is mailed to, not one that it is changed to later.
            return f"{mail.subject.id}.{_known(sign_up).asked_stamp}"
        return mail.subject.id

    def _url(self, purpose: Purpose, id: str) -> str:
        # Links last from the moment they leave. A receipt in a mailbox lies there as safely as the
        # own page.
        lifetime = MAILED if purpose == "receipt" else None
        token = self.tokens.sign(purpose, id, self.clock(), lifetime)
        return f"{self.settings.public_url}{PATHS.get(purpose, purpose)}/{token}"


def refuse_incomplete_kinds() -> None:
    """Raises IncompleteKind unless each kind of mail has its template and its words."""
    if lacks := list(find_missing_parts()):
        raise IncompleteKind("; ".join(lacks))


def find_missing_parts() -> Iterator[str]:
    """What kinds of mail lack: a template, or words in one of the languages."""
    templates = environment().list_templates()
    for kind in KINDS.values():
        if f"mail/{kind.name}.txt" not in templates:
            yield f"there is no templates/mail/{kind.name}.txt"
        for language in LANGUAGES:
            for word in ("subject", "button") if kind.has_button else ("subject",):
                try:
                    words(language).text("mail", kind.name, word)
                except KeyError:
                    yield f"texts.{language}.yaml has no text at mail: {kind.name}: {word}"


def _one_click(address: str) -> mime.Headers:
    """What mail programs show as a button to leave by (RFC 8058)."""
    return (
        ("List-Unsubscribe", f"<{address}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def _common_headers(sender: Address, reply_to: str | None, subject: str) -> mime.Headers:
    """Answered by no machine (RFC 3834; [MS-OXCMAIL] 2.1.3.2.21), and sorted by one rule of the reader.

    The list is the whole portal (RFC 2919): a list for each programme would tell who is in a union.
    """
    return (
        ("From", str(sender)),
        *((("Reply-To", ascii_address(reply_to)),) if reply_to else ()),
        ("Subject", subject),
        ("List-Id", f"<portal.{sender.domain}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    )


def _known(value: T | None) -> T:
    if value is None:
        raise SubjectGone
    return value
