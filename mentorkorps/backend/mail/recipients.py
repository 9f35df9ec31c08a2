"""The mailboxes of coordinators and the people who may log in: whose is what, and what each is known by."""

import hmac
from collections.abc import Iterator, Sequence

from mentorkorps.backend.db.records import Bookable, SignUp
from mentorkorps.backend.recipients_file import Person
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.lasting import known_as


def mailbox(catalogue: Catalogue, settings: Settings, sign_up: SignUp) -> str:
    """Who answers the sign-up."""
    programme = catalogue.programmes.get(sign_up.answer("programme") or "")
    organisation = catalogue.organisations[programme.organisation] if programme else None
    municipality = catalogue.municipalities.get(sign_up.answer("place") or "")
    return settings.recipients.mailbox(
        known_as(organisation) if organisation else (),
        known_as(municipality) if municipality else (),
    )


def hears_at_once(catalogue: Catalogue, settings: Settings, sign_up: SignUp) -> bool:
    """Whether who answers the sign-up gets a mail of it; else one each morning of all that waits."""
    return mailbox(catalogue, settings, sign_up) not in settings.recipients.collected


def gathering_of(catalogue: Catalogue, hall: Bookable) -> Course | Event | None:
    """The course or event that has these places; None where the data lack it."""
    if hall.kind == "courses":
        return catalogue.courses.get(hall.record)
    return catalogue.events.get(hall.record)


def host_mailbox(catalogue: Catalogue, settings: Settings, gathering: Course | Event) -> str:
    """Who looks after a course or an event: as with the sign-ups of who runs it."""
    organisation = catalogue.organisations[gathering.organisation]
    municipality = catalogue.municipalities[gathering.venue.municipality]
    return settings.recipients.mailbox(known_as(organisation), known_as(municipality))


def recipient_id(key: str, address: str) -> str:
    """A keyed hash, by which mails and links name a mailbox of the settings."""
    secret = derived_key(key, "recipients", KEY_BYTES)
    return hmac.digest(secret, address.encode(), "sha256").hex()


def mailbox_by_id(settings: Settings, id: str) -> str | None:
    """The mailbox of the settings that `recipient_id` gives that id, under any of the keys.

    None where it is no longer among them.
    """
    keyed_mailboxes = (
        (key, address) for key in settings.secret_keys for address in _mailboxes(settings)
    )
    return next(
        (address for key, address in keyed_mailboxes if recipient_id(key, address) == id), None
    )


def person_id(key: str, email: str) -> str:
    """A keyed hash, by which the database knows a person who may log in."""
    secret = derived_key(key, "desk-person", KEY_BYTES)
    return hmac.digest(secret, email.encode(), "sha256").hex()


def person_ids(keys: Sequence[str], email: str) -> tuple[str, ...]:
    """The same under every key, today's in front."""
    return tuple(person_id(key, email) for key in keys)


def person_by_id(settings: Settings, id: str) -> Person | None:
    """The person whom the database knows by that id; None for one who is no longer in the file."""
    keys = settings.secret_keys
    people = settings.recipients.people
    return next((person for person in people if id in person_ids(keys, person.email)), None)


def _mailboxes(settings: Settings) -> Iterator[str]:
    recipients = settings.recipients
    yield recipients.default
    yield from recipients.organisations.values()
    yield from recipients.municipalities.values()
