"""Who waits for a place and has not confirmed is `pending`: `waiting` meant both.

Who changed the address after a place was taken or offered has it held until the other one is confirmed. The states
are texts in a column that is there already, so that no table changes.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013_pending"
down_revision = "0012_figures"

CONFIRMED_WITHIN = timedelta(hours=72)
NOT_CONFIRMED = "(SELECT id FROM sign_ups WHERE confirmed_at IS NULL)"
WITHOUT_END = sa.text(
    "SELECT places.sign_up, sign_ups.asked_at FROM places JOIN sign_ups ON sign_ups.id = places.sign_up"
    " WHERE places.state = 'held' AND places.until IS NULL"
)
END = sa.text("UPDATE places SET until = :until WHERE sign_up = :sign_up")


def upgrade() -> None:
    op.execute(
        f"UPDATE places SET state = 'pending' WHERE state = 'waiting' AND sign_up IN {NOT_CONFIRMED}"
    )
    op.execute(
        f"UPDATE places SET state = 'held' WHERE state IN ('taken', 'offered') AND sign_up IN {NOT_CONFIRMED}"
    )
    for sign_up, asked_at in op.get_bind().execute(WITHOUT_END).all():
        until = datetime.fromisoformat(asked_at) + CONFIRMED_WITHIN
        op.get_bind().execute(
            END, {"sign_up": sign_up, "until": until.isoformat(timespec="microseconds")}
        )
