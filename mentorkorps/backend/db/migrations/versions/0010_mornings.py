"""How many sign-ups or mails a morning's mail tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("mails", sa.Column("waiting", sa.Integer))
