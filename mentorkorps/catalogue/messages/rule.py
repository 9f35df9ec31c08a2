from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "notice"]
"""An error stops a change. A warning will become one, or deserves a second look. A notice is for
information."""


@dataclass(frozen=True, slots=True)
class Message:
    da: str
    en: str

    def of(self, language: Literal["da", "en"]) -> str:
        return self.en if language == "en" else self.da


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong.

    `sentence` is the sentence at the place itself, with values put in. `wrong` and `right` are
    fields of a record of `table`; without a table they are names of files, or a file as a whole.
    `may_be_allowed` says whether a comment with a reason can let it pass.
    """

    title: Message
    sentence: Message
    help: Message
    wrong: str
    right: str
    table: str = ""
    severity: Severity = "error"
    may_be_allowed: bool = False
