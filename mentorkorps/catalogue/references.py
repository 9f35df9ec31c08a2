"""Keys of records in fields of other records: each leads to a record, or is a problem."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from mentorkorps.catalogue.diagnostics import MOST_REPORTED, Problem
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.suggestions import SUGGESTIBLE, nearest
from mentorkorps.catalogue.yaml_nodes import Scalar, quoted


class Reference(NamedTuple):
    """The key of a record in `table`, as it is written in a field of another record."""

    file: str
    node: Scalar
    table: str
    record: str | None
    field: str


def unknown_references(
    references: list[Reference],
    tables: Entries,
    unread: Collection[str],
    nameless: dict[str, set[str]],
) -> Iterator[Problem]:
    """A problem for each reference that leads to no record.

    `unread` names the tables of which some records could not be read: a reference there may well
    be right. `nameless` holds the values of records without a key, by table.
    """
    keys = {
        table: {key for entry in entries if (key := entry.record) is not None}
        | nameless.get(table, set())
        for table, entries in tables.items()
    }
    unknown = [
        reference
        for reference in references
        if reference.node.text not in keys[reference.table] and reference.table not in unread
    ]
    suggestions = suggested_records(unknown, tables) if unknown else {}
    for file, node, table, record, name in unknown:
        yield Problem.at(
            file,
            node,
            "unknown-reference",
            record=record,
            field=name,
            suggestion=suggestions.get((node.text, table)),
            value=quoted(node),
            table=f"{table}.yaml",
        )


def suggested_records(
    unknown: list[Reference], tables: Entries
) -> dict[tuple[str, str], str | None]:
    """What was probably meant by each text in a table: the record that had that id, else the one
    spelt most alike."""
    towns = postcodes(tables)
    renamed = {
        (former.text, table): entry.record
        for table, entries in tables.items()
        for entry in entries
        for former in entry.former()
    }
    targets = dict.fromkeys((reference.node.text, reference.table) for reference in unknown)
    return {
        (text, table): renamed.get((text, table))
        or nearest_record(text, tables[table], towns if table == "municipalities" else {})
        for text, table in list(targets)[:MOST_REPORTED]
    }


def nearest_record(text: str, entries: list[Entry], further_names: dict[str, str]) -> str | None:
    """The record whose key or name is spelt most alike, as an editor would look for it."""
    if len(text) > SUGGESTIBLE:
        return None
    keyed = [(key, entry) for entry in entries if (key := entry.record)]
    names = further_names | {
        name.casefold(): f"{key} ({name})" for key, entry in keyed for name in entry.names()
    }
    names |= {key.casefold(): key for key, _ in keyed}
    name_match = nearest(text.casefold(), names)
    return names[name_match] if name_match else None


def postcodes(tables: Entries) -> dict[str, str]:
    """The municipality of each postcode, where editors give one instead of the code."""
    addresses = (
        (entry.text("postcode"), entry.text("municipality"), entry.text("town"))
        for entry in tables["postcodes"]
    )
    return {
        postcode: f"{code} ({postcode} {town})"
        for postcode, code, town in addresses
        if postcode and code
    }
