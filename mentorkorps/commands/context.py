"""The settings and the database that a command works on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mentorkorps.commands.exit_codes import CannotRun

if TYPE_CHECKING:
    from mentorkorps.backend.settings import Settings


@contextmanager
def database_command(must_exist: bool = True) -> "Iterator[Settings]":
    """The settings, and one sentence where they or the database do not allow what is asked."""
    from mentorkorps.backend.db import connect
    from mentorkorps.backend.db.errors import CannotOpen
    from mentorkorps.backend.db.writer import Unavailable
    from mentorkorps.backend.security.encryption import Damaged
    from mentorkorps.backend.settings import read_settings
    from mentorkorps.backend.settings_error import SettingsError

    try:
        settings = read_settings(os.environ)
        if must_exist and not connect.database_exists(settings):
            raise CannotRun(
                f"there is no database at {settings.database} yet: nobody has signed up here"
            )
        yield settings
    except (SettingsError, CannotOpen, Damaged) as error:
        raise CannotRun(str(error)) from error
    except Unavailable as error:
        raise CannotRun(f"{settings.database} did not keep it ({error}). Try again.") from error


def counted(count: int, singular: str, plural: str) -> str:
    return f"{count} {singular if count == 1 else plural}"
