"""Addresses of records that have another id now, or are gone for good: a published address never
dies.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.lasting import LastingRecord, Retired, known_as
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.catalogue.tables import PAGES
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES

CODE = re.compile("[0-9]{4}")
"""A municipality's code, which stands in no address."""


class Moved(NamedTuple):
    """An address that leads on to that of a record. `was` and `now` are what stands in the two."""

    kind: str
    was: str
    now: str
    record: LastingRecord


def moved(catalogue: Catalogue) -> Iterator[Moved]:
    """Every former address of a record that has a page."""
    hidden = {
        programme.id for programme in catalogue.programmes.values() if programme.status == "draft"
    }
    for table, kind in PAGES.items():
        for key, record in catalogue.table(table).items():
            if isinstance(record, LastingRecord) and (table != "programmes" or key not in hidden):
                yield from (Moved(kind, was, _now(record), record) for was in _in_addresses(record))


def gone(catalogue: Catalogue) -> Iterator[tuple[str, Retired]]:
    """The kind of page of every record that is gone for good and had one."""
    for retired in catalogue.retired:
        if retired.table in PAGES and not (
            retired.table == "municipalities" and CODE.fullmatch(retired.id)
        ):
            yield PAGES[retired.table], retired


def redirects(catalogue: Catalogue) -> dict[str, str]:
    """Where each former address leads, in every language."""
    return {
        address(former.kind, language, former.was): address(former.kind, language, former.now)
        for former in moved(catalogue)
        for language in LANGUAGES
    }


def gone_addresses(catalogue: Catalogue) -> frozenset[str]:
    """The addresses that say that a record is gone for good, in every language."""
    return frozenset(
        address(kind, language, retired.id)
        for kind, retired in gone(catalogue)
        for language in LANGUAGES
    )


def _now(record: LastingRecord) -> str:
    return record.slug if isinstance(record, Municipality) else record.id


def _in_addresses(record: LastingRecord) -> tuple[str, ...]:
    former = known_as(record)[:-1]
    return (
        tuple(id for id in former if not CODE.fullmatch(id))
        if isinstance(record, Municipality)
        else former
    )
