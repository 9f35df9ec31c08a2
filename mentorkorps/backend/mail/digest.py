"""What coordinators and operators hear each morning: how many doubtful sign-ups wait, and which mails were given up.

A mail of the digest hangs on the newest sign-up that it is about; it holds a number and a link, nothing personal.
"""

import hashlib
import hmac
from collections import defaultdict
from datetime import datetime, timedelta

from mentorkorps.backend.clock import DENMARK, danish_day
from mentorkorps.backend.db import clock_rows, mail_rows, sign_up_rows
from mentorkorps.backend.db.records import Kind, SignUp
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.mail.compose import mailbox
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue

HOUR = 7
"""In Denmark."""
ONE_DAY = timedelta(days=1)


def queue_digests(transaction: Transaction, catalogue: Catalogue, settings: Settings, now: datetime) -> int:
    """Queues the mails of the day; how many. A job for the writer: the second time on a day it queues none.

    They tell what came before the hour, so that the day after tells the rest.
    """
    until = now.astimezone(DENMARK).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    waiting: dict[str, list[SignUp]] = defaultdict(list)
    for one in sign_up_rows.doubtful(transaction):
        if one.received_at < until:
            waiting[mailbox(catalogue, settings, one)].append(one)
    count = 0
    for box, sign_ups in waiting.items():
        count += mail_rows.queue_digest(
            transaction, _id(settings, now, box), sign_ups[-1].id, "digest", len(sign_ups), now
        )
    if given_up := mail_rows.given_up_between(transaction, until - ONE_DAY, until):
        alarm = _id(settings, now, "given up")
        count += mail_rows.queue_digest(transaction, alarm, given_up[-1], "given_up", len(given_up), now)
    return count


def alarm(transaction: Transaction, settings: Settings, kind: Kind, seen_at: datetime, count: int, now: datetime) -> None:
    """Queues a mail to the operator, at most one of a kind for each day of the last moment seen.

    It hangs on the newest sign-up; where there is none, there is nothing to lose. Part of a job for the writer.
    """
    if newest := clock_rows.newest_sign_up(transaction):
        mail_rows.queue_digest(transaction, _id(settings, seen_at, kind), newest, kind, count, now)


def _id(settings: Settings, now: datetime, box: str) -> str:
    """The same for the same mailbox on the same day, on every instance."""
    key = derived_key(settings.secret_keys[0], "digests", KEY_BYTES)
    return hmac.new(key, f"{danish_day(now)} {box}".encode(), hashlib.sha256).hexdigest()[:32]
