"""What an editor has opened or moved, found by comparing the data with what was announced of them.

It is looked for once, when a server starts, since its data stay as they are for as long as it
runs. All that a new database meets is known already. Each batch has an id made of what it is
about, so that a second instance, or a start after kill -9, makes none twice.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import batch_rows
from mentorkorps.backend.db.records import Announced, Batch, BatchState
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.lists import public_facts
from mentorkorps.backend.lists.leaving_hours import NEWS_HOURS, next_within
from mentorkorps.backend.lists.public_facts import NewsRecord, PublicFacts, facts_from_json
from mentorkorps.backend.mail import kinds
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import News
from mentorkorps.catalogue.model.lasting import lasting_id

SOON = timedelta(days=2)
"""What begins so soon, or was to, is told at once when it is moved, also at night."""
WAITING: BatchState = "waiting"
NOTHING = ("", "")
"""The row that says that the data were looked at, also if there was nothing in them."""

Known = Mapping[tuple[str, str], Announced]


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it is, and as it was when it was last looked at; None for one that was not
    there.
    """

    table: News
    record: NewsRecord
    now: PublicFacts
    before: PublicFacts | None

    @property
    def about(self) -> str:
        return public_facts.about(self.table, self.record)

    def has_opened(self, day: date) -> bool:
        was_open = self.before is not None and self.before.is_open
        return self.now.is_open and not was_open and self.record.state(day) == "open"

    def has_moved(self, day: date) -> bool:
        if self.before is None or not self.now.is_dated or self.now.is_cancelled:
            return False
        return self.now.is_elsewhere(self.before) and self.now.last_day >= day


def announce(
    transaction: Transaction, catalogue: Catalogue, wait: timedelta, now: datetime
) -> list[Batch]:
    """Queues a batch for each record that opened or moved; the batches. A job for the writer.

    A batch leaves when it has waited so long, in the hours of news.
    """
    known = batch_rows.announced(transaction)
    changes = list(_changes(catalogue, known))
    day = danish_day(now)
    batches: list[Batch] = []
    if known:
        cancel_outdated(transaction, catalogue, day)
        batches += _openings(changes, known, day, next_within(now + wait, NEWS_HOURS), now)
        batches += _moves(transaction, changes, day, now + wait, now)
    fresh = [batch for batch in batches if batch_rows.insert_batch(transaction, batch)]
    batch_rows.write_announced(
        transaction,
        [
            Announced(*NOTHING, "{}", None),
            *(_row(change, day, now, bool(known)) for change in changes),
        ],
    )
    return fresh


def cancel_outdated(transaction: Transaction, catalogue: Catalogue, day: date) -> None:
    """Cancels openings that have not left and are none any more, since it was closed again."""
    for batch in batch_rows.batches(transaction, (*batch_rows.TO_COME, "done")):
        if batch.kind != kinds.OPENED.name:
            continue
        known = public_facts.record_about(catalogue, batch.about)
        is_open = known and public_facts.facts_of(catalogue, known[1]).is_open
        if not (known and is_open and known[1].state(day) == "open"):
            dropped = batch_rows.drop_unsent(transaction, batch.id)
            if dropped or batch.state != "done":
                batch_rows.set_state(transaction, batch.id, "cancelled", None)


def told_before(batch: Batch) -> str:
    """What the people of a course that moved know of it, as JSON."""
    return json.dumps(json.loads(batch.content)["was"])


def batch_id(kind: str, about: str, content: str) -> str:
    """The same for the same news, on every instance and after every start."""
    return hashlib.sha256(f"{kind} {about} {content}".encode()).hexdigest()[:32]


def _changes(catalogue: Catalogue, known: Known) -> Iterator[Change]:
    for table, records in public_facts.news_tables(catalogue).items():
        for record in records.values():
            row = known.get((table, lasting_id(record)))
            before = facts_from_json(row.facts) if row else None
            yield Change(table, record, public_facts.facts_of(catalogue, record), before)


def _openings(
    changes: Iterable[Change], known: Known, day: date, due_at: datetime, now: datetime
) -> Iterator[Batch]:
    programmes = {
        id: facts_from_json(row.facts)
        for (table, id), row in known.items()
        if table == "programmes"
    }
    for change in changes:
        if change.has_opened(day):
            where = change.now.municipalities
        else:
            where = _first_in(programmes, change, day)
            if not where:
                continue
        content = json.dumps({"municipalities": where, "day": day.isoformat()})
        id = batch_id(kinds.OPENED.name, change.about, content)
        yield Batch(id, kinds.OPENED.name, change.about, "waiting", content, now, due_at)


def _first_in(programmes: Mapping[str, PublicFacts], change: Change, day: date) -> tuple[str, ...]:
    """The municipalities to which an open programme came and in which it is the first."""
    if change.table != "programmes" or not change.now.is_open:
        return ()
    if change.before is None or change.record.state(day) != "open":
        return ()
    had = {code for facts in programmes.values() if facts.is_open for code in facts.municipalities}
    return tuple(code for code in change.now.municipalities if code not in had)


def _moves(
    transaction: Transaction,
    changes: Iterable[Change],
    day: date,
    due_at: datetime,
    now: datetime,
) -> Iterator[Batch]:
    unsent = {
        batch.about: batch
        for batch in batch_rows.batches(transaction, ("waiting", "held"))
        if batch.kind == kinds.MOVED.name
    }
    for change in changes:
        if not change.has_moved(day) or change.before is None:
            continue
        was, state = change.before, WAITING
        if earlier := unsent.get(change.about):
            # Nobody was told of that yet, so what was is what they know.
            batch_rows.set_state(transaction, earlier.id, "cancelled", None)
            was, state = facts_from_json(told_before(earlier)), earlier.state
            if not change.now.is_elsewhere(was):
                continue
        content = json.dumps(
            {"was": json.loads(was.as_json()), "is": json.loads(change.now.as_json())},
            ensure_ascii=False,
        )
        id = batch_id(kinds.MOVED.name, change.about, f"{content} {day}")
        first = min(date.fromisoformat(facts.days[0][0]) for facts in (was, change.now))
        is_urgent = first - day <= SOON
        leaves = now if is_urgent else next_within(due_at, NEWS_HOURS)
        yield Batch(id, kinds.MOVED.name, change.about, state, content, now, leaves)


def _row(change: Change, day: date, now: datetime, is_news: bool) -> Announced:
    opened_at = now if is_news and change.has_opened(day) else None
    return Announced(change.table, lasting_id(change.record), change.now.as_json(), opened_at)
