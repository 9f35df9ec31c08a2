"""A newsletter of one municipality: what opened, was confirmed or changed in a period.

It is a draft until somebody sends it.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import batch_rows
from mentorkorps.backend.db.records import Announced, Batch
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.lists import public_facts
from mentorkorps.backend.lists.announcements import batch_id
from mentorkorps.backend.lists.audience import Listener, listeners
from mentorkorps.backend.lists.public_facts import NewsRecord
from mentorkorps.backend.mail import kinds
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.catalogue.model.organisations import Programme

Why = Literal["opened", "changed", "cancelled"]
MUNICIPALITIES = "municipalities"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends among them."""

    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def month_before(day: date) -> Period:
    """The calendar month before the one of that day."""
    last = day.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


@dataclass(frozen=True, slots=True)
class Item:
    """What is new: a record, and why it is told."""

    about: str
    why: Why


def drafts(
    snapshot: Snapshot,
    catalogue: Catalogue,
    key: str,
    period: Period,
    now: datetime,
    codes: Collection[str] = (),
) -> list[Batch]:
    """A draft for each municipality, or each of these, with something new and somebody who reads
    it.

    For a reader.
    """
    known = batch_rows.announced(snapshot)
    read = {one.municipality for one in listeners(snapshot, catalogue, key) if _reads(one)}
    return [
        _draft(code, period, items, now)
        for code in catalogue.municipalities
        if code in read
        and (not codes or code in codes)
        and (items := list(whats_new(catalogue, known, code, period, danish_day(now))))
    ]


def keep_drafts(transaction: Transaction, batches: Collection[Batch]) -> list[Batch]:
    """Keeps drafts that are not there yet, and gives those. A job for the writer."""
    return [batch for batch in batches if batch_rows.insert_batch(transaction, batch)]


def drafts_as_json(batches: Collection[Batch]) -> str:
    """Drafts as a command hands them to the server that runs."""
    return json.dumps([{"about": batch.about, "content": batch.content} for batch in batches])


def drafts_from_json(text: str, now: datetime) -> list[Batch]:
    """Raises ValueError, TypeError or KeyError for another text."""
    return [_as_draft(str(told["about"]), str(told["content"]), now) for told in json.loads(text)]


def is_reader(listener: Listener, batch: Batch) -> bool:
    return _reads(listener) and batch.about == f"{MUNICIPALITIES}/{listener.municipality}"


def items_of(content: str) -> list[Item]:
    """What the content of a newsletter tells of."""
    return [Item(item["about"], item["why"]) for item in json.loads(content)["items"]]


def whats_new(
    catalogue: Catalogue,
    known: Mapping[tuple[str, str], Announced],
    code: str,
    period: Period,
    today: date,
) -> Iterator[Item]:
    """Records of a municipality that opened, were confirmed or changed in the period, and are not
    over.
    """
    for table, records in public_facts.news_tables(catalogue).items():
        for record in records.values():
            facts = public_facts.facts_of(catalogue, record)
            if code not in facts.municipalities or record.example:
                continue
            announced = known.get((table, lasting_id(record)))
            opened = announced.opened_at if announced else None
            why = _why(record, opened, period, today)
            if why and (not facts.is_dated or facts.last_day >= today):
                yield Item(public_facts.about(table, record), why)


def _why(record: NewsRecord, opened: datetime | None, period: Period, today: date) -> Why | None:
    is_open = record.state(today) == "open"
    if is_open and opened and period.holds(danish_day(opened)):
        return "opened"
    changed = None if isinstance(record, Programme) else record.changed
    if changed and period.holds(changed.date()):
        if record.status == "cancelled":
            return "cancelled"
        return "changed" if is_open else None
    return "opened" if is_open and period.holds(record.confirmed) else None


def _draft(code: str, period: Period, items: list[Item], now: datetime) -> Batch:
    about = f"{MUNICIPALITIES}/{code}"
    first, last = period.first.isoformat(), period.last.isoformat()
    told = [{"about": item.about, "why": item.why} for item in items]
    content = json.dumps({"first": first, "last": last, "items": told})
    return _as_draft(about, content, now)


def _as_draft(about: str, content: str, now: datetime) -> Batch:
    told = json.loads(content)
    # One of a municipality and period, whatever else became new meanwhile.
    id = batch_id(kinds.NEWSLETTER.name, about, f"{told['first']} {told['last']}")
    return Batch(id, kinds.NEWSLETTER.name, about, "draft", content, now, None)


def _reads(listener: Listener) -> bool:
    return listener.purpose == "newsletter" and bool(listener.asked)
