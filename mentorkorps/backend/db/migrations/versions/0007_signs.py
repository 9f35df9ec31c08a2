"""Why a sign-up is doubtful, and which proofs of work are spent."""

import sqlalchemy as sa
from alembic import op

revision = "0007_signs"
down_revision = "0006_kinds_of_forms"


def upgrade() -> None:
    op.add_column("sign_ups", sa.Column("signs", sa.String(120), nullable=False, server_default=""))
    # The only sign there was, but for silenced ones.
    op.execute("UPDATE sign_ups SET signs = 'trap' WHERE flagged AND NOT silenced")
    op.execute("UPDATE sign_ups SET signs = 'silenced' WHERE flagged AND silenced")
    op.create_table(
        "spent",
        sa.Column("proof", sa.String(64), primary_key=True),
        sa.Column("until", sa.String(32), nullable=False),
    )
