"""The tables as the code means them; the migrations make them, and a test holds the two together."""

from datetime import UTC, date, datetime
from functools import lru_cache

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from mentorkorps.backend.db.sign_up_state import condition_clause, outcome_clause


class Moment(TypeDecorator[datetime]):
    """A time as UTC ISO text of one length, so that texts sort as times do."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return _written(value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


class Day(TypeDecorator[date]):
    """A day as ISO text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return value.isoformat() if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if value else None


@lru_cache(maxsize=64)
def _written(moment: datetime) -> str:
    # A sign-up writes its own moment down eight times.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


METADATA = MetaData()
SIGN_UPS = Table(
    "sign_ups",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("form", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("flagged", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("answered_at", Moment),
    Column("withdrawn_at", Moment),
    Column("silenced", Boolean, nullable=False, server_default=false()),
    Column("awaited", Boolean, nullable=False, server_default=true()),
    Column("code", String(16)),
    Column("signs", String(120), nullable=False, server_default=""),
    Column("addressee", String(64), index=True),
    Column("readdressed", Integer, nullable=False, server_default="0"),
)
WITHDRAWN = outcome_clause(SIGN_UPS.c, "withdrawn")
UNCONFIRMED = outcome_clause(SIGN_UPS.c, "unconfirmed")
UNANSWERED = outcome_clause(SIGN_UPS.c, "unanswered")
ANSWERED = outcome_clause(SIGN_UPS.c, "answered")
DOUBTFUL = condition_clause(SIGN_UPS.c, "doubtful")
"""What becomes of a sign-up. Each has a partial index that a query uses which repeats these very words, and which holds
all that they ask for: figures are counted without a look at a single row (sqlite.org/partialindex.html)."""

Index("ix_sign_ups_received_at_form", SIGN_UPS.c.received_at, SIGN_UPS.c.form)
PARTIAL = {
    "withdrawn": (WITHDRAWN, ["withdrawn_at"]),
    "unconfirmed": (UNCONFIRMED, ["asked_at", "withdrawn_at", "confirmed_at"]),
    "unanswered": (UNANSWERED, ["confirmed_at", "withdrawn_at", "awaited", "answered_at"]),
    "answered": (ANSWERED, ["answered_at", "withdrawn_at", "awaited", "confirmed_at"]),
    "doubtful": (DOUBTFUL, ["received_at", "flagged", "withdrawn_at", "answered_at"]),
}
for _name, (_where, _columns) in PARTIAL.items():
    _key = [SIGN_UPS.c[column] for column in _columns]
    Index(f"ix_sign_ups_{_name}", *_key, sqlite_where=_where, postgresql_where=_where)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("sign_up", ForeignKey("sign_ups.id", ondelete="CASCADE"), primary_key=True),
    Column("consent", String(64), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
)
MAILS = Table(
    "mails",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("subject_kind", String(16), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("sent_at", Moment),
    Column("error", String(200)),
    Column("waiting", Integer),
    Column("details", Text),
    Column("batch", String(32)),
    Index("ix_mails_state_due_at", "state", "due_at"),
    Index("ix_mails_subject", "subject_kind", "subject_id"),
)
IN_BATCH = MAILS.c.batch.is_not(None)
Index(
    "ix_mails_batch",
    MAILS.c.batch,
    MAILS.c.state,
    sqlite_where=IN_BATCH,
    postgresql_where=IN_BATCH,
)
BATCHES = Table(
    "batches",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", String(96), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("mails", Integer, nullable=False),
)
ANNOUNCED = Table(
    "announced",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("record", String(64), primary_key=True),
    Column("facts", Text, nullable=False),
    Column("opened_at", Moment),
)
# In SQL it keeps its first name: an older instance may still run beside this one and use it.
BOOKABLES = Table(
    "halls",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("record", String(64), primary_key=True),
    Column("last_number", Integer, nullable=False),
)
PLACES = Table(
    "places",
    METADATA,
    Column("sign_up", ForeignKey("sign_ups.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("record", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("until", Moment),
    Index("ix_places_kind_record_state", "kind", "record", "state"),
)
LAPSES = PLACES.c.until.is_not(None)
Index("ix_places_until", PLACES.c.until, sqlite_where=LAPSES, postgresql_where=LAPSES)
COUNTS = Table(
    "counts",
    METADATA,
    Column("form", String(64), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
SPENT = Table(
    "spent",
    METADATA,
    Column("proof", String(64), primary_key=True),
    Column("until", Moment, nullable=False),
)
COLLECTED = Table(
    "collected",
    METADATA,
    Column("addressee", String(64), primary_key=True),
    Column("due_at", Moment, nullable=False),
)
ASKED = Table(
    "asked",
    METADATA,
    Column("addressee", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
)
CLOCK = Table(
    "clock",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", Moment, nullable=False),
    Column("stop", String(16)),
    Column("doubted_at", Moment),
    Column("steady_seconds", Integer, nullable=False),
)
CASES = Table(
    "cases",
    METADATA,
    Column("sign_up", ForeignKey("sign_ups.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_scopes", LargeBinary, nullable=False),
    Column("promised_days", Integer, nullable=False),
    Column("due_on", Day, nullable=False),
    Column("owner", String(64)),
    Column("taken_at", Moment),
    Column("give_back_on", Day),
    Column("snoozed_until", Moment),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("closed_at", Moment),
)
OPEN = CASES.c.closed_at.is_(None)
OWNED = CASES.c.owner.is_not(None)
TAKEN = CASES.c.give_back_on.is_not(None)
Index("ix_cases_open", CASES.c.opened_at, CASES.c.sign_up, sqlite_where=OPEN, postgresql_where=OPEN)
Index(
    "ix_cases_owner", CASES.c.owner, CASES.c.opened_at, sqlite_where=OWNED, postgresql_where=OWNED
)
Index("ix_cases_give_back_on", CASES.c.give_back_on, sqlite_where=TAKEN, postgresql_where=TAKEN)

CASE_SCOPES = Table(
    "case_scopes",
    METADATA,
    Column("case", ForeignKey("cases.sign_up", ondelete="CASCADE"), primary_key=True),
    Column("scope", String(64), primary_key=True),
    Column("is_open", Boolean, nullable=False),
    Index("ix_case_scopes_scope", "scope", "is_open", "case"),
)
CASE_EVENTS = Table(
    "case_events",
    METADATA,
    Column("case", ForeignKey("cases.sign_up", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
DESK_LOGINS = Table(
    "desk_logins",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("code", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("path", String(200), nullable=False),
    Column("used_at", Moment),
)
DESK_SESSIONS = Table(
    "desk_sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("proved_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("ended_at", Moment),
)
DESK_SECOND_FACTORS = Table(
    "desk_second_factors",
    METADATA,
    Column("person", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("proved_at", Moment),
    Column("last_step", Integer, nullable=False),
)
ACCESS_LOG = Table(
    "access_log",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", String(64), nullable=False),
    Column("role", String(24), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sealed", LargeBinary),
    Column("hash", String(64), nullable=False),
    Index("ix_access_log_subject", "subject", "number"),
)
ACCESS_LOG_CHAIN = Table(
    "access_log_chain",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("first_number", Integer, nullable=False),
    Column("before_first", String(64), nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)
