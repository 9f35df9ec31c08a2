"""Which sign-ups wait at one mailbox, without its address, and how often a sign-up was given another address."""

import sqlalchemy as sa
from alembic import op

revision = "0010_waiting_together"
down_revision = "0009_mornings"


def upgrade() -> None:
    op.add_column("sign_ups", sa.Column("addressee", sa.String(64)))
    op.add_column(
        "sign_ups", sa.Column("readdressed", sa.Integer, nullable=False, server_default="0")
    )
    op.create_table(
        "collected",
        sa.Column("addressee", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_sign_ups_addressee", "sign_ups", ["addressee"])
