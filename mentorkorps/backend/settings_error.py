"""What is said of a setting that cannot be used."""


class SettingsError(Exception):
    """A setting cannot be used. Names its key, its value (never a secret's) and what would be right."""

    def __init__(self, key: str, value: str, reason: str) -> None:
        super().__init__(f"{key}={value!r}: {reason}")
        self.key = key
