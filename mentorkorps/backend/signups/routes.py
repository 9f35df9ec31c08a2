"""The visitor's way: the form, the receipt, the confirmation.

Who knows every answer of somebody and sends them again gets a receipt without an own page. It
shows that they had come, but neither whether they are confirmed, nor address, place, number or time. To
hide the rest too would take the own page from every receipt, with which people mend a mistyped
address.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.responses import Response

from mentorkorps import forms
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.fill_level import fill_level_notice
from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db.mail_rows import UNSENT, mails_of
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import sign_up_by_id
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.security import proof_of_work, spam
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import (
    changes,
    collected_confirmation,
    confirm_all,
    lifecycle,
    links,
)
from mentorkorps.backend.signups.facts import linked_facts, offer_link
from mentorkorps.backend.signups.links import LinkedSignUp
from mentorkorps.backend.signups.returned_form import filled_form, form_again, refuse_unread
from mentorkorps.backend.web.rate_limits import PROVED, UNPROVED, VisitorLimits
from mentorkorps.backend.web.request_body import Body, Posted, first_text, text_body
from mentorkorps.backend.web.responses import (
    COME_BACK,
    NOT_KEPT,
    PRIVATE,
    Refusal,
    problem,
    to_wait,
)
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.model.forms import LINKED, Form
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.forms.answers import ONCE, Answers, Hint, Invalid
from mentorkorps.forms.domain_names import readable_address
from mentorkorps.forms.validation import read_answers
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.interface.templates import render

LONGEST_LINKED = 100
DOUBLE_CLICK = timedelta(minutes=10)
ADDRESS = text_body("email")


async def sign_up(visit: Visit) -> Response:
    """POST /forms/<form>"""
    services = visit.services
    form = services.catalogue.forms.get(visit.parameter("form"))
    if form is None:
        await refuse_unread(visit, Refusal(404, "form"))
    posted = await visit.read_form(form)
    today = danish_day(visit.now)
    try:
        answers = read_answers(form, services.catalogue, spam.without_traps(form, posted), today)
    except Invalid as invalid:
        return _explained(visit, form, posted, invalid)
    hints = forms.hints(form, posted)
    if hints and not visit.wants_json:
        return filled_form(visit, form, posted, notice=visit.question(hints))
    limits = services.rate_limits.of(visit.request.scope, visit.now)
    submission = _submission(visit, form, posted, answers, limits.is_crowded(form.id))
    points = PROVED if submission.signs.proof else UNPROVED
    if wait := limits.take("submission", points):
        return form_again(visit, form, posted, to_wait(wait))
    try:
        received = await services.database.change(lifecycle.accept, submission)
    except (Busy, Unavailable):
        limits.give_back("submission", points)
        return form_again(visit, form, posted, Refusal(503, "busy", COME_BACK))
    _count_without_proof(limits, submission, received)
    services.outbox.wake()
    return _thanked(visit, received, hints)


def _submission(
    visit: Visit, form: Form, posted: Posted, answers: Answers, is_crowded: bool
) -> lifecycle.Submission:
    services = visit.services
    keys = services.settings.secret_keys
    return lifecycle.submission(
        form,
        answers,
        language=visit.language,
        keys=keys,
        at=visit.now,
        signs=spam.spam_signs(form, posted, keys, visit.now, is_crowded),
        once="".join(posted.get(ONCE, ())[:1])[:LONGEST_LINKED],
        booking=allocation.booking(form, answers, services.catalogue),
    )


def _count_without_proof(
    limits: VisitorLimits, submission: lifecycle.Submission, sign_up: SignUp
) -> None:
    """A proof that was spent before counts as none, which is known only now."""
    if submission.signs.proof and "spent" in sign_up.signs:
        limits.add("submission", UNPROVED - PROVED)
    if submission.signs.proof is None or "spent" in sign_up.signs:
        limits.add_to_crowd(submission.form)


async def challenge(visit: Visit) -> Response:
    """GET /forms/<form>/challenge: what the form's script asks for when the form is first
    touched.
    """
    services = visit.services
    form = services.catalogue.forms.get(visit.parameter("form"))
    if form is None:
        raise Refusal(404, "form")
    key = services.settings.secret_keys[0]
    return visit.json(proof_of_work.new_challenge(key, lasting_id(form), visit.now))


async def form_page(visit: Visit) -> Response:
    """The form page with answers from its address; without any, the built page."""
    services = visit.services
    form = services.catalogue.forms.get(visit.parameter("form"))
    if form and form.id == visit.parameter("form"):  # a former address leads on
        query = visit.query
        answers: Posted = {
            field.id: (query[field.means][:LONGEST_LINKED],)
            for field in form.fields
            if field.means in LINKED and field.means in query
        }
        if answers:
            notice = await fill_level_notice(visit, form, answers)
            return filled_form(visit, form, answers, notice=notice)
    scope = visit.request.scope
    return await services.site.get_response(services.site.get_path(scope), scope)


async def receipt(visit: Visit) -> Response:
    """GET /receipt/<token>: thanks, what it is about and what happens next.

    Of the person nothing stands on it but the address, until that is confirmed.
    """
    linked = await links.follow_link(visit, "receipt")
    return await _receipt(visit, linked)


async def _receipt(
    visit: Visit, linked: LinkedSignUp, mended: str = "", notice: str = "", status: int = 200
) -> Response:
    """`mended`: what was typed for the address, `notice`: what is wrong with it."""
    language, sign_up = visit.language, linked.sign_up
    form = visit.services.catalogue.forms.get(sign_up.form)
    has_own_page = not (sign_up.is_anonymous or linked.is_again)
    facts = await linked_facts(visit, linked)
    return visit.page(
        "receipt.html",
        status,
        PRIVATE,
        form=form,
        is_anonymous=sign_up.is_anonymous,
        ribbon=_ribbon(form, sign_up, language),
        code=None if linked.is_again else sign_up.code,
        facts=facts,
        offer=offer_link(visit, linked, facts),
        is_confirmed=sign_up.confirmed_at is not None and not linked.is_again,
        is_answered=sign_up.answered_at is not None and not linked.is_again,
        mine=linked.onward(visit, "mine") if has_own_page else None,
        asked=await _asked(visit, linked),
        email=readable_address(str(sign_up.email)) if _may_be_mended(linked, form) else None,
        mend=f"{visit.root}receipt/{visit.parameter('token')}/address",
        mended=mended,
        notice=notice,
        form_address=visit.root + address("form", language, form.id) if form else None,
    )


def _ribbon(form: Form | None, sign_up: SignUp, language: Language) -> str:
    is_first_step = form is not None and form.journey and sign_up.awaited
    return render("ribbon.html", language, step=0) if is_first_step else ""


def _may_be_mended(linked: LinkedSignUp, form: Form | None) -> bool:
    """Whether the address is shown and can be mended: while nobody has confirmed it, by whoever
    typed it just now.
    """
    sign_up = linked.sign_up
    is_open = sign_up.confirmed_at is None and sign_up.email is not None
    return is_open and form is not None and not linked.is_again


async def mend_address(visit: Visit) -> Response:
    """POST /receipt/<token>/address: the right address in place of a mistyped one, which gets a
    link of its own.
    """
    services = visit.services
    posted = await visit.read_body()
    linked = await links.follow_link(visit, "receipt")
    form = services.catalogue.forms.get(linked.sign_up.form)
    field = form.meaning("email") if form else None
    if form is None or field is None or not _may_be_mended(linked, form):
        raise Refusal(410, "address_settled", PRIVATE)
    typed = first_text(posted, "email").strip()
    try:
        await changes.put_address(visit, linked.sign_up, form, typed)
    except Invalid as invalid:
        wrong = next(
            (error for error in invalid.wrong if error.field == field.id), invalid.wrong[0]
        )
        return await _receipt(visit, linked, typed, wrong.message.of(visit.language), 422)
    services.outbox.wake()
    path = f"{visit.root}receipt/{visit.parameter('token')}{visit.tongue}"
    return visit.redirect(path, PRIVATE)


@dataclass(frozen=True, slots=True)
class Asked:
    """The mail that asks to confirm, as the receipt tells it.

    `kind`: sent, on_its_way, failed, none, collected or repeated.
    """

    kind: str
    text: str


async def _asked(visit: Visit, linked: LinkedSignUp) -> Asked:
    sign_up = linked.sign_up
    is_repeated = linked.is_again and not sign_up.is_anonymous
    kind = "repeated" if is_repeated else await _state_of_mail(visit, sign_up)
    moment = spoken(collected_confirmation.leaves_at(sign_up.asked_at), visit.language)
    sentence = str(words(visit.language)["reply"]["receipt"]["asked"][kind])
    return Asked(kind, sentence.format(moment=moment))


async def _state_of_mail(visit: Visit, sign_up: SignUp) -> str:
    if sign_up.silenced:
        return "collected"
    mails = await visit.services.database.read(mails_of, sign_up.id)
    asking = [mail.state for mail in mails if mail.kind == "confirm"]
    if not asking:
        return "none"
    return "on_its_way" if asking[-1] in UNSENT else asking[-1]


async def confirmation(visit: Visit) -> Response:
    """GET /confirm/<token> shows a button and changes nothing: mail scanners open links."""
    linked = await links.follow_link(visit, "confirm")
    if linked.sign_up.confirmed_at:
        return await _confirmed(visit, linked, already=True)
    action = f"{visit.root}confirm/{visit.parameter('token')}"
    others = await confirm_all.others(visit, linked.sign_up)
    facts = await linked_facts(visit, linked)
    return visit.page(
        "confirm.html", headers=PRIVATE, action=action, others=others, facts=facts, offer=None
    )


async def confirm(visit: Visit) -> Response:
    """POST /confirm/<token>"""
    services = visit.services
    linked = await links.follow_link(visit, "confirm")
    id = linked.sign_up.id
    before = links.present(
        await services.database.change(lifecycle.confirm, id, services.catalogue, visit.now)
    )
    if before.confirmed_at:
        return await _confirmed(visit, linked, already=True)
    services.outbox.wake()
    after = links.present(await services.database.read(sign_up_by_id, id))
    return await _confirmed(visit, replace(linked, sign_up=after), already=False)


async def _confirmed(visit: Visit, linked: LinkedSignUp, already: bool) -> Response:
    facts = await linked_facts(visit, linked)
    return visit.page(
        "confirmed.html",
        headers=PRIVATE,
        already=already,
        is_answered=linked.sign_up.answered_at is not None,
        facts=facts,
        offer=offer_link(visit, linked, facts),
        receipt=linked.onward(visit, "receipt"),
        mine=linked.onward(visit, "mine"),
        others=await confirm_all.others(visit, linked.sign_up),
    )


ROUTES = (
    RouteSpec("POST", "/forms/{form}", sign_up, body=Body(), answer="receipt"),
    RouteSpec("GET", "/forms/{form}/challenge", challenge, answer="json"),
    *(
        RouteSpec("GET", f"/{address('form', language, '{form}')}", form_page, query=LINKED)
        for language in LANGUAGES
    ),
    RouteSpec("GET", "/receipt/{token}", receipt),
    RouteSpec("POST", "/receipt/{token}/address", mend_address, body=ADDRESS),
    RouteSpec("GET", "/confirm/{token}", confirmation),
    RouteSpec("POST", "/confirm/{token}", confirm),
)


def _explained(visit: Visit, form: Form, posted: Posted, invalid: Invalid) -> Response:
    if not visit.wants_json:
        return filled_form(visit, form, posted, invalid)
    errors = [
        {"field": error.field, "detail": error.message.of(visit.language)}
        | ({"choices": list(error.choices)} if error.choices else {})
        for error in invalid.wrong
    ]
    return problem(422, str(words(visit.language)["form"]["summary"]), errors=errors)


def _thanked(visit: Visit, sign_up: SignUp, hints: tuple[Hint, ...]) -> Response:
    # Whoever knows what somebody else answered must not get that one's own page by sending it again.
    is_again = sign_up.confirmed_at is not None or visit.now - sign_up.received_at > DOUBLE_CLICK
    path = links.receipt_path(visit, sign_up, is_again)
    if not visit.wants_json:
        return visit.redirect(path)
    suggestions = [
        {
            "field": hint.field,
            "detail": hint.message.of(visit.language),
            "suggestion": hint.suggestion,
        }
        for hint in hints
    ]
    content: dict[str, object] = {"receipt": path, **_mail(sign_up, is_again)}
    return visit.json(content | ({"hints": suggestions} if suggestions else {}), 201, NOT_KEPT)


def _mail(sign_up: SignUp, is_again: bool) -> dict[str, str]:
    """For programs: which mail asks to confirm, and when it leaves where that is not at once."""
    if sign_up.is_anonymous:
        return {"mail": "none"}
    if is_again:
        return {"mail": "repeated"}
    if not sign_up.silenced:
        return {"mail": "confirm"}
    leaves_at = collected_confirmation.leaves_at(sign_up.asked_at)
    return {"mail": "collected", "mail_at": leaves_at.isoformat()}
