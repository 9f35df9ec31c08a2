"""The people of the private file, as the desk knows them."""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mentorkorps.backend.recipients_file import SCOPE_TABLES, Grant, Person
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.domain_names import ascii_address


def person_id(key: str, email: str) -> str:
    """A keyed hash, by which the database knows a person of the file."""
    secret = derived_key(key, "desk-person", KEY_BYTES)
    return hmac.digest(secret, email.encode(), "sha256").hex()


def person_ids(keys: Sequence[str], email: str) -> tuple[str, ...]:
    """The same under every key, today's in front."""
    return tuple(person_id(key, email) for key in keys)


def typed_email(text: str) -> str:
    """An address as the file has it, however it was typed; what is none stays what it is."""
    try:
        return ascii_address(text.strip()).lower()
    except ValueError:
        return text.strip().lower()


def person_by_id(settings: Settings, catalogue: Catalogue, id: str) -> Person | None:
    """The person whom the database knows by that id; None for one who is no longer in the file."""
    known = (
        person
        for person in settings.recipients.people
        if id in person_ids(settings.secret_keys, person.email)
    )
    return next(_todays(known, catalogue), None)


def _todays(people: Iterable[Person], catalogue: Catalogue) -> Iterator[Person]:
    """With the ids that the records have today: the file may name a former one."""
    for person in people:
        yield replace(person, grants=tuple(_todays_grant(one, catalogue) for one in person.grants))


def _todays_grant(grant: Grant, catalogue: Catalogue) -> Grant:
    if grant.scope_kind is None:
        return grant
    return replace(grant, id=catalogue.todays(SCOPE_TABLES[grant.scope_kind], grant.id))
