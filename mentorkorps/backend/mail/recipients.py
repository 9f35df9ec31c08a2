"""The mailboxes of coordinators: which of them answers a sign-up, and what it is known by."""

import hmac
from collections.abc import Iterator

from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.security.encryption import KEY_BYTES, derived_key
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
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


def _mailboxes(settings: Settings) -> Iterator[str]:
    recipients = settings.recipients
    yield recipients.default
    yield from recipients.organisations.values()
    yield from recipients.municipalities.values()
