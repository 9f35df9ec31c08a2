"""Sign-ups, consents and mails."""

import sqlalchemy as sa
from alembic import op

revision = "0001_sign_ups"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("confirmed_at", sa.String(32)),
        sa.Column("answered_at", sa.String(32)),
    )
    op.create_table(
        "consents",
        sa.Column(
            "sign_up",
            sa.String(32),
            sa.ForeignKey("sign_ups.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("consent", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("given_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "sign_up",
            sa.String(32),
            sa.ForeignKey("sign_ups.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32), nullable=False),
        sa.Column("leased_until", sa.String(32)),
        sa.Column("sent_at", sa.String(32)),
        sa.Column("error", sa.String(200)),
        sa.Index("ix_mails_state_due_at", "state", "due_at"),
    )
