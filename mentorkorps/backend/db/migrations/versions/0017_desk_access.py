"""People log in at the desk, and what they look at is logged."""

import sqlalchemy as sa
from alembic import op

revision = "0017_desk_access"
down_revision = "0016_batches"


def upgrade() -> None:
    op.create_table(
        "desk_logins",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("used_at", sa.String(32)),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
        sa.Column("proved_at", sa.String(32)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ended_at", sa.String(32)),
    )
    op.create_index("ix_desk_sessions_person", "desk_sessions", ["person"])
    op.create_table(
        "desk_second_factors",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("proved_at", sa.String(32)),
        sa.Column("last_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "access_log",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_access_log_subject", "access_log", ["subject", "number"])
    op.create_index("ix_access_log_at", "access_log", ["at"])
    op.create_table(
        "access_log_chain",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first_number", sa.Integer, nullable=False),
        sa.Column("before_first", sa.String(64), nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )
