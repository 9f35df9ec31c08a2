"""How often an address was asked to confirm today, without the address."""

import sqlalchemy as sa
from alembic import op

revision = "0005_limits"
down_revision = "0004_withdrawn"


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("addressee", sa.String(64), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.add_column(
        "sign_ups", sa.Column("silenced", sa.Boolean, nullable=False, server_default=sa.false())
    )
