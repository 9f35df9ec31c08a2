"""Connections that only read: each sees the database as it is at one moment, and nobody waits for the writer.

SQLite reads beside the writer in WAL mode, PostgreSQL in a transaction that is READ ONLY. A connection is made for each
question, so that none looks at a file that was put aside or at a server that is gone.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mentorkorps.backend.db.dialect import dialect_of
from mentorkorps.backend.db.writer import Unavailable

MOST_AT_ONCE = 2

T = TypeVar("T")


class Readers:
    """Answers questions on threads of their own. A question is a function of the connection and some values."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, "reader")

    async def read(self, query: Callable[..., T], *values: object) -> T:
        """What the query returns. Raises what the query raises, or Unavailable."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self._answer, query, *values
        )

    def close(self) -> None:
        """Answers what is under way and ends the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _answer(self, query: Callable[..., T], *values: object) -> T:
        try:
            with self._engine.connect() as connection, connection.begin():
                return query(connection, *values)
        except SQLAlchemyError as error:
            if dialect_of(self._engine).verdict(error) == "own":
                raise
            raise Unavailable(type(error).__name__) from error
