"""Connections that only read: each sees the database as it is at one moment, and nobody waits for the writer.

SQLite reads beside the writer in WAL mode, PostgreSQL in a transaction that is READ ONLY. A connection is used again
by the next query; where one has failed, the query is asked once more on another, since it changes nothing.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from mentorkorps.backend.db.dialect import DatabaseDialect
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.db.writer import Unavailable
from mentorkorps.backend.security.encryption import Cipher

MOST_AT_ONCE = 4

P = ParamSpec("P")
T = TypeVar("T")


class Readers:
    """Answers queries on threads of their own. A query is a function of the snapshot and some values."""

    def __init__(self, engine: Engine, dialect: DatabaseDialect, cipher: Cipher) -> None:
        self._engine = engine
        self._dialect = dialect
        self._cipher = cipher
        self._idle: list[Connection] = []
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, "reader")

    async def read(
        self, query: Callable[Concatenate[Snapshot, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        """What the query returns. Raises what the query raises, or Unavailable."""
        asked = asyncio.get_running_loop().run_in_executor(
            self._pool, self._answer, lambda snapshot: query(snapshot, *values, **named)
        )
        return await asked

    def close(self) -> None:
        """Answers what is under way, ends the threads and closes the connections."""
        self._pool.shutdown(cancel_futures=True)
        while self._idle:
            self._idle.pop().close()

    def _answer(self, query: Callable[[Snapshot], T]) -> T:
        while self._idle:
            try:
                used = self._idle.pop()
            except IndexError:  # another thread took it
                break
            try:
                return self._ask(used, query)
            except Unavailable:  # it may have been lost while nobody used it
                continue
        try:
            fresh = self._engine.connect()
        except SQLAlchemyError as error:
            raise Unavailable(type(error).__name__) from error
        return self._ask(fresh, query)

    def _ask(self, connection: Connection, query: Callable[[Snapshot], T]) -> T:
        try:
            with connection.begin():
                result = query(Snapshot(connection, self._cipher))
        except SQLAlchemyError as error:
            connection.close()
            if self._dialect.verdict(error) == "own":
                raise
            raise Unavailable(type(error).__name__) from error
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return result
