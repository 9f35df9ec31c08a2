"""What operators ask of the database while a server has it: a note in a folder beside it, done by that server.

A note is a file that only the server's own user can write. The server looks each half second, does what it says, and
writes the answer beside it. Without a server the command does it at once. Notes may be done twice: it changes nothing.

SQLite has one writer, a folder has the same owner as the database, and a secret address on the
loopback would need a key and a port.

A rotation of keys goes the same way, in portions, since a second process that writes would be a
second writer.
"""

import json
import logging
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args
from uuid import uuid4

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db import connect, desk_session_rows, mail_rows, rotation
from mentorkorps.backend.db.access_log_rows import Access, log_access
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.errors import CannotOpen, InUse
from mentorkorps.backend.db.transaction import Transaction, sweep_afterwards
from mentorkorps.backend.db.url import DatabaseUrl
from mentorkorps.backend.files import ownership
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.lists import batches, newsletter
from mentorkorps.backend.mail import recipients
from mentorkorps.backend.security.encryption import Cipher
from mentorkorps.backend.settings import SECRET_KEYS, Settings
from mentorkorps.backend.signups import lifecycle

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 15
FORGOTTEN_SECONDS = 3600
"""After which nobody waits for an answer any more."""

Kind = Literal[
    "restore",
    "resend",
    "purge",
    "rotate",
    "hold",
    "release",
    "send",
    "cancel",
    "draft",
    "log_out",
    "forget_second_factor",
]
OTHER_KEYS = "other keys"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommandFile:
    """`restore` the sign-up `id`, or `resend` the mail `id`; without an id every mail that was given up.

    `hold`, `release`, `send` or `cancel` the batch `id`. `draft`: keep the batches that `id` holds as JSON.

    `log_out` the person whom the database knows by one of the ids in `id`, apart by commas, and without an id
    everybody; `forget_second_factor` of such a person.

    `rotate` all answers to the key whose mark is `id`. `purge` what has had its time; `sure`: although the clock is
    in doubt, or it is very much.
    """

    kind: Kind
    id: str | None = None
    sure: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or not isinstance(self.id, str | None):
            raise ValueError(f"{self.kind!r} {self.id!r} is no command")


class NoAnswer(CannotOpen):
    """A server has the database, and did not do what it was asked."""

    def __init__(self, database: DatabaseUrl) -> None:
        super().__init__(
            f"the server that has {database} open did not answer. Nothing was changed, or not to the end; try again."
        )


class OtherKeys(CannotOpen):
    """A server has the database, and another first key."""

    def __init__(self, database: DatabaseUrl) -> None:
        super().__init__(
            f"the server that has {database} open was started with another first key in {SECRET_KEYS}. "
            "Restart it with these keys first. Nothing was changed."
        )


class Refused(CannotOpen):
    """The server that has the database says why it does not do what it was asked."""


def run_beside_server(settings: Settings, command_file: CommandFile, clock: Clock) -> int:
    """Runs the command, here or by the server that runs; how many rows it changed. Raises CannotOpen or MissingKey."""
    try:
        return connect.run_on_database(settings, run_command_file, command_file, clock)
    except InUse:
        return hand_over_to_server(settings, command_file)


def rotate_beside_server(settings: Settings) -> None:
    """Encrypts every answer with the first key, here or by the server that runs. Raises CannotOpen or MissingKey."""
    try:
        rotation.rotate(settings)
        connect.run_on_database(settings, rotate_second_factors, settings)
    except InUse:
        hand_over_to_server(settings, CommandFile("rotate", _first_mark(settings)))


def run_command_file(transaction: Transaction, command_file: CommandFile, clock: Clock) -> int:
    """A job for the writer."""
    if command_file.kind == "restore":
        return int(lifecycle.restore(transaction, str(command_file.id), clock()))
    if command_file.kind == "draft":
        drafts = newsletter.drafts_from_json(str(command_file.id), clock())
        return len(newsletter.keep_drafts(transaction, drafts))
    if command_file.kind in ("hold", "release", "send", "cancel"):
        return int(batches.act(transaction, command_file.kind, str(command_file.id), clock()))
    people = command_file.id.split(",") if command_file.id else None
    if command_file.kind == "log_out":
        return log_out(transaction, people, clock())
    if command_file.kind == "forget_second_factor":
        return desk_session_rows.drop_second_factor(transaction, people or ())
    return mail_rows.send_again(transaction, command_file.id, clock())


def rotate_second_factors(transaction: Transaction, settings: Settings) -> None:
    """Keeps the second factors of people under the first key. A job for the writer."""
    for person in settings.recipients.people:
        ids = recipients.person_ids(settings.secret_keys, person.email)
        if factor := desk_session_rows.second_factor_to_change(transaction, ids):
            desk_session_rows.put_second_factor(transaction, replace(factor, person=ids[0]), ids)


def log_out(transaction: Transaction, people: Sequence[str] | None, now: datetime) -> int:
    """Ends sessions at the desk, as the operator asks; how many. Part of a job for the writer."""
    log_access(transaction, Access("log_out", "operator", ""), now)
    return desk_session_rows.end_sessions(transaction, people, now)


class CommandFiles(PeriodicJob):
    """Does the notes that lie in the folder, one after another; a long one in parts, so that the others go on."""

    name = "errands"
    seconds_between = LOOK_SECONDS

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        afterwards: Callable[[], None],
        purge: Callable[[bool], Awaitable[int]],
    ) -> None:
        super().__init__()
        self._database = database
        self._purge = purge
        self._settings = settings
        self._folder = settings.errands_folder
        self._clock = clock
        self._afterwards = afterwards
        self._closed: frozenset[str] = frozenset()
        self._reached: dict[Path, str] = {}

    @property
    def is_alive(self) -> bool:
        """Not while there is a folder or a note that this process may not use: whoever left it waits in vain."""
        return super().is_alive and not self._closed

    async def look(self) -> None:
        closed = set() if _may_use(self._folder) else {self._folder.name}
        for note in sorted(self._folder.glob("*.todo")):
            try:
                await self._do(note)
            except PermissionError:
                closed.add(note.name)
            except (
                OSError
            ) as error:  # a full or read-only disk: the note lies there until it is well
                log.error("errands: the disk took nothing (%s)", type(error).__name__)
        self._tell(frozenset(closed))

    def _tell(self, closed: frozenset[str]) -> None:
        if closed - self._closed:
            log.error("errands: the service may not read or write %s", ", ".join(sorted(closed)))
        self._closed = closed

    async def _do(self, note: Path) -> None:
        try:
            command_file = CommandFile(**json.loads(note.read_text("utf-8")))
            answer = await self._answer(note, command_file)
        except FileNotFoundError:  # taken back
            return
        except (ValueError, TypeError, RecursionError):
            log.error("errands: %s is no note of ours", note.name)
            note.unlink(missing_ok=True)
            return
        if answer is None:
            return
        self._afterwards()
        _write(note.with_suffix(".done"), answer)
        note.unlink(missing_ok=True)
        _forget_answers(self._folder)

    async def _answer(self, note: Path, command_file: CommandFile) -> str | None:
        """None while there is more to do."""
        if command_file.kind == "purge":
            return await self._purged(command_file.sure)
        if command_file.kind != "rotate":
            return str(await self._database.change(run_command_file, command_file, self._clock))
        if command_file.id != _first_mark(self._settings):
            return OTHER_KEYS
        return "0" if await self._is_rotated(note) else None

    async def _is_rotated(self, note: Path) -> bool:
        """Goes on with the rotation for as long as one look may take; whether it is at its end."""
        until = time.monotonic() + LOOK_SECONDS
        while ids := await self._database.read(
            rotation.next_to_rotate, self._reached.get(note, "")
        ):
            await self._database.change(rotation.rotate_some, ids, self._settings.secret_keys[0])
            self._reached[note] = ids[-1]
            if time.monotonic() > until:
                _write(note.with_suffix(".progress"), ids[-1])
                return False
        await self._database.change(rotate_second_factors, self._settings)
        await self._database.change(sweep_afterwards)
        self._reached.pop(note, None)
        note.with_suffix(".progress").unlink(missing_ok=True)
        return True

    async def _purged(self, is_sure: bool) -> str:
        try:
            return str(await self._purge(is_sure))
        except CannotOpen as error:
            return str(error)


def hand_over_to_server(settings: Settings, command_file: CommandFile) -> int:
    """Lets the server that has the database do it; how many rows that changes. Raises NoAnswer, OtherKeys or Refused.

    Raises InUse where a backup is being put back: instances on a server do not keep a command away.
    """
    if settings.database.is_shared:
        raise InUse(settings.database)
    todo = settings.errands_folder / f"{uuid4().hex}.todo"
    ownership.make_folder(todo.parent, 0o700)
    _write(todo, json.dumps(asdict(command_file)))
    answer = _awaited(todo, settings.database)
    if answer == OTHER_KEYS:
        raise OtherKeys(settings.database)
    if not answer.isdecimal():
        raise Refused(answer)
    return int(answer)


def _awaited(todo: Path, database: DatabaseUrl) -> str:
    """The answer to a note. What goes on is waited for; the note is taken back where nothing does."""
    answer, progress = todo.with_suffix(".done"), ""
    until = time.monotonic() + PATIENCE_SECONDS
    while not answer.exists():
        if (latest := _read(todo.with_suffix(".progress"))) != progress:
            progress, until = latest, time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() > until:
            todo.unlink(missing_ok=True)
            raise NoAnswer(database)
        time.sleep(LOOK_SECONDS / 5)
    text = answer.read_text("utf-8")
    answer.unlink()
    return text


def _first_mark(settings: Settings) -> str:
    return Cipher(settings.secret_keys).mark.hex()


def _may_use(folder: Path) -> bool:
    return not folder.exists() or os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _forget_answers(folder: Path) -> None:
    """To commands that were killed while they waited."""
    for path in (*folder.glob("*.done"), *folder.glob("*.progress"), *folder.glob("*.part")):
        if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
            path.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Whole or not there."""
    part = path.with_suffix(".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        ownership.give_to_owner(file.fileno(), path.parent)
        file.write(text)
    part.replace(path)
