"""All sign-ups in portions, and all seats by where they are: for whoever holds them against the data."""

import logging

from sqlalchemy import bindparam, func, select

from mentorkorps.backend.db.place_rows import ALIVE
from mentorkorps.backend.db.records import Bookable, SignUp
from mentorkorps.backend.db.sign_up_rows import as_sign_up
from mentorkorps.backend.db.tables import PLACES, SIGN_UPS
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.security.encryption import Damaged

NEXT_SIGN_UPS = (
    select(SIGN_UPS)
    .where(SIGN_UPS.c.id > bindparam("last"), SIGN_UPS.c.withdrawn_at.is_(None))
    .order_by(SIGN_UPS.c.id)
    .limit(bindparam("most"))
)
SEATS_BY_BOOKABLE = (
    select(PLACES.c.kind, PLACES.c.record, func.count().label("seats"))
    .where(PLACES.c.state.in_(ALIVE))
    .group_by(PLACES.c.kind, PLACES.c.record)
)

log = logging.getLogger(__name__)


def next_sign_ups(snapshot: Snapshot, last: str, most: int) -> tuple[list[SignUp], str | None]:
    """The sign-ups after `last` by their ids, but for those withdrawn, and the last of them; None at the end."""
    rows = snapshot.execute(NEXT_SIGN_UPS, {"last": last, "most": most}).all()
    sign_ups = []
    for row in rows:
        try:
            sign_ups.append(as_sign_up(snapshot, row))
        except Damaged as error:
            log.error("store: %s", error)
    return sign_ups, rows[-1].id if rows else None


def seats_by_bookable(snapshot: Snapshot) -> dict[Bookable, int]:
    """How many have a place or wait for one, by bookable."""
    return {
        Bookable(row.kind, row.record): row.seats for row in snapshot.execute(SEATS_BY_BOOKABLE)
    }
