"""The body of a form post -> field names with the texts sent under them."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from mentorkorps.backend.web.responses import Refusal
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms import json_schema as form_schema
from mentorkorps.forms.answers import HIDDEN
from mentorkorps.forms.json_schema import Schema
from mentorkorps.interface.languages import Language

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 60
SECONDS_TO_SEND = 30

URLENCODED = "application/x-www-form-urlencoded"
JSON = "application/json"

Texts = tuple[str, ...]
Posted = dict[str, Texts]


@dataclass(frozen=True, slots=True)
class FieldShapes:
    """How names are sent in JSON: `lists` as lists of text, `ticks` as true, false or a word, all
    others as text.

    `are_known`: else each may be sent in any of these ways.
    """

    lists: frozenset[str] = frozenset()
    ticks: frozenset[str] = frozenset()
    are_known: bool = True

    @classmethod
    def of(cls, form: Form) -> "FieldShapes":
        return cls(form_schema.lists(form), form_schema.ticks(form))


@dataclass(frozen=True, slots=True)
class Body:
    """What a route takes: a JSON Schema by media type, and the shapes by which it is read.

    Without schemas it is a form's: of the form that the address names, or of the one that a sign-up
    came by.
    """

    schemas: Mapping[str, Schema] = field(default_factory=dict)
    shapes: FieldShapes = FieldShapes()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class PostedForm:
    """What somebody typed into a form, to be given back. `form` is None where nobody knows which
    one it was.
    """

    form: Form | None
    fields: Posted

    def answers(self) -> dict[str, str | list[str]]:
        """For programs: texts, or lists of them, by field."""
        lists = FieldShapes.of(self.form).lists if self.form else frozenset()
        return {
            name: list(texts) if name in lists or len(texts) > 1 else texts[0]
            for name, texts in self._visible().items()
        }

    def labelled(self, language: Language) -> tuple[tuple[str, str], ...]:
        """For people: each text beside the label of its field."""
        fields = self.form.fields if self.form else ()
        labels = {field.id: field.label.of(language) for field in fields}
        return tuple(
            (labels.get(name, name), text)
            for name, texts in self._visible().items()
            for text in texts
        )

    def _visible(self) -> Posted:
        return {
            name: texts
            for name, texts in self.fields.items()
            if name not in HIDDEN and "".join(texts).strip()
        }


def text_body(*names: str) -> Body:
    """A body of texts, of which those with these names are read."""
    schema: Schema = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "maxProperties": MOST_FIELDS,
        "properties": {name: {"type": "string"} for name in names},
    }
    return Body(dict.fromkeys((URLENCODED, JSON), schema))


def first_text(posted: Posted, name: str) -> str:
    """The first text under a name; empty where there is none."""
    return next(iter(posted.get(name, ())), "")


async def read_body(request: Request, shapes: FieldShapes = FieldShapes()) -> Posted:
    """The texts by field.

    Raises Refusal: 415 unless urlencoded or JSON, 413 over 64 KB, 408 too slow, 400 unreadable.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in READERS:
        raise Refusal(415, "content_type")
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            body = await _body(request)
    except TimeoutError:
        raise Refusal(408, "too_slow") from None
    except ClientDisconnect:
        raise Refusal(400, "unreadable") from None
    try:
        return _gathered(READERS[media_type](body, shapes))
    except (ValueError, RecursionError):
        raise Refusal(400, "unreadable") from None


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    body = b""
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise Refusal(413, "too_large")
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise Refusal(413, "too_large")
    return body


def _urlencoded(body: bytes, _shapes: FieldShapes) -> Iterator[tuple[str, Texts]]:
    for name, text in parse_qsl(
        body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    ):
        yield name, (text,)


def _json(body: bytes, shapes: FieldShapes) -> Iterator[tuple[str, Texts]]:
    sent = json.loads(body.decode("utf-8"), object_pairs_hook=_without_doubles)
    if not isinstance(sent, dict):
        raise ValueError("not an object")
    for name, value in sent.items():
        is_list = name in shapes.lists if shapes.are_known else isinstance(value, list)
        is_tick = name in shapes.ticks if shapes.are_known else isinstance(value, bool)
        yield name, _texts(value, is_list, is_tick)


def _texts(value: object, is_list: bool, is_tick: bool) -> Texts:
    match value:
        case bool() if is_tick:
            return ("yes",) if value else ()
        case str() if not is_list and (value or not is_tick):
            return (value,)
        case list() if is_list and all(isinstance(text, str) for text in value):
            return tuple(value)
    raise ValueError("not what this field holds")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name stands twice")
    return fields


def _gathered(sent: Iterator[tuple[str, Texts]]) -> Posted:
    posted: Posted = {}
    for name, texts in sent:
        "".join((name, *texts)).encode()  # half a surrogate pair, which JSON can write, is no text
        posted[name] = posted.get(name, ()) + texts
    if sum(max(1, len(texts)) for texts in posted.values()) > MOST_FIELDS:
        raise ValueError("too many fields")
    return posted


READERS: dict[str, Callable[[bytes, FieldShapes], Iterator[tuple[str, Texts]]]] = {
    URLENCODED: _urlencoded,
    JSON: _json,
}
