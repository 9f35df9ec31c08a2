"""`mentorkorps desk`: what came in."""

import argparse
from collections.abc import Sequence

from mentorkorps import catalogue, forms
from mentorkorps.backend import store
from mentorkorps.backend.store import Consent, SignUp
from mentorkorps.ending import SOUND, CannotRun
from mentorkorps.operating.house import operating


def desk(options: argparse.Namespace) -> int:
    with operating() as settings:
        sign_ups = store.sign_ups(settings)
    if options.action == "list":
        for one in sign_ups:
            print(f"{one.id}  {one.received_at:%Y-%m-%d %H:%M}  {one.form:<16} {_state(one)}")
        waiting = sum(one.answered_at is None for one in sign_ups)
        print(f"{len(sign_ups)} sign-ups, {waiting} not answered yet.")
        return SOUND
    found = [one for one in sign_ups if options.sign_up and one.id.startswith(options.sign_up)]
    if len(found) != 1:
        raise CannotRun("give the number of one sign-up, as `mentorkorps desk list` shows it")
    _show(found[0], catalogue.load(options.data), store.consents(settings, found[0].id))
    return SOUND


def _state(sign_up: SignUp) -> str:
    if sign_up.withdrawn_at:
        return "withdrawn"
    answered = "answered" if sign_up.answered_at else "not answered"
    confirmed = "confirmed" if sign_up.confirmed_at else "not confirmed"
    return f"{answered}, {confirmed}{', looks like spam' if sign_up.flagged else ''}"


def _show(sign_up: SignUp, records: catalogue.Catalogue, consents: Sequence[Consent]) -> None:
    print(f"{sign_up.id}  {sign_up.form}  {sign_up.received_at:%Y-%m-%d %H:%M} UTC  {_state(sign_up)}")
    for label, words in forms.rows(records.forms[sign_up.form], records, sign_up.answers, sign_up.language):
        print(f"  {label}: {words}")
    for consent in consents:
        print(f"  {consent.consent}: {consent.version}, {consent.given_at:%Y-%m-%d %H:%M} UTC")
