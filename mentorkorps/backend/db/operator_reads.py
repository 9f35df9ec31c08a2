"""What operators look at, also while the server runs: reads only.

Whoever asks for some gets some: the database finds them, and what is not asked for is neither read nor decrypted.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Select, and_, select, true

from mentorkorps.backend.db import batch_rows
from mentorkorps.backend.db.connect import opened_to_read
from mentorkorps.backend.db.mail_rows import ALL_MAILS, UNSENT, as_mail
from mentorkorps.backend.db.place_rows import seats_in
from mentorkorps.backend.db.records import (
    Batch,
    Bookable,
    Count,
    Figures,
    GivenConsent,
    ListedSignUp,
    Mail,
    SignUp,
)
from mentorkorps.backend.db.retention_rows import ALL_COUNTS, figures
from mentorkorps.backend.db.sign_up_rows import (
    ALL_SIGN_UPS,
    MARK,
    as_sign_up,
    consents_of,
    consents_of_each,
    sign_up_by_id,
)
from mentorkorps.backend.db.sign_up_state import condition_clause
from mentorkorps.backend.db.tables import MAILS, SIGN_UPS
from mentorkorps.backend.security.encryption import MissingKey
from mentorkorps.backend.settings import Settings

State = Literal["unanswered", "answered", "unconfirmed", "confirmed", "withdrawn", "flagged"]

AT_A_TIME = 500

LISTED = select(
    *(
        SIGN_UPS.c[name]
        for name in (
            "id",
            "form",
            "received_at",
            "confirmed_at",
            "answered_at",
            "withdrawn_at",
            "awaited",
            "flagged",
            "code",
        )
    ),
    MARK.label("mark"),
)


def sign_ups(settings: Settings) -> list[SignUp]:
    """Every sign-up, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return [as_sign_up(snapshot, row) for row in snapshot.execute(ALL_SIGN_UPS)]


def each_sign_up(
    settings: Settings,
    forms: Collection[str] = (),
    first: datetime | None = None,
    before: datetime | None = None,
) -> Iterator[tuple[SignUp, list[GivenConsent]]]:
    """The same one by one, each with what the person agreed to: they need not all fit into memory.

    Only those that came by one of the forms, not before `first` and before `before`, where these are given.
    """
    asked = ALL_SIGN_UPS.where(
        SIGN_UPS.c.form.in_(forms) if forms else true(),
        SIGN_UPS.c.received_at >= first if first else true(),
        SIGN_UPS.c.received_at < before if before else true(),
    )
    with opened_to_read(settings) as snapshot:
        for rows in snapshot.execute(asked.execution_options(yield_per=AT_A_TIME)).partitions():
            consents = consents_of_each(snapshot, [row.id for row in rows])
            for row in rows:
                yield as_sign_up(snapshot, row), consents[row.id]


def listed_sign_ups(
    settings: Settings,
    forms: Collection[str] = (),
    state: State | None = None,
    newest: int | None = None,
) -> Iterator[ListedSignUp]:
    """Those that came by one of the forms and are in the state, oldest first, without their answers; the newest alone.

    Reads only. Raises NoDatabase, or MissingKey where others would not open.
    """
    asked = LISTED.where(
        SIGN_UPS.c.form.in_(forms) if forms else true(),
        condition_clause(SIGN_UPS.c, state) if state else true(),
    )
    with opened_to_read(settings) as snapshot:
        for row in snapshot.execute(
            _in_order(asked, newest).execution_options(yield_per=AT_A_TIME)
        ):
            if not snapshot.cipher.knows(row.mark):
                raise MissingKey
            yield ListedSignUp(*row[:-1])


def _in_order(asked: Select[Any], newest: int | None) -> Select[Any]:
    if newest is None:
        return asked.order_by(SIGN_UPS.c.received_at)
    last = asked.order_by(SIGN_UPS.c.received_at.desc()).limit(newest).subquery()
    return select(last).order_by(last.c.received_at)


def sign_ups_beginning(settings: Settings, begins: str, most: int = 2) -> list[SignUp]:
    """The sign-ups whose number begins so, at most so many; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        rows = snapshot.execute(ALL_SIGN_UPS.where(_begins(SIGN_UPS.c.id, begins)).limit(most))
        return [as_sign_up(snapshot, row) for row in rows]


def mail_numbers_beginning(settings: Settings, begins: str, most: int = 2) -> list[str]:
    """The numbers of mails that begin so, at most so many; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        rows = snapshot.execute(select(MAILS.c.id).where(_begins(MAILS.c.id, begins)).limit(most))
        return list(rows.scalars())


def _begins(column: Column[str], begins: str) -> ColumnElement[bool]:
    # Numbers are hexadecimal, so all that begin so come before it with a g. LIKE would not use the index.
    return and_(column >= begins, column < f"{begins}g")


def participants(settings: Settings, bookables: Iterable[Bookable]) -> list[SignUp] | None:
    """Those who have a place for good, in the order in which they came; None where nobody ever wanted one.

    Reads only. Raises NoDatabase.
    """
    with opened_to_read(settings) as snapshot:
        seats = [seat for bookable in bookables for seat in seats_in(snapshot, bookable)]
        coming = [seat.sign_up for seat in seats if seat.state == "taken"]
        sign_ups = [sign_up_by_id(snapshot, id) for id in coming]
        return [sign_up for sign_up in sign_ups if sign_up] if seats else None


def mails(settings: Settings) -> list[Mail]:
    """Every mail of the outbox, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    return list(each_mail(settings))


def each_mail(settings: Settings, is_unsent: bool = False) -> Iterator[Mail]:
    """The same one by one; those that are not sent alone."""
    asked = ALL_MAILS.where(MAILS.c.state.in_((*UNSENT, "failed"))) if is_unsent else ALL_MAILS
    with opened_to_read(settings) as snapshot:
        for row in snapshot.execute(asked.execution_options(yield_per=AT_A_TIME)):
            yield as_mail(row)


def batches(settings: Settings) -> list[Batch]:
    """Every batch of mails, oldest first; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return batch_rows.batches(snapshot)


def mails_by_batch(settings: Settings) -> dict[str, dict[str, int]]:
    """How many mails of each batch are in which state; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return batch_rows.mails_by_state(snapshot)


def figures_now(settings: Settings) -> Figures:
    """How many there are of what, as the server's own figures; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return figures(snapshot)


def consents(settings: Settings, sign_up: str) -> list[GivenConsent]:
    """What a person agreed to; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return consents_of(snapshot, sign_up)


def counts(settings: Settings) -> list[Count]:
    """What stays of deleted sign-ups; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as snapshot:
        return [Count(*row) for row in snapshot.execute(ALL_COUNTS)]
