"""Forms that nobody answers, and forms whose answers get a number to refer to."""

import sqlalchemy as sa
from alembic import op

revision = "0006_kinds_of_forms"
down_revision = "0005_limits"


def upgrade() -> None:
    op.add_column(
        "sign_ups", sa.Column("awaited", sa.Boolean, nullable=False, server_default=sa.true())
    )
    op.add_column("sign_ups", sa.Column("code", sa.String(16)))
