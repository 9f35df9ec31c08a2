"""The whole database in one encrypted file, taken while the server runs, and put back while it does not.

In the file are the rows, in chunks that are encrypted one by one (encrypted_stream.py): a backup of one kind of
database can be put into the other, and neither way needs more memory for more of them. In files of the first kind is
an image of SQLite, encrypted in one piece; they are put back as ever.

One format for both kinds needs no `pg_dump` of the right version. To put the rows back, they fill
a database of SQLite without a name, which is judged and migrated before anything is replaced.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from mentorkorps.backend.db import connect, dump, migrate
from mentorkorps.backend.db.errors import CannotOpen
from mentorkorps.backend.files.atomic_file import written_whole
from mentorkorps.backend.security.encrypted_stream import decrypt_stream, encrypt_stream
from mentorkorps.backend.security.encryption import MARK_BYTES, Cipher, Damaged, MissingKey
from mentorkorps.backend.settings import Settings

NAME = "backup"
FIRST_HEAD = b"mentorkorps backup 1\n"
HEAD = b"mentorkorps backup 2\n"
ANY_HEAD = b"mentorkorps backup "
COUNTED = "SELECT count(*) FROM sign_ups"


class BadBackup(CannotOpen):
    """The file cannot be put back. Nothing has been changed."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} {reason}. Nothing has been changed.")
        self.file = file


def write_backup(settings: Settings, file: Path) -> int:
    """Writes the database as it is at this moment; returns how many sign-ups are in it.

    It is read back before it has its name: a backup that cannot be read is none.
    """
    with written_whole(file) as written:
        with connect.copying(settings) as connection:
            written.write(HEAD)
            for part in encrypt_stream(settings.secret_keys[0], HEAD, dump.dump_lines(connection)):
                written.write(part)
        written.seek(len(HEAD))
        return dump.count_rows("sign_ups", _lines(settings, written))


def restore_backup(settings: Settings, file: Path) -> int:
    """Puts a backup in the place of the database, all or nothing; returns how many sign-ups there are now.

    Raises InUse while a server runs, BadBackup, or MissingKey.
    """
    try:
        with _image(settings, file) as image:
            _refuse_missing_key(image, settings)
            connect.dialect_for(settings.database).take(image)
            return int(image.execute(COUNTED).fetchone()[0])
    except Damaged:
        raise BadBackup(file, "was changed after it was written, or is not whole") from None
    except dump.NoDump:
        raise BadBackup(file, "holds a damaged database") from None
    except migrate.UnknownVersion:
        raise BadBackup(
            file, "was written by a newer version of mentorkorps. Install that one"
        ) from None
    except (OSError, sqlite3.Error) as error:
        raise BadBackup(
            file, f"cannot be put back: {getattr(error, 'strerror', None) or error}"
        ) from None


@contextmanager
def _image(settings: Settings, file: Path) -> Iterator[sqlite3.Connection]:
    """A database of SQLite with what is in the backup, of the version of the code."""
    with file.open("rb") as opened:
        head = opened.read(len(HEAD))
        if head == HEAD:
            with dump.scratch_database(
                _lines(settings, opened), Cipher(settings.secret_keys)
            ) as image:
                yield image
        elif head == FIRST_HEAD:
            with closing(_first_image(settings, file, opened.read())) as image:
                yield image
        elif head.startswith(ANY_HEAD):
            raise migrate.UnknownVersion if len(head) == len(HEAD) else Damaged(NAME)
        else:
            raise BadBackup(file, "is no backup of mentorkorps")


def _lines(settings: Settings, opened: BinaryIO) -> Iterator[bytes]:
    return dump.split_lines(decrypt_stream(settings.secret_keys, HEAD, opened.read))


def _first_image(settings: Settings, file: Path, sealed: bytes) -> sqlite3.Connection:
    if len(sealed) < MARK_BYTES:
        raise Damaged(NAME)
    image = sqlite3.connect(":memory:")
    image.deserialize(Cipher(settings.secret_keys, "backup").open(NAME, sealed))
    if image.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise BadBackup(file, "holds a damaged database")
    _refuse_missing_key(image, settings)
    with migrate.in_memory(image) as copy:
        migrate.migrate(copy, Cipher(settings.secret_keys))
        copy.commit()
    return image


def _refuse_missing_key(image: sqlite3.Connection, settings: Settings) -> None:
    cipher = Cipher(settings.secret_keys)
    marks = image.execute("SELECT DISTINCT substr(sealed, 1, ?) FROM sign_ups", (MARK_BYTES,))
    if not all(cipher.knows(mark) for (mark,) in marks):
        raise MissingKey
