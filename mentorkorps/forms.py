"""One definition of a form -> its HTML, the browser's constraints, and the server's verdict, in both languages."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from mentorkorps.catalogue import Catalogue
from mentorkorps.model import CPR, Consent, Field, Form, Language, Option, Title
from mentorkorps.rendering import render, words

LANGUAGE = "language"
TRAP = "website"
"""A field that people do not see and simple robots fill in. Filled, it is a hint and never a reason to refuse."""
HIDDEN = (LANGUAGE, TRAP)

TICKED = ("yes", "on", "true")
PATTERNS = {"email": r"[^@\s]+@[^@\s]+\.[^@\s]+", "tel": r"[0-9+\(\) \-]{8,20}"}
"""Written so that JavaScript (with the v flag, as browsers read `pattern`) and Python mean the same by them."""
EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
"""What a browser takes in <input type=email> (HTML standard, 4.10.5.1.5), and at least one dot after the @."""

Posted = Mapping[str, Sequence[str]]
Value = str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one answer and what to do; `choices` are offered where several places are meant."""

    field: str
    message: Title
    choices: tuple[str, ...] = ()


class Invalid(Exception):
    """The answers cannot be taken. `wrong` holds everything that must be mended, in the order of the form."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__(", ".join(one.field for one in wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers: values by field (those left out are absent), and the version of each consent given."""

    values: dict[str, Value]
    consents: dict[str, str]

    def canonical(self) -> str:
        """The same text for the same answers, whatever the order and the spaces in which they came."""
        return json.dumps([self.values, self.consents], sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A field as the template shows it: what was posted, what is wrong, what may be chosen."""

    field: Field
    posted: tuple[str, ...]
    error: str
    choices: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def value(self) -> str:
        return self.posted[0] if self.posted else ""

    @property
    def pattern(self) -> str | None:
        return PATTERNS.get(self.field.type)

    @property
    def described_by(self) -> str:
        parts = [f"{self.field.id}-hint"] if self.field.hint else []
        return " ".join(parts + ([f"{self.field.id}-error"] if self.error else []))


def read(form: Form, catalogue: Catalogue, posted: Posted, today: date) -> Answers:
    """The answers of a posted form. Raises Invalid with everything that is wrong.

    `posted` maps a field's name to the texts sent under it, as urllib's parse_qs gives them.
    """
    wrong: list[Wrong] = list(_unknown(form, posted))
    values: dict[str, Value] = {}
    for field in form.fields:
        try:
            value = _answer(Asked(form, field, catalogue, today), posted.get(field.id, ()))
        except Invalid as invalid:
            wrong.extend(invalid.wrong)
        else:
            if value:
                values[field.id] = value
    consents = {}
    for consent in form.consents:
        try:
            if agreed := _agreed(consent, posted.get(consent.id, ())):
                consents[consent.id] = agreed
        except Invalid as invalid:
            wrong.extend(invalid.wrong)
    if wrong:
        raise Invalid(tuple(wrong))
    return Answers(values, consents)


def html(
    form: Form,
    catalogue: Catalogue,
    language: Language,
    *,
    action: str,
    posted: Posted | None = None,
    wrong: Sequence[Wrong] = (),
) -> str:
    """The whole <form>, with an error summary where something is wrong, and every answer kept."""
    questions = [_question(form, field, catalogue, language, posted or {}, wrong) for field in form.fields]
    hidden = [one for one in questions if one.field.more]
    return render(
        "form.html",
        language,
        form=form,
        action=action,
        asked=[one for one in questions if not one.field.more],
        more=hidden,
        is_open=any(one.error or any(one.posted) for one in hidden),
        consents=[(one, _error(one.id, language, wrong), bool((posted or {}).get(one.id))) for one in form.consents],
        wrong=[(one.field, one.message.of(language)) for one in wrong],
        municipalities=[one.name for one in catalogue.municipalities_sorted()],
        trap=TRAP,
        trapped=((posted or {}).get(TRAP) or [""])[0],
    )


def page_html(
    form: Form,
    catalogue: Catalogue,
    language: Language,
    *,
    action: str,
    posted: Posted | None = None,
    wrong: Sequence[Wrong] = (),
) -> str:
    """The form with its title and its introduction: all that a form page holds."""
    inner = html(form, catalogue, language, action=action, posted=posted, wrong=wrong)
    return render("form-page.html", language, form=form, inner=inner)


def rows(form: Form, catalogue: Catalogue, values: Mapping[str, Value], language: Language) -> list[tuple[str, str]]:
    """Answers as pairs of question and words, for people who read a sign-up. Unknown answers stay as they are."""
    fields = {field.id: field for field in form.fields}
    return [
        (fields[name].label.of(language), _spoken(form, fields[name], catalogue, value, language))
        if name in fields
        else (name, str(value))
        for name, value in values.items()
    ]


def options(form: Form, field: Field, catalogue: Catalogue) -> tuple[Option, ...]:
    """What may be chosen in a field: its own options, or the records of a table."""
    match field.options_from:
        case "industries":
            return tuple(Option(one.id, one.name) for one in catalogue.industries.values())
        case "languages":
            return tuple(Option(one.id, one.name) for one in catalogue.languages.values())
        case "courses":
            held = (one for one in catalogue.courses.values() if one.status != "cancelled")
            return tuple(Option(one.id, one.name) for one in held)
        case "programmes":
            taken = (one for one in catalogue.published_programmes() if form in catalogue.forms_for(one))
            return tuple(Option(one.id, one.name) for one in taken)
        case None:
            return field.options


def _question(
    form: Form, field: Field, catalogue: Catalogue, language: Language, posted: Posted, wrong: Sequence[Wrong]
) -> Question:
    return Question(
        field=field,
        posted=tuple(posted.get(field.id, ())),
        error=_error(field.id, language, wrong),
        choices=next((one.choices for one in wrong if one.field == field.id), ()),
        options=options(form, field, catalogue),
    )


def _error(name: str, language: Language, wrong: Sequence[Wrong]) -> str:
    return next((one.message.of(language) for one in wrong if one.field == name), "")


def _unknown(form: Form, posted: Posted) -> Iterator[Wrong]:
    known = {*HIDDEN, *(field.id for field in form.fields), *(consent.id for consent in form.consents)}
    for name in posted:
        if name not in known:
            yield Wrong(name[:40], _said("unknown", name=name[:40]))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is being judged: its field, the form around it, the records it draws on, and the day."""

    form: Form
    field: Field
    catalogue: Catalogue
    today: date

    def refuse(self, message: Title, choices: tuple[str, ...] = ()) -> NoReturn:
        raise Invalid((Wrong(self.field.id, message, choices),))


def _answer(asked: Asked, sent: Sequence[str]) -> Value | None:
    field = asked.field
    given = [text for text in (_clean(field, one) for one in sent) if text]
    if not given:
        return asked.refuse(field.missing or _said("missing")) if field.required else None
    if len(given) > 1 and field.type != "choices":
        asked.refuse(_said("twice"))
    for text in given:
        if CPR.search(text):
            asked.refuse(_said("cpr"))
        if field.max_length and utf16_length(text) > field.max_length:
            asked.refuse(_said("too_long", limit=field.max_length))
    return VERDICTS[field.type](asked, given)


def _as_text(_asked: Asked, given: list[str]) -> str:
    return given[0]


def _as_email(asked: Asked, given: list[str]) -> str:
    return given[0] if EMAIL.fullmatch(given[0]) else asked.refuse(_said("email"))


def _as_phone(asked: Asked, given: list[str]) -> str:
    return given[0] if re.fullmatch(PATTERNS["tel"], given[0]) else asked.refuse(_said("tel"))


def _as_tick(asked: Asked, given: list[str]) -> bool:
    return True if given[0] in TICKED else asked.refuse(_said("not_an_option"))


def _as_municipality(asked: Asked, given: list[str]) -> str:
    place = given[0]
    found = asked.catalogue.places(place)
    if not found:
        asked.refuse(_said("place", place=place))
    if len(found) > 1:
        asked.refuse(_said("places", place=place), tuple(one.name for one in found))
    return found[0].code


def _as_choice(asked: Asked, given: list[str]) -> str:
    choice = given[0]
    if choice not in (one.value for one in options(asked.form, asked.field, asked.catalogue)):
        asked.refuse(_said("not_an_option"))
    if asked.field.options_from == "courses" and asked.catalogue.courses[choice].deadline < asked.today:
        asked.refuse(_said("deadline"))
    return choice


def _as_choices(asked: Asked, given: list[str]) -> tuple[str, ...]:
    known = [one.value for one in options(asked.form, asked.field, asked.catalogue)]
    if not set(given) <= set(known):
        asked.refuse(_said("not_an_option"))
    return tuple(value for value in known if value in given)


VERDICTS: dict[str, Callable[[Asked, list[str]], Value]] = {
    "text": _as_text,
    "textarea": _as_text,
    "email": _as_email,
    "tel": _as_phone,
    "tick": _as_tick,
    "place": _as_municipality,
    "choice": _as_choice,
    "choices": _as_choices,
}


def _agreed(consent: Consent, sent: Sequence[str]) -> str | None:
    given = [text for text in sent if text]
    if not given:
        if consent.required:
            raise Invalid((Wrong(consent.id, consent.missing or _said("missing")),))
        return None
    if given not in ([consent.version], *([word] for word in TICKED)):
        raise Invalid((Wrong(consent.id, _said("consent_changed")),))
    return consent.version


def _clean(field: Field, text: str) -> str:
    """What was meant: no control characters, one kind of line end, no spaces around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if field.type != "textarea":
        lines = " ".join(lines.split("\n"))
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def utf16_length(text: str) -> int:
    """Length as browsers count `maxlength`: in UTF-16 units, so that most emoji count as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _spoken(form: Form, field: Field, catalogue: Catalogue, value: Value, language: Language) -> str:
    if value is True:
        return str(words(language)["form"]["yes"])
    if field.type == "place" and value in catalogue.municipalities:
        return catalogue.municipalities[value].name
    labels = {one.value: one.label.of(language) for one in options(form, field, catalogue)}
    values = value if isinstance(value, (tuple, list)) else (value,)
    return ", ".join(labels.get(one, one) for one in values)


def _said(key: str, **values: object) -> Title:
    return Title(*(str(words(language)["form"]["wrong"][key]).format(**values) for language in ("da", "en")))
