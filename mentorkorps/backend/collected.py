"""One mail for all sign-ups that wait at a mailbox which has had its share of mails that day.

It leaves at one of a few hours of the day, so that however often an address is posted, and whatever is deleted again
meanwhile, one mailbox gets at most one of them at each of these hours.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mentorkorps.backend import store
from mentorkorps.backend.clock import DENMARK
from mentorkorps.backend.store import SignUp

HOURS = (6, 10, 14, 18, 22)
"""In Denmark. No two of them are so far apart that the outbox takes the wait for a wrong clock."""
MOST_LISTED = 50
"""Sign-ups that are shown and confirmed at once."""


def leaves_at(asked_at: datetime) -> datetime:
    """When the mail leaves that asks for what came at that moment: the next of the hours."""
    local = asked_at.astimezone(DENMARK)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight, midnight + timedelta(days=1))
    return next(hour for day in days for one in HOURS if (hour := day.replace(hour=one)) > local)


def queue(connection: Connection, sign_up: str, addressee: str, at: datetime) -> None:
    """Has this sign-up asked for with all others of its mailbox. Part of a job for the writer."""
    due_at = leaves_at(at)
    known_by = f"{addressee} {due_at.timestamp():.0f}"
    # The addressee is a keyed hash already: the id tells nothing about it.
    id = hashlib.sha256(known_by.encode()).hexdigest()[:32]
    store.queue_collected(connection, id, sign_up, due_at)


def queue_rest(connection: Connection, gone: SignUp, at: datetime) -> None:
    """Sees to it that the others of a mailbox are still asked for when one of them waits no longer."""
    if not gone.silenced or gone.addressee is None:
        return
    for one in store.unconfirmed_at(connection, gone.addressee, MOST_LISTED):
        if one.silenced and leaves_at(one.asked_at) > at:
            return queue(connection, one.id, gone.addressee, at)
