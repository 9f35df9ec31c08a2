"""Statements of the way that every sign-up goes: compiled once, then handed straight to the driver.

SQLAlchemy prepares each execution anew, which costs ten times what SQLite does with it. What it knows of a statement,
its text and how values are written down, is asked of it once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from mentorkorps.backend.db.transaction import Snapshot, Transaction

Values = Mapping[str, object]


class DialectStatement(NamedTuple):
    """A statement in the words of one kind of database.

    `turns`: the names of its values, in the order of their places, each with what makes of a value what is kept.
    """

    text: str
    takes_names: bool
    turns: Sequence[tuple[str, Callable[[Any], Any] | None]]

    def row(self, values: Values) -> Any:  # what a driver takes: names or places
        turned = [(name, turn(values[name]) if turn else values[name]) for name, turn in self.turns]
        return dict(turned) if self.takes_names else [value for _, value in turned]


class CompiledStatement:
    """A statement with the names of its values."""

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._written: dict[str, DialectStatement] = {}

    def run(self, snapshot: Snapshot, values: Values) -> DBAPICursor:
        """Its cursor, with `rowcount` and `fetchone`. Raises the driver's errors."""
        written = self._for(snapshot.connection.dialect)
        cursor = snapshot.driver.cursor()
        cursor.execute(written.text, written.row(values))
        return cursor

    def run_each(self, transaction: Transaction, rows: Sequence[Values]) -> None:
        """Once for each row; for none it does nothing. Raises the driver's errors."""
        written = self._for(transaction.connection.dialect)
        cursor = transaction.driver.cursor()
        cursor.executemany(written.text, [written.row(values) for values in rows])

    def _for(self, dialect: Dialect) -> DialectStatement:
        if dialect.name not in self._written:
            self._written[dialect.name] = _written(self._statement, self._names, dialect)
        return self._written[dialect.name]


def _written(statement: ClauseElement, names: Sequence[str], dialect: Dialect) -> DialectStatement:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    turns = [
        (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup or compiled.binds
    ]
    return DialectStatement(str(compiled), compiled.positiontup is None, turns)
