"""Places of courses and events, and who waits for one."""

import sqlalchemy as sa
from alembic import op

revision = "0008_places"
down_revision = "0007_signs"


def upgrade() -> None:
    op.create_table(
        "halls",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("record", sa.String(64), primary_key=True),
        sa.Column("last_number", sa.Integer, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column(
            "sign_up",
            sa.String(32),
            sa.ForeignKey("sign_ups.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("until", sa.String(32)),
    )
    op.create_index("ix_places_kind_record_state", "places", ["kind", "record", "state"])
