"""Whose a case is: the records that its sign-up is about, each by its first id, a municipality by its
code of today.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mentorkorps.backend.db.case_rows import scope_hash
from mentorkorps.backend.db.records import Scope, ScopeKind, SignUp
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Meaning
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.places import Municipality

__all__ = ["Scope", "scope_hash", "scope_named", "scopes_of", "scopes_since"]

TABLES: Mapping[ScopeKind, str] = MappingProxyType(
    {
        "organisation": "organisations",
        "programme": "programmes",
        "municipality": "municipalities",
        "course": "courses",
        "event": "events",
    }
)
ASKED_FOR: tuple[tuple[ScopeKind, Meaning], ...] = (
    ("programme", "programme"),
    ("municipality", "place"),
    ("course", "course"),
    ("event", "event"),
)


def scope_named(catalogue: Catalogue, kind: ScopeKind, id: str) -> Scope:
    """The scope of a record that is known by one of its ids; of an unknown one by the id as it is."""
    record = catalogue.table(TABLES[kind]).get(id)
    if record is None:
        return Scope(kind, id)
    return Scope(kind, record.code if isinstance(record, Municipality) else lasting_id(record))


def scopes_of(catalogue: Catalogue, sign_up: SignUp) -> frozenset[Scope]:
    """Whose a sign-up is, by the data as they are.

    The programme, the municipality, the course and the event, and the organisation of each. A
    record that the data have no more tells what it is called, and not whose it is.
    """
    return frozenset(_scopes(catalogue, sign_up))


def scopes_since(
    catalogue: Catalogue, sign_up: SignUp, before: frozenset[Scope]
) -> frozenset[Scope]:
    """The same for a sign-up whose scopes were these `before`: it stays its organisation's where
    the record that told whose it is has vanished from the data.
    """
    scopes = scopes_of(catalogue, sign_up)
    if any(scope.id not in catalogue.table(TABLES[scope.kind]) for scope in scopes & before):
        scopes |= {scope for scope in before if scope.kind == "organisation"}
    return scopes


def _scopes(catalogue: Catalogue, sign_up: SignUp) -> Iterator[Scope]:
    for kind, meaning in ASKED_FOR:
        if id := sign_up.answer(meaning):
            yield scope_named(catalogue, kind, id)
            record = catalogue.table(TABLES[kind]).get(id)
            if isinstance(record, Programme | Course | Event):
                yield scope_named(catalogue, "organisation", record.organisation)
