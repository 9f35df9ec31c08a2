"""Cases of the desk with their scopes and their history.

What happened is only ever added to: triggers refuse to change or to delete an event while its case
is there. Whose a case is lies here as keyed hashes, since a programme in the clear would tell of a
union membership; what the hashes are of is encrypted beside them, so that a rotation of the keys
makes them anew without the data.
"""

import hmac
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.records import Case, CaseDetail, CaseEvent, CaseState, Scope, SignUp
from mentorkorps.backend.db.sign_up_rows import SEVERAL_SIGN_UPS, as_sign_up
from mentorkorps.backend.db.tables import (
    CASE_EVENTS,
    CASE_SCOPES,
    CASES,
    OPEN,
    OWNED,
    SIGN_UPS,
    UNANSWERED,
)
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key

MUTABLE = ("state", "owner", "taken_at", "give_back_on", "snoozed_until", "changed_at", "closed_at")

MOST_OF_ONE = 20
"""Cases of one mailbox that are shown together."""
OPENING_OR_CLOSING = frozenset({*get_args(CaseState), "withdrawn", "resumed"})


class CasePosition(NamedTuple):
    """Where a list goes on: behind this case."""

    opened_at: datetime
    id: str


class ListedCase(NamedTuple):
    """A line of a list: the case, and the sign-up that it is about."""

    case: Case
    sign_up: SignUp


@lru_cache(maxsize=4096)
def scope_hash(key: str, scope: Scope) -> str:
    """What a scope is known by; tells nothing about it without the key."""
    secret = derived_key(key, "scopes", KEY_BYTES)
    return hmac.digest(secret, f"{scope.kind}:{scope.id}".encode(), "sha256").hex()


INSERT_CASE = CompiledStatement(
    CASES.insert(),
    "sign_up",
    "kind",
    "state",
    "version",
    "sealed_scopes",
    "promised_days",
    "due_on",
    "opened_at",
    "changed_at",
)
INSERT_SCOPE = CompiledStatement(CASE_SCOPES.insert(), "case", "scope", "is_open")
INSERT_EVENT = CASE_EVENTS.insert()

IS_THERE = CompiledStatement(select(CASES.c.sign_up).where(CASES.c.sign_up == bindparam("id")))
ONE_CASE = select(CASES).where(CASES.c.sign_up == bindparam("id"))
SEVERAL = select(CASES).where(CASES.c.sign_up.in_(bindparam("ids", expanding=True)))
CASE_TO_CHANGE = ONE_CASE.with_for_update(key_share=True)

UPDATE_CASE = (
    CASES.update()
    .where(CASES.c.sign_up == bindparam("key"))
    .values(
        version=bindparam("new_version"), **{name: bindparam(f"new_{name}") for name in MUTABLE}
    )
)
RENAME_OWNER = (
    CASES.update().where(CASES.c.sign_up == bindparam("key")).values(owner=bindparam("new_owner"))
)
RESEAL_SCOPES = (
    CASES.update()
    .where(CASES.c.sign_up == bindparam("key"))
    .values(sealed_scopes=bindparam("new_sealed"))
)
RESEAL_EVENT = (
    CASE_EVENTS.update()
    .where(CASE_EVENTS.c.case == bindparam("key"), CASE_EVENTS.c.number == bindparam("of_number"))
    .values(sealed=bindparam("new_sealed"))
)
MARK_SCOPES = (
    CASE_SCOPES.update()
    .where(CASE_SCOPES.c.case == bindparam("key"), CASE_SCOPES.c.is_open != bindparam("now_open"))
    .values(is_open=bindparam("now_open"))
)
DROP_SCOPES = CASE_SCOPES.delete().where(CASE_SCOPES.c.case == bindparam("key"))

HISTORY = (
    select(CASE_EVENTS)
    .where(CASE_EVENTS.c.case == bindparam("id"), CASE_EVENTS.c.number > bindparam("after"))
    .order_by(CASE_EVENTS.c.number)
)

WITHOUT_CASE = (
    select(SIGN_UPS)
    .where(
        UNANSWERED,
        SIGN_UPS.c.flagged == false(),
        ~exists().where(CASES.c.sign_up == SIGN_UPS.c.id),
    )
    .order_by(SIGN_UPS.c.confirmed_at)
    .limit(bindparam("most"))
)

OF_ADDRESSEE = (
    select(CASES.c.sign_up)
    .join(SIGN_UPS, SIGN_UPS.c.id == CASES.c.sign_up)
    .where(SIGN_UPS.c.addressee == bindparam("addressee"))
    .order_by(CASES.c.opened_at, CASES.c.sign_up)
    .limit(MOST_OF_ONE)
)

NEXT_OPEN = (
    select(CASES.c.sign_up)
    .where(OPEN, CASES.c.sign_up > bindparam("after"))
    .order_by(CASES.c.sign_up)
    .limit(bindparam("most"))
)

OPEN_OWNERS = select(CASES.c.owner).where(OWNED, OPEN).distinct()

EXPIRED = (
    select(CASES)
    .where(CASES.c.give_back_on < bindparam("today"), OPEN)
    .order_by(CASES.c.give_back_on)
    .limit(bindparam("most"))
    .with_for_update(key_share=True, skip_locked=True)
)


def insert_case(transaction: Transaction, case: Case, key: str) -> None:
    """A fresh case, to which nothing has happened yet. `key`: the first of the secret keys."""
    row = {
        "sign_up": case.id,
        "kind": case.kind,
        "state": case.state,
        "version": case.version,
        "sealed_scopes": _sealed_scopes(transaction, case.id, case.scopes),
        "promised_days": case.promised_days,
        "due_on": case.due_on,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
    }
    INSERT_CASE.run(transaction, row)
    _insert_scopes(transaction, case.id, case.scopes, key, is_open=True)


def add_event(transaction: Transaction, case: Case, event: CaseEvent) -> None:
    """Keeps what happened, and the case as it is after that; its version is the event's number."""
    row = {
        "case": case.id,
        "number": event.number,
        "at": event.at,
        "actor": event.actor,
        "kind": event.kind,
        "sealed": _sealed_detail(transaction, case.id, event.number, event.detail),
    }
    transaction.execute(INSERT_EVENT, row)
    values = {f"new_{name}": getattr(case, name) for name in MUTABLE}
    transaction.execute(UPDATE_CASE, {"key": case.id, "new_version": event.number, **values})
    if event.kind in OPENING_OR_CLOSING:
        transaction.execute(MARK_SCOPES, {"key": case.id, "now_open": case.closed_at is None})


def has_case(snapshot: Snapshot, sign_up: str) -> bool:
    """Whether a sign-up has a case; at a tenth of the price of reading it."""
    return IS_THERE.run(snapshot, {"id": sign_up}).fetchone() is not None


def case_by_id(snapshot: Snapshot, id: str) -> Case | None:
    row = snapshot.execute(ONE_CASE, {"id": id}).one_or_none()
    return as_case(snapshot, row) if row else None


def case_to_change(transaction: Transaction, id: str) -> Case | None:
    """The same, for a job that changes it by what it is; other instances wait until that is done."""
    row = transaction.execute(CASE_TO_CHANGE, {"id": id}).one_or_none()
    return as_case(transaction, row) if row else None


def history(snapshot: Snapshot, id: str, after: int = 0) -> list[CaseEvent]:
    """What happened to a case after its version `after`, in order."""
    rows = snapshot.execute(HISTORY, {"id": id, "after": after})
    return [_as_event(snapshot, row) for row in rows]


def replace_scopes(
    transaction: Transaction, case: Case, scopes: Collection[Scope], key: str
) -> None:
    sealed = _sealed_scopes(transaction, case.id, scopes)
    transaction.execute(RESEAL_SCOPES, {"key": case.id, "new_sealed": sealed})
    transaction.execute(DROP_SCOPES, {"key": case.id})
    _insert_scopes(transaction, case.id, scopes, key, case.closed_at is None)


def rename_owner(transaction: Transaction, id: str, owner: str) -> None:
    """The same person, known by another key."""
    transaction.execute(RENAME_OWNER, {"key": id, "new_owner": owner})


def rotate_case(transaction: Transaction, id: str, key: str) -> None:
    """Encrypts what is kept of the case of a sign-up with the first key, if it has one. Raises Damaged."""
    case = case_to_change(transaction, id)
    if case is None:
        return
    resealed = [
        {
            "key": id,
            "of_number": event.number,
            "new_sealed": _sealed_detail(transaction, id, event.number, event.detail),
        }
        for event in history(transaction, id)
    ]
    replace_scopes(transaction, case, case.scopes, key)
    if resealed:
        transaction.execute(RESEAL_EVENT, resealed)


def sign_ups_without_case(transaction: Transaction, most: int) -> list[SignUp]:
    """Those that wait for an answer, confirmed and not doubtful, and have no case; oldest first."""
    rows = transaction.execute(WITHOUT_CASE, {"most": most})
    return [as_sign_up(transaction, row) for row in rows]


def next_open(snapshot: Snapshot, after: str, most: int) -> list[ListedCase]:
    """The open cases behind an id, in the order of their ids."""
    ids = snapshot.execute(NEXT_OPEN, {"after": after, "most": most}).scalars()
    return _listed(snapshot, list(ids))


def cases_of_addressee(snapshot: Snapshot, addressee: str | None) -> list[ListedCase]:
    """The cases of one mailbox, open and closed, oldest first; none where no mailbox is known."""
    ids = snapshot.execute(OF_ADDRESSEE, {"addressee": addressee}).scalars()
    return _listed(snapshot, list(ids))


def open_owners(snapshot: Snapshot) -> list[str]:
    """The ids of everybody who has an open case."""
    return list(snapshot.execute(OPEN_OWNERS).scalars())


def owned_outside(snapshot: Snapshot, owner: str, scopes: Collection[str]) -> list[str]:
    """The ids of the open cases of an owner that none of these scopes covers."""
    statement = select(CASES.c.sign_up).where(OPEN, of_owner([owner]), not_(in_scopes(scopes)))
    return list(snapshot.execute(statement).scalars())


def expired_cases(transaction: Transaction, today: date, most: int) -> list[Case]:
    """Open cases whose owner had until before today; those that another instance takes are left to it."""
    rows = transaction.execute(EXPIRED, {"today": today, "most": most})
    return [as_case(transaction, row) for row in rows]


def of_owner(owners: Collection[str]) -> ColumnElement[bool]:
    """Whether a case is that person's, by every id that the person is known by."""
    return CASES.c.owner.in_(sorted(owners))


def of_none_of(owners: Collection[str]) -> ColumnElement[bool]:
    """Whether a case is nobody's of those who are known by these ids: free, or of somebody who is gone."""
    return or_(CASES.c.owner.is_(None), CASES.c.owner.not_in(sorted(owners)))


def in_scopes(scopes: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these hashes is a scope of the open case."""
    # Not EXISTS: one set of the open cases in these scopes is read, not each open case's scopes.
    return CASES.c.sign_up.in_(
        select(CASE_SCOPES.c.case).where(
            CASE_SCOPES.c.scope.in_(sorted(scopes)), CASE_SCOPES.c.is_open == true()
        )
    )


def is_awake(now: datetime) -> ColumnElement[bool]:
    """Whether the case does not rest; SQL has no truth for what is not there."""
    return or_(CASES.c.snoozed_until.is_(None), CASES.c.snoozed_until <= now)


def is_new() -> ColumnElement[bool]:
    return CASES.c.state == "new"


def is_late(today: date) -> ColumnElement[bool]:
    """Whether nobody has answered and the promised day is over."""
    return and_(is_new(), CASES.c.due_on < today)


def open_page(
    snapshot: Snapshot, where: ColumnElement[bool], after: CasePosition | None, most: int
) -> list[ListedCase]:
    """Open cases with their sign-ups, oldest first: at most so many, behind a position if one is given."""
    ids = open_ids(where, after, most)
    return _listed(snapshot, list(snapshot.execute(ids).scalars()))


def open_ids(where: ColumnElement[bool], after: CasePosition | None, most: int) -> Select[Any]:
    """The ids of such a page."""
    behind = _is_behind(after) if after else true()
    return (
        select(CASES.c.sign_up)
        .where(OPEN, where, behind)
        .order_by(CASES.c.opened_at, CASES.c.sign_up)
        .limit(most)
    )


def count_open(snapshot: Snapshot, wheres: Sequence[ColumnElement[bool]]) -> list[int]:
    """How many open cases are such, for each of several questions; all by one look."""
    counts = (func.count().filter(where) for where in wheres)
    return list(snapshot.execute(select(*counts).select_from(CASES).where(OPEN)).one())


def as_case(snapshot: Snapshot, row: Row[Any]) -> Case:
    scopes = json.loads(snapshot.cipher.open(_scopes_of(row.sign_up), row.sealed_scopes))
    return Case(
        row.sign_up,
        row.kind,
        row.state,
        row.version,
        frozenset(Scope(*scope) for scope in scopes),
        row.promised_days,
        row.due_on,
        row.owner,
        row.taken_at,
        row.give_back_on,
        row.snoozed_until,
        row.opened_at,
        row.changed_at,
        row.closed_at,
    )


def _listed(snapshot: Snapshot, ids: Sequence[str]) -> list[ListedCase]:
    cases = {row.sign_up: as_case(snapshot, row) for row in snapshot.execute(SEVERAL, {"ids": ids})}
    sign_ups = {
        row.id: as_sign_up(snapshot, row)
        for row in snapshot.execute(SEVERAL_SIGN_UPS, {"ids": ids})
    }
    return [ListedCase(cases[id], sign_ups[id]) for id in ids]


def _is_behind(position: CasePosition) -> ColumnElement[bool]:
    return or_(
        CASES.c.opened_at > position.opened_at,
        and_(CASES.c.opened_at == position.opened_at, CASES.c.sign_up > position.id),
    )


def _insert_scopes(
    transaction: Transaction, id: str, scopes: Collection[Scope], key: str, is_open: bool
) -> None:
    rows = [
        {"case": id, "scope": scope_hash(key, scope), "is_open": is_open}
        for scope in sorted(scopes)
    ]
    INSERT_SCOPE.run_each(transaction, rows)


def _scopes_of(id: str) -> str:
    return f"{id} scopes"


def _sealed_scopes(snapshot: Snapshot, id: str, scopes: Collection[Scope]) -> bytes:
    return snapshot.cipher.close(_scopes_of(id), json.dumps(sorted(scopes)).encode())


def _sealed_detail(snapshot: Snapshot, id: str, number: int, detail: CaseDetail) -> bytes:
    values = {name: value for name, value in asdict(detail).items() if value}
    if detail.until:
        values["until"] = detail.until.isoformat()
    return snapshot.cipher.close(f"{id} {number}", json.dumps(values, ensure_ascii=False).encode())


def _as_event(snapshot: Snapshot, row: Row[Any]) -> CaseEvent:
    values = json.loads(snapshot.cipher.open(f"{row.case} {row.number}", row.sealed))
    detail = CaseDetail(**values)
    if detail.until:
        detail = replace(detail, until=datetime.fromisoformat(values["until"]))
    return CaseEvent(row.number, row.at, row.actor, row.kind, detail)
