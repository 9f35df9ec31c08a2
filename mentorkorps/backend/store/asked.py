"""How often an address was asked to confirm: it is known by a keyed hash only."""

import hashlib
import hmac
from datetime import date

from sqlalchemy import Connection, bindparam, select

from mentorkorps.backend.sealing import KEY_BYTES, derived
from mentorkorps.backend.tables import ASKED


def addressee(key: str, email: str) -> str:
    """What a mailbox is counted by: a keyed hash of its address. What stands behind a + leads to the same box."""
    name, _, domain = email.casefold().rpartition("@")
    counted = f"{name.partition('+')[0]}@{domain}"
    return hmac.new(derived(key, "addressees", KEY_BYTES), counted.encode(), hashlib.sha256).hexdigest()


def times_asked(connection: Connection, addressee: str, day: date) -> int:
    """How many confirmations an address, known by its keyed hash, was asked for on a day."""
    return connection.execute(TIMES_ASKED, {"addressee": addressee, "day": day.isoformat()}).scalar_one_or_none() or 0


def note_asked(connection: Connection, addressee: str, day: date) -> None:
    known = {"whom": addressee, "when": day.isoformat()}
    if connection.execute(ADD_TO_ASKED, known).rowcount == 0:
        connection.execute(ASKED.insert(), {"addressee": addressee, "day": day.isoformat(), "count": 1})


def forget_asked(connection: Connection, today: date) -> None:
    connection.execute(FORGET_ASKED, {"today": today.isoformat()})


TIMES_ASKED = select(ASKED.c.count).where(ASKED.c.addressee == bindparam("addressee"), ASKED.c.day == bindparam("day"))

ADD_TO_ASKED = (
    ASKED.update()
    .where(ASKED.c.addressee == bindparam("whom"), ASKED.c.day == bindparam("when"))
    .values(count=ASKED.c.count + 1)
)

FORGET_ASKED = ASKED.delete().where(ASKED.c.day < bindparam("today"))
