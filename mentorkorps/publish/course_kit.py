"""A dated course -> its kit: signs, lists, tags, and the mail that is sent a week before."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

from mentorkorps.catalogue.model.courses import Course
from mentorkorps.curriculum.course_plan import course_sessions
from mentorkorps.curriculum.preparation_mail import preparation_mail
from mentorkorps.curriculum.timetable import Session
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.publish.calendars import Calendars
from mentorkorps.publish.papers import Press
from mentorkorps.publish.pdf import Print, write_papers

TAGS_ON_A_SHEET = 10
LINES_ON_A_SHEET = 20


def write_kit(kit: "Kit", folder: Path) -> int:
    """Writes the kit into a folder. Returns how many files there are. Raises PangoMissing, with
    the texts written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(kit.texts())
    for name, text in texts:
        (folder / name).write_text(text, "utf-8", newline="")
    return len(texts) + len(write_papers(kit.prints(), folder))


@dataclass(frozen=True)
class Kit:
    """The kit of one course in the language of its press. Without `names` there are blank lines
    and tags.
    """

    press: Press
    course: Course
    names: tuple[str, ...] = ()

    @property
    def at(self) -> str:
        return address("course", self.press.language, self.course.id)

    @property
    def title(self) -> str:
        return self.course.name.of(self.press.language)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        return course_sessions(self.press.curriculum, self.course)

    def prints(self) -> Iterator[Print]:
        """Sign-in sheet, name tags, door sign, and the run sheet with the clock times of the
        course.
        """
        people = self.names or ("",) * self.course.seats
        for kind, size in (("sign_in", LINES_ON_A_SHEET), ("name_tags", TAGS_ON_A_SHEET)):
            sheets = [people[i : i + size] for i in range(0, len(people), size)]
            yield self.press.set(kind, self.at, course=self.course, sheets=sheets, size=size)
        yield self.press.set("door_sign", self.at, course=self.course, sessions=self.sessions)
        dates = tuple(day.date for day in self.course.days)
        yield self.press.run_sheet(self.sessions, self.title, dates)

    def texts(self) -> Iterator[tuple[str, str]]:
        """File name and text of what is sent: the mail and the calendar file."""
        press = self.press
        yield press.texts["mail_file"], self.mail()
        calendar = Calendars(press.catalogue, press.language, press.public_url).calendar(
            [self.course]
        )
        yield words(press.language)["calendar"]["course"], calendar

    def mail(self) -> str:
        """The preparation mail with the facts of the course, as plain text: the subject on its
        first line.
        """
        press = self.press
        written_by = press.texts["mail"]["by_coordinator"]
        link_to = press.view(self.at).link_to
        mail = preparation_mail(press.curriculum, self.course, press.language, link_to, written_by)
        subject = f"{press.texts['subject']}: {mail.title}"
        text = "\n\n".join(mail.paragraphs)
        return f"{subject}\n\n{text}\n\n{urljoin(press.public_url, self.at)}\n"
