"""What lies on the disk is encrypted: AES-GCM with keys derived from the secret keys, one for each purpose.

A sealed text is the mark of its key (4 bytes), a random nonce (12 bytes) and the ciphertext with its tag. It opens
only under the name it was sealed for: an answer copied to another sign-up's row does not.
"""

import hmac
import os
from collections.abc import Sequence
from functools import cache
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mentorkorps.backend.settings import SECRET_KEYS
from mentorkorps.backend.settings_error import SettingsError

Purpose = Literal["answers", "backup"]
MARK_BYTES = 4
NONCE_BYTES = 12
KEY_BYTES = 32


class MissingKey(SettingsError):
    """Something was sealed with a key that is not among the secret keys. Nothing has been changed."""

    def __init__(self) -> None:
        super().__init__(
            SECRET_KEYS,
            "…",
            "what is kept was encrypted with another key. Add that key behind these; nothing is lost",
        )


class Damaged(Exception):
    """A sealed text was changed after it was sealed, or stands under another name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"what is kept under {name} was changed by something else")


class Cipher:
    """Seals with the first key and opens with every key."""

    def __init__(self, keys: Sequence[str], purpose: Purpose = "answers") -> None:
        self._ciphers = {
            derived_key(key, f"{purpose}.mark", MARK_BYTES): AESGCM(
                derived_key(key, purpose, KEY_BYTES)
            )
            for key in reversed(keys)
        }
        self.mark = derived_key(keys[0], f"{purpose}.mark", MARK_BYTES)
        self._first = self._ciphers[self.mark]
        self._keys = tuple(keys)
        self._purpose = purpose

    def close(self, name: str, text: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self.mark + nonce + self._first.encrypt(nonce, text, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Raises MissingKey or Damaged."""
        mark, nonce, rest = (
            sealed[:MARK_BYTES],
            sealed[MARK_BYTES:][:NONCE_BYTES],
            sealed[MARK_BYTES + NONCE_BYTES :],
        )
        if mark not in self._ciphers:
            raise MissingKey
        try:
            return self._ciphers[mark].decrypt(nonce, rest, name.encode())
        except (InvalidTag, ValueError):
            raise Damaged(name) from None

    def macs(self, text: bytes) -> tuple[str, ...]:
        """The text's message authentication code (HMAC-SHA-256, hexadecimal) under every key, the first in front."""
        keys = (derived_key(key, f"{self._purpose}.mac", KEY_BYTES) for key in self._keys)
        return tuple(hmac.digest(key, text, "sha256").hex() for key in keys)

    def knows(self, mark: bytes) -> bool:
        return mark in self._ciphers


@cache
def derived_key(key: str, purpose: str, length: int) -> bytes:
    """A key for one purpose (HKDF, RFC 5869). The secret keys are random texts, so there is no salt."""
    return HKDF(SHA256(), length, salt=None, info=f"mentorkorps.{purpose}".encode()).derive(
        key.encode()
    )
