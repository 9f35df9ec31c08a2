"""Consents for people who read a sign-up."""

from collections.abc import Sequence

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db.records import GivenConsent
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.interface.languages import Language


def consent_rows(
    form: Form | None, consents: Sequence[GivenConsent], language: Language
) -> list[tuple[str, str, str, str | None]]:
    """Text, version, when it was given and when it was taken back."""
    definitions = form.consents if form else ()
    texts = {(consent.id, consent.version): consent.text.of(language) for consent in definitions}
    return [
        (
            texts.get((consent.consent, consent.version), consent.consent),
            consent.version,
            spoken(consent.given_at, language),
            spoken(consent.withdrawn_at, language) if consent.withdrawn_at else None,
        )
        for consent in consents
    ]
