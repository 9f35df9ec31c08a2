"""What waits for an answer at each coordinator's mailbox, with the doubles of a person as one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.mail.recipients import mailbox
from mentorkorps.backend.mail.sign_up_facts import answer_by
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue

Request = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """What one person waits for: the sign-ups that ask for it, oldest first, and by when the first
    of them was promised an answer.
    """

    sign_ups: tuple[SignUp, ...]
    by: date

    @property
    def first(self) -> SignUp:
        return self.sign_ups[0]


def is_waiting(sign_up: SignUp) -> bool:
    """Whether somebody has confirmed it, and nobody has answered it who was to."""
    is_over = sign_up.answered_at is not None or sign_up.withdrawn_at is not None
    return sign_up.awaited and sign_up.confirmed_at is not None and not is_over


def request_of(sign_up: SignUp) -> Request:
    """By whom, by which form and about which programme, or where: what is alike in it is one
    request. What has a number of its own is one by itself: a caseworker asks for many people.
    """
    if sign_up.code:
        return sign_up.id, sign_up.form, None
    about = sign_up.answer("programme") or sign_up.answer("place")
    return sign_up.addressee or sign_up.id, sign_up.form, about


def waiting_by_mailbox(
    snapshot: Snapshot,
    catalogue: Catalogue,
    settings: Settings,
    until: datetime | None = None,
) -> dict[str, list[WaitingRequest]]:
    """What waits at each mailbox, what was promised first in front. Damaged sign-ups are left out.

    `until`: only what was confirmed before.
    """
    requests: defaultdict[tuple[str, Request], list[SignUp]] = defaultdict(list)
    for sign_up in sign_up_rows.readable_unanswered(snapshot):
        if until and sign_up.confirmed_at and sign_up.confirmed_at >= until:
            continue
        box = mailbox(catalogue, settings, sign_up)
        requests[box, request_of(sign_up)].append(sign_up)
    waiting: defaultdict[str, list[WaitingRequest]] = defaultdict(list)
    for (box, _), sign_ups in requests.items():
        waiting[box].append(_joined(catalogue, sign_ups))
    return {box: _sorted(joined) for box, joined in waiting.items()}


def _joined(catalogue: Catalogue, sign_ups: Sequence[SignUp]) -> WaitingRequest:
    by = min(answer_by(catalogue, sign_up) for sign_up in sign_ups)
    return WaitingRequest(tuple(sorted(sign_ups, key=lambda one: one.received_at)), by)


def _sorted(requests: Iterable[WaitingRequest]) -> list[WaitingRequest]:
    return sorted(requests, key=lambda request: (request.by, request.first.received_at))
