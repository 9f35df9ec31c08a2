"""The whole database in one encrypted file, taken while the server runs, and put back while it does not.

In the file is an image of SQLite, whatever the database is: a backup of one kind can be put into the other.

So there is one format, no `pg_dump` of the right version, and a way from one kind of database to
the other.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from mentorkorps.backend.db import connect, migrate, operator_reads
from mentorkorps.backend.db.errors import CannotOpen
from mentorkorps.backend.security.encryption import MARK_BYTES, Cipher, Damaged, MissingKey
from mentorkorps.backend.settings import Settings

HEAD = b"mentorkorps backup 1\n"
NAME = "backup"


class BadBackup(CannotOpen):
    """The file cannot be put back. Nothing has been changed."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} {reason}. Nothing has been changed.")
        self.file = file


def write_backup(settings: Settings, file: Path) -> int:
    """Writes the database as it is at this moment; returns how many sign-ups are in it. Needs room for it in memory."""
    image = connect.dialect_for(settings.database).image()
    _write_whole(file, HEAD + Cipher(settings.secret_keys, "backup").close(NAME, image))
    return _sign_ups_in(settings, file)


def restore_backup(settings: Settings, file: Path) -> int:
    """Puts a backup in the place of the database, all or nothing; returns how many sign-ups there are now.

    Raises InUse while a server runs, BadBackup, or MissingKey.
    """
    with closing(_loaded(settings, file, _opened(settings, file))) as image:
        with migrate.in_memory(image) as copy:
            try:
                migrate.migrate(copy, Cipher(settings.secret_keys))
            except migrate.UnknownVersion:
                raise BadBackup(file, "was written by a newer version of mentorkorps. Install that one") from None
            copy.commit()
        connect.dialect_for(settings.database).take(image)
    return len(operator_reads.sign_ups(settings))


def _sign_ups_in(settings: Settings, file: Path) -> int:
    """Reads back what was written: a backup that cannot be read is none."""
    with closing(_loaded(settings, file, _opened(settings, file))) as copy:
        return copy.execute("SELECT count(*) FROM sign_ups").fetchone()[0]


def _opened(settings: Settings, file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadBackup(file, f"cannot be read: {error.strerror}") from None
    if not content.startswith(HEAD):
        raise BadBackup(file, "is no backup of mentorkorps")
    try:
        return Cipher(settings.secret_keys, "backup").open(NAME, content.removeprefix(HEAD))
    except Damaged:
        raise BadBackup(file, "was changed after it was written, or is not whole") from None


def _loaded(settings: Settings, file: Path, image: bytes) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    copy.deserialize(image)
    if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise BadBackup(file, "holds a damaged database")
    seal = Cipher(settings.secret_keys)
    marks = copy.execute("SELECT DISTINCT substr(sealed, 1, ?) FROM sign_ups", (MARK_BYTES,))
    if not all(seal.knows(mark) for (mark,) in marks):
        raise MissingKey
    return copy


def _write_whole(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    part.replace(file)
