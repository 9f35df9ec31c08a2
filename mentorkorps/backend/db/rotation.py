"""Every answer encrypted anew with the first of the secret keys."""

from sqlalchemy import Connection, Row, bindparam, select

from mentorkorps.backend.db.connect import opened_to_write
from mentorkorps.backend.db.dialect import sweep
from mentorkorps.backend.db.sign_up_rows import as_sign_up, fingerprint_of, replace_answers, sign_up_by_fingerprint
from mentorkorps.backend.db.tables import SIGN_UPS
from mentorkorps.backend.settings import Settings


def rotate(settings: Settings, portion: int = 100) -> int:
    """Encrypts every answer anew with the first key, and knows it by its fingerprint under that key.

    Each portion is a transaction: whatever happens, every answer can be read with the keys there are. Returns how
    many sign-ups there are. Raises CannotOpen or MissingKey.
    """
    count, last = 0, ""
    with opened_to_write(settings) as engine:
        while True:
            with engine.begin() as connection:
                rows = connection.execute(NEXT_SIGN_UPS, {"last": last, "most": portion}).all()
                for row in rows:
                    _reseal(connection, row, settings.secret_keys[0])
            if not rows:
                break
            count, last = count + len(rows), rows[-1].id
        with engine.connect() as connection:
            sweep(connection)
    return count


NEXT_SIGN_UPS = (
    select(SIGN_UPS)
    .where(SIGN_UPS.c.id > bindparam("last"))
    .order_by(SIGN_UPS.c.id)
    .limit(bindparam("most"))
    .with_for_update()
)


def _reseal(connection: Connection, row: Row, key: str) -> None:
    kept = as_sign_up(connection, row)
    known_by = fingerprint_of(connection, kept, key)
    same = sign_up_by_fingerprint(connection, [known_by])
    # Two rows may hold the same answers if a key was missing in between; each keeps a fingerprint of its own.
    replace_answers(connection, kept.id, kept.answers, row.fingerprint if same or kept.withdrawn_at else known_by)
