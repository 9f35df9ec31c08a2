"""Who agreed to hear of what opens: by the consents that stand, what was asked for, and where.

A consent that a form demands is about what was asked for there: a programme, where one was chosen.
One that is free to give is about the others too. Who agreed to earlier words than a form has today
hears of the own municipality alone.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mentorkorps.backend.db import asked_rows, audience_rows
from mentorkorps.backend.db.records import Batch, GivenConsent, SignUp
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.lists.public_facts import NewsRecord, record_about
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form, News, Purpose
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.catalogue.model.organisations import Programme


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody on a list. `mailbox`: a keyed hash. `asked`: what the form itself is about, `also`:
    what else may be written about. `is_near`: the neighbouring municipalities count too.
    """

    sign_up: str
    mailbox: str
    purpose: Purpose | None
    municipality: str | None
    industry: str | None
    programme: str | None
    asked: frozenset[News]
    also: frozenset[News]
    is_near: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What opened, and where: `municipalities` of its own, and `neighbours` of those."""

    table: News
    programme: str | None
    industries: frozenset[str]
    municipalities: frozenset[str]
    neighbours: frozenset[str]

    def concerns(self, listener: Listener) -> bool:
        """Whether somebody asked for this or agreed to hear of it."""
        if self.programme and self.programme == listener.programme:
            return self.table in listener.asked | listener.also
        tables = listener.also if listener.programme else listener.asked | listener.also
        if self.table not in tables:
            return False
        if listener.industry and self.industries and listener.industry not in self.industries:
            return False
        is_near = listener.is_near and listener.municipality in self.neighbours
        return listener.municipality in self.municipalities or is_near


def opening_of(
    catalogue: Catalogue,
    table: News,
    record: NewsRecord,
    municipalities: Iterable[str],
) -> Opening:
    """The opening of a record in these municipalities."""
    own = frozenset(municipalities)
    near = {code for here in own for code in neighbours_of(catalogue, here)}
    is_programme = isinstance(record, Programme)
    return Opening(
        table,
        record.id if is_programme else None,
        frozenset(record.industries) if isinstance(record, Programme) else frozenset(),
        own,
        frozenset(near - own),
    )


def neighbours_of(catalogue: Catalogue, code: str) -> frozenset[str]:
    """The municipalities that people can go to without passing a third."""
    pairs = [(pair.a, pair.b) for pair in catalogue.neighbours]
    return frozenset(there for a, b in pairs for here, there in ((a, b), (b, a)) if here == code)


def list_forms(catalogue: Catalogue) -> Mapping[str, Form]:
    """The forms whose consents allow news, by each id that the database may know them by."""
    return {id: form for form in catalogue.forms.values() if form.is_list for id in known_as(form)}


def listeners(snapshot: Snapshot, catalogue: Catalogue, key: str) -> Iterator[Listener]:
    """Everybody on a list who confirmed the address, oldest first. `key`: the first of the secret
    keys.

    Who took the consent back, withdrew or looks like spam is not among them.
    """
    forms = list_forms(catalogue)
    for sign_up, consents in audience_rows.reachable(snapshot, forms.keys()):
        listener = _listener(catalogue, forms[sign_up.form], sign_up, consents, key)
        if listener.asked | listener.also:
            yield listener


def one_each(listeners: Iterable[Listener]) -> list[Listener]:
    """The first of each mailbox: who stands on several lists gets one mail."""
    first: dict[str, Listener] = {}
    for listener in listeners:
        first.setdefault(listener.mailbox, listener)
    return list(first.values())


def _listener(
    catalogue: Catalogue,
    form: Form,
    sign_up: SignUp,
    consents: Collection[GivenConsent],
    key: str,
) -> Listener:
    standing = {
        consent.consent: consent.version for consent in consents if consent.withdrawn_at is None
    }
    given = [consent for consent in form.consents if consent.id in standing]
    allowing = [consent for consent in given if consent.allows]
    programme = sign_up.answer("programme")
    industry = sign_up.answer("industry")
    return Listener(
        sign_up=sign_up.id,
        mailbox=asked_rows.addressee(key, str(sign_up.email)),
        purpose=form.purpose,
        municipality=sign_up.answer("place"),
        industry=catalogue.todays("industries", industry) if industry else None,
        programme=catalogue.todays("programmes", programme) if programme else None,
        asked=frozenset(news for one in allowing if one.required for news in one.allows),
        also=frozenset(news for one in allowing if not one.required for news in one.allows),
        is_near=all(standing[consent.id] == consent.version for consent in allowing),
    )


def openings_of(catalogue: Catalogue, batch: Batch) -> list[Opening]:
    """What a batch tells of, where the data have it still."""
    known = record_about(catalogue, batch.about)
    if known is None:
        return []
    return [opening_of(catalogue, *known, json.loads(batch.content)["municipalities"])]
