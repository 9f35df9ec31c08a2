"""A file of any length, encrypted in chunks: read and written with one chunk in memory.

This is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, 2015), as age has it (github.com/C2SP/C2SP, age.md), with AES-256-GCM. Each file has a key of its
own, by HKDF from a secret key and a random salt. The nonce of a chunk is its number (11 bytes) and whether it is the
last (1 byte), so that chunks that are missing, doubled, moved or of another file do not open. What stands before
them, `header`, is authenticated with each.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mentorkorps.backend.security.encryption import (
    KEY_BYTES,
    MARK_BYTES,
    Damaged,
    MissingKey,
    derived_key,
)

SALT_BYTES = 16
COUNTER_BYTES = 11
TAG_BYTES = 16
CHUNK_BYTES = 1024 * 1024

Read = Callable[[int], bytes]
"""The next bytes, as many as asked for; fewer only at the end."""


def encrypt_stream(key: str, header: bytes, parts: Iterable[bytes]) -> Iterator[bytes]:
    """What a file holds after its header: the mark of the key, the salt and the chunks."""
    salt = os.urandom(SALT_BYTES)
    yield _mark(key) + salt
    cipher, number, waiting = _cipher(key, salt), 0, bytearray()
    for part in parts:
        waiting += part
        while len(waiting) > CHUNK_BYTES:  # more follows, so this one is not the last
            yield cipher.encrypt(_nonce(number, False), bytes(waiting[:CHUNK_BYTES]), header)
            del waiting[:CHUNK_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(number, True), bytes(waiting), header)


def decrypt_stream(keys: Sequence[str], header: bytes, read: Read) -> Iterator[bytes]:
    """What was encrypted, chunk by chunk. Whoever has not come to the end knows nothing of the whole.

    Raises MissingKey, or Damaged where the file was cut, put together anew or changed.
    """
    mark, salt = read(MARK_BYTES), read(SALT_BYTES)
    if len(salt) < SALT_BYTES:
        raise Damaged("a file that ends in its head")
    cipher = _cipher(_known(keys, mark), salt)
    number, chunk = 0, read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = read(CHUNK_BYTES + TAG_BYTES)
        yield _opened(cipher, _nonce(number, not following), chunk, header)
        if not following:
            return
        number, chunk = number + 1, following


def _opened(cipher: AESGCM, nonce: bytes, chunk: bytes, header: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, chunk, header)
    except (InvalidTag, ValueError):
        raise Damaged("a chunk") from None


def _known(keys: Sequence[str], mark: bytes) -> str:
    for key in keys:
        if _mark(key) == mark:
            return key
    raise MissingKey


def _mark(key: str) -> bytes:
    return derived_key(key, "backup.mark", MARK_BYTES)


def _cipher(key: str, salt: bytes) -> AESGCM:
    purpose = b"mentorkorps.backup.stream"
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=salt, info=purpose).derive(key.encode()))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(COUNTER_BYTES) + bytes([is_last])
