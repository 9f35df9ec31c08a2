"""Rows of batches and of what was announced. They hold public facts alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, text

from mentorkorps.backend.db.mail_rows import Kind
from mentorkorps.backend.db.records import Announced, Batch, BatchState, QueuedMail
from mentorkorps.backend.db.tables import ANNOUNCED, BATCHES, MAILS, Moment
from mentorkorps.backend.db.transaction import Snapshot, Transaction

TO_COME: tuple[BatchState, ...] = ("draft", "waiting", "held", "leaving")
ALL_BATCHES = select(BATCHES).order_by(BATCHES.c.created_at, BATCHES.c.id)
OF_STATE = ALL_BATCHES.where(BATCHES.c.state.in_(bindparam("states", expanding=True)))
BATCH_TO_CHANGE = (
    select(BATCHES).where(BATCHES.c.id == bindparam("id")).with_for_update(key_share=True)
)
SET_STATE = (
    BATCHES.update()
    .where(BATCHES.c.id == bindparam("key"))
    .values(state=bindparam("new_state"), due_at=bindparam("new_due_at"))
)
COUNT_QUEUED = (
    BATCHES.update()
    .where(BATCHES.c.id == bindparam("key"))
    .values(
        mails=select(func.count()).where(MAILS.c.batch == bindparam("of_batch")).scalar_subquery()
    )
)
# What was queued before under the same id was the same mail, whatever became of it.
INSERT_BATCH = text(
    "INSERT INTO batches (id, kind, about, state, content, created_at, due_at, mails)"
    " VALUES (:id, :kind, :about, :state, :content, :created_at, :due_at, :mails)"
    " ON CONFLICT DO NOTHING"
).bindparams(bindparam("created_at", type_=Moment), bindparam("due_at", type_=Moment))
INSERT_MAIL_ONCE = text(
    "INSERT INTO mails (id, subject_kind, subject_id, kind, state, attempts, details, batch,"
    " created_at, due_at)"
    " SELECT :id, 'sign_up', id, :kind, 'queued', 0, :details, :batch, :at, :at"
    " FROM sign_ups WHERE id = :sign_up ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=Moment))
DROP_UNSENT = MAILS.delete().where(
    MAILS.c.batch == bindparam("of_batch"), MAILS.c.state.in_(("queued", "retry"))
)
MAILS_BY_STATE = (
    select(MAILS.c.batch, MAILS.c.state, func.count().label("mails"))
    .where(MAILS.c.batch.is_not(None))
    .group_by(MAILS.c.batch, MAILS.c.state)
)
KNOWN_MAILS = select(MAILS.c.id).where(MAILS.c.id.in_(bindparam("ids", expanding=True)))
WRITE_ANNOUNCED = text(
    "INSERT INTO announced (kind, record, facts, opened_at)"
    " VALUES (:kind, :record, :facts, :opened_at)"
    " ON CONFLICT (kind, record) DO UPDATE SET facts = excluded.facts,"
    " opened_at = COALESCE(excluded.opened_at, announced.opened_at)"
).bindparams(bindparam("opened_at", type_=Moment))


def insert_batch(transaction: Transaction, batch: Batch) -> bool:
    """Whether there was none of that id."""
    return transaction.execute(INSERT_BATCH, asdict(batch)).rowcount == 1


def batches(snapshot: Snapshot, states: Collection[BatchState] = ()) -> list[Batch]:
    """All batches, or those in one of the states, oldest first."""
    if states:
        return _batches(snapshot, OF_STATE, {"states": list(states)})
    return _batches(snapshot, ALL_BATCHES, {})


def batch_to_change(transaction: Transaction, id: str) -> Batch | None:
    """A batch for a job that changes it by what it is; other instances wait until that is done."""
    row = transaction.execute(BATCH_TO_CHANGE, {"id": id}).one_or_none()
    return _batch(row) if row else None


def set_state(
    transaction: Transaction, id: str, state: BatchState, due_at: datetime | None
) -> None:
    values = {"key": id, "new_state": state, "new_due_at": due_at}
    transaction.execute(SET_STATE, values)


def count_queued(transaction: Transaction, id: str) -> None:
    """Writes down how many mails the batch has in the outbox."""
    transaction.execute(COUNT_QUEUED, {"key": id, "of_batch": id})


def queue_in_batch(
    transaction: Transaction,
    batch: str | None,
    kind: Kind,
    mails: Sequence[QueuedMail],
    at: datetime,
) -> None:
    """Queues mails of a kind to sign-ups that are there still; each id once, ever."""
    rows = [asdict(mail) | {"kind": kind.name, "batch": batch, "at": at} for mail in mails]
    if rows:
        transaction.execute(INSERT_MAIL_ONCE, rows)


def known_mails(snapshot: Snapshot, ids: Sequence[str]) -> set[str]:
    """Those of these ids that a mail has."""
    return set(snapshot.execute(KNOWN_MAILS, {"ids": list(ids)}).scalars()) if ids else set()


def drop_unsent(transaction: Transaction, batch: str) -> int:
    """Deletes the mails of a batch that have not left and are not leaving now; how many."""
    return transaction.execute(DROP_UNSENT, {"of_batch": batch}).rowcount


def mails_by_state(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """How many mails of each batch are in which state, by its id."""
    counts: dict[str, dict[str, int]] = {}
    for row in snapshot.execute(MAILS_BY_STATE):
        counts.setdefault(row.batch, {})[row.state] = row.mails
    return counts


def announced(snapshot: Snapshot) -> dict[tuple[str, str], Announced]:
    """What was announced of each record, by table and lasting id."""
    rows = snapshot.execute(select(ANNOUNCED))
    return {(row.kind, row.record): Announced(*row) for row in rows}


def write_announced(transaction: Transaction, records: Sequence[Announced]) -> None:
    """A moment of opening that is known stays."""
    if records:
        transaction.execute(WRITE_ANNOUNCED, [asdict(record) for record in records])


def _batches(
    snapshot: Snapshot, statement: Select[Any], values: Mapping[str, object]
) -> list[Batch]:
    return [_batch(row) for row in snapshot.execute(statement, values)]


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        row.id,
        row.kind,
        row.about,
        row.state,
        row.content,
        row.created_at,
        row.due_at,
        row.mails,
    )
