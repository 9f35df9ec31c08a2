"""One pass over the folder training/: its files, and every problem at its place."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.binding import WRONG, BindingError, TableReader
from mentorkorps.catalogue.diagnostics import DataError, Located, Problem
from mentorkorps.catalogue.model.text import CPR
from mentorkorps.catalogue.yaml_nodes import Node, Scalar, Sequence
from mentorkorps.curriculum.markdown import Fault, Mention

FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
MAY_BE_EMPTY = ("materials", "papers", "cards", "rules", "sources")

F = TypeVar("F")


@dataclass(slots=True)
class FolderReader:
    """One pass over the folder: what was read so far, and what was wrong."""

    folder: Path
    name: str
    problems: list[Problem] = field(default_factory=list)
    mentioned: list[tuple[str, Mention]] = field(default_factory=list)
    references: list[tuple[str, Scalar, str]] = field(default_factory=list)
    nodes: dict[str, yaml_nodes.Mapping] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def facts(self, cls: type[F], node: Node | None, file: str) -> F | None:
        """The front matter as a record; None if something in it is wrong, which is reported."""
        reading = TableReader(file=file)
        if isinstance(node, yaml_nodes.Mapping):
            node = node._replace(
                entries={
                    key: value for key, value in node.entries.items() if not _is_empty(key, value)
                }
            )
            reading.record = node.text("id")
            self.nodes[file] = node
        record = WRONG if node is None else reading.object(cls, node, Path(file).name)
        if node is None:
            reading.add(file, None, "unreadable", why_da="den er tom", why_en="it is empty")
        self.problems.extend(reading.problems)
        self.references.extend((of, scalar, table) for of, scalar, table, *_ in reading.references)
        if isinstance(record, BindingError):
            return None
        facts: F = record
        id = getattr(facts, "id", Path(file).stem)
        if id != Path(file).stem:
            self.report(
                file,
                "id",
                "training-text",
                why_da=f"filen hedder {Path(file).stem}, men id er {id}",
                why_en=f"the file is called {Path(file).stem}, but its id is {id}",
            )
        return facts

    def document(self, file: str) -> tuple[Node | None, str, int] | None:
        """Front matter, text, and the line on which the text begins. None if the file cannot be
        read.
        """
        if (raw := self.text_of(file)) is None:
            return None
        front = FRONT.match(raw)
        if not front:
            self.report(
                file,
                None,
                "training-text",
                why_da="filen begynder ikke med --- felter ---",
                why_en="the file does not begin with --- fields ---",
            )
            return None
        node = self.parse(f"\n{front[1]}", file)
        body = raw[front.end() :]
        return node, body, raw[: front.end()].count("\n") + 1

    def text_of(self, file: str) -> str | None:
        """The file as text; None if it is none. What looks like a CPR number is told wherever it
        stands.
        """
        try:
            text = yaml_source.read_yaml_text(self.folder / Path(file).relative_to(self.name), file)
        except DataError as error:
            self.problems.extend(error.problems)
            self.unread.append(file)
            return None
        self.marks[file] = mark_of(text)
        for number, line in enumerate(text.split("\n"), 1):
            for cpr in CPR.finditer(line):
                at = Scalar(cpr[0], number, cpr.start() + 1, cpr.end() + 1)
                self.problems.append(Problem.at(file, at, "cpr-number"))
        return text

    def parse(self, text: str | None, file: str) -> Node | None:
        if text is None:
            return None
        try:
            return yaml_source.parse_yaml(text, file)
        except DataError as error:
            self.problems.extend(error.problems)
            self.unread.append(file)
            return None

    def report(self, file: str, at: Located | str | None, rule: str, /, **values: object) -> None:
        """Adds a problem at a node, or at the field of that name in the file's front matter."""
        node = self.nodes.get(file)
        record = node.text("id") if node else None
        place: Located | None = at if not isinstance(at, str) else node.get(at) if node else None
        problem = Problem.at(
            file, place, rule, record=record, field=None, suggestion=None, **values
        )
        self.problems.append(problem)

    def files(self, pattern: str) -> list[str]:
        return [
            f"{self.name}/{path.relative_to(self.folder).as_posix()}"
            for path in sorted(self.folder.glob(pattern))
        ]

    def report_faults(self, file: str, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.report(file, fault, "training-text", why_da=fault.why_da, why_en=fault.why_en)

    def activity_nodes(self, file: str) -> list[Node]:
        """The activities of a module as they are written."""
        return yaml_nodes.items(self.nodes[file].get("activities"))


def mark_of(text: str) -> str:
    """Eight characters that change with a file's text, whatever its edition is called."""
    lines = (line.rstrip() for line in text.rstrip().split("\n") if not line.startswith("edition:"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def _is_empty(key: str, value: tuple[Scalar, Node]) -> bool:
    return key in MAY_BE_EMPTY and isinstance(value[1], Sequence) and not value[1].items
