"""States in words: what a programme, a course or an event is on which days, and what a reader can
do then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Purpose
from mentorkorps.catalogue.model.organisations import Phase, Programme, State
from mentorkorps.interface.dates import day
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language


@dataclass(frozen=True, slots=True)
class Call:
    """A call to act: what it says, and the page it leads to, or the form with what is already known
    there.
    """

    label: str
    kind: str
    purpose: Purpose | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class StateMark:
    """A state with its dates in words, so that it stays true whenever it is read."""

    state: State
    word: str
    detail: str
    call: Call
    since: date | None
    until: date | None


def state_marks(record: Programme | Course | Event, language: Language) -> tuple[StateMark, ...]:
    """One mark for each phase of the record, in the order of time."""
    if isinstance(record, Programme):
        return tuple(_programme_mark(record, phase, language) for phase in record.phases)
    return tuple(_dated_mark(record, phase, language) for phase in record.phases)


def _programme_mark(programme: Programme, phase: Phase, language: Language) -> StateMark:
    texts = _texts("programme", language)
    if programme.confirmed is None:
        detail = texts["detail"]["never"]
    elif phase.state == "unconfirmed":
        detail = texts["detail"]["last"].format(confirmed=day(programme.confirmed, language))
    elif phase.until:
        dates = {
            "confirmed": day(programme.confirmed, language),
            "until": day(phase.until, language),
        }
        detail = texts["detail"]["holds"].format(**dates)
    else:
        detail = texts["detail"]["confirmed"].format(confirmed=day(programme.confirmed, language))
    return _mark(phase, texts, detail, _programme_call(programme, phase, texts["call"]))


def _dated_mark(record: Course | Event, phase: Phase, language: Language) -> StateMark:
    texts = _texts("course" if isinstance(record, Course) else "event", language)
    detail = texts["detail"][phase.state].format(
        deadline=day(record.deadline, language),
        first=day(record.days[0].date, language),
        last=day(record.days[-1].date, language),
    )
    labels = texts["call"]
    if isinstance(record, Course):
        return _mark(phase, texts, detail, _course_call(record, phase, labels))
    return _mark(phase, texts, detail, _event_call(record, phase, labels))


def _programme_call(programme: Programme, phase: Phase, labels: Mapping[str, str]) -> Call:
    if phase.state == "open":
        return Call(labels["open"], "form", "join", f"?programme={programme.id}")
    if phase.state == "closed":
        return Call(labels["other"], "programmes")
    return Call(labels["interest"], "form", "interest", f"?programme={programme.id}")


def _course_call(course: Course, phase: Phase, labels: Mapping[str, str]) -> Call:
    if phase.state == "open":
        return Call(labels["open"], "form", "book_course", f"?course={course.id}")
    if phase.state in ("full", "planned"):
        return Call(labels["waiting"], "form", "book_course", f"?course={course.id}")
    return Call(labels["other"], "courses")


def _event_call(event: Event, phase: Phase, labels: Mapping[str, str]) -> Call:
    if phase.state == "open":
        return Call(labels["open"], "form", "book_event", f"?event={event.id}")
    if phase.state in ("full", "planned"):
        return Call(labels["waiting"], "form", "book_event", f"?event={event.id}")
    return Call(labels["other"], "events")


def _mark(
    phase: Phase, texts: Mapping[str, Mapping[str, str]], detail: str, call: Call
) -> StateMark:
    return StateMark(
        phase.state, texts["states"][phase.state], detail, call, phase.since, phase.until
    )


def _texts(kind: str, language: Language) -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = words(language)["site"][kind]
    return texts
