"""Every answer encrypted anew with the first of the secret keys: in small portions, so that others go on meanwhile.

Each portion is a transaction: whatever happens, every answer can be read with the keys there are. What has the first
key already is passed by, so that whoever comes again goes on where it was broken off.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from mentorkorps.backend.db.connect import opened_to_read, opened_to_write
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import MARK, RESEAL, as_sign_up, fingerprint, sealed
from mentorkorps.backend.db.tables import CONSENTS, SIGN_UPS
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import MARK_BYTES, Damaged
from mentorkorps.backend.settings import Settings
from mentorkorps.forms.answers import Answers

PORTION = 50
"""A few milliseconds of the writer's time."""

UNROTATED = select(SIGN_UPS.c.id).where(MARK != bindparam("mark"))

NEXT_UNROTATED = (
    UNROTATED.where(SIGN_UPS.c.id > bindparam("last"))
    .order_by(SIGN_UPS.c.id)
    .limit(bindparam("most"))
)

TO_ROTATE = (
    select(SIGN_UPS).where(SIGN_UPS.c.id.in_(bindparam("ids", expanding=True))).with_for_update()
)

STANDING_CONSENTS = select(CONSENTS.c.sign_up, CONSENTS.c.consent, CONSENTS.c.version).where(
    CONSENTS.c.sign_up.in_(bindparam("ids", expanding=True)), CONSENTS.c.withdrawn_at.is_(None)
)

KNOWN = select(SIGN_UPS.c.fingerprint).where(
    SIGN_UPS.c.fingerprint.in_(bindparam("known", expanding=True))
)

log = logging.getLogger(__name__)


def rotate(settings: Settings) -> None:
    """The whole of it, where no server has the database to itself. Raises CannotOpen or MissingKey."""
    last = ""
    with opened_to_write(settings) as runner:
        while ids := runner.run_job(next_to_rotate, last):
            runner.run_job(rotate_some, ids, settings.secret_keys[0])
            last = ids[-1]
        runner.run_job(_leave_no_trace)


def rotated(settings: Settings) -> tuple[int, int]:
    """How many sign-ups there are, and how many of them another key than the first encrypts; reads only."""
    with opened_to_read(settings) as snapshot:
        count = snapshot.execute(select(func.count()).select_from(SIGN_UPS)).scalar_one()
        left = snapshot.execute(UNROTATED, {"mark": snapshot.cipher.mark}).scalars().all()
    return count, len(left)


def next_to_rotate(snapshot: Snapshot, last: str, most: int = PORTION) -> list[str]:
    """The next sign-ups after the number `last` that another key encrypts. For a reader."""
    values = {"mark": snapshot.cipher.mark, "last": last, "most": most}
    return list(snapshot.execute(NEXT_UNROTATED, values).scalars())


def rotate_some(transaction: Transaction, ids: Sequence[str], key: str) -> None:
    """Encrypts these answers with the first key, and knows them by their fingerprint under it. A job for the writer."""
    unrotated = list(_unrotated(transaction, ids))
    known_by = _fingerprints(transaction, [sign_up for _, sign_up in unrotated], key)
    taken = set(transaction.execute(KNOWN, {"known": list(known_by.values())}).scalars())
    changes = []
    for row, sign_up in unrotated:
        fresh = known_by.get(sign_up.id, row.fingerprint)
        # Two rows may hold the same answers if a key was missing in between; each keeps a fingerprint of its own.
        fingerprint_now = row.fingerprint if fresh in taken else fresh
        taken.add(fingerprint_now)
        changes.append(
            {
                "key": row.id,
                "new_sealed": sealed(transaction, row.id, sign_up.answers),
                "new_fingerprint": fingerprint_now,
            }
        )
    if changes:
        transaction.execute(RESEAL, changes)


def _unrotated(transaction: Transaction, ids: Sequence[str]) -> Iterator[tuple[Row[Any], SignUp]]:
    for row in transaction.execute(TO_ROTATE, {"ids": ids}).all():
        try:
            if row.sealed[:MARK_BYTES] != transaction.cipher.mark:
                yield row, as_sign_up(transaction, row)
        except Damaged as error:  # it keeps its key; the others go on
            log.error("rotate: %s", error)


def _fingerprints(transaction: Transaction, sign_ups: Sequence[SignUp], key: str) -> dict[str, str]:
    """By number; none for those that were withdrawn, which are known by nothing."""
    standing: dict[str, dict[str, str]] = defaultdict(dict)
    ids = [sign_up.id for sign_up in sign_ups if sign_up.withdrawn_at is None]
    for row in transaction.execute(STANDING_CONSENTS, {"ids": ids}):
        standing[row.sign_up][row.consent] = row.version
    return {
        sign_up.id: fingerprint(key, sign_up.form, Answers(sign_up.answers, standing[sign_up.id]))
        for sign_up in sign_ups
        if sign_up.withdrawn_at is None
    }


def _leave_no_trace(transaction: Transaction) -> None:
    transaction.sweep_afterwards()
    transaction.rewrite_afterwards()
