"""A mail knows what it is about in particular: which answers were changed, or what was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0015_mail_details"
down_revision = "0014_mail_subjects"


def upgrade() -> None:
    op.add_column("mails", sa.Column("details", sa.Text))
