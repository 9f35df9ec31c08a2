"""What operators ask of the database while a server has it: a note in a folder beside it, done by that server.

A note is a file that only the server's own user can write. The server looks each half second, does what it says, and
writes the answer beside it. Without a server the command does it at once. Notes may be done twice: it changes nothing.

SQLite has one writer, a folder has the same owner as the database, and a secret address on the
loopback would need a key and a port.
"""

import json
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db import connect, mail_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.errors import CannotOpen, InUse
from mentorkorps.backend.db.url import DatabaseUrl
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups import lifecycle

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 15

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommandFile:
    """`restore` the sign-up `id`, or `resend` the mail `id`; without an id every mail that was given up.

    `purge` what has had its time; `sure`: although the clock is in doubt, or it is very much.
    """

    kind: Literal["restore", "resend", "purge"]
    id: str | None = None
    sure: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ("restore", "resend", "purge") or not isinstance(self.id, str | None):
            raise ValueError(f"{self.kind!r} {self.id!r} is no errand")


class NoAnswer(CannotOpen):
    """A server has the database, and did not do what it was asked."""

    def __init__(self, database: DatabaseUrl) -> None:
        super().__init__(f"the server that has {database} open did not answer. Nothing was changed; try again.")


class Refused(CannotOpen):
    """The server that has the database says why it does not do what it was asked."""


def run_beside_server(settings: Settings, errand: CommandFile, clock: Clock) -> int:
    """Does the errand, here or by the server that runs; how many rows it changed. Raises CannotOpen or MissingKey."""
    try:
        return connect.run_on_database(settings, run_command_file, errand, clock)
    except InUse:
        return hand_over(settings, errand)


def run_command_file(connection: Connection, errand: CommandFile, clock: Clock) -> int:
    """A job for the writer."""
    if errand.kind == "restore":
        return int(lifecycle.restore(connection, str(errand.id), clock()))
    return mail_rows.send_again(connection, errand.id, clock())


class CommandFiles(PeriodicJob):
    """Does the notes that lie in the folder, one after another."""

    name = "errands"
    seconds_between = LOOK_SECONDS

    def __init__(
        self,
        store: Database,
        settings: Settings,
        clock: Clock,
        afterwards: Callable[[], None],
        purge: Callable[[bool], Awaitable[int]],
    ) -> None:
        super().__init__()
        self._store = store
        self._purge = purge
        self._folder = settings.errands_folder
        self._clock = clock
        self._afterwards = afterwards

    async def look(self) -> None:
        try:
            for note in sorted(self._folder.glob("*.todo")):
                await self._do(note)
        except OSError as error:  # a full or read-only disk: the note lies there until it is well
            log.error("errands: the disk took nothing (%s)", type(error).__name__)

    async def _do(self, note: Path) -> None:
        try:
            errand = CommandFile(**json.loads(note.read_text("utf-8")))
            answer = await self._answer(errand)
        except FileNotFoundError:  # taken back
            return
        except (ValueError, TypeError, RecursionError):
            log.error("errands: %s is no note of ours", note.name)
            note.unlink(missing_ok=True)
            return
        self._afterwards()
        _write(note.with_suffix(".done"), answer)
        note.unlink(missing_ok=True)

    async def _answer(self, errand: CommandFile) -> str:
        if errand.kind != "purge":
            return str(await self._store.do(run_command_file, errand, self._clock))
        try:
            return str(await self._purge(errand.sure))
        except CannotOpen as error:
            return str(error)


def hand_over(settings: Settings, errand: CommandFile) -> int:
    """Lets the server that has the database do it; how many rows that changes. Raises NoAnswer or Refused."""
    todo = settings.errands_folder / f"{uuid4().hex}.todo"
    todo.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(todo, json.dumps(asdict(errand)))
    until = time.monotonic() + PATIENCE_SECONDS
    answer = todo.with_suffix(".done")
    while not answer.exists():
        if time.monotonic() > until:
            todo.unlink(missing_ok=True)
            raise NoAnswer(settings.database)
        time.sleep(LOOK_SECONDS / 5)
    text = answer.read_text("utf-8")
    answer.unlink()
    if not text.isdecimal():
        raise Refused(text)
    return int(text)


def _write(path: Path, text: str) -> None:
    """Whole or not there."""
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
