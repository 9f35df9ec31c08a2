"""How many sign-ups or mails a morning's mail tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0009_mornings"
down_revision = "0008_places"


def upgrade() -> None:
    op.add_column("mails", sa.Column("waiting", sa.Integer))
