"""Other answers in the place of those that were sent: all from the own page, or the address alone
from the receipt.
"""

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import GivenConsent, SignUp, standing_versions
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.web.rate_limits import PLAIN_CHANGE, UNPROVED
from mentorkorps.backend.web.request_body import Posted
from mentorkorps.backend.web.responses import COME_BACK, Refusal, to_wait
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms.answers import Answers, Value, answer_to
from mentorkorps.forms.validation import read_answers

REFUSALS: dict[type[Exception], Refusal] = {
    lifecycle.Doubled: Refusal(409, "doubled"),
    lifecycle.TooManyAddresses: Refusal(409, "too_many_addresses"),
    lifecycle.TooManyMoves: Refusal(429, "too_many_moves"),
    Busy: Refusal(503, "busy", COME_BACK),
    Unavailable: Refusal(503, "busy", COME_BACK),
}


async def put_answers(visit: Visit, sign_up: SignUp, form: Form, posted: Posted) -> Answers:
    """Keeps what was posted, by the same verdict as on a sign-up. Raises Invalid or Refusal.

    It counts as what it does: a mail to another address as a sign-up does.
    """
    answers = read_answers(form, visit.services.catalogue, posted, danish_day(visit.now))
    submission = lifecycle.submission(
        form,
        answers,
        language=sign_up.language,
        keys=visit.services.settings.secret_keys,
        at=visit.now,
        signs=Signs(sign_up.signs),
        booking=allocation.booking(form, answers, visit.services.catalogue),
    )
    is_costly = lifecycle.is_another_address(sign_up, answers) or lifecycle.is_moved(
        sign_up, answers
    )
    points = UNPROVED if is_costly else PLAIN_CHANGE
    limits = visit.services.rate_limits.of(visit.request.scope, visit.now)
    if wait := limits.take("submission", points):
        raise to_wait(wait)
    try:
        await visit.services.database.change(lifecycle.change, sign_up.id, submission)
    except tuple(REFUSALS) as error:
        limits.give_back("submission", points)
        raise REFUSALS[type(error)] from error
    return answers


async def put_address(visit: Visit, sign_up: SignUp, form: Form, address: str) -> None:
    """Puts another address among answers that stay as they are. Raises Invalid or Refusal."""
    consents = await visit.services.database.read(sign_up_rows.consents_of, sign_up.id)
    answers = typed_answers(visit.services, form, sign_up, consents)
    asked = {field.id: (address,) for field in form.fields if field.means == "email"}
    await put_answers(visit, sign_up, form, {**answers, **asked})


def typed_answers(
    services: Services, definition: Form, sign_up: SignUp, consents: list[GivenConsent]
) -> Posted:
    """The answers as they would be typed into the form as it is today."""
    values = ((field, answer_to(field, sign_up.answers)) for field in definition.fields)
    typed = {
        field.id: _texts(services, field.type, value)
        for field, value in values
        if value is not None
    }
    standing = standing_versions(consents)
    return typed | {
        consent.id: (consent.version,)
        for consent in definition.consents
        if standing.get(consent.id) == consent.version
    }


def _texts(services: Services, type: str, value: Value) -> tuple[str, ...]:
    match value:
        case bool():
            return ("yes",)
        case tuple():
            return value
        case str() if type == "place" and value in services.catalogue.municipalities:
            return (services.catalogue.municipalities[value].name,)
    return (value,)
