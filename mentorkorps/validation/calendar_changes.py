"""What the calendars said of courses and events in the edition before: whoever subscribes must see what has changed.

A calendar program keeps what it has unless the number of a change (SEQUENCE) grows. The number follows from `confirmed`
and `changed` alone, so that the same records give the same file, with or without Git; that one of them is raised with
each change is told here, with the line to write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.binding import Entry
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.load import files_of
from mentorkorps.catalogue.yaml_source import Node, Scalar, Sequence

TABLES = ("courses", "events")
FORMAT = "%Y-%m-%d %H:%M"
NAMED = {
    "days": ("dagene eller klokkeslættene", "the days or hours"),
    "venue": ("stedet", "the venue"),
    "status": ("status", "the status"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a calendar shows of a record, and the moment from which its number follows, as text: 2027-03-02 14:05."""

    moment: str
    parts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Announced:
    """The edition before, by table and id, and the time now, to be written down."""

    shown: Mapping[tuple[str, str], Shown]
    now: datetime


def announced(base: Path, now: datetime) -> Announced:
    """What the calendars of a data folder show; of a file that cannot be read, nothing."""
    return Announced({(table, id): shown for table in TABLES for id, shown in _of_table(base, table)}, now)


def unannounced(entries: Mapping[str, list[Entry]], before: Announced) -> Iterator[Problem]:
    """Each course and event that has changed since, while its calendar file has the number of then."""
    for table in TABLES:
        for entry in entries[table]:
            ids = [entry.record or "", *_texts(entry.node.entries.get("was", (None, None))[1])]
            earlier = next((before.shown[table, id] for id in ids if (table, id) in before.shown), None)
            if entry.value and earlier and not _is_over(entry.node, before.now):
                yield from _held_against(entry, earlier, shown(entry.node), before.now)


def shown(node: yaml_source.Mapping) -> Shown:
    days = _at(node, "days")
    held = [one for one in days.items if isinstance(one, yaml_source.Mapping)] if isinstance(days, Sequence) else [node]
    status = _text(node, "status")
    venue = _at(node, "venue")
    place = venue if isinstance(venue, yaml_source.Mapping) else None
    return Shown(
        max(f"{_text(node, 'confirmed')} 00:00", _text(node, "changed").replace("T", " ")),
        {
            "days": [(_text(one, "date"), _text(one, "start").zfill(5), _text(one, "end").zfill(5)) for one in held],
            "venue": place and (yaml_source.plain_value(_at(place, "name")), _text(place, "address")),
            "status": status if status in ("cancelled", "planned") else "held",
        },
    )


def _held_against(entry: Entry, earlier: Shown, today: Shown, now: datetime) -> Iterator[Problem]:
    changes = [NAMED[name] for name, part in today.parts.items() if part != earlier.parts[name]]
    if today.moment > earlier.moment or (not changes and today.moment == earlier.moment):
        return
    lists = [" og ".join(da for da, _ in changes), " and ".join(en for _, en in changes)]
    if not changes:
        lists = ["confirmed eller changed, som er gået tilbage", "confirmed or changed, which went back"]
    at = "changed" if "changed" in entry.node.entries else "confirmed"
    line = f'changed: "{max(now.strftime(FORMAT), _next(earlier.moment))}"'
    yield entry.problem(at, "unannounced", what_da=lists[0], what_en=lists[1], line=line)


def _next(moment: str) -> str:
    """A minute later; nothing if it is no moment."""
    try:
        return (datetime.strptime(moment, FORMAT) + timedelta(minutes=1)).strftime(FORMAT)
    except ValueError:
        return ""


def _is_over(node: yaml_source.Mapping, now: datetime) -> bool:
    """Whether its last day has passed; no calendar moves what is over."""
    days = shown(node).parts["days"]
    return isinstance(days, list) and max(one[0] for one in days) < now.date().isoformat()


def _of_table(base: Path, table: str) -> Iterator[tuple[str, Shown]]:
    for name, path in files_of(base, base.as_posix(), table):
        try:
            root = yaml_source.read_yaml(path, name)
        except DataError:
            continue
        for record in root.items if isinstance(root, Sequence) else ():
            if isinstance(record, yaml_source.Mapping) and (id := _text(record, "id")):
                yield id, shown(record)


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Sequence):
        yield from (one.text for one in node.items if isinstance(one, Scalar))


def _at(node: yaml_source.Mapping, name: str) -> Node | None:
    return node.entries.get(name, (None, None))[1]


def _text(node: yaml_source.Mapping, name: str) -> str:
    found = _at(node, name)
    return found.text.strip() if isinstance(found, Scalar) else ""
