"""Check codes of course certificates: they tell course and number, and whether a name belongs to
them; nothing is kept.

A code is 16 letters and figures of Crockford's base 32, 80 bits: 15 of the course, 10 of the number, 15 of the name,
and 40 that prove the rest. Both proofs are HMAC-SHA-256 with keys derived from a secret key. To forge one takes some
10¹² attempts; a wrong name agrees with a true code once in 32,768.

A table of certificates would be a table of persons. The price is that a key must be kept for as
long as its certificates are to hold.
"""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
WRITTEN = str.maketrans(RFC_4648, CROCKFORD)
READ = str.maketrans(CROCKFORD, RFC_4648)
ALIKE = str.maketrans("OIL", "011")
"""Letters that look like figures count as those."""
LETTERS, GROUP = 16, 4
COURSE_BITS, NUMBER_BITS, NAME_BITS = 15, 10, 15
BODY_BYTES = PROOF_BYTES = 5
MOST = 2**NUMBER_BITS


@dataclass(frozen=True, slots=True)
class Certificate:
    """A true certificate: its course, its number within it, and the key that signed it."""

    course: str
    number: int
    code: str
    _key: str
    _name: int

    def belongs_to(self, name: str) -> bool:
        return self._name == _name_bits(self._key, self.course, self.number, name)


def code(key: str, course: str, number: int, name: str) -> str:
    """The code of a certificate, in groups of four. Raises ValueError for a number of 1024 or
    more.
    """
    if not 0 <= number < MOST:
        raise ValueError(f"a course has {MOST} certificates at the most")
    named = _name_bits(key, course, number, name)
    bits = (_course_bits(course) << NUMBER_BITS | number) << NAME_BITS | named
    body = bits.to_bytes(BODY_BYTES)
    return in_groups(base64.b32encode(body + _proof(key, course, body)).decode().translate(WRITTEN))


def read_code(keys: Sequence[str], courses: Iterable[str], typed: str) -> Certificate | None:
    """What a code stands for, however it was typed; None where no key has signed it for one of
    the courses.
    """
    raw = _bytes(typed)
    if raw is None:
        return None
    body, proof = raw[:BODY_BYTES], raw[BODY_BYTES:]
    bits = int.from_bytes(body)
    number, name = bits >> NAME_BITS & MOST - 1, bits & (1 << NAME_BITS) - 1
    for course in (
        candidate
        for candidate in courses
        if _course_bits(candidate) == bits >> NAME_BITS + NUMBER_BITS
    ):
        for key in keys:
            if hmac.compare_digest(proof, _proof(key, course, body)):
                return Certificate(course, number, in_groups(plain_name(typed)), key, name)
    return None


def plain_name(typed: str) -> str:
    """A code without spaces and hyphens, in capitals, with figures for the letters that look
    like them.
    """
    characters = "".join(character for character in typed.upper() if character.isalnum())
    return characters.translate(ALIKE)


def in_groups(plain: str) -> str:
    return "-".join(plain[i : i + GROUP] for i in range(0, len(plain), GROUP))


def _bytes(typed: str) -> bytes | None:
    letters = plain_name(typed)
    if len(letters) != LETTERS or not set(letters) <= set(CROCKFORD):
        return None
    return base64.b32decode(letters.translate(READ))


def _course_bits(course: str) -> int:
    return _first_bits(hashlib.sha256(course.encode()).digest(), COURSE_BITS)


def _name_bits(key: str, course: str, number: int, name: str) -> int:
    text = f"{course}\n{number}\n{normalised(name)}".encode()
    return _first_bits(_mac(key, "certificate.name", text), NAME_BITS)


def normalised(name: str) -> str:
    """A name as it is compared: without case, accents, hyphens and doubled spaces."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(
        "".join(
            character if character.isalnum() else " "
            for character in apart
            if not unicodedata.combining(character)
        ).split()
    )


def _proof(key: str, course: str, body: bytes) -> bytes:
    return _mac(key, "certificate", course.encode() + b"\n" + body)[:PROOF_BYTES]


def _mac(key: str, purpose: str, data: bytes) -> bytes:
    return hmac.digest(derived_key(key, purpose, KEY_BYTES), data, "sha256")


def _first_bits(digest: bytes, count: int) -> int:
    return int.from_bytes(digest[:4]) >> 32 - count
