"""Records beside the nodes that they came from, so that a problem of one has its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.tables import TABLES
from mentorkorps.catalogue.yaml_nodes import Mapping, Node, Scalar, scalars


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with the node that it came from; `value` is None where something in it is wrong."""

    table: str
    file: str
    node: Mapping
    value: Any

    def text(self, key: str) -> str | None:
        return self.node.text(key)

    def names(self) -> Iterator[str]:
        """What people call the record, in each language in which it has a name."""
        name = self.node.get("name")
        if isinstance(name, Mapping):
            yield from scalars(name)
        elif isinstance(name, Scalar):
            yield name.text

    def scalars(self, key: str, inner: str) -> Iterator[Scalar]:
        """The texts that stand under `inner` in each object of the list under `key`."""
        for item in self.node.mappings(key):
            node = item.get(inner)
            if isinstance(node, Scalar):
                yield node

    @property
    def record(self) -> str | None:
        return self.text(TABLES[self.table].key[0])

    def former(self) -> list[Scalar]:
        """The ids that the record had before, as they are written."""
        return self.node.scalars("was")

    def problem(
        self, key: str, rule: str, /, suggestion: str | None = None, **values: object
    ) -> Problem:
        """A problem of this record, at the place of one of its fields."""
        node = self.node.get(key) or self.node
        return self.problem_at(key, node, rule, suggestion=suggestion, **values)

    def problem_at(
        self, field: str, node: Node, rule: str, /, suggestion: str | None = None, **values: object
    ) -> Problem:
        """A problem of this record, at a node within it."""
        return Problem.at(
            self.file,
            node,
            rule,
            record=self.record,
            field=field,
            suggestion=suggestion,
            **values,
        )

    def repeats(self, other: "Entry", field: str, value: str | None, key: str = "") -> Problem:
        """The problem that another record has what only one may have; `key` is what that is called
        where it is not the field alone."""
        return self.problem(
            field,
            "duplicate-id",
            key=key or field,
            value=value,
            file=other.file,
            line=other.node.line,
        )


Entries = dict[str, list[Entry]]
"""The records of a data folder by table, as they were read."""
