"""A person may withdraw a consent, or the sign-up."""

import sqlalchemy as sa
from alembic import op

revision = "0004_withdrawn"
down_revision = "0003_counts"


def upgrade() -> None:
    op.add_column("sign_ups", sa.Column("withdrawn_at", sa.String(32)))
    op.add_column("consents", sa.Column("withdrawn_at", sa.String(32)))
