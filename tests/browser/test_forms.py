"""Every form of the portal, filled in as people do: with and without JavaScript, step by step, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from mentorkorps.backend.db import operator_reads, records
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.forms import Field, Form
from mentorkorps.forms.choices import options
from tests.browser.conftest import axe
from tests.conftest import ROOT

RECORDS = load_catalogue(ROOT / "data")
FORMS = list(RECORDS.forms)
STEPPED = [form.id for form in RECORDS.forms.values() if form.fields[0].step]
TYPED = {
    "email": "æske@eksempel.dk",
    "tel": "12 34 56 78",
    "place": "8000",
    "text": "Ærø",
    "textarea": "Første\nAnden",
}
PHONE = {"viewport": {"width": 360, "height": 740}}


def answer(page: Page, form: Form, field: Field, email: str) -> None:
    control = page.locator(f"#{field.id}")
    match field.type:
        case "tick":
            control.check()
        case "choice":
            control.select_option(options(form, field, RECORDS)[0].value)
        case "choices":
            for box in control.locator("input").all():
                box.check()
        case "scale":
            control.locator("input[value='7']").check()
        case "email":
            control.fill(email)
        case _:
            control.fill(TYPED[field.type])


def answer_all(page: Page, form: Form, email: str) -> None:
    """Answers what is seen, and goes on to the next step where there is one."""
    if fold := page.locator(".mk-form details.mk-more summary").all():
        fold[0].click()
    for field in form.fields:
        if field.step and not page.locator(f"#{field.id}").is_visible():
            page.get_by_role("button", name="Næste").locator("visible=true").click()
        answer(page, form, field, email)
    if page.get_by_role("button", name="Næste").locator("visible=true").count():
        page.get_by_role("button", name="Næste").locator("visible=true").click()
    for consent in form.consents:
        page.locator(f"#{consent.id}").check()


def sign_ups_by(portal, form: Form) -> list[records.SignUp]:
    return [
        sign_up for sign_up in operator_reads.sign_ups(portal.settings) if sign_up.form == form.id
    ]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("id", FORMS)
def test_every_form_is_answered_sent_and_kept_whole(context_of, portal, id, scripts):
    form = RECORDS.forms[id]
    page = context_of(java_script_enabled=scripts, **PHONE)
    email = f"{id}-{scripts}@eksempel.dk".lower()
    page.goto(f"/tilmelding/{id}/")

    answer_all(page, form, email)
    page.locator(".mk-form [type=submit]").click()

    expect(page).to_have_url(re.compile("/receipt/"))
    sign_up = sign_ups_by(portal, form)[-1]
    assert {field.id for field in form.fields} == set(sign_up.answers)
    if sign_up.code:
        expect(page.locator("main")).to_contain_text(sign_up.code)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("id", [id for id in FORMS if id not in ("mentor", "interesseliste")])
def test_axe_finds_nothing_on_any_step(context_of, id, colours):
    page = context_of(color_scheme=colours, **PHONE)
    page.goto(f"/tilmelding/{id}/")
    findings = [axe(page)]

    for field in RECORDS.forms[id].fields:
        if field.step and not page.locator(f"#{field.id}").is_visible():
            page.get_by_role("button", name="Næste").locator("visible=true").click()
            findings.append(axe(page))
        answer(page, RECORDS.forms[id], field, "a@eksempel.dk") if page.locator(
            f"#{field.id}"
        ).is_visible() else None
    if id in STEPPED:
        page.get_by_role("button", name="Næste").locator("visible=true").click()
        findings.append(axe(page))

    assert [] == [problem for of_step in findings for problem in of_step]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_steps_can_be_walked_by_keyboard_alone_back_and_forth_without_loss(visit, portal):
    visit.goto("/tilmelding/virksomhed/")
    expect(visit.get_by_text("Trin 1 af 4")).to_be_visible()
    visit.locator("#company").focus()
    visit.keyboard.press("Enter")
    expect(visit.locator("#company")).to_be_focused()
    expect(visit.get_by_text("Skriv virksomhedens navn.")).to_be_visible()

    visit.keyboard.type("Bageren")
    visit.keyboard.press("Tab")
    visit.keyboard.type("8000")
    visit.keyboard.press("Tab")
    visit.keyboard.press("ArrowDown")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Enter")
    expect(visit.get_by_text("Trin 2 af 4")).to_be_visible()
    expect(visit.get_by_role("heading", name="Det, I tilbyder")).to_be_focused()
    visit.keyboard.press("Tab")
    visit.keyboard.press("Space")
    expect(visit.locator("#job")).to_be_visible()
    visit.keyboard.press("Space")
    expect(visit.locator("#job")).to_be_hidden()

    visit.go_back()
    expect(visit.get_by_text("Trin 1 af 4")).to_be_visible()
    assert "Bageren" == visit.locator("#company").input_value()
    visit.go_forward()
    expect(visit.get_by_text("Trin 2 af 4")).to_be_visible()


def test_what_was_answered_is_shown_before_it_is_sent_and_can_be_changed(visit):
    form = RECORDS.forms["henvisning"]
    visit.goto("/tilmelding/henvisning/")
    answer_all(visit, form, "sagsbehandler@eksempel.dk")

    review = visit.locator(".mk-review")
    expect(review).to_contain_text("sagsbehandler@eksempel.dk")
    expect(review).to_contain_text("At tale dansk i hverdagen")
    review.get_by_role("button", name="Ret: Behovet").click()

    expect(visit.locator("#about")).to_be_visible()


def test_an_error_that_only_the_server_finds_opens_its_step(visit):
    visit.goto("/tilmelding/henvisning/")
    answer_all(visit, RECORDS.forms["henvisning"], "sagsbehandler@eksempel.dk")
    visit.evaluate("document.querySelector('#place').value = 'Atlantis'")
    visit.locator(".mk-form [type=submit]").click()

    expect(visit.locator(".mk-summary")).to_contain_text("Atlantis")
    visit.locator(".mk-summary a").first.click()
    expect(visit.locator("#place")).to_be_focused()
    assert "sagsbehandler@eksempel.dk" == visit.locator("#email").input_value()


def test_a_draft_stays_in_the_browser_only_when_asked_for_and_until_it_is_sent(visit):
    visit.goto("/tilmelding/mentor/")
    answer_all(visit, RECORDS.forms["mentor"], "kladde@eksempel.dk")
    assert 0 == visit.evaluate("localStorage.length")
    visit.get_by_role("button", name="Gem en kladde her").click()
    kept = visit.evaluate("Object.values(localStorage).join()")
    assert "kladde@eksempel.dk" in kept
    consents = visit.locator(".mk-consents input")
    for name in consents.evaluate_all("boxes => boxes.map(box => box.name)"):
        assert f'"{name}"' not in kept
    visit.goto("/tilmelding/mentor/")
    expect(visit.locator("#email")).to_have_value("")

    visit.get_by_role("button", name="Hent kladden").click()
    expect(visit.locator("#email")).to_have_value("kladde@eksempel.dk")
    assert [] == consents.evaluate_all("boxes => boxes.filter(box => box.checked)")
    for box in consents.all():
        box.check()
    visit.locator(".mk-form [type=submit]").click()
    expect(visit).to_have_url(re.compile("/receipt/"))
    assert 0 == visit.evaluate("localStorage.length")


def test_a_short_form_offers_no_draft(visit, real):
    offered = {}
    for form in real.forms.values():
        visit.goto(f"/tilmelding/{form.id}/")
        offered[form.id] = visit.locator(".mk-draft").count() == 1

    assert {form.id: len(form.fields) >= 6 for form in real.forms.values()} == offered


def test_a_draft_can_be_thrown_away(visit):
    visit.goto("/en/sign-up/mentor/")
    visit.locator("#email").fill("draft@example.com")
    visit.get_by_role("button", name="Keep a draft here").click()
    visit.get_by_role("button", name="Delete the draft").click()

    assert 0 == visit.evaluate("localStorage.length")
    expect(visit.get_by_role("button", name="Fetch the draft")).to_be_hidden()
