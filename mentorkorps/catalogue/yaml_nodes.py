"""What stands in a YAML file, with its places: texts, lists, and objects of fields."""

from collections.abc import Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """Where a record begins: the file as problems call it, line and column from 1."""

    file: str
    line: int
    column: int


class Scalar(NamedTuple):
    text: str
    line: int
    column: int
    end_column: int
    is_plain: bool = False
    """Whether it stands without quotes, so that another reader may take it for a number or a
    date."""


class Sequence(NamedTuple):
    items: list["Node"]
    line: int
    column: int
    end_column: int


class Mapping(NamedTuple):
    """Fields by name: each with the place of its name, and its value."""

    entries: dict[str, tuple[Scalar, "Node"]]
    line: int
    column: int
    end_column: int

    def get(self, name: str) -> "Node | None":
        """The value of a field; None if it is not there."""
        entry = self.entries.get(name)
        return entry[1] if entry else None

    def text(self, name: str) -> str | None:
        """The text of a field; None if it is not there or holds no text."""
        entry = self.entries.get(name)
        return entry[1].text if entry and isinstance(entry[1], Scalar) else None

    def mapping(self, name: str) -> "Mapping | None":
        """The object under a field; None if it is not there or holds none."""
        node = self.get(name)
        return node if isinstance(node, Mapping) else None

    def scalars(self, name: str) -> list[Scalar]:
        """The texts in the list under a field."""
        node = self.get(name)
        return [item for item in items(node) if isinstance(item, Scalar)]

    def mappings(self, name: str) -> "list[Mapping]":
        """The objects in the list under a field."""
        return mappings(self.get(name))


Node = Scalar | Sequence | Mapping


def items(node: Node | None) -> list[Node]:
    """What stands in a list; nothing if it is none."""
    return node.items if isinstance(node, Sequence) else []


def mappings(node: Node | None) -> list[Mapping]:
    """The objects in a list; nothing if it is none."""
    return [item for item in items(node) if isinstance(item, Mapping)]


def objects(node: Node | None) -> list[Mapping]:
    """The object itself, or those in a list."""
    return [node] if isinstance(node, Mapping) else mappings(node)


def scalars(node: Mapping) -> Iterator[str]:
    return (value.text for _, value in node.entries.values() if isinstance(value, Scalar))


def quoted(node: Node) -> str:
    """A value as a problem quotes it."""
    if isinstance(node, Scalar):
        return node.text if len(node.text) <= 40 else f"{node.text[:39]}…"
    return "[…]" if isinstance(node, Sequence) else "{…}"
