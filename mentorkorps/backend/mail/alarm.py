"""Calls the operator by another way than mail: runs a command with one sentence."""

import asyncio
import logging
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.mail.smtp_status import explain
from mentorkorps.interface.i18n import words

PAUSE = timedelta(hours=12)
"""Between two alarms about the same: one that comes with every mail is turned off."""
TIMEOUT_SECONDS = 30

Cause = Literal["given_up", "mail_server"]

log = logging.getLogger(__name__)


class Alarm:
    """Runs `command` with a sentence in Danish as its last argument; without a command nothing.

    The sentence holds codes and no name, address or number of a mail.
    """

    def __init__(self, command: Sequence[str], clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._sounded_at: dict[Cause, datetime] = {}
        self._running: set[asyncio.Task[None]] = set()

    def sound(self, cause: Cause, error: str) -> None:
        """`error`: what the mail server did, as describe_error gives it.

        Nobody waits for the command.
        """
        now, before = self._clock(), self._sounded_at.get(cause)
        if not self._command or (before and abs(now - before) < PAUSE):
            return
        self._sounded_at[cause] = now
        running = asyncio.create_task(asyncio.to_thread(self._run, _sentence(cause, error)))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def _run(self, sentence: str) -> None:
        try:
            subprocess.run(
                [*self._command, sentence],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TIMEOUT_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.error("alarm: the command did not succeed (%s)", type(error).__name__)


def _sentence(cause: Cause, error: str) -> str:
    template = words("da").text("outbox", "alarm", cause)
    return template.format(error=error, meaning=explain(error, "da"))
