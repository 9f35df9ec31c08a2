"""The people of the private file, as the desk knows them."""

from dataclasses import replace

from mentorkorps.backend.db.records import Scope
from mentorkorps.backend.desk.permissions import MATRIX, Action, may_anywhere, scopes_of
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.backend.mail import recipients
from mentorkorps.backend.recipients_file import Grant, Person
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.forms.domain_names import ascii_address


def typed_email(text: str) -> str:
    """An address as the file has it, however it was typed; what is none stays what it is."""
    try:
        return ascii_address(text.strip()).lower()
    except ValueError:
        return text.strip().lower()


def person_by_id(settings: Settings, catalogue: Catalogue, id: str) -> Person | None:
    """The person whom the database knows by that id, with the ids of records by which cases know theirs.

    None for one who is no longer in the file.
    """
    person = recipients.person_by_id(settings, id)
    return with_lasting_ids(person, catalogue) if person else None


def everybody(settings: Settings, catalogue: Catalogue) -> tuple[Person, ...]:
    """All people of the file, in the same way."""
    return tuple(with_lasting_ids(one, catalogue) for one in settings.recipients.people)


def roster_of(settings: Settings, catalogue: Catalogue) -> Roster:
    """Everybody of the file who may answer cases."""
    people = everybody(settings, catalogue)
    able = (person for person in people if may_anywhere(person, "answer"))
    members = tuple(member_of(settings, person, "answer") for person in able)
    return Roster(members, settings.secret_keys)


def member_of(settings: Settings, person: Person, action: Action) -> Member:
    """A person with lasting ids, as lists know them, and with whose cases they may do this."""
    ids = recipients.person_ids(settings.secret_keys, person.email)
    if scopes_of(person, action) is None:
        return Member(ids, None)
    able = (grant for grant in person.grants if action in MATRIX[grant.role])
    scopes = (Scope(grant.scope_kind, grant.id) for grant in able if grant.scope_kind)
    return Member(ids, frozenset(scopes))


def with_lasting_ids(person: Person, catalogue: Catalogue) -> Person:
    """The file may name any id that a record has had; cases keep the first."""
    return replace(person, grants=tuple(_lasting(grant, catalogue) for grant in person.grants))


def _lasting(grant: Grant, catalogue: Catalogue) -> Grant:
    match grant.scope_kind:
        case "organisation":
            return replace(grant, id=lasting_id(catalogue.organisations[grant.id]))
        case "course":
            return replace(grant, id=lasting_id(catalogue.courses[grant.id]))
        case "municipality":
            return replace(grant, id=catalogue.municipalities[grant.id].code)
    return grant
