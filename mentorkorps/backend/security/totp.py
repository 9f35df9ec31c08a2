"""One-time codes of an app on somebody's phone (TOTP, RFC 6238): SHA-1, 30 seconds, six figures."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
STEPS_APART = 1
"""By how many steps a phone's clock may be wrong (RFC 6238, section 5.2)."""


def new_secret() -> bytes:
    """As long as the hash (RFC 4226, section 4)."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed, if it is near and later than `after`: a code counts once."""
    here = step_of(now)
    steps = range(here - STEPS_APART, here + STEPS_APART + 1)
    fitting = (step for step in steps if hmac.compare_digest(code_at(secret, step), typed))
    return next((step for step in fitting if step > after), None)


def written_secret(secret: bytes) -> str:
    """A secret as somebody types it into an app: base 32, in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def app_link(secret: bytes, issuer: str) -> str:
    """A link that opens the app on a phone. It names no person: the app shows it to whoever looks on."""
    text = b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}?secret={text}&issuer={quote(issuer)}"
