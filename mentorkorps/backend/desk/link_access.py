"""What the log says of whoever has a link of a coordinator's mail: what was done, and not by whom."""

from collections.abc import Sequence
from datetime import datetime

from mentorkorps.backend.db.access_log_rows import Access, AccessKind, log_access
from mentorkorps.backend.db.transaction import Transaction

BY_LINK = "link"
"""Who acts, and in which role: nobody knows more."""


def by_link(kind: AccessKind, sign_up: str = "") -> Access:
    return Access(kind, BY_LINK, BY_LINK, sign_up)


def log_looks(transaction: Transaction, sign_ups: Sequence[str], now: datetime) -> None:
    """Somebody sees the answers of these sign-ups on one page. A job for the writer."""
    log_access(transaction, by_link("list"), now)
    for id in sign_ups:
        log_access(transaction, by_link("look", id), now)
