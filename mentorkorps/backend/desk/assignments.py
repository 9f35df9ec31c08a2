"""Assignments expire: what somebody took and did not answer in the promised days is the team's again.

That is done on working days by day, when the team is there to see it, and the second contact hears
of it: `tell` queues that in the same transaction.
"""

from collections.abc import Callable
from datetime import datetime

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import case_rows, mail_rows
from mentorkorps.backend.db.records import Case, CaseDetail
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk.cases import SYSTEM, append, without_owner
from mentorkorps.backend.mail import kinds

PORTION = 50
"""In Denmark: from 8.00 to 16.00, when somebody reads what is sent."""

Tell = Callable[[Transaction, Case, datetime], None]
"""Queues what the second contact hears: of the case as it was with its owner, at that moment."""


def tell_second(transaction: Transaction, case: Case, at: datetime) -> None:
    """Queues a mail to the second contact of whoever is to answer, that the case is the team's again."""
    mail_rows.queue_mails(transaction, case.id, (kinds.RETURNED,), at)


def expire_some(transaction: Transaction, at: datetime, tell: Tell = tell_second) -> int:
    """Gives cases back to their teams whose owner's last day is over; how many. A job for the writer."""
    expired = case_rows.expired_cases(transaction, danish_day(at), PORTION)
    for case in expired:
        detail = CaseDetail(person=case.owner)
        append(transaction, SYSTEM, without_owner(case), "expired", at, detail)
        tell(transaction, case, at)
    return len(expired)
