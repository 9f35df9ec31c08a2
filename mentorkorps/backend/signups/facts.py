"""The facts of a sign-up as pages tell them."""

from dataclasses import replace

from mentorkorps.backend.db import place_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.mail.sign_up_facts import SignUpFacts, sign_up_facts
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups.links import LinkedSignUp


async def all_facts(visit: Visit, sign_up: SignUp) -> SignUpFacts:
    """What its person may know, and who answers it."""
    turn = await visit.services.database.read(place_rows.turn_of, sign_up.id)
    return sign_up_facts(visit.services.catalogue, sign_up, turn, visit.language)


async def linked_facts(visit: Visit, linked: LinkedSignUp) -> SignUpFacts:
    """The same behind a link. Who sent answers that had come before knows these and no more."""
    if not linked.is_again:
        return await all_facts(visit, linked.sign_up)
    answered = replace(linked.sign_up, confirmed_at=None, answered_at=None, code=None)
    return sign_up_facts(visit.services.catalogue, answered, None, visit.language)


def offer_link(visit: Visit, linked: LinkedSignUp, facts: SignUpFacts) -> str | None:
    """Where an offered place is answered, if one is."""
    is_offered = facts.seat is not None and facts.seat.state == "offered"
    return linked.onward(visit, "offer") if is_offered else None
