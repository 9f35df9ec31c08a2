"""The people of the private file, as the desk knows them."""

from dataclasses import replace

from mentorkorps.backend.mail import recipients
from mentorkorps.backend.recipients_file import SCOPE_TABLES, Grant, Person
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.domain_names import ascii_address


def typed_email(text: str) -> str:
    """An address as the file has it, however it was typed; what is none stays what it is."""
    try:
        return ascii_address(text.strip()).lower()
    except ValueError:
        return text.strip().lower()


def person_by_id(settings: Settings, catalogue: Catalogue, id: str) -> Person | None:
    """The person whom the database knows by that id, with the ids that records have today.

    None for one who is no longer in the file.
    """
    person = recipients.person_by_id(settings, id)
    if person is None:
        return None
    return replace(person, grants=tuple(_todays(grant, catalogue) for grant in person.grants))


def _todays(grant: Grant, catalogue: Catalogue) -> Grant:
    """The file may name a former id."""
    if grant.scope_kind is None:
        return grant
    return replace(grant, id=catalogue.todays(SCOPE_TABLES[grant.scope_kind], grant.id))
