"""The last moment that the service has seen, so that a wrong clock is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0011_clock"
down_revision = "0010_waiting_together"


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("stop", sa.String(16)),
        sa.Column("doubted_at", sa.String(32)),
        sa.Column("steady_seconds", sa.Integer, nullable=False),
    )
