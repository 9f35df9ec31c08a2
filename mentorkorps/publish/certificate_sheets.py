"""Names and their check codes -> one PDF of certificates, a landscape A4 sheet each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from mentorkorps.catalogue.model.courses import Course
from mentorkorps.curriculum.course_plan import course_sessions
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.publish.papers import Press
from mentorkorps.publish.pdf import Print


@dataclass(frozen=True, slots=True)
class Holder:
    """Who gets a certificate, and the code that proves it."""

    name: str
    code: str


def certificates(
    press: Press, course: Course, holders: Sequence[Holder], languages: Sequence[Language]
) -> Print:
    """One document with a sheet for each, in one language or with a second one below."""
    at = address("certificate", press.language)
    texts: list[tuple[Language, dict[str, Any]]] = [
        (language, words(language)) for language in languages
    ]
    return press.set(
        "certificate",
        at,
        course=course,
        sessions=course_sessions(press.curriculum, course),
        organisation=press.catalogue.organisations[course.organisation],
        holders=holders,
        texts=texts,
        check=urljoin(press.public_url, at),
    )
