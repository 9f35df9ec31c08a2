"""What may be chosen in a question, and what was chosen, in words."""

from collections.abc import Collection, Mapping
from datetime import date
from urllib.parse import quote

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Field, Form, Option
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms import phone_numbers
from mentorkorps.forms.answers import Value, fields_by_kept_name
from mentorkorps.forms.domain_names import readable_address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language

SCALE = tuple(str(number) for number in range(11))


def options(form: Form, field: Field, catalogue: Catalogue) -> tuple[Option, ...]:
    """What may be chosen in a field: its own options, or the records of a table."""
    match field.options_from:
        case "industries":
            return tuple(
                Option(industry.id, industry.name) for industry in catalogue.industries.values()
            )
        case "languages":
            return tuple(
                Option(language.id, language.name) for language in catalogue.languages.values()
            )
        case "courses":
            courses = (
                course for course in catalogue.courses.values() if course.status != "cancelled"
            )
            return tuple(_marked(course) for course in courses)
        case "events":
            events = (event for event in catalogue.events.values() if event.status != "cancelled")
            return tuple(_marked(event) for event in events)
        case "programmes":
            published = catalogue.published_programmes()
            # Only open programmes take mentors; the other forms ask about any.
            only_open = form.purpose == "join"
            return tuple(
                _marked(programme)
                for programme in published
                if programme.status == "open" or not only_open
            )
        case None:
            return field.options


def _marked(record: Course | Event | Programme) -> Option:
    """A record to choose; one that is made up says so."""
    if not record.example:
        return Option(record.id, record.name)
    name = Title(
        *(
            words(language).text("facts", "marked", name=record.name.of(language))
            for language in LANGUAGES
        )
    )
    return Option(record.id, name)


def is_too_late(form: Form, field: Field, choice: str, catalogue: Catalogue, today: date) -> bool:
    """Whether a course or an event can no longer be chosen. An anonymous form is about what is over."""
    match field.options_from:
        case "courses":
            deadline = catalogue.courses[choice].deadline
        case "events":
            deadline = catalogue.events[choice].deadline
        case _:
            return False
    return not form.is_anonymous and deadline < today


def todays(field: Field, catalogue: Catalogue, choice: str) -> str:
    """A choice by today's id of the record: an open page, a link or an answer that is kept may have a former one."""
    return catalogue.todays(field.options_from, choice) if field.options_from else choice


def kept_as(field: Field, catalogue: Catalogue, choice: str) -> str:
    """What the database keeps of a choice: of a record the first id that it had."""
    return lasting_id(catalogue.table(field.options_from)[choice]) if field.options_from else choice


def option_values(form: Form, field: Field, catalogue: Catalogue) -> Collection[str]:
    """The values of the options, without their words: on the way of every sign-up."""
    match field.options_from:
        case "industries":
            return catalogue.industries
        case "languages":
            return catalogue.languages
    return [option.value for option in options(form, field, catalogue)]


def rows(
    form: Form | None, catalogue: Catalogue, values: Mapping[str, Value], language: Language
) -> list[tuple[str, str]]:
    """Answers as pairs of question and words, for people who read a sign-up.

    Answers to questions that are no longer asked, or to a form that is gone, stay as they are.
    """
    if form is None:
        return [(name, str(value)) for name, value in values.items()]
    fields = fields_by_kept_name(form.fields)
    return [
        (fields[name].label.of(language), _spoken(form, fields[name], catalogue, value, language))
        if name in fields
        else (name, str(value))
        for name, value in values.items()
    ]


def linked_rows(
    form: Form | None, catalogue: Catalogue, values: Mapping[str, Value], language: Language
) -> list[tuple[str, str, str]]:
    """The same with the address by which to write or call; empty where there is none."""
    fields = fields_by_kept_name(form.fields) if form else {}
    links = [_link(fields.get(name), str(value)) for name, value in values.items()]
    spoken_rows = rows(form, catalogue, values, language)
    return [(label, spoken, link) for (label, spoken), link in zip(spoken_rows, links, strict=True)]


def _link(field: Field | None, value: str) -> str:
    match field and field.type:
        case "email":
            return f"mailto:{quote(value, safe='@')}"
        case "tel":
            return phone_numbers.link(value)
    return ""


def _spoken(
    form: Form, field: Field, catalogue: Catalogue, value: Value, language: Language
) -> str:
    if isinstance(value, bool):
        return str(words(language)["form"]["yes"])
    if field.type == "email":
        return readable_address(str(value))
    if field.type == "place" and isinstance(value, str) and value in catalogue.municipalities:
        return catalogue.municipalities[value].name
    values = (value,) if isinstance(value, str) else value
    if field.options_from:
        return ", ".join(catalogue.name(field.options_from, id, language) for id in values)
    labels = {option.value: option.label.of(language) for option in options(form, field, catalogue)}
    return ", ".join(labels.get(text, text) for text in values)
