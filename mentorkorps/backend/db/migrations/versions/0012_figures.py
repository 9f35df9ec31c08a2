"""Indexes by which figures are counted, and lists and sheets are read, without a look at every sign-up."""

import sqlalchemy as sa
from alembic import op

revision = "0012_figures"
down_revision = "0011_clock"

FLAGGED, AWAITED = sa.column("flagged", sa.Boolean), sa.column("awaited", sa.Boolean)
WITHDRAWN_AT = sa.column("withdrawn_at", sa.String)
CONFIRMED_AT = sa.column("confirmed_at", sa.String)
ANSWERED_AT = sa.column("answered_at", sa.String)
STANDS = WITHDRAWN_AT.is_(None)
CONFIRMED = CONFIRMED_AT.is_not(None)
PARTIAL = {
    "withdrawn": (WITHDRAWN_AT.is_not(None), ["withdrawn_at"]),
    "unconfirmed": (
        sa.and_(STANDS, CONFIRMED_AT.is_(None)),
        ["asked_at", "withdrawn_at", "confirmed_at"],
    ),
    "unanswered": (
        sa.and_(STANDS, CONFIRMED, AWAITED, ANSWERED_AT.is_(None)),
        ["confirmed_at", "withdrawn_at", "awaited", "answered_at"],
    ),
    "answered": (
        sa.and_(STANDS, CONFIRMED, AWAITED, ANSWERED_AT.is_not(None)),
        ["answered_at", "withdrawn_at", "awaited", "confirmed_at"],
    ),
    "doubtful": (
        sa.and_(FLAGGED, STANDS, ANSWERED_AT.is_(None)),
        ["received_at", "flagged", "withdrawn_at", "answered_at"],
    ),
}


def upgrade() -> None:
    op.create_index("ix_sign_ups_received_at_form", "sign_ups", ["received_at", "form"])
    for name, (where, columns) in PARTIAL.items():
        op.create_index(
            f"ix_sign_ups_{name}", "sign_ups", columns, sqlite_where=where, postgresql_where=where
        )
    lapses = sa.column("until").is_not(None)
    op.create_index(
        "ix_places_until", "places", ["until"], sqlite_where=lapses, postgresql_where=lapses
    )
