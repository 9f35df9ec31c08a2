"""What can be wrong in the data files, in words for the people who edit them."""

from dataclasses import dataclass
from typing import Protocol


class Located(Protocol):
    """What knows its place in a file: lines and columns from 1, `end_column` exclusive."""

    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Message:
    da: str
    en: str


RULES: dict[str, Message] = {
    "unreadable": Message(
        "Filen kan ikke læses: {why_da}.",
        "The file cannot be read: {why_en}.",
    ),
    "syntax": Message(
        "Her kan filen ikke læses som YAML: {why_da}.",
        "The file cannot be read as YAML here: {why_en}.",
    ),
    "not-allowed": Message(
        "{what_da} må ikke bruges i datafilerne. Skriv værdien helt ud.",
        "{what_en} may not be used in the data files. Write the value out in full.",
    ),
    "duplicate-key": Message(
        "Feltet “{key}” står her to gange. Det første står på linje {line}.",
        "The field “{key}” stands here twice. The first is on line {line}.",
    ),
    "unknown-table": Message(
        "Der er ingen tabel, der hedder “{table}”. Navnet på filen skal passe til en tabel.",
        "There is no table called “{table}”. The name of the file must match a table.",
    ),
    "not-a-list": Message(
        "Her skal der stå en liste, hvor hvert punkt begynder med “- ”.",
        "A list is expected here, each item beginning with “- ”.",
    ),
    "not-a-record": Message(
        "Her skal der stå felter med navn og værdi, fx “id: mit-program”.",
        "Fields with name and value are expected here, for example “id: my-programme”.",
    ),
    "unknown-key": Message(
        "Feltet “{key}” findes ikke i {table}.",
        "There is no field “{key}” in {table}.",
    ),
    "missing": Message(
        "Feltet “{key}” mangler.",
        "The field “{key}” is missing.",
    ),
    "empty": Message(
        "Feltet “{key}” er tomt. Skriv en værdi, eller slet linjen, hvis feltet er frivilligt.",
        "The field “{key}” is empty. Write a value, or delete the line if the field is optional.",
    ),
    "wrong-type": Message(
        "“{key}” skal være {expected_da}, ikke “{value}”.",
        "“{key}” must be {expected_en}, not “{value}”.",
    ),
    "not-an-option": Message(
        "“{value}” er ikke en mulighed for “{key}”. Vælg mellem: {options}.",
        "“{value}” is not an option for “{key}”. Choose one of: {options}.",
    ),
    "missing-translation": Message(
        "“{key}” mangler på {language_da}.",
        "“{key}” is missing in {language_en}.",
    ),
    "unknown-reference": Message(
        "“{value}” findes ikke i {table}.",
        "“{value}” is not found in {table}.",
    ),
    "duplicate-id": Message(
        "Der er allerede en post med “{key}: {value}” i {file} på linje {line}.",
        "There is already a record with “{key}: {value}” in {file} on line {line}.",
    ),
    "constraint": Message(
        "“{value}” kan ikke stå i “{key}”: {limit_da}.",
        "“{value}” cannot stand in “{key}”: {limit_en}.",
    ),
    "private-data": Message(
        "Her står noget, der ligner {what_da}. Personlige oplysninger må ikke stå i offentlige data.",
        "This looks like {what_en}. Personal data must not stand in public data.",
    ),
    "order-of-dates": Message(
        "“{later}” ({later_value}) skal ligge efter “{earlier}” ({earlier_value}).",
        "“{later}” ({later_value}) must come after “{earlier}” ({earlier_value}).",
    ),
    "open-needs": Message(
        "Et program, der er åbent for tilmelding, skal have “{key}”.",
        "A programme that is open for sign-up must have “{key}”.",
    ),
    "example": Message(
        "Posten er et eksempel og vises med et mærke på siden.",
        "The record is an example and is marked as one on its page.",
    ),
    "unconfirmed": Message(
        "Programmet er ikke bekræftet siden {confirmed}. Siden tilbyder interesselisten, til nogen bekræfter det.",
        "The programme has not been confirmed since {confirmed}. Its page offers the interest list until somebody does.",
    ),
    "form": Message(
        "Formularen kan ikke bruges: {why_da}.",
        "The form cannot be used: {why_en}.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a data file. Lines and columns count from 1; `end_column` is exclusive."""

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
        node: "Located | None",
        rule: str,
        /,
        *,
        record: str | None = None,
        field: str | None = None,
        suggestion: str | None = None,
        **values: object,
    ) -> "Problem":
        """A problem where a node stands, or at the head of the file; `values` are put into the rule's sentence."""
        line, column, end_column = (node.line, node.column, node.end_column) if node else (1, 1, 2)
        return cls(file, line, column, end_column, rule, worded(rule, **values), record, field, suggestion)

    def __str__(self) -> str:
        hint = f" Mente du “{self.suggestion}”?" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}  {self.message.da}{hint}  [{self.rule}]"


class DataError(Exception):
    """The data files cannot be used. Carries every problem found in one run, in the order of the files."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def worded(rule: str, /, **values: object) -> Message:
    """The sentence of a rule in both languages, with the values of this case put in."""
    template = RULES[rule]
    return Message(template.da.format(**values), template.en.format(**values))
