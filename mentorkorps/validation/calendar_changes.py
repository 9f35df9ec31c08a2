"""What the calendars said of courses and events in the edition before: whoever subscribes must see
what has changed.

A calendar program keeps what it has unless the number of a change (SEQUENCE) grows. The number
follows from `confirmed` and `changed` alone, so that the same records give the same file, with or
without Git; that one of them is raised with each change is told here, with the line to write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.earlier_edition import readable_records
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.tables import DATED

FORMAT = "%Y-%m-%d %H:%M"
PARTS = {
    "days": ("dagene eller klokkeslættene", "the days or hours"),
    "venue": ("stedet", "the venue"),
    "status": ("status", "the status"),
}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows of a record, and the moment from which its number follows, as text:
    2027-03-02 14:05."""

    moment: str
    parts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Announced:
    """The edition before, by table and id, and the time now, to be written down."""

    entries: Mapping[tuple[str, str], CalendarEntry]
    now: datetime


def announced(base: Path, now: datetime) -> Announced:
    """Reads what the calendars of a data folder show; of a file that cannot be read, nothing."""
    records = (
        (table, node.text("id"), node)
        for table in DATED
        for _, node in readable_records(base, table)
    )
    return Announced({(table, id): calendar_entry(node) for table, id, node in records if id}, now)


def unannounced(entries: Entries, before: Announced) -> Iterator[Problem]:
    """Each course and event that has changed since, while its calendar file has the number of
    then."""
    for table in DATED:
        for entry in entries[table]:
            ids = (entry.record or "", *(former.text for former in entry.former()))
            earlier = next(
                (before.entries[table, id] for id in ids if (table, id) in before.entries), None
            )
            if entry.value and earlier and not _is_over(entry.node, before.now):
                yield from _unnumbered(entry, earlier, calendar_entry(entry.node), before.now)


def calendar_entry(node: yaml_nodes.Mapping) -> CalendarEntry:
    """What a calendar shows of a record as it is written."""
    is_list = isinstance(node.get("days"), yaml_nodes.Sequence)
    days = node.mappings("days") if is_list else [node]
    status = _text(node, "status")
    venue = node.mapping("venue")
    return CalendarEntry(
        max(f"{_text(node, 'confirmed')} 00:00", _text(node, "changed").replace("T", " ")),
        {
            "days": [
                (_text(day, "date"), _text(day, "start").zfill(5), _text(day, "end").zfill(5))
                for day in days
            ],
            "venue": venue
            and (yaml_source.plain_value(venue.get("name")), _text(venue, "address")),
            "status": status if status in ("cancelled", "planned") else "held",
        },
    )


def _unnumbered(
    entry: Entry, earlier: CalendarEntry, today: CalendarEntry, now: datetime
) -> Iterator[Problem]:
    changes = [PARTS[name] for name, part in today.parts.items() if part != earlier.parts[name]]
    if today.moment > earlier.moment or (not changes and today.moment == earlier.moment):
        return
    lists = [" og ".join(da for da, _ in changes), " and ".join(en for _, en in changes)]
    if not changes:
        lists = [
            "confirmed eller changed, som er gået tilbage",
            "confirmed or changed, which went back",
        ]
    at = "changed" if "changed" in entry.node.entries else "confirmed"
    line = f'changed: "{max(now.strftime(FORMAT), _next(earlier.moment))}"'
    yield entry.problem(at, "unannounced", what_da=lists[0], what_en=lists[1], line=line)


def _next(moment: str) -> str:
    """A minute later; nothing if it is no moment."""
    try:
        return (datetime.strptime(moment, FORMAT) + timedelta(minutes=1)).strftime(FORMAT)
    except ValueError:
        return ""


def _is_over(node: yaml_nodes.Mapping, now: datetime) -> bool:
    """Whether its last day has passed; no calendar moves what is over."""
    days = calendar_entry(node).parts["days"]
    return isinstance(days, list) and max(day for day, _, _ in days) < now.date().isoformat()


def _text(node: yaml_nodes.Mapping, name: str) -> str:
    return (node.text(name) or "").strip()
