"""Sign-ups that may be written to about something other than themselves, and their consents."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from mentorkorps.backend.db.records import GivenConsent, SignUp
from mentorkorps.backend.db.sign_up_rows import as_sign_up, consents_of_each
from mentorkorps.backend.db.sign_up_state import condition_clause
from mentorkorps.backend.db.tables import PLACES, SIGN_UPS
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.security.encryption import Damaged

AT_A_TIME = 500

REACHABLE = (
    select(SIGN_UPS)
    .where(
        condition_clause(SIGN_UPS.c, "reachable"),
        ~SIGN_UPS.c.flagged,
        SIGN_UPS.c.form.in_(bindparam("forms", expanding=True)),
    )
    .order_by(SIGN_UPS.c.received_at, SIGN_UPS.c.id)
)
AT_MAILBOX = select(SIGN_UPS.c.id).where(
    SIGN_UPS.c.addressee == bindparam("of_addressee"), SIGN_UPS.c.withdrawn_at.is_(None)
)
SEATED = (
    select(SIGN_UPS.c.id, SIGN_UPS.c.confirmed_at)
    .join(PLACES, PLACES.c.sign_up == SIGN_UPS.c.id)
    .where(
        PLACES.c.kind == bindparam("of_kind"),
        PLACES.c.record == bindparam("of_record"),
        PLACES.c.state.in_(bindparam("states", expanding=True)),
        condition_clause(SIGN_UPS.c, "reachable"),
    )
    .order_by(PLACES.c.number)
)

log = logging.getLogger(__name__)


class SeatedSignUp(NamedTuple):
    id: str
    confirmed_at: datetime


def reachable(
    snapshot: Snapshot, forms: Collection[str]
) -> Iterator[tuple[SignUp, list[GivenConsent]]]:
    """Confirmed sign-ups by these forms that stand and do not look like spam, oldest first."""
    rows = snapshot.execute(REACHABLE, {"forms": list(forms)})
    for part in rows.partitions(AT_A_TIME):
        given = consents_of_each(snapshot, [row.id for row in part])
        for row in part:
            try:
                yield as_sign_up(snapshot, row), given[row.id]
            except Damaged as error:  # the others are written to
                log.error("lists: %s", error)


def standing_at(snapshot: Snapshot, addressee: str) -> list[str]:
    """The sign-ups of a mailbox that are not withdrawn."""
    return list(snapshot.execute(AT_MAILBOX, {"of_addressee": addressee}).scalars())


def seated(
    snapshot: Snapshot, kind: str, record: str, states: Collection[str]
) -> list[SeatedSignUp]:
    """Confirmed sign-ups whose seat in a course or an event is in one of the states."""
    values = {"of_kind": kind, "of_record": record, "states": list(states)}
    return [SeatedSignUp(*row) for row in snapshot.execute(SEATED, values)]
