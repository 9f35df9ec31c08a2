"""The page of one case: what somebody wrote, what has happened since, and what can be done next."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import cast

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import case_rows
from mentorkorps.backend.db.access_log_rows import log_access
from mentorkorps.backend.db.case_rows import ListedCase
from mentorkorps.backend.db.place_rows import turn_of
from mentorkorps.backend.db.records import CaseEvent
from mentorkorps.backend.desk import case_forms
from mentorkorps.backend.desk.case_forms import CASE_FORMS, REASONS, CaseForm
from mentorkorps.backend.desk.case_state import STATES, MoveRefused, is_closed
from mentorkorps.backend.desk.cases import Closed, Conflict, Edit, NoCase, NotResponsible
from mentorkorps.backend.desk.colleagues import Viewpoint, viewpoint
from mentorkorps.backend.desk.consent_rows import consent_rows
from mentorkorps.backend.desk.inbox import case_line
from mentorkorps.backend.desk.lists import WholeCase, whole_case
from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.permissions import may
from mentorkorps.backend.desk.sessions import VERSION, LoggedIn
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import Posted, first_text
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.forms.choices import linked_rows
from mentorkorps.interface.i18n import words

Handler = Callable[[Visit, LoggedIn], Awaitable[Response]]


async def show(visit: Visit, logged_in: LoggedIn) -> Response:
    """GET /desk/cases/<id>: the page of one case, which is logged."""
    database, id = visit.services.database, visit.parameter("id")
    desk = viewpoint(visit.services, logged_in)
    whole = await _whole(visit, desk)
    access = logged_in.access("look", "see", whole.case.scopes, id)
    await database.change(log_access, access, visit.now)
    case, sign_up, language = whole.case, whole.sign_up, visit.language
    catalogue = visit.services.catalogue
    form = catalogue.forms.get(sign_up.form)
    answers = linked_rows(form, catalogue, sign_up.answers, language)
    same = await database.read(case_rows.cases_of_addressee, sign_up.addressee)
    done = visit.query.get("done", "")
    return desk_page(
        visit,
        "case.html",
        logged_in.person,
        line=case_line(visit, desk, ListedCase(case, sign_up)),
        facts=sign_up_facts(catalogue, sign_up, await database.read(turn_of, id), language),
        answers=answers,
        ways=[(value, link) for _, value, link in answers if link],
        is_withdrawn=sign_up.withdrawn_at is not None,
        consents=consent_rows(form, whole.consents, language),
        sign_up_language=sign_up.language,
        history=_sentences(visit, desk, whole.history),
        confirmed=spoken(case.opened_at, language),
        joined=[
            case_line(visit, desk, row)
            for row in same
            if row.case.id != id and desk.sees.covers(row.case.scopes)
        ],
        forms=[
            _form(visit, logged_in, desk, whole, offered)
            for offered in _offered(visit, whole)
            if may(logged_in.person, offered.needs, case.scopes)
        ],
        done=done if done in CASE_FORMS else None,
    )


def posting(form: CaseForm) -> Handler:
    """The handler of one form of the page."""

    async def post(visit: Visit, logged_in: LoggedIn) -> Response:
        """POST /desk/cases/<id>/<form>: changes the case as it was seen, or shows what came between."""
        return await _post(visit, logged_in, form)

    return post


async def _post(visit: Visit, logged_in: LoggedIn, form: CaseForm) -> Response:
    services, id = visit.services, visit.parameter("id")
    posted = await visit.read_body()
    desk = viewpoint(services, logged_in)
    whole = await _whole(visit, desk)
    logged_in.permit(form.needs, whole.case.scopes)
    typed = case_forms.read(posted, visit.now)
    if typed.state and is_closed(typed.state):
        logged_in.permit("settle", whole.case.scopes)
    if case_forms.lacking(form, typed):
        return await _again(visit, logged_in, desk, form, posted, "wrong", 422)
    edit = Edit(logged_in.id, id, _version(posted), visit.now)
    access = logged_in.access("change", form.needs, whole.case.scopes, id, {"form": form.name})
    try:
        await services.database.change(case_forms.perform, form, edit, typed, desk.roster, access)
    except NoCase:
        raise Refusal(404, "missing", PRIVATE) from None
    except Conflict as conflict:
        return await _again(visit, logged_in, desk, form, posted, "conflict", 409, conflict.theirs)
    except (Closed, MoveRefused, NotResponsible):
        return await _again(visit, logged_in, desk, form, posted, "refused", 409)
    services.outbox.wake()
    return visit.redirect(f"{_address(visit)}?done={form.name}", PRIVATE)


async def _again(
    visit: Visit,
    logged_in: LoggedIn,
    desk: Viewpoint,
    form: CaseForm,
    posted: Posted,
    why: str,
    status: int,
    theirs: Sequence[CaseEvent] = (),
) -> Response:
    """The form with all that was typed, for the case as it is now, beside what came between."""
    whole = await _whole(visit, desk)
    id = whole.case.id
    access = logged_in.access("look", "see", whole.case.scopes, id)
    await visit.services.database.change(log_access, access, visit.now)
    response = desk_page(
        visit,
        "case-again.html",
        logged_in.person,
        why=why,
        line=case_line(visit, desk, ListedCase(whole.case, whole.sign_up)),
        theirs=_sentences(visit, desk, theirs),
        form=_form(visit, logged_in, desk, whole, form, posted),
        address=_address(visit),
    )
    response.status_code = status
    return response


async def _whole(visit: Visit, desk: Viewpoint) -> WholeCase:
    """The case of the address. Raises Refusal where the person sees none."""
    id = visit.parameter("id")
    whole = await visit.services.database.read(whole_case, desk.sees, id)
    if whole is None:
        raise Refusal(404, "missing", PRIVATE)
    return whole


def _offered(visit: Visit, whole: WholeCase) -> Iterator[CaseForm]:
    """What makes sense now; of who has withdrawn one can only note something."""
    for form in CASE_FORMS.values():
        is_note = form.name == "note"
        if is_note or (not whole.sign_up.withdrawn_at and form.is_offered(whole.case, visit.now)):
            yield form


def _form(
    visit: Visit,
    logged_in: LoggedIn,
    desk: Viewpoint,
    whole: WholeCase,
    form: CaseForm,
    posted: Posted | None = None,
) -> dict[str, object]:
    """A form with its choices and what was typed into it before."""
    case, texts = whole.case, words(visit.language)["desk"]
    colleagues = [
        (member.id, desk.name(member.id, visit.language))
        for member in desk.roster.members
        if member.covers(case.scopes) and case.owner not in member.ids
    ]
    may_settle = may(logged_in.person, "settle", case.scopes)
    states = [
        state for state in case_forms.states_to_choose(case) if may_settle or not is_closed(state)
    ]
    choices: Mapping[str, list[tuple[str, str]]] = {
        "state": [(state, texts["states"][state]) for state in states],
        "reason": [(reason, texts["reasons"][reason]) for reason in REASONS],
        "to": colleagues,
    }
    return {
        "name": form.name,
        "action": f"{_address(visit)}/{form.name}",
        "version": case.version,
        "fields": form.fields,
        "demanded": form.demanded,
        "choices": choices,
        "typed": {field: first_text(posted or {}, field) for field in form.fields},
    }


def _sentences(
    visit: Visit, desk: Viewpoint, events: Sequence[CaseEvent]
) -> list[dict[str, str | None]]:
    """When, what, why and the words that were kept, of each event."""
    language = visit.language
    texts = words(language)["desk"]
    rows: list[dict[str, str | None]] = []
    for event in events:
        detail = event.detail
        sentence = cast(str, texts["events"]["state" if event.kind in STATES else event.kind])
        reason = texts["reasons"].get(detail.reason, detail.reason) if detail.reason else None
        rows.append(
            {
                "when": spoken(event.at, language),
                "what": sentence.format(
                    who=desk.name(event.actor, language),
                    to=desk.name(detail.person or "", language),
                    until=spoken(detail.until, language) if detail.until else "",
                    state=texts["states"].get(event.kind, ""),
                ),
                "why": texts["events"]["reason"].format(reason=reason) if reason else None,
                "text": detail.text or None,
            }
        )
    return rows


def _version(posted: Posted) -> int:
    """The version that was seen; one that there never is where none was sent."""
    text = first_text(posted, VERSION)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _address(visit: Visit) -> str:
    return f"{visit.root}desk/cases/{visit.parameter('id')}"
