"""Whose a case is: the records that its sign-up is about, each by its first id."""

from collections.abc import Iterator

from mentorkorps.backend.db.case_rows import scope_hash
from mentorkorps.backend.db.records import Scope, SignUp
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.lasting import lasting_id

__all__ = ["Scope", "scope_hash", "scopes_of", "scopes_since"]


def scopes_of(catalogue: Catalogue, sign_up: SignUp) -> frozenset[Scope]:
    """Whose a sign-up is, by the data as they are.

    The programme and its organisation, the municipality, the course or event and its organisation.
    A record that the data have no more tells what it is called, and not whose it is.
    """
    return frozenset(_scopes(catalogue, sign_up))


def scopes_since(
    catalogue: Catalogue, sign_up: SignUp, before: frozenset[Scope]
) -> frozenset[Scope]:
    """The same for a sign-up whose scopes were these `before`: it stays its organisation's where
    the record that told whose it is has vanished from the data.
    """
    scopes = scopes_of(catalogue, sign_up)
    if any(_is_vanished(catalogue, scope) for scope in scopes & before):
        scopes |= {scope for scope in before if scope.kind == "organisation"}
    return scopes


def _is_vanished(catalogue: Catalogue, scope: Scope) -> bool:
    match scope.kind:
        case "programme":
            return scope.id not in catalogue.programmes
        case "course":
            return scope.id not in catalogue.courses
        case "event":
            return scope.id not in catalogue.events
    return False


def _scopes(catalogue: Catalogue, sign_up: SignUp) -> Iterator[Scope]:
    if id := sign_up.answer("programme"):
        programme = catalogue.programmes.get(id)
        yield Scope("programme", lasting_id(programme) if programme else id)
        yield from _organisation(catalogue, programme.organisation if programme else None)
    if id := sign_up.answer("place"):
        municipality = catalogue.municipalities.get(id)
        yield Scope("municipality", municipality.code if municipality else id)
    if id := sign_up.answer("course"):
        course = catalogue.courses.get(id)
        yield Scope("course", lasting_id(course) if course else id)
        yield from _organisation(catalogue, course.organisation if course else None)
    if id := sign_up.answer("event"):
        event = catalogue.events.get(id)
        yield Scope("event", lasting_id(event) if event else id)
        yield from _organisation(catalogue, event.organisation if event else None)


def _organisation(catalogue: Catalogue, id: str | None) -> Iterator[Scope]:
    if id and (organisation := catalogue.organisations.get(id)):
        yield Scope("organisation", lasting_id(organisation))
