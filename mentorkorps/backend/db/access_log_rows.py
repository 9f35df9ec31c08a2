"""The log of who looked at whom: appended to, never changed, and each entry chained to the one before.

An entry's hash is a keyed hash (HMAC-SHA-256) of the entry and of the hash before it, so that whoever can write
to the database but has none of the secret keys can change, add or take out none unnoticed. Search terms and the
like lie encrypted; the hash covers a salted digest of them, so that they can be erased and the chain still holds.
What is purged is a beginning of the chain: where the rest begins, and where all of it ends, stands in one row with
a keyed hash of its own. Whoever notes the last hash elsewhere can tell later whether it is still in the chain.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import bindparam, func, select, text

from mentorkorps.backend.db.tables import ACCESS_LOG, ACCESS_LOG_CHAIN
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import Damaged, MissingKey

AccessKind = Literal[
    "look", "list", "search", "export", "change", "log_in", "log_in_refused", "log_out"
]
SALT_BYTES = 16
AT_A_TIME = 500
CHAIN_ROW = 1
ABOUT_PEOPLE: tuple[AccessKind, ...] = ("look", "search", "export", "change")
"""What a person is told of: what was done with their own sign-up."""

START_CHAIN = text(
    "INSERT INTO access_log_chain (id, first_number, before_first, last_number, last_hash, mac)"
    " VALUES (:id, 1, '', 0, '', :mac) ON CONFLICT DO NOTHING"
)
CHAIN = select(ACCESS_LOG_CHAIN)
CHAIN_TO_CHANGE = CHAIN.with_for_update()
CHANGE_CHAIN = ACCESS_LOG_CHAIN.update()
ALL_ENTRIES = select(ACCESS_LOG).order_by(ACCESS_LOG.c.number)
OF_SUBJECT = (
    select(ACCESS_LOG.c.at, ACCESS_LOG.c.role, ACCESS_LOG.c.kind)
    .where(ACCESS_LOG.c.subject == bindparam("of_subject"), ACCESS_LOG.c.kind.in_(ABOUT_PEOPLE))
    .order_by(ACCESS_LOG.c.number)
)
FIRST_TO_KEEP = select(func.min(ACCESS_LOG.c.number)).where(ACCESS_LOG.c.at >= bindparam("before"))
HASH_OF = select(ACCESS_LOG.c.hash).where(ACCESS_LOG.c.number == bindparam("number"))
PURGE = ACCESS_LOG.delete().where(ACCESS_LOG.c.number <= bindparam("until"))
FORGET_DETAILS = (
    ACCESS_LOG.update().where(ACCESS_LOG.c.subject == bindparam("of_subject")).values(sealed=None)
)


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody did. `actor`: the keyed hash of a person of the file, or what else acts, such as "link".

    `subject`: the number of the sign-up that it concerned, if it concerned one. `details`: search terms and the
    like, which are kept encrypted.
    """

    kind: AccessKind
    actor: str
    role: str
    subject: str = ""
    details: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LoggedAccess:
    """What a person is told of one entry: when, in which role and what for, not who (Datatilsynet, 6 June 2024)."""

    at: datetime
    role: str
    kind: AccessKind


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the log begins and ends. `before_first`: the hash of the entry that was purged last."""

    first_number: int = 1
    before_first: str = ""
    last_number: int = 0
    last_hash: str = ""

    def text(self) -> bytes:
        ends = [self.first_number, self.before_first, self.last_number, self.last_hash]
        return json.dumps(["chain", *ends]).encode()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole log came to. `breaks`: numbers of entries, each with what is wrong there."""

    chain: Chain
    entries: int
    breaks: Sequence[tuple[int, str]]
    hashes: frozenset[str]


def log_access(transaction: Transaction, access: Access, at: datetime) -> None:
    """Appends an entry. Part of the job that does what it tells, so that neither is kept without the other."""
    transaction.end_group()
    chain = _chain_to_change(transaction)
    number = chain.last_number + 1
    salted = _salted(access.details) if access.details else b""
    digest = hashlib.sha256(salted).hexdigest() if salted else ""
    name = _name(number)
    values = {
        "number": number,
        "at": at,
        "actor": access.actor,
        "role": access.role,
        "kind": access.kind,
        "subject": access.subject,
        "digest": digest,
    }
    hash = transaction.cipher.macs(_chained(values, chain.last_hash))[0]
    sealed = transaction.cipher.close(name, salted) if salted else None
    transaction.execute(ACCESS_LOG.insert(), values | {"sealed": sealed, "hash": hash})
    _put_chain(transaction, Chain(chain.first_number, chain.before_first, number, hash))


def accesses_of(snapshot: Snapshot, subject: str) -> list[LoggedAccess]:
    """What was done with a sign-up at the desk, oldest first."""
    rows = snapshot.execute(OF_SUBJECT, {"of_subject": subject})
    return [LoggedAccess(row.at, row.role, row.kind) for row in rows]


def purge_log(transaction: Transaction, before: datetime) -> int:
    """Deletes the entries at the beginning that are older; how many. The chain of the rest holds."""
    row = transaction.execute(CHAIN).one_or_none()
    if row is None:
        return 0
    chain = _chain_to_change(transaction)
    first_key, *others = transaction.cipher.macs(chain.text())
    if row.mac != first_key and row.mac in others:  # a key was put in front, and the other may go
        _put_chain(transaction, chain)
    first_kept = transaction.execute(FIRST_TO_KEEP, {"before": before}).scalar_one()
    last = chain.last_number if first_kept is None else first_kept - 1
    if last < chain.first_number:
        return 0
    before_first = transaction.execute(HASH_OF, {"number": last}).scalar_one_or_none()
    if (
        before_first is None
    ):  # somebody has deleted from it: the rest stays for whoever looks into that
        return 0
    transaction.execute(PURGE, {"until": last})
    _put_chain(transaction, Chain(last + 1, before_first, chain.last_number, chain.last_hash))
    return last - chain.first_number + 1


def forget_details(transaction: Transaction, subjects: Sequence[str]) -> None:
    """Erases what was encrypted about sign-ups that are erased themselves; the chain holds."""
    if subjects:
        transaction.execute(FORGET_DETAILS, [{"of_subject": id} for id in subjects])


def verify_log(snapshot: Snapshot) -> Verification:
    """Follows the chain from its beginning to its end. Reads only."""
    row = snapshot.execute(CHAIN).one_or_none()
    chain = Chain(*row[1:5]) if row else Chain()
    breaks: list[tuple[int, str]] = []
    if row and row.mac not in snapshot.cipher.macs(chain.text()):
        breaks.append((chain.first_number, "where the log begins and ends was changed"))
    expected, previous = chain.first_number, chain.before_first
    hashes = {previous}
    entries = 0
    for values in _entries(snapshot):
        if values["number"] != expected:
            breaks.append((expected, f"is missing, and the next is {values['number']}"))
            previous = ""
        elif values["hash"] not in snapshot.cipher.macs(_chained(values, previous)):
            breaks.append((expected, "was changed, or what stood before it"))
        elif not _is_whole(snapshot, values):
            breaks.append((expected, "has other details than it was written with"))
        previous = str(values["hash"])
        expected = int(str(values["number"])) + 1
        hashes.add(previous)
        entries += 1
    if (expected - 1, previous) != (chain.last_number, chain.last_hash):
        breaks.append((expected, f"is missing, as is what follows to {chain.last_number}"))
    return Verification(chain, entries, tuple(breaks), frozenset(hashes))


def read_details(snapshot: Snapshot, number: int, sealed: bytes) -> dict[str, str]:
    """What lies encrypted in an entry. Raises MissingKey or Damaged."""
    salted = snapshot.cipher.open(_name(number), sealed)
    details: dict[str, str] = json.loads(salted[SALT_BYTES:])
    return details


def _entries(snapshot: Snapshot) -> Iterator[dict[str, object]]:
    every = ALL_ENTRIES.execution_options(yield_per=AT_A_TIME)
    for row in snapshot.execute(every).mappings():
        yield dict(row)


def _is_whole(snapshot: Snapshot, values: Mapping[str, object]) -> bool:
    """Whether the details are those of the digest, or erased; with a key that is gone nobody can tell."""
    sealed = values["sealed"]
    if not isinstance(sealed, bytes):
        return True
    try:
        salted = snapshot.cipher.open(_name(int(str(values["number"]))), sealed)
    except MissingKey:
        return True
    except Damaged:
        return False
    return hashlib.sha256(salted).hexdigest() == values["digest"]


def _chained(values: Mapping[str, object], previous: str) -> bytes:
    """What an entry's hash is of."""
    at = values["at"]
    assert isinstance(at, datetime)
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    names = ("number", "actor", "role", "kind", "subject", "digest")
    return json.dumps([previous, moment, *(values[name] for name in names)]).encode()


def _salted(details: Mapping[str, str]) -> bytes:
    text = json.dumps(dict(details), ensure_ascii=False, sort_keys=True)
    return os.urandom(SALT_BYTES) + text.encode()


def _name(number: int) -> str:
    return f"access_log {number}"


def _chain_to_change(transaction: Transaction) -> Chain:
    """The chain's ends, which no other instance changes until this is committed."""
    if row := transaction.execute(CHAIN_TO_CHANGE).one_or_none():
        return Chain(*row[1:5])
    mac = transaction.cipher.macs(Chain().text())[0]
    transaction.execute(START_CHAIN, {"id": CHAIN_ROW, "mac": mac})
    return Chain(*transaction.execute(CHAIN_TO_CHANGE).one()[1:5])


def _put_chain(transaction: Transaction, chain: Chain) -> None:
    transaction.execute(
        CHANGE_CHAIN,
        {
            "first_number": chain.first_number,
            "before_first": chain.before_first,
            "last_number": chain.last_number,
            "last_hash": chain.last_hash,
            "mac": transaction.cipher.macs(chain.text())[0],
        },
    )
