"""The body of a form post -> field names with the texts sent under them."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from mentorkorps.backend.reply import Refusal

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 60
SECONDS_TO_SEND = 30

Posted = dict[str, tuple[str, ...]]


async def read(request: Request) -> Posted:
    """Raises Refusal: 415 unless urlencoded or JSON, 413 over 64 KB, 408 too slow, 400 unreadable."""
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
        pairs = READERS[media_type](body)
        return _gathered(pairs)
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


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)


def _json(body: bytes) -> list[tuple[str, str]]:
    told = json.loads(body.decode("utf-8"), object_pairs_hook=_without_doubles)
    if not isinstance(told, dict):
        raise ValueError("not an object")
    return [(name, text) for name, value in told.items() for text in _texts(value)]


def _texts(value: object) -> list[str]:
    match value:
        case bool():
            return ["yes"] if value else []
        case str():
            return [value]
        case list() if all(isinstance(one, str) for one in value):
            return value
    raise ValueError("neither text, nor list of text, nor true or false")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice")
    return told


def _gathered(pairs: list[tuple[str, str]]) -> Posted:
    if len(pairs) > MOST_FIELDS:
        raise ValueError("too many fields")
    posted: Posted = {}
    for name, text in pairs:
        f"{name}{text}".encode()  # half a surrogate pair, which JSON can write, is no text
        posted[name] = (*posted.get(name, ()), text)
    return posted


READERS: dict[str, Callable[[bytes], list[tuple[str, str]]]] = {
    "application/x-www-form-urlencoded": _urlencoded,
    "application/json": _json,
}
