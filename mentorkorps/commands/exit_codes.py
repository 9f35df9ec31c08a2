"""How a command ends."""

SOUND, PROBLEMS, COULD_NOT_RUN = 0, 1, 2


class CannotRun(Exception):
    """The command cannot do its work here; the text says why and what to do."""
