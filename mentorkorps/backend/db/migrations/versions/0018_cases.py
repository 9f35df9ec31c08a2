"""Cases of the desk: what a sign-up is to those who answer it, whose it is, and what happened to it.

They are opened by the desk, in portions, and only where there is one: see desk/case_opening. No event is changed or
deleted, but for its encryption and with its case.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_cases"
down_revision = "0017_desk_access"

OPEN = sa.text("closed_at IS NULL")
OWNED = sa.text("owner IS NOT NULL")
TAKEN = sa.text("give_back_on IS NOT NULL")
CHANGED = 'OF "case", number, at, actor, kind ON case_events'
IS_THERE = 'EXISTS (SELECT 1 FROM cases WHERE sign_up = OLD."case")'
SQLITE = (
    f"CREATE TRIGGER case_events_changed BEFORE UPDATE {CHANGED}"
    " BEGIN SELECT RAISE(ABORT, 'the history of a case is kept'); END",
    f"CREATE TRIGGER case_events_deleted BEFORE DELETE ON case_events WHEN {IS_THERE}"
    " BEGIN SELECT RAISE(ABORT, 'the history of a case is kept'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION case_events_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF TG_OP = 'UPDATE' OR {IS_THERE} THEN"
    " RAISE integrity_constraint_violation USING MESSAGE = 'the history of a case is kept';"
    " END IF; RETURN OLD; END $$",
    f"CREATE TRIGGER case_events_changed BEFORE UPDATE {CHANGED}"
    " FOR EACH ROW EXECUTE FUNCTION case_events_kept()",
    "CREATE TRIGGER case_events_deleted BEFORE DELETE ON case_events"
    " FOR EACH ROW EXECUTE FUNCTION case_events_kept()",
)


def upgrade() -> None:
    op.create_table(
        "cases",
        _of("sign_up", "sign_ups.id"),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed_scopes", sa.LargeBinary, nullable=False),
        sa.Column("promised_days", sa.Integer, nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("taken_at", sa.String(32)),
        sa.Column("give_back_on", sa.String(10)),
        sa.Column("snoozed_until", sa.String(32)),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("closed_at", sa.String(32)),
    )
    _index("ix_cases_open", ["opened_at", "sign_up"], OPEN)
    _index("ix_cases_owner", ["owner", "opened_at"], OWNED)
    _index("ix_cases_give_back_on", ["give_back_on"], TAKEN)
    op.create_table(
        "case_scopes",
        _of("case", "cases.sign_up"),
        sa.Column("scope", sa.String(64), primary_key=True),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
    op.create_index("ix_case_scopes_scope", "case_scopes", ["scope", "is_open", "case"])
    op.create_table(
        "case_events",
        _of("case", "cases.sign_up"),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    is_file = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_file else POSTGRESQL:
        op.execute(statement)


def _of(name: str, key: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(32), sa.ForeignKey(key, ondelete="CASCADE"), primary_key=True)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)
