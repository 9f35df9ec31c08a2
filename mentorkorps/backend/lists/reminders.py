"""The practical mail a week before a course or an event, and a short one the day before, to those
who have a place.

Who gets a place later has the first at once. Each is queued once for a date: what is moved is told
anew.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mentorkorps.backend.bookings.allocation import begins
from mentorkorps.backend.clock import at_hour, danish_day, is_within
from mentorkorps.backend.db import audience_rows, batch_rows
from mentorkorps.backend.db.records import QueuedMail
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.lists import public_facts
from mentorkorps.backend.lists.batches import mail_id
from mentorkorps.backend.lists.leaving_hours import PRACTICAL_HOURS
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.kinds import MailKind
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event

A_WEEK, A_DAY = timedelta(days=7), timedelta(days=1)

Due = tuple[MailKind, QueuedMail]


def gatherings_soon(catalogue: Catalogue, now: datetime) -> list[Course | Event]:
    """What begins within a week and is to be held."""
    gatherings: tuple[Course | Event, ...] = (
        *catalogue.courses.values(),
        *catalogue.events.values(),
    )
    day = danish_day(now)
    return [
        gathering
        for gathering in gatherings
        if gathering.status != "cancelled"
        and gathering.days[0].date - A_WEEK <= day
        and now < begins(gathering)
    ]


def due_mails(snapshot: Snapshot, catalogue: Catalogue, now: datetime) -> list[Due]:
    """The practical mails that are due and were never queued. For a reader."""
    due = [
        mail
        for gathering in gatherings_soon(catalogue, now)
        for mail in _due(snapshot, gathering, now)
    ]
    known_mails = batch_rows.known_mails(snapshot, [mail.id for _, mail in due])
    fresh = [(kind, mail) for kind, mail in due if mail.id not in known_mails]
    told_today = {mail.sign_up for kind, mail in fresh if kind is kinds.PRACTICAL}
    return [
        (kind, mail)
        for kind, mail in fresh
        if kind is kinds.PRACTICAL or mail.sign_up not in told_today
    ]


def queue_due(transaction: Transaction, due: list[Due], now: datetime) -> None:
    """A job for the writer."""
    for kind, mail in due:
        batch_rows.queue_in_batch(transaction, None, kind, [mail], now)


def _due(snapshot: Snapshot, gathering: Course | Event, now: datetime) -> Iterator[Due]:
    about = _about(gathering)
    bookable = public_facts.bookable_about(about)
    first, today = gathering.days[0].date, danish_day(now)
    week_mark = at_hour(first - A_WEEK, PRACTICAL_HOURS[0])
    is_hour = is_within(now, PRACTICAL_HOURS)
    for seat in audience_rows.seated(snapshot, bookable.kind, bookable.record, ("taken",)):
        is_late = seat.confirmed_at > week_mark
        if is_hour or is_late:
            yield kinds.PRACTICAL, _mail(kinds.PRACTICAL, about, first, seat.id)
        if is_hour and today == first - A_DAY and danish_day(seat.confirmed_at) < today:
            yield kinds.PRACTICAL_DAY, _mail(kinds.PRACTICAL_DAY, about, first, seat.id)


def _about(gathering: Course | Event) -> str:
    return public_facts.about("courses" if isinstance(gathering, Course) else "events", gathering)


def _mail(kind: MailKind, about: str, first: date, sign_up: str) -> QueuedMail:
    return QueuedMail(mail_id(kind.name, f"{about} {first}", sign_up), sign_up, about)
