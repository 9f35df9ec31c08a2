"""How often a mailbox or a sign-up had an effect on a day. A mailbox is known by a keyed hash only."""

import hashlib
import hmac
from datetime import date, datetime

from sqlalchemy import bindparam, select, text

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.tables import ASKED, COLLECTED, Moment
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key


def addressee(key: str, email: str) -> str:
    """What a mailbox is counted by: a keyed hash of its address. What stands behind a + leads to the same box."""
    name, _, domain = email.casefold().rpartition("@")
    counted = f"{name.partition('+')[0]}@{domain}"
    return hmac.digest(derived_key(key, "addressees", KEY_BYTES), counted.encode(), "sha256").hex()


def counted_as(effect: str, known_by: str) -> str:
    """What other effects than confirmations are counted by: of a mailbox, or of a sign-up known by its id."""
    return hashlib.sha256(f"{effect} {known_by}".encode()).hexdigest()


def ask(transaction: Transaction, addressee: str, day: date, most: int) -> bool:
    """Counts a confirmation to an address, known by its keyed hash, unless it had `most` that day; whether it did.

    The same for what `counted_as` stands for.
    """
    values = {"addressee": addressee, "day": day.isoformat(), "most": most}
    return ASK.run(transaction, values).rowcount == 1


def collect(transaction: Transaction, addressee: str, due_at: datetime) -> None:
    """Notes that a mailbox is to be asked for all that waits there, unless it is noted already."""
    COLLECT.run(transaction, {"addressee": addressee, "due_at": due_at})


def take_collected(transaction: Transaction, now: datetime) -> list[tuple[str, datetime]]:
    """The mailboxes that are to be asked now, and since when; they are noted no more.

    What another instance takes just now is left to it.
    """
    due = [(row.addressee, row.due_at) for row in transaction.execute(DUE, {"now": now})]
    if due:
        transaction.execute(TAKE, [{"which": addressee} for addressee, _ in due])
    return due


def forget_asked(transaction: Transaction, today: date) -> None:
    transaction.execute(FORGET_ASKED, {"today": today.isoformat()})


# One statement that SQLite and PostgreSQL both know, so that two instances cannot both count the last one.
ASK = CompiledStatement(
    text(
        "INSERT INTO asked (addressee, day, count) VALUES (:addressee, :day, 1)"
        " ON CONFLICT (addressee, day) DO UPDATE SET count = asked.count + 1 WHERE asked.count < :most"
    )
)

COLLECT = CompiledStatement(
    text(
        "INSERT INTO collected (addressee, due_at) VALUES (:addressee, :due_at) ON CONFLICT DO NOTHING"
    ).bindparams(bindparam("due_at", type_=Moment))
)
DUE = (
    select(COLLECTED)
    .where(COLLECTED.c.due_at <= bindparam("now"))
    .with_for_update(skip_locked=True)
)
TAKE = COLLECTED.delete().where(COLLECTED.c.addressee == bindparam("which"))

FORGET_ASKED = ASKED.delete().where(ASKED.c.day < bindparam("today"))
