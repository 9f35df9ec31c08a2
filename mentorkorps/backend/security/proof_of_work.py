"""Proof of work without a third party: a signed challenge that also tells when the form was first touched.

The protocol is ALTCHA's first (SHA-256, altcha.org/docs/v2/proof-of-work-v1): a number is hidden behind a hash, a
browser finds it in a part of a second, and checking it costs the server some 15 µs. Of the library only the hashing
is used: it judges ages by the system's clock, and remembers nothing of what was spent.

It makes a sign-up cost a quarter of its limit, not nothing: a robot solves twenty a second, and
each sends a mail. Challenge and age of the form are one signed text, asked for on the first touch,
since pages are static. The solver (assets/proof.js, page and worker in one file) is plain
JavaScript: `crypto.subtle` answers each short hash by a promise. 100,000 hashes took 0.13 s of
processor time.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs

from altcha.v1 import ChallengeOptions, PayloadType, create_challenge, verify_solution

from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key

LARGEST_NUMBER = 100_000
"""Some 50,000 hashes on average: 0.05 s on a laptop, half a second on a slow phone, while the visitor types."""
YOUNGEST = timedelta(seconds=2)
OLDEST = timedelta(hours=12)
CLOCKS_DIFFER = timedelta(minutes=5)
"""Between two instances, or when a clock is put right."""
LONGEST_PROOF = 1000

Fault = Literal["forged", "hasty", "stale"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that we asked for and that is right. `name` is what it is known by; after `until` it is stale."""

    name: str
    issued_at: datetime

    @property
    def until(self) -> datetime:
        return self.issued_at + OLDEST + CLOCKS_DIFFER


class BadProof(Exception):
    """No proof, or not one for this form or this time: `fault` says which."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def new_challenge(key: str, form: str, now: datetime) -> dict[str, str | int]:
    """What a browser is asked: the number up to `largest` that gives `challenge` when it is hashed behind `salt`."""
    asked = create_challenge(
        ChallengeOptions(
            max_number=LARGEST_NUMBER,
            hmac_key=_signing(key),
            params={"form": form, "given": str(int(now.timestamp() * 1000))},
        )
    )
    return {
        "algorithm": asked.algorithm,
        "challenge": asked.challenge,
        "salt": asked.salt,
        "signature": asked.signature,
        "largest": asked.max_number,
    }


def read_proof(keys: Sequence[str], form: str, text: str, now: datetime) -> Proof:
    """The proof in what a browser sent, under any of the keys. Raises BadProof."""
    solution = _solution(text)
    if not any(_is_right(solution, key) for key in keys):
        raise BadProof("forged")
    # From here on the salt is one that we signed.
    signed = parse_qs(solution["salt"].partition("?")[2])
    issued_at = datetime.fromtimestamp(int(signed["given"][0]) / 1000, UTC)
    if signed["form"] != [form]:
        raise BadProof("forged")
    if now > issued_at + OLDEST or now < issued_at - CLOCKS_DIFFER:
        raise BadProof("stale")
    if now < issued_at + YOUNGEST:
        raise BadProof("hasty")
    return Proof(solution["challenge"], issued_at)


def _solution(text: str) -> PayloadType:
    """What was sent, if it has the shape of a solution. Raises BadProof."""
    if len(text) > LONGEST_PROOF:
        raise BadProof("forged")
    try:
        sent = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise BadProof("forged") from None
    if not isinstance(sent, dict) or type(sent.get("number")) is not int:
        raise BadProof("forged")
    if sent.get("algorithm") != "SHA-256" or not all(
        isinstance(sent.get(name), str) for name in ("challenge", "salt", "signature")
    ):
        raise BadProof("forged")
    return {
        "algorithm": "SHA-256",
        "number": sent["number"],
        "challenge": sent["challenge"],
        "salt": sent["salt"],
        "signature": sent["signature"],
    }


def _is_right(solution: PayloadType, key: str) -> bool:
    is_right, _error = verify_solution(solution, _signing(key), check_expires=False)
    return is_right


def _signing(key: str) -> bytes:
    return derived_key(key, "proofs", KEY_BYTES)
