"""The server's verdict on a posted form. The browser comes to the same by the constraints in its HTML."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, TypeVar

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Condition, Consent, Field, Form
from mentorkorps.catalogue.model.lasting import kept_names
from mentorkorps.catalogue.model.text import CPR, Title
from mentorkorps.forms import phone_numbers
from mentorkorps.forms.answers import (
    HIDDEN,
    AnswerError,
    Answers,
    Hint,
    Invalid,
    Posted,
    Value,
    choice_name,
    message_of,
)
from mentorkorps.forms.choices import SCALE, is_too_late, kept_as, option_values, todays
from mentorkorps.forms.domain_names import ascii_address, readable_address, suggested_address
from mentorkorps.interface.characters import plain, without_invisible

T = TypeVar("T")

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's control characters (Cc), but for the tab and the line feed."""
AROUND = "\ufeff\t\n " + "".join(
    map(chr, (0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000))
)
"""What JavaScript's trim() takes away as well (ECMA-262, WhiteSpace and LineTerminator)."""
TICKED = ("yes", "on", "true")
LONGEST_ADDRESS = 254
"""Octets (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
PATTERNS = {"email": r"[^@\s=][^@\s]*@[^@\s]+\.[^@\s]+", "tel": phone_numbers.AS_TYPED}
"""Written so that JavaScript (with the v flag, as browsers read `pattern`) and Python mean the same by them."""
EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/?^_`{|}~-][a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]*@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
"""What a browser takes in <input type=email> (HTML standard, 4.10.5.1.5), with at least one dot after the @.

Not with = in front: headers of a mail may take =?utf-8?q?x?=@example.org for another address (RFC 2047)."""


def read_answers(form: Form, catalogue: Catalogue, posted: Posted, today: date) -> Answers:
    """The answers of a posted form. Raises Invalid with everything that is wrong.

    `posted` maps a field's name to the texts sent under it, as urllib's parse_qs gives them.
    """
    wrong: list[AnswerError] = [
        AnswerError(name[:40], message_of("unknown", name=name[:40]))
        for name in unknown(form, posted)
    ]
    answered: dict[str, Value] = {}
    values: dict[str, Value] = {}
    for field in form.fields:
        if field.shown_if and not holds(field.shown_if, answered):
            continue
        try:
            value = _answer(
                Question(form, field, catalogue, today, chosen(field, posted)),
                posted.get(field.id, ()),
            )
        except Invalid as invalid:
            wrong.extend(invalid.wrong)
        else:
            if value:
                answered[field.id] = values[kept_names(field)[0]] = value
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


def todays_names(form: Form, posted: Mapping[str, T]) -> dict[str, T]:
    """What was sent by a page that was opened before a question got another id, under today's.

    What is sent under a name that is no former one stays as it is.
    """
    names = {field.id for field in form.fields}
    todays = {was: field.id for field in form.fields for was in field.was if was not in names}
    todays |= {choice_name(was): choice_name(id) for was, id in todays.items()}
    return {todays.get(name, name): texts for name, texts in posted.items()}


def holds(condition: Condition, answered: Mapping[str, Value]) -> bool:
    """Whether a question that depends on another is asked, by the answers so far."""
    match answered.get(condition.field):
        case tuple(chosen):
            return condition.value in chosen
        case True:
            return condition.value == "yes"
        case answer:
            return answer == condition.value


def hints(form: Form, posted: Posted) -> tuple[Hint, ...]:
    """What may have been meant otherwise, unless the person was asked that already."""
    return tuple(
        hint
        for field in form.fields
        if (hint := hint_of(field, posted))
        and chosen(field, posted) not in (hint.typed, hint.suggestion)
    )


def hint_of(field: Field, posted: Posted) -> Hint | None:
    """What may have been meant by the address in a field: a@gmail.com by a@gmial.com."""
    if field.type != "email":
        return None
    typed = _typed(field, posted)
    suggestion = suggested_address(typed)
    if suggestion is None:
        return None
    return Hint(
        field.id,
        message_of("did_you_mean", suggestion=readable_address(suggestion)),
        typed,
        suggestion,
    )


def chosen(field: Field, posted: Posted) -> str:
    """The address that was chosen when the person was asked back; empty if nobody asked."""
    return "".join(posted.get(choice_name(field.id), ())[:1])


def unknown(form: Form, posted: Posted) -> list[str]:
    """The names that the form does not know: those of fields that it had when the page was opened, mostly."""
    names = {
        *HIDDEN,
        *(field.id for field in form.fields),
        *(consent.id for consent in form.consents),
    }
    names |= {choice_name(field.id) for field in form.fields if field.type == "email"}
    return [name for name in posted if name not in names]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is being judged: its field, the form around it, the records it draws on, and the day.

    `chosen`: the address that was chosen when the person was asked whether it was meant otherwise.
    """

    form: Form
    field: Field
    catalogue: Catalogue
    today: date
    chosen: str

    def refuse(self, message: Title, choices: tuple[str, ...] = ()) -> NoReturn:
        raise Invalid((AnswerError(self.field.id, message, choices),))


def _answer(question: Question, texts: Sequence[str]) -> Value | None:
    field = question.field
    answers = [answer for text in texts if (answer := clean(field, text))]
    if not answers:
        return question.refuse(field.missing or message_of("missing")) if field.required else None
    if len(answers) > 1 and field.type not in ("choices", "place"):
        question.refuse(message_of("twice"))
    for answer in answers:
        if looks_like_cpr(field, answer):
            question.refuse(message_of("cpr_phone" if field.type == "tel" else "cpr"))
        if field.max_length and utf16_length(answer) > field.max_length:
            question.refuse(message_of("too_long", limit=field.max_length))
    return VERDICTS[field.type](question, answers)


def _as_text(question: Question, texts: list[str]) -> str:
    pattern = question.field.pattern
    if pattern and not re.fullmatch(pattern, texts[0]):
        question.refuse(question.field.invalid or message_of("pattern"))
    return texts[0]


def mail_address(text: str) -> str:
    """An address as it is kept: its domain in ASCII. Raises ValueError for what is none."""
    address = ascii_address(plain(CONTROL.sub("", text)).strip(AROUND))
    if not EMAIL.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        raise ValueError(text)
    return address


def _as_email(question: Question, texts: list[str]) -> str:
    try:
        address = mail_address(texts[0])
    except ValueError:
        question.refuse(message_of("email"))
    is_other = question.chosen and question.chosen == suggested_address(address)
    return question.chosen if is_other else address


def _as_phone(question: Question, texts: list[str]) -> str:
    return texts[0] if phone_numbers.is_number(texts[0]) else question.refuse(message_of("tel"))


def _as_tick(question: Question, texts: list[str]) -> bool:
    return True if texts[0] in TICKED else question.refuse(message_of("not_an_option"))


def _as_municipality(question: Question, texts: list[str]) -> str:
    place, *choice = texts
    if len(choice) > 1 or not {*choice} <= {
        municipality.name for municipality in question.catalogue.municipalities.values()
    }:
        question.refuse(message_of("twice"))
    match = question.catalogue.gazetteer.match(place)
    # A choice among other places was made before the text was changed.
    chosen = next(
        (municipality for municipality in match.municipalities if municipality.name in choice),
        match.main,
    )
    if chosen:
        return chosen.code
    unsure = "place" if not match.municipalities else "place_guess" if match.is_guess else "places"
    question.refuse(
        message_of(unsure, place=place),
        tuple(municipality.name for municipality in match.municipalities),
    )


def _as_choice(question: Question, texts: list[str]) -> str:
    choice = todays(question.field, question.catalogue, texts[0])
    if choice not in option_values(question.form, question.field, question.catalogue):
        question.refuse(message_of("not_an_option"))
    if is_too_late(question.form, question.field, choice, question.catalogue, question.today):
        question.refuse(message_of("deadline"))
    return kept_as(question.field, question.catalogue, choice)


def _as_choices(question: Question, texts: list[str]) -> tuple[str, ...]:
    values = option_values(question.form, question.field, question.catalogue)
    chosen = {todays(question.field, question.catalogue, value) for value in texts}
    if any(value not in values for value in chosen):
        question.refuse(message_of("not_an_option"))
    return tuple(
        kept_as(question.field, question.catalogue, value) for value in values if value in chosen
    )


def _as_scale(question: Question, texts: list[str]) -> str:
    return texts[0] if texts[0] in SCALE else question.refuse(message_of("not_an_option"))


VERDICTS: dict[str, Callable[[Question, list[str]], Value]] = {
    "text": _as_text,
    "textarea": _as_text,
    "email": _as_email,
    "tel": _as_phone,
    "tick": _as_tick,
    "place": _as_municipality,
    "choice": _as_choice,
    "choices": _as_choices,
    "scale": _as_scale,
}


def _agreed(consent: Consent, posted: Sequence[str]) -> str | None:
    texts = [text for text in posted if text]
    if not texts:
        if consent.required:
            raise Invalid((AnswerError(consent.id, consent.missing or message_of("missing")),))
        return None
    if texts not in ([consent.version], *([word] for word in TICKED)):
        raise Invalid((AnswerError(consent.id, message_of("consent_changed")),))
    return consent.version


def clean(field: Field, text: str) -> str:
    """What was meant: no control characters, one kind of line end, no spaces around, and nothing that nobody sees.

    In an address, a phone number or a place every invisible character goes. A name keeps those that its script needs,
    as long as there is something to see.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if field.type != "textarea":
        lines = " ".join(lines.split("\n"))
    lines = CONTROL.sub("", lines)
    match field.type:
        case "email" | "place":
            return plain(lines).strip(AROUND)
        case "tel":
            return phone_numbers.cleaned(lines)
    return lines.strip(AROUND) if without_invisible(lines).strip(AROUND) else ""


def looks_like_cpr(field: Field, text: str) -> bool:
    """Whether a CPR number is in an answer. A phone number may look like one, but lacks the hyphen in that place."""
    match = CPR.search(without_invisible(text))
    return match is not None and (field.type != "tel" or "-" in match[0])


def _typed(field: Field, posted: Posted) -> str:
    """The address in a field as the network knows it, or as it was typed if it is none."""
    typed = clean(field, "".join(posted.get(field.id, ())[:1]))
    try:
        return ascii_address(typed)
    except ValueError:
        return typed


def utf16_length(text: str) -> int:
    """Length as browsers count `maxlength`: in UTF-16 units, so that most emoji count as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
