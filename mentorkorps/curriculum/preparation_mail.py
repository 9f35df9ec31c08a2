"""What people of a dated course are told before it, from the paper that is written for that.

The kit of a course and the mail that the server sends both take it from here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mentorkorps.catalogue.model.courses import Course
from mentorkorps.curriculum.course_plan import course_sessions
from mentorkorps.curriculum.markdown import REFERENCE
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.curriculum.timetable import Hour
from mentorkorps.interface.dates import clock, weekday
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

MAIL = "prep-mail"
TRAUMA = "d1-m2"
"""The module that the mail announces: nobody is to be taken by surprise."""
STRONG = re.compile(r"\*\*(.+?)\*\*")
GREETING, CLOSING = 1, 2
"""How many paragraphs at the paper's beginning greet, and at its end sign it."""

LinkTo = Callable[[str, str], tuple[str, str | None]]
"""The title of what a text refers to by its kind and id, and the address of its page, if it has
one.
"""


@dataclass(frozen=True, slots=True)
class PreparationMail:
    """`paragraphs`: from the greeting to the signature, as plain text."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """Without greeting and signature."""
        return self.paragraphs[GREETING:-CLOSING]


def preparation_mail(
    curriculum: Curriculum,
    course: Course,
    language: Language,
    link_to: LinkTo,
    written_by: Mapping[str, str],
) -> PreparationMail:
    """The mail with the facts of a course. `written_by`: what depends on who sends it, by the name
    of its blank."""
    paper = curriculum.written_paper(MAIL, language)
    paper = paper.filled(course_facts(curriculum, course, language) | dict(written_by))

    def referred(reference: re.Match[str]) -> str:
        title, link = link_to(reference[1], reference[2])
        return f"{title} ({link})" if link else title

    texts = (
        STRONG.sub(r"\1", REFERENCE.sub(referred, block.text))
        for block in paper.blocks
        if block.kind == "text"
    )
    paragraphs = (part.strip() for text in texts for part in text.split("\n\n"))
    return PreparationMail(paper.title, tuple(part for part in paragraphs if part))


def course_facts(curriculum: Curriculum, course: Course, language: Language) -> dict[str, str]:
    """What the course fills in where the mail has a blank."""
    texts = words(language)["paper"]["mail"]
    days = (
        texts["day"].format(
            date=weekday(day.date, language),
            start=clock(day.start, language),
            end=clock(day.end, language),
        )
        for day in course.days
    )
    number, hour = _hour_of(curriculum, course, TRAUMA)
    return {
        "course": course.name.of(language),
        "days": "\n".join(days),
        "venue": f"{course.venue.name.of(language)}, {course.venue.address}",
        "cost": course.cost.of(language),
        "trauma": texts["trauma"].format(number=number, start=clock(hour.start, language)),
    }


def _hour_of(curriculum: Curriculum, course: Course, module: str) -> tuple[int, Hour]:
    """The number of the day on which a module is held, and its hour."""
    return next(
        (number, hour)
        for number, session in enumerate(course_sessions(curriculum, course), 1)
        for hour in session.hours
        if hour.module == module
    )
