"""How sign-ups end: those whose time is over, what is counted of them, and how many wait."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, exists, func, not_, or_, select, text

from mentorkorps.backend.store.mail_rows import STATES, UNSENT
from mentorkorps.backend.store.records import Figures, Life
from mentorkorps.backend.store.sign_up_rows import DOUBTFUL
from mentorkorps.backend.tables import COLLECTED, COUNTS, MAILS, SIGN_UPS

STILL_ASKED = exists().where(
    MAILS.c.sign_up == SIGN_UPS.c.id,
    MAILS.c.kind == "confirm",
    or_(MAILS.c.state.in_(UNSENT), MAILS.c.sent_at > bindparam("unconfirmed")),
)

AT_THAT_MAILBOX = SIGN_UPS.alias()

STILL_ASKED_TOGETHER = or_(
    exists().where(COLLECTED.c.addressee == SIGN_UPS.c.addressee),
    exists().where(
        MAILS.c.kind == "confirm_all",
        MAILS.c.sign_up == AT_THAT_MAILBOX.c.id,
        AT_THAT_MAILBOX.c.addressee == SIGN_UPS.c.addressee,
        or_(MAILS.c.state.in_(UNSENT), MAILS.c.sent_at > bindparam("unconfirmed")),
    ),
)

OUTCOMES = ("withdrawn", "unconfirmed", "unanswered", "answered", "received")

OUTCOME = case(
    (SIGN_UPS.c.withdrawn_at.is_not(None), OUTCOMES[0]),
    (SIGN_UPS.c.confirmed_at.is_(None), OUTCOMES[1]),
    (not_(SIGN_UPS.c.awaited), OUTCOMES[4]),
    (SIGN_UPS.c.answered_at.is_(None), OUTCOMES[2]),
    else_=OUTCOMES[3],
)

LIVES = select(SIGN_UPS.c.id, SIGN_UPS.c.form, SIGN_UPS.c.received_at, OUTCOME.label("outcome"))

SIGN_UPS_BY_OUTCOME = select(OUTCOME, func.count()).group_by(OUTCOME)

MAILS_BY_STATE = select(MAILS.c.state, func.count()).group_by(MAILS.c.state)

OLDEST_UNSENT = select(func.min(MAILS.c.created_at)).where(MAILS.c.state.in_(UNSENT))

OLDEST_UNANSWERED = select(func.min(SIGN_UPS.c.confirmed_at)).where(OUTCOME == "unanswered")

OLDEST_FAILED = select(func.min(MAILS.c.due_at)).where(MAILS.c.state == "failed")

HOW_MANY_DOUBTFUL = select(func.count()).where(DOUBTFUL)

ONE_LIFE = LIVES.where(SIGN_UPS.c.id == bindparam("id")).with_for_update()

LIVES_OVER = (
    LIVES.where(
        SIGN_UPS.c.form == bindparam("form"),
        or_(
            and_(
                SIGN_UPS.c.confirmed_at.is_(None),
                SIGN_UPS.c.asked_at <= bindparam("unconfirmed"),
                not_(STILL_ASKED),
                or_(not_(SIGN_UPS.c.silenced), not_(STILL_ASKED_TOGETHER)),
            ),
            SIGN_UPS.c.confirmed_at <= bindparam("confirmed"),
            SIGN_UPS.c.withdrawn_at <= bindparam("withdrawn"),
        ),
    )
    .order_by(SIGN_UPS.c.id)
    .with_for_update()
)

FORMS_SIGNED_UP_FOR = select(SIGN_UPS.c.form).distinct()

DELETE_SIGN_UPS = SIGN_UPS.delete().where(SIGN_UPS.c.id == bindparam("key"))

ALL_COUNTS = select(COUNTS).order_by(COUNTS.c.form, COUNTS.c.month, COUNTS.c.outcome)

ADD_TO_COUNT = text(
    "INSERT INTO counts (form, month, outcome, count) VALUES (:form, :month, :outcome, :count)"
    " ON CONFLICT (form, month, outcome) DO UPDATE SET count = counts.count + excluded.count"
)


def figures(connection: Connection) -> Figures:
    by_outcome = dict(connection.execute(SIGN_UPS_BY_OUTCOME).all())
    by_state = dict(connection.execute(MAILS_BY_STATE).all())
    return Figures(
        dict.fromkeys(OUTCOMES, 0) | by_outcome,
        dict.fromkeys(STATES, 0) | by_state,
        connection.execute(OLDEST_UNSENT).scalar_one(),
        connection.execute(OLDEST_UNANSWERED).scalar_one(),
        connection.execute(OLDEST_FAILED).scalar_one(),
        connection.execute(HOW_MANY_DOUBTFUL).scalar_one(),
    )


def forms_signed_up_for(connection: Connection) -> list[str]:
    return list(connection.execute(FORMS_SIGNED_UP_FOR).scalars())


def lives_over(
    connection: Connection, form: str, *, unconfirmed: datetime, confirmed: datetime, withdrawn: datetime
) -> list[Life]:
    """Sign-ups confirmed or withdrawn before these times, and those asked to confirm before `unconfirmed` in vain.

    They are locked for this transaction, so that two instances do not both count what they delete.

    They were asked when the mail left, however long a mail server kept it waiting.
    """
    values = {"form": form, "unconfirmed": unconfirmed, "confirmed": confirmed, "withdrawn": withdrawn}
    return [Life(*row) for row in connection.execute(LIVES_OVER, values)]


def life_of(connection: Connection, id: str) -> Life | None:
    row = connection.execute(ONE_LIFE, {"id": id}).one_or_none()
    return row and Life(*row)


def delete_sign_ups(connection: Connection, ids: Sequence[str]) -> None:
    """With their consents and mails."""
    if ids:
        connection.execute(DELETE_SIGN_UPS, [{"key": id} for id in ids])


def add_count(connection: Connection, form: str, month: str, outcome: str, count: int) -> None:
    connection.execute(ADD_TO_COUNT, {"form": form, "month": month, "outcome": outcome, "count": count})
