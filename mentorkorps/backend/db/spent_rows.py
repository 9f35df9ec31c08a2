"""Proofs of work that were used: each counts once, on every instance, and is forgotten when it would be stale.

Each is a row in the sign-up's own transaction, by ON CONFLICT DO NOTHING, which both databases
know.
"""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import bindparam, text

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.tables import SPENT, Moment
from mentorkorps.backend.db.transaction import Transaction

# One statement that SQLite and PostgreSQL both know, so that two instances cannot both find it unspent.
SPEND = CompiledStatement(
    text(
        "INSERT INTO spent (proof, until) VALUES (:proof, :until) ON CONFLICT DO NOTHING"
    ).bindparams(bindparam("until", type_=Moment))
)
TAKE_BACK = SPENT.delete().where(SPENT.c.proof == bindparam("which"))
FORGET_SPENT = SPENT.delete().where(SPENT.c.until < bindparam("now"))


def spend(transaction: Transaction, proof: str, until: datetime) -> bool:
    """Whether the proof had not been spent before; from here on it is."""
    return SPEND.run(transaction, {"proof": proof, "until": until}).rowcount == 1


def forget_spent(transaction: Transaction, now: datetime) -> None:
    transaction.execute(FORGET_SPENT, {"now": now})


def try_out(transaction: Transaction, now: datetime) -> None:
    """Writes a row and takes it back, so that the commit tells whether the disk still takes anything."""
    name = uuid4().hex
    spend(transaction, name, now)
    transaction.execute(TAKE_BACK, {"which": name})
