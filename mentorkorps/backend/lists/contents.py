"""What the mails of lists tell: rows of facts, a link to a public page, and a calendar file.

Of a course that shows who is a member no mail tells anything (see mail/sign_up_facts): such a mail
leads to the own page, where it stands. What opened is told to all who asked for news of a place,
so it shows nothing of anybody.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mentorkorps.backend.db.records import Mail, SignUp
from mentorkorps.backend.lists import newsletter, public_facts
from mentorkorps.backend.lists.public_facts import NewsRecord, facts_from_json
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.compose import SubjectGone
from mentorkorps.backend.mail.contents import ContentOf, MailContent
from mentorkorps.backend.mail.mime import Attachment
from mentorkorps.backend.mail.sign_up_facts import shows_membership
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import MEANING_OF, News
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.curriculum.preparation_mail import LinkTo, preparation_mail
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

CALENDAR_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of news in a newsletter."""

    why: str
    rows: Rows
    page: str


@dataclass(frozen=True, slots=True)
class ListContents:
    """`site`: the folder of the built site, in which the calendar files lie. Without a
    `curriculum` the practical mail of a course tells its facts alone.
    """

    catalogue: Catalogue
    public_url: str
    site: Path
    curriculum: Curriculum | None = None

    def by_kind(self) -> Mapping[str, ContentOf]:
        return {
            kinds.OPENED.name: self.opened,
            kinds.NEWSLETTER.name: self.newsletter,
            kinds.MOVED.name: self.moved,
            kinds.CANCELLED.name: self.cancelled,
            kinds.PRACTICAL.name: self.practical,
            kinds.PRACTICAL_DAY.name: self.practical,
        }

    def opened(self, mail: Mail, sign_up: SignUp, language: Language) -> MailContent:
        table, record = self._record(_about(mail))
        rows = tuple(public_facts.record_rows(self.catalogue, record, language))
        values = {"why_you": self._why_you(sign_up, language)}
        return MailContent(rows, values, self._page(table, record, language))

    def newsletter(self, mail: Mail, sign_up: SignUp, language: Language) -> MailContent:
        about, content = _about(mail), _content(mail)
        return MailContent(
            (),
            {
                "news": self.news(content, language),
                "municipality": self._municipality(about).name,
                "why_you": self._why_you(sign_up, language),
            },
            self._municipality_page(about, language),
        )

    def news(self, content: str, language: Language) -> tuple[Told, ...]:
        """What a newsletter of that content tells, of what there is still."""
        told = []
        for item in newsletter.items_of(content):
            if known := public_facts.record_about(self.catalogue, item.about):
                table, record = known
                why = words(language).text("lists", "why", item.why)
                rows = tuple(public_facts.record_rows(self.catalogue, record, language))
                told.append(Told(why, rows, self._page(table, record, language)))
        return tuple(told)

    def moved(self, mail: Mail, sign_up: SignUp, language: Language) -> MailContent:
        _, record = self._record(_about(mail))
        if isinstance(record, Programme):
            raise SubjectGone
        if shows_membership(self.catalogue, record):
            return MailContent((), {"was": ()})
        was = facts_from_json(json.dumps(json.loads(_content(mail))["was"]))
        rows = tuple(public_facts.record_rows(self.catalogue, record, language))
        return MailContent(
            rows,
            {"was": was.rows(language)},
            attachments=self._calendar(record, language),
        )

    def cancelled(self, mail: Mail, sign_up: SignUp, language: Language) -> MailContent:
        """The calendar file alone, which says that it is cancelled; the rest is facts of the
        sign-up.
        """
        for table in ("courses", "events"):
            id = sign_up.answer(MEANING_OF[table])
            known = public_facts.record_about(self.catalogue, f"{table}/{id}")
            if known and not isinstance(known[1], Programme):
                is_told = not shows_membership(self.catalogue, known[1])
                return MailContent(
                    attachments=self._calendar(known[1], language) if is_told else ()
                )
        return MailContent()

    def practical(self, mail: Mail, sign_up: SignUp, language: Language) -> MailContent:
        _, record = self._record(str(mail.details))
        if isinstance(record, Programme) or record.status == "cancelled":
            raise SubjectGone
        if shows_membership(self.catalogue, record):
            return MailContent((), {"paragraphs": ()})
        rows = tuple(public_facts.record_rows(self.catalogue, record, language))
        paragraphs: tuple[str, ...] = ()
        if mail.kind == kinds.PRACTICAL.name:
            paragraphs = self._paragraphs(record, language)
        return MailContent(() if paragraphs else rows, {"paragraphs": paragraphs})

    def _paragraphs(self, record: Course | Event, language: Language) -> tuple[str, ...]:
        if self.curriculum is None or not isinstance(record, Course):
            return ()
        question = self.catalogue.form_for("question")
        ask = self.public_url + address("form", language, question.id)
        texts = words(language)["paper"]["mail"]["by_portal"]
        written_by = {name: text.format(url=ask) for name, text in texts.items()}
        link_to = self._link_to(self.curriculum, language)
        mail = preparation_mail(self.curriculum, record, language, link_to, written_by)
        page = self.public_url + address("course", language, record.id)
        return (*mail.told, words(language).text("lists", "course_page", url=page))

    def _link_to(self, curriculum: Curriculum, language: Language) -> LinkTo:
        """The mail refers to papers, which all have a page; of anything else it says the id."""

        def link_to(kind: str, id: str) -> tuple[str, str | None]:
            paper = curriculum.paper(id, language) if kind == "paper" else None
            if paper is None or paper.is_for_trainers:
                return id, None
            return paper.title, self.public_url + address("paper", language, id)

        return link_to

    def _calendar(self, record: Course | Event, language: Language) -> tuple[Attachment, ...]:
        """The file that stands on the site, if the site has one; its name tells nothing."""
        kind = "course" if isinstance(record, Course) else "event"
        name = words(language).text("calendar", kind)
        path = self.site / address(kind, language, record.id) / name
        if not path.is_file():
            return ()
        return (Attachment(name, CALENDAR_TYPE, path.read_bytes()),)

    def _why_you(self, sign_up: SignUp, language: Language) -> str:
        """By which list it came."""
        form = self.catalogue.forms.get(sign_up.form)
        purpose = form.purpose if form else None
        texts = words(language)["lists"]["because"]
        code = sign_up.answer("place") or ""
        municipality = self.catalogue.municipalities.get(code)
        text = texts.get(purpose) if municipality or purpose != "newsletter" else None
        return str(text or texts["other"]).format(
            municipality=municipality.name if municipality else ""
        )

    def _municipality(self, about: str) -> Municipality:
        code = about.partition("/")[2]
        if code not in self.catalogue.municipalities:
            raise SubjectGone
        return self.catalogue.municipalities[code]

    def _municipality_page(self, about: str, language: Language) -> str:
        slug = self._municipality(about).slug
        return self.public_url + address("municipality", language, slug)

    def _record(self, about: str) -> tuple[News, NewsRecord]:
        known = public_facts.record_about(self.catalogue, about)
        if known is None:
            raise SubjectGone
        return known

    def _page(self, table: News, record: NewsRecord, language: Language) -> str:
        return self.public_url + public_facts.page_of(table, record, language)


def _about(mail: Mail) -> str:
    return str(mail.details).partition("\n")[0]


def _content(mail: Mail) -> str:
    return str(mail.details).partition("\n")[2]
