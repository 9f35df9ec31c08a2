"""A row of the outbox -> the mail, written at the moment of delivery.

No mail names a programme or an organisation (it could tell that somebody is in a union), none repeats what a
visitor typed, and the coordinator's holds nothing but a link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from mentorkorps.backend.clock import Clock, after_working_days, danish_day
from mentorkorps.backend.db.records import Kind, Mail, SignUp
from mentorkorps.backend.mail import mime
from mentorkorps.backend.security.signed_links import MAILED, Purpose, Tokens
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.interface.dates import weekday
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render

LINKS: dict[Kind, Purpose] = {
    "confirm": "confirm",
    "confirm_all": "confirm_all",
    "notice": "desk",
    "withdrawn": "desk",
    "receipt": "receipt",
    "offered": "offer",
    "lapsed": "mine",
    "cancelled": "mine",
    "digest": "doubtful",
    "link": "mine",
}
FOR_COORDINATORS: tuple[Kind, ...] = ("notice", "withdrawn", "digest", "given_up", "clock", "large_purge")
FOR_OPERATORS: tuple[Kind, ...] = ("given_up", "clock", "large_purge")
PLACES: dict[Purpose, str] = {"doubtful": "desk/doubtful", "confirm_all": "confirm/all"}
COORDINATORS_LANGUAGE: Language = "da"


@dataclass(frozen=True, slots=True)
class MailComposer:
    catalogue: Catalogue
    settings: Settings
    tokens: Tokens
    clock: Clock

    def write(self, mail: Mail, sign_up: SignUp) -> EmailMessage:
        """The mail as it leaves. Raises ValueError or MessageError where the recipient is no address."""
        language = COORDINATORS_LANGUAGE if mail.kind in FOR_COORDINATORS else sign_up.language
        url = self._url(LINKS[mail.kind], sign_up) if mail.kind in LINKS else ""
        mine = "" if mail.kind in FOR_COORDINATORS else self._url("mine", sign_up)
        by = weekday(answer_by(self.catalogue, sign_up), language)
        form = self.catalogue.forms.get(sign_up.form)
        text = render(
            f"mail/{mail.kind}.txt", language, url=url, mine=mine, answer_by=by, code=sign_up.code,
            waiting=mail.waiting, awaited=sign_up.awaited, journey=form is not None and form.journey,
        )  # fmt: skip
        told = words(language)["mail"][mail.kind]
        subject, button = str(told["subject"]), told.get("button")
        labels = {mine: words(language)["reply"]["mine"]["link"], url: button}
        return mime.mime_message(
            {"From": str(self.settings.mail_from), "Subject": subject, "Auto-Submitted": "auto-generated"},
            {
                "To": self._recipient(mail, sign_up),
                "Date": format_datetime(self.clock()),
                "Message-ID": f"<{mail.id}@{self.settings.mail_from.domain}>",
            },
            text,
            as_html(text, language, subject, labels),
        )

    def _recipient(self, mail: Mail, sign_up: SignUp) -> Address:
        # By its parts: browsers take a..b@example.dk for an address, and the parser of headers does not.
        name, _, domain = self._mailbox(mail, sign_up).rpartition("@")
        return Address(username=name, domain=domain)

    def _mailbox(self, mail: Mail, sign_up: SignUp) -> str:
        if mail.kind not in FOR_COORDINATORS:
            if sign_up.email is None:
                raise ValueError("nobody can be written to")
            return sign_up.email
        if mail.kind in FOR_OPERATORS:
            return self.settings.recipients.default
        return mailbox(self.catalogue, self.settings, sign_up)

    def _url(self, purpose: Purpose, sign_up: SignUp) -> str:
        # A link confirms the address to which it was mailed, not one that the person changed it to afterwards.
        id = f"{sign_up.id}.{sign_up.asked_stamp}" if purpose == "confirm" else sign_up.id
        # And that for all that wait stands for the mailbox: it holds when the one that it was mailed for is gone.
        id = str(sign_up.addressee) if purpose == "confirm_all" else id
        # Links last from the moment they leave. A receipt in a mailbox lies there as safely as the own page.
        lifetime = MAILED if purpose == "receipt" else None
        token = self.tokens.sign(purpose, id, self.clock(), lifetime)
        return f"{self.settings.public_url}{PLACES.get(purpose, purpose)}/{token}"


def mailbox(catalogue: Catalogue, settings: Settings, sign_up: SignUp) -> str:
    """Who answers the sign-up."""
    programme = catalogue.programmes.get(sign_up.answer("programme") or "")
    organisation = catalogue.organisations[programme.organisation] if programme else None
    municipality = catalogue.municipalities.get(sign_up.answer("place") or "")
    return settings.recipients.mailbox(
        known_as(organisation) if organisation else (), known_as(municipality) if municipality else ()
    )


def as_html(text: str, language: Language, subject: str, labels: Mapping[str, object]) -> str:
    """The text of a mail as a page: a paragraph where an empty line ends one, a button for each labelled address."""
    paragraphs = [part.splitlines() for part in text.strip().split("\n\n")]
    return render("mail/letter.html", language, subject=subject, paragraphs=paragraphs, links=labels)


def answer_by(catalogue: Catalogue, sign_up: SignUp) -> date:
    """The last day on which an answer is in time: working days from the confirmation, or from the sign-up."""
    programme = catalogue.programmes.get(sign_up.answer("programme") or "")
    start = danish_day(sign_up.confirmed_at or sign_up.received_at)
    return after_working_days(start, catalogue.who_answers(programme).working_days)
