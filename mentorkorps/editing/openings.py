"""What a change of the data opens: programmes, courses and events that were not open before."""

from pathlib import Path

from mentorkorps.catalogue.load import read_all
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.organisations import Programme

OPENING = ("programmes", "courses", "events")


def opened_records(base: Path, data: Path) -> list[Programme | Course | Event]:
    """The records that are open in `data` and were not in `base`, in the order of the files."""
    before, now = read_all(base)[0], read_all(data)[0]
    opened: list[Programme | Course | Event] = []
    for table in OPENING:
        was_open = {
            entry.value.id
            for entry in before[table]
            if entry.value is not None and entry.value.status == "open"
        }
        for entry in now[table]:
            record = entry.value
            if record is None or record.status != "open" or record.example:
                continue
            if was_open.isdisjoint((record.id, *record.was)):
                opened.append(record)
    return opened
