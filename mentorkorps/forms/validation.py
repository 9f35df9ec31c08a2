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
    said,
)
from mentorkorps.forms.choices import SCALE, is_too_late, kept_as, known, todays
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
        AnswerError(name[:40], said("unknown", name=name[:40])) for name in unknown(form, posted)
    ]
    answered: dict[str, Value] = {}
    values: dict[str, Value] = {}
    for field in form.fields:
        if field.shown_if and not holds(field.shown_if, answered):
            continue
        try:
            value = _answer(
                Asked(form, field, catalogue, today, chosen(field, posted)),
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
        field.id, said("did_you_mean", suggestion=readable_address(suggestion)), typed, suggestion
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
class Asked:
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


def _answer(asked: Asked, sent: Sequence[str]) -> Value | None:
    field = asked.field
    given = [text for text in (clean(field, one) for one in sent) if text]
    if not given:
        return asked.refuse(field.missing or said("missing")) if field.required else None
    if len(given) > 1 and field.type not in ("choices", "place"):
        asked.refuse(said("twice"))
    for text in given:
        if looks_like_cpr(field, text):
            asked.refuse(said("cpr_phone" if field.type == "tel" else "cpr"))
        if field.max_length and utf16_length(text) > field.max_length:
            asked.refuse(said("too_long", limit=field.max_length))
    return VERDICTS[field.type](asked, given)


def _as_text(asked: Asked, given: list[str]) -> str:
    pattern = asked.field.pattern
    if pattern and not re.fullmatch(pattern, given[0]):
        asked.refuse(asked.field.invalid or said("pattern"))
    return given[0]


def _as_email(asked: Asked, given: list[str]) -> str:
    try:
        address = ascii_address(given[0])
    except ValueError:
        asked.refuse(said("email"))
    if not EMAIL.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        asked.refuse(said("email"))
    is_other = asked.chosen and asked.chosen == suggested_address(address)
    return asked.chosen if is_other else address


def _as_phone(asked: Asked, given: list[str]) -> str:
    return given[0] if phone_numbers.is_number(given[0]) else asked.refuse(said("tel"))


def _as_tick(asked: Asked, given: list[str]) -> bool:
    return True if given[0] in TICKED else asked.refuse(said("not_an_option"))


def _as_municipality(asked: Asked, given: list[str]) -> str:
    place, *choice = given
    if len(choice) > 1 or not {*choice} <= {
        one.name for one in asked.catalogue.municipalities.values()
    }:
        asked.refuse(said("twice"))
    match = asked.catalogue.gazetteer.match(place)
    # A choice among other places was made before the text was changed.
    meant = next((one for one in match.municipalities if one.name in choice), match.main)
    if meant:
        return meant.code
    unsure = "place" if not match.municipalities else "place_guess" if match.is_guess else "places"
    asked.refuse(said(unsure, place=place), tuple(one.name for one in match.municipalities))


def _as_choice(asked: Asked, given: list[str]) -> str:
    choice = todays(asked.field, asked.catalogue, given[0])
    if choice not in known(asked.form, asked.field, asked.catalogue):
        asked.refuse(said("not_an_option"))
    if is_too_late(asked.form, asked.field, choice, asked.catalogue, asked.today):
        asked.refuse(said("deadline"))
    return kept_as(asked.field, asked.catalogue, choice)


def _as_choices(asked: Asked, given: list[str]) -> tuple[str, ...]:
    values = known(asked.form, asked.field, asked.catalogue)
    chosen = {todays(asked.field, asked.catalogue, value) for value in given}
    if any(value not in values for value in chosen):
        asked.refuse(said("not_an_option"))
    return tuple(
        kept_as(asked.field, asked.catalogue, value) for value in values if value in chosen
    )


def _as_scale(asked: Asked, given: list[str]) -> str:
    return given[0] if given[0] in SCALE else asked.refuse(said("not_an_option"))


VERDICTS: dict[str, Callable[[Asked, list[str]], Value]] = {
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


def _agreed(consent: Consent, sent: Sequence[str]) -> str | None:
    given = [text for text in sent if text]
    if not given:
        if consent.required:
            raise Invalid((AnswerError(consent.id, consent.missing or said("missing")),))
        return None
    if given not in ([consent.version], *([word] for word in TICKED)):
        raise Invalid((AnswerError(consent.id, said("consent_changed")),))
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
    found = CPR.search(without_invisible(text))
    return found is not None and (field.type != "tel" or "-" in found[0])


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
