"""How sign-ups end: those whose time is over, what is counted of them, and how many wait.

Figures are asked, not kept: a counter by triggers would be a row that every instance over
PostgreSQL waits for, and a second truth. Partial indexes hold only those that somebody looks
after; what most of them are is all less these.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, not_, or_, select, text

from mentorkorps.backend.db.mail_rows import STATES, UNSENT
from mentorkorps.backend.db.records import Ended, Figures, Life
from mentorkorps.backend.db.sign_up_state import (
    OUTCOMES,
    condition_clause,
    outcome_case,
    outcome_clause,
)
from mentorkorps.backend.db.tables import COLLECTED, COUNTS, DOUBTFUL, MAILS, SIGN_UPS, UNANSWERED
from mentorkorps.backend.db.transaction import Snapshot, Transaction

OUTCOME = outcome_case(SIGN_UPS.c)

BY_OUTCOME = {
    outcome: outcome_clause(SIGN_UPS.c, outcome) for outcome in OUTCOMES if outcome != "received"
}
"""All but the last, which are the rest: nobody is to answer them."""

LIVES = select(SIGN_UPS.c.id, SIGN_UPS.c.form, SIGN_UPS.c.received_at, OUTCOME.label("outcome"))

ALL_SIGN_UPS_COUNTED = select(func.count()).select_from(SIGN_UPS)

ALL_MAILS_COUNTED = select(func.count()).select_from(MAILS)

MAILS_TO_LOOK_AFTER = (
    select(MAILS.c.state, func.count().label("mails"))
    .where(MAILS.c.state.in_((*UNSENT, "failed")))
    .group_by(MAILS.c.state)
)

OLDEST_UNSENT = select(func.min(MAILS.c.created_at)).where(MAILS.c.state.in_(UNSENT))

OLDEST_UNANSWERED = select(func.min(SIGN_UPS.c.confirmed_at)).where(UNANSWERED)

OLDEST_FAILED = select(func.min(MAILS.c.due_at)).where(MAILS.c.state == "failed")

ONE_LIFE = LIVES.where(SIGN_UPS.c.id == bindparam("id")).with_for_update()

CONFIRMED = condition_clause(SIGN_UPS.c, "reachable")

CONFIRMED_BY_FORM = select(SIGN_UPS.c.form, func.count().filter(CONFIRMED)).group_by(
    SIGN_UPS.c.form
)

DELETE_SIGN_UPS = SIGN_UPS.delete().where(SIGN_UPS.c.id == bindparam("key"))

ALL_COUNTS = select(COUNTS).order_by(COUNTS.c.form, COUNTS.c.month, COUNTS.c.outcome)

ADD_TO_COUNT = text(
    "INSERT INTO counts (form, month, outcome, count) VALUES (:form, :month, :outcome, :count)"
    " ON CONFLICT (form, month, outcome) DO UPDATE SET count = counts.count + excluded.count"
)


def figures(snapshot: Snapshot) -> Figures:
    """For a reader: all of one moment, by indexes alone. Those that are most are what is left of all."""
    by_outcome = {outcome: _how_many(snapshot, where) for outcome, where in BY_OUTCOME.items()}
    rest = snapshot.execute(ALL_SIGN_UPS_COUNTED).scalar_one() - sum(by_outcome.values())
    by_state = {row.state: row.mails for row in snapshot.execute(MAILS_TO_LOOK_AFTER)}
    sent = snapshot.execute(ALL_MAILS_COUNTED).scalar_one() - sum(by_state.values())
    return Figures(
        by_outcome | {"received": rest},
        dict.fromkeys(STATES, 0) | by_state | {"sent": sent},
        snapshot.execute(OLDEST_UNSENT).scalar_one(),
        snapshot.execute(OLDEST_UNANSWERED).scalar_one(),
        snapshot.execute(OLDEST_FAILED).scalar_one(),
        _how_many(snapshot, DOUBTFUL),
    )


def confirmed_by_form(snapshot: Snapshot) -> dict[str, int]:
    """How many sign-ups by each form are confirmed and not withdrawn; also 0, where there are others."""
    return dict(snapshot.execute(CONFIRMED_BY_FORM).all())


def _how_many(snapshot: Snapshot, where: ColumnElement[bool]) -> int:
    return snapshot.execute(select(func.count()).select_from(SIGN_UPS).where(where)).scalar_one()


def over_by_outcome(snapshot: Snapshot, ended: Sequence[Ended]) -> list[tuple[str, str]]:
    """The ids of the sign-ups whose time is over, each with what became of it.

    They come as the table has them, in SQLite by age: what lies side by side there is soon deleted together.
    """
    statement = select(SIGN_UPS.c.id, OUTCOME).where(or_(false(), *map(_is_over, ended)))
    return [(id, outcome) for id, outcome in snapshot.execute(statement)]


def lives_over(transaction: Transaction, ended: Sequence[Ended], ids: Sequence[str]) -> list[Life]:
    """Those of these sign-ups whose time is over still: a few hundred at most.

    They are locked for this transaction, so that two instances do not both count what they delete.
    """
    statement = LIVES.where(or_(false(), *map(_is_over, ended)), SIGN_UPS.c.id.in_(ids)).order_by(
        SIGN_UPS.c.id
    )
    return [Life(*row) for row in transaction.execute(statement.with_for_update())]


def _is_over(ended: Ended) -> ColumnElement[bool]:
    """Who did not confirm was asked when the mail left, however long a mail server kept it waiting."""
    still_asked = exists().where(
        MAILS.c.subject_kind == "sign_up",
        MAILS.c.subject_id == SIGN_UPS.c.id,
        MAILS.c.kind == "confirm",
        or_(MAILS.c.state.in_(UNSENT), MAILS.c.sent_at > ended.unconfirmed),
    )
    still_asked_together = or_(
        exists().where(COLLECTED.c.addressee == SIGN_UPS.c.addressee),
        exists().where(
            MAILS.c.subject_kind == "mailbox",
            MAILS.c.subject_id == SIGN_UPS.c.addressee,
            or_(MAILS.c.state.in_(UNSENT), MAILS.c.sent_at > ended.unconfirmed),
        ),
    )
    # A wrong clock asked: what it dated otherwise was corrected, see clock_rows.
    asked_in_future = and_(
        SIGN_UPS.c.asked_at > ended.now, SIGN_UPS.c.received_at <= ended.unconfirmed
    )
    is_unconfirmed = and_(
        SIGN_UPS.c.confirmed_at.is_(None),
        or_(SIGN_UPS.c.asked_at <= ended.unconfirmed, asked_in_future),
        not_(still_asked),
        or_(not_(SIGN_UPS.c.silenced), not_(still_asked_together)),
    )
    return and_(
        SIGN_UPS.c.form == ended.form,
        or_(
            is_unconfirmed,
            SIGN_UPS.c.confirmed_at <= ended.confirmed,
            SIGN_UPS.c.withdrawn_at <= ended.withdrawn,
        ),
    )


def life_of(transaction: Transaction, id: str) -> Life | None:
    row = transaction.execute(ONE_LIFE, {"id": id}).one_or_none()
    return Life(*row) if row else None


def delete_sign_ups(transaction: Transaction, ids: Sequence[str]) -> None:
    """With their consents and places. Their mails go by mail_rows.delete_mails_of, in the same transaction."""
    if ids:
        transaction.execute(DELETE_SIGN_UPS, [{"key": id} for id in ids])


def add_count(transaction: Transaction, form: str, month: str, outcome: str, count: int) -> None:
    transaction.execute(
        ADD_TO_COUNT, {"form": form, "month": month, "outcome": outcome, "count": count}
    )
