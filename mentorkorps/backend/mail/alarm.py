"""Calls the operator by another way than mail: runs a command of the settings with one sentence."""

import asyncio
import logging
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.mail.smtp_status import explained
from mentorkorps.interface.i18n import words

PAUSE = timedelta(hours=12)
"""Between two alarms about the same: one that comes with every mail is turned off."""
PATIENCE_SECONDS = 30

Subject = Literal["given_up", "mail_server"]

log = logging.getLogger(__name__)


class Alarm:
    """Runs `command` with a sentence in Danish as its last argument; without a command nothing.

    The sentence holds codes and no name, address or number of a mail.
    """

    def __init__(self, command: Sequence[str], clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._sounded_at: dict[Subject, datetime] = {}
        self._running: set[asyncio.Task[None]] = set()

    def sound(self, about: Subject, told: str) -> None:
        """`told`: what the mail server did, as smtp_status describes it. Nobody waits for the command."""
        now, before = self._clock(), self._sounded_at.get(about)
        if not self._command or (before and abs(now - before) < PAUSE):
            return
        self._sounded_at[about] = now
        running = asyncio.create_task(asyncio.to_thread(self._run, _sentence(about, told)))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def _run(self, sentence: str) -> None:
        try:
            subprocess.run(
                [*self._command, sentence], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            log.error("alarm: the command did not succeed (%s)", type(error).__name__)


def _sentence(about: Subject, told: str) -> str:
    return str(words("da")["outbox"]["alarm"][about]).format(told=told, meaning=explained(told, "da"))
