"""What was announced of the public records, and mails that leave in batches.

A mail of a batch is known by it; nobody else's mail costs an entry in that index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_batches"
down_revision = "0015_mail_details"


def upgrade() -> None:
    op.create_table(
        "announced",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("record", sa.String(64), primary_key=True),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("opened_at", sa.String(32)),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(96), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32)),
        sa.Column("mails", sa.Integer, nullable=False),
    )
    op.add_column("mails", sa.Column("batch", sa.String(32)))
    op.create_index(
        "ix_mails_batch",
        "mails",
        ["batch", "state"],
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    )
