"""What can be wrong in the data files, in words for the people who edit them."""

from dataclasses import dataclass
from typing import Protocol

from mentorkorps.catalogue.messages import RULES
from mentorkorps.catalogue.messages.rule import Message, Severity

MOST_REPORTED = 500
"""So many problems of one file are reported in one run; who has more has one mistake that repeats
itself."""


class Located(Protocol):
    """What knows its place in a file: lines and columns from 1, `end_column` exclusive."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...

    @property
    def end_column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a data file. Lines and columns count from 1; `end_column` is
    exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    rule: str
    message: Message
    record: str | None = None
    field: str | None = None
    suggestion: str | None = None

    @classmethod
    def at(
        cls,
        file: str,
        node: Located | None,
        rule: str,
        /,
        *,
        record: str | None = None,
        field: str | None = None,
        suggestion: str | None = None,
        **values: object,
    ) -> "Problem":
        """A problem where a node stands, or at the head of the file; `values` are put into the
        rule's sentence."""
        line, column, end_column = (node.line, node.column, node.end_column) if node else (1, 1, 2)
        return cls(
            file, line, column, end_column, rule, worded(rule, **values), record, field, suggestion
        )

    def place(self) -> tuple[str, int, int]:
        """File, line and column: the order in which problems are shown."""
        return self.file, self.line, self.column

    @property
    def severity(self) -> Severity:
        return RULES[self.rule].severity

    def __str__(self) -> str:
        hint = f" Mente du “{self.suggestion}”?" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}  {self.message.da}{hint}  [{self.rule}]"


class DataError(Exception):
    """The data files cannot be used. Carries every problem found in one run, in the order of the
    files."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def worded(rule: str, /, **values: object) -> Message:
    """The sentence of a rule in both languages, with the values of this case put in."""
    template = RULES[rule].sentence
    return Message(template.da.format(**values), template.en.format(**values))
