"""One definition of a form -> a JSON Schema of what may be sent, as JSON or as a form's own encoding.

What a schema cannot say is the server's to judge: lengths count UTF-16 units, and nothing that looks like a CPR
number is taken. The server also takes what people write beside: a place by any of its names, a domain with æ, ø or å,
and signs that nobody sees, which it takes away. Everything else is meant to agree with `forms.read`.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Condition, Consent, Field, Form, Option
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms import phone_numbers
from mentorkorps.forms.answers import HIDDEN, LANGUAGE, choice_name
from mentorkorps.forms.choices import SCALE, is_too_late, options
from mentorkorps.forms.validation import EMAIL, TICKED
from mentorkorps.interface.characters import INVISIBLE_BMP

Schema = dict[str, object]

UNSEEN = r"\s\u0000-\u001f\u007f-\u009f" + INVISIBLE_BMP
BLANK = rf"[{UNSEEN}]*"
VISIBLE = f"[^{UNSEEN}]"
"""Something is left of a text when all that nobody sees is taken away."""
YES = TICKED[0]
ASKED_BACK = "Svaret på “Mente du …?”, ellers tom. / The answer to “Did you mean …?”, else empty."


def body(form: Form, catalogue: Catalogue, today: date) -> Schema:
    """The JSON object that a program sends; choices refer to `#/components/schemas/Place` for a place."""
    return _object(form, dict(_answers(form, catalogue, today)))


def urlencoded(form: Form, catalogue: Catalogue, today: date) -> Schema:
    """The same as a browser sends it: texts alone, and a tick as the word that the page has."""
    return _object(
        form, {name: _as_text(schema) for name, schema in _answers(form, catalogue, today)}
    )


def places(catalogue: Catalogue) -> Schema:
    """Every name of a municipality, and every postcode of which it is known where it is meant to lie."""
    names = sorted(municipality.name for municipality in catalogue.municipalities.values())
    existing = sorted({entry.postcode for entry in catalogue.postcodes})
    postcodes = [postcode for postcode in existing if catalogue.gazetteer.match(postcode).main]
    return {
        "type": "string",
        "description": "Kommunens navn eller et postnummer. / The municipality's name, or a postcode.",
        "enum": [*names, *postcodes],
    }


def lists(form: Form) -> frozenset[str]:
    """Fields that take several answers: a list in JSON. Under their former ids too."""
    return frozenset(
        name for field in form.fields if field.type == "choices" for name in known_as(field)
    )


def ticks(form: Form) -> frozenset[str]:
    """Fields and consents that are ticked: true or false in JSON. Under their former ids too."""
    ticked = [name for field in form.fields if field.type == "tick" for name in known_as(field)]
    return frozenset(ticked + [consent.id for consent in form.consents])


def _object(form: Form, properties: Mapping[str, Schema]) -> Schema:
    required = [field.id for field in form.fields if field.required and not field.shown_if]
    depending = [
        _depending(field, field.shown_if, properties[field.id])
        for field in form.fields
        if field.shown_if
    ]
    loose = {field.id: _loose(field) for field in form.fields if field.shown_if}
    return {
        "type": "object",
        "title": _both(form.title),
        "additionalProperties": False,
        "required": required + [consent.id for consent in form.consents if consent.required],
        "properties": dict(properties) | loose,
    } | ({"allOf": depending} if depending else {})


def _depending(field: Field, condition: Condition, schema: Schema) -> Schema:
    """A question that is asked after a certain answer; after any other, what is sent for it counts for nothing."""
    name, value = condition.field, condition.value
    conditions: list[Schema] = [{"const": value}, {"type": "array", "contains": {"const": value}}]
    if value == YES:
        conditions.append({"const": True})
    required: Schema = {"required": [field.id]} if field.required else {}
    return {
        "if": {"properties": {name: {"anyOf": conditions}}, "required": [name]},
        "then": {"properties": {field.id: schema}} | required,
    }


def _loose(field: Field) -> Schema:
    match field.type:
        case "choices":
            shape = {"type": "array", "items": {"type": "string"}}
        case "tick":
            shape = {"type": ["boolean", "string"]}
        case _:
            shape = {"type": "string"}
    return _described(field) | shape


def _answers(form: Form, catalogue: Catalogue, today: date) -> Iterator[tuple[str, Schema]]:
    for field in form.fields:
        yield field.id, _described(field) | _field(form, field, catalogue, today)
        if field.type == "email":
            yield choice_name(field.id), {"type": "string", "description": ASKED_BACK}
    for consent in form.consents:
        yield consent.id, _consent(consent)
    for name in HIDDEN:
        description = (
            "da eller en / da or en" if name == LANGUAGE else "Lad den være tom. / Leave it empty."
        )
        yield name, {"type": "string", "description": description}


def _field(form: Form, field: Field, catalogue: Catalogue, today: date) -> Schema:
    match field.type:
        case "email":
            return _text(field) | {"pattern": f"^{EMAIL.pattern}$"}
        case "tel":
            number = phone_numbers.SIMPLE
            return {
                "type": "string",
                "pattern": f"^{number}$" if field.required else f"^({number}|{BLANK})$",
            }
        case "tick":
            return {"enum": [True, YES] if field.required else [True, False, YES]}
        case "place":
            return {"$ref": "#/components/schemas/Place"}
        case "choice":
            return {"type": "string"} | _choice(field, _open(form, field, catalogue, today))
        case "scale":
            return {"type": "string", "enum": [*([] if field.required else [""]), *SCALE]}
        case "choices":
            least: Schema = {"minItems": 1} if field.required else {}
            chosen = {"type": "string"} | _choice(None, options(form, field, catalogue))
            several: Schema = {"type": "array", "items": chosen}
            return several | least
    if field.pattern:
        return _text(field) | {
            "pattern": f"^{field.pattern}$" if field.required else f"^({field.pattern}|{BLANK})$"
        }
    return _text(field) | ({"pattern": VISIBLE} if field.required else {})


def _text(field: Field) -> Schema:
    longest = {"maxLength": field.max_length, "x-length-unit": "UTF-16"} if field.max_length else {}
    return {"type": "string"} | longest


def _choice(field: Field | None, offered: tuple[Option, ...]) -> Schema:
    none = [""] if field and not field.required else []
    labels = {option.value: _both(option.label) for option in offered}
    return {"enum": [*none, *labels], "x-labels": labels}


def _open(form: Form, field: Field, catalogue: Catalogue, today: date) -> tuple[Option, ...]:
    offered = options(form, field, catalogue)
    return tuple(
        option for option in offered if not is_too_late(form, field, option.value, catalogue, today)
    )


def _consent(consent: Consent) -> Schema:
    values = (
        [True, YES, consent.version] if consent.required else [True, False, YES, consent.version]
    )
    return {"description": _both(consent.text), "enum": values}


def _described(field: Field) -> Schema:
    titled: Schema = {"title": _both(field.label)}
    return titled | ({"description": _both(field.hint)} if field.hint else {})


def _both(text: Title) -> str:
    return f"{text.da} / {text.en}"


def _as_text(schema: Schema) -> Schema:
    allowed = schema.get("enum")
    if "type" in schema or not isinstance(allowed, list):
        return schema
    return schema | {
        "type": "string",
        "enum": [value for value in allowed if isinstance(value, str)],
    }
