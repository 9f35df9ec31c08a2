"""What stays when sign-ups are deleted: how many there were."""

import sqlalchemy as sa
from alembic import op

revision = "0003_counts"
down_revision = "0002_sealed_answers"


def upgrade() -> None:
    op.create_table(
        "counts",
        sa.Column("form", sa.String(64), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("outcome", sa.String(16), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
