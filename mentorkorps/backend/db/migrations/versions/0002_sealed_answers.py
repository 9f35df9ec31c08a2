"""Answers are encrypted. What is there already is, too, with the first of the secret keys."""

import sqlalchemy as sa
from alembic import context, op

revision = "0002_sealed_answers"
down_revision = "0001_sign_ups"


def upgrade() -> None:
    cipher = context.config.attributes["cipher"]
    connection = op.get_bind()
    nothing = sa.text("x''" if connection.dialect.name == "sqlite" else "''")
    op.add_column(
        "sign_ups", sa.Column("sealed", sa.LargeBinary, nullable=False, server_default=nothing)
    )
    for id, answers in connection.execute(sa.text("SELECT id, answers FROM sign_ups")).all():
        sealed = cipher.close(id, answers.encode())
        connection.execute(
            sa.text("UPDATE sign_ups SET sealed = :sealed WHERE id = :id"),
            {"sealed": sealed, "id": id},
        )
    op.drop_column("sign_ups", "answers")
