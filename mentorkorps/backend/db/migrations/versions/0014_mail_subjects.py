"""A mail is about a subject, which need not be a sign-up.

What waits leaves as before: a mail for all that waits at a mailbox is about the mailbox, one to
the operator about the service. A digest stays with the sign-up that it came from, since which
mailbox it is for stands in no row; the next one is about the mailbox.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_mail_subjects"
down_revision = "0013_pending"

TO_OPERATORS = "('given_up', 'clock', 'large_purge')"
ADDRESSEE = "(SELECT addressee FROM sign_ups WHERE sign_ups.id = mails.sign_up)"


def upgrade() -> None:
    op.add_column("mails", sa.Column("subject_kind", sa.String(16)))
    op.add_column("mails", sa.Column("subject_id", sa.String(64)))
    op.execute("UPDATE mails SET subject_kind = 'sign_up', subject_id = sign_up")
    op.execute(
        f"UPDATE mails SET subject_kind = 'mailbox', subject_id = {ADDRESSEE}"
        f" WHERE kind = 'confirm_all' AND {ADDRESSEE} IS NOT NULL"
    )
    op.execute(
        "UPDATE mails SET subject_kind = 'service', subject_id = 'mentorkorps'"
        f" WHERE kind IN {TO_OPERATORS}"
    )
    op.drop_index("ix_mails_sign_up", "mails")
    with op.batch_alter_table("mails") as mails:
        mails.alter_column("subject_kind", existing_type=sa.String(16), nullable=False)
        mails.alter_column("subject_id", existing_type=sa.String(64), nullable=False)
        mails.drop_column("sign_up")
    op.create_index("ix_mails_subject", "mails", ["subject_kind", "subject_id"])
