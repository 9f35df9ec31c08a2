"""Whether a sign-up may be spam: signs that are weighed together. The doubtful is kept and shown, never refused.

No single habit of a person reaches the limit: not a browser without JavaScript (no proof), not a password manager
that fills the trap, not a screen reader, not somebody quick, not a page left open over night.

A filled trap with a proof of work is a password manager; without one it is a robot. Confirming
clears: the mailbox is the better witness.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mentorkorps.backend.db.records import Sign
from mentorkorps.backend.security.proof_of_work import BadProof, Proof, read_proof
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.forms.answers import PROOF, TRAP

WEIGHTS: dict[Sign, int] = {
    "unproved": 1,
    "hasty": 1,
    "stale": 1,
    "trap": 2,
    "link": 2,
    "crowd": 2,
    "forged": 3,
    "spent": 3,
    "silenced": 3,
}
"""The last three no browser does by itself, and each is enough.

silenced: found on rows of earlier versions only. How often a mailbox was written to says nothing about who writes now.
"""
DOUBTFUL_FROM = 3
TRAPS = (TRAP, "homepage", "url", "fax")
"""Names by which robots know a field; ours on the page is the first. A form's own question of such a name is none."""
LINKS = ("://", "www.")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks against a sign-up, and the proof that came with it and may have been spent before."""

    against: tuple[Sign, ...]
    proof: Proof | None = None


def is_doubtful(signs: Iterable[Sign]) -> bool:
    return sum(WEIGHTS[sign] for sign in signs) >= DOUBTFUL_FROM


def spam_signs(
    form: Form,
    posted: Mapping[str, Sequence[str]],
    keys: Sequence[str],
    now: datetime,
    is_crowded: bool,
) -> Signs:
    """The signs in a body as it was sent, before anything is removed from it."""
    signs: list[Sign] = list(_in_text(form, posted))
    if is_crowded:
        signs.append("crowd")
    sent = "".join(posted.get(PROOF, ()))
    if not sent:
        return Signs((*signs, "unproved"))
    try:
        return Signs(tuple(signs), read_proof(keys, lasting_id(form), sent, now))
    except BadProof as wrong:
        return Signs((*signs, wrong.fault))


def without_traps(form: Form, posted: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The body without the fields that only robots add, so that these are a sign and no reason to refuse."""
    added = set(TRAPS[1:]) - _own(form)
    return {name: texts for name, texts in posted.items() if name not in added}


def _in_text(form: Form, posted: Mapping[str, Sequence[str]]) -> Iterator[Sign]:
    own = _own(form)
    traps = (text for name in TRAPS if name not in own for text in posted.get(name, ()))
    if any(text.strip() for text in traps):
        yield "trap"
    names = (field.id for field in form.fields if field.autocomplete == "name")
    if any(
        mark in text.lower() for name in names for text in posted.get(name, ()) for mark in LINKS
    ):
        yield "link"


def _own(form: Form) -> set[str]:
    return {field.id for field in form.fields}
