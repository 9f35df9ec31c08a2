"""A volunteer finds a programme, signs up and confirms: with and without JavaScript, in both languages, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
WITHOUT = {"java_script_enabled": False}


def fill(page, email, language="da"):
    page.get_by_label("Navn" if language == "da" else "Name").first.fill("Æske Ørsted")
    page.get_by_label("E-mail").first.fill(email)
    page.get_by_label(re.compile("Postnummer|Postcode")).first.fill("8000")
    page.get_by_label(re.compile("branche, du kender|industry you know")).first.select_option(
        index=2
    )
    page.locator("#adult").check()
    page.locator("#contact").check()


def send(page):
    page.locator(".mk-form button[type=submit]").click()


def confirm(page, portal, email):
    page.goto(portal.link_in_mail(email, "/confirm/"))
    page.locator("main form button").click()


def stored(portal, email):
    return portal.sign_ups(email)


@pytest.mark.visitor(**PHONE)
def test_on_a_phone_from_postcode_to_confirmed(visit, portal):
    visit.goto("/")
    visit.locator("main input[name=q]").fill("5000")
    visit.locator("main input[name=q]").press("Enter")
    expect(visit).to_have_url(re.compile("/kommuner/odense/"))

    visit.locator("main a[href*='mentorkorps-aabent-hold']").first.click()
    visit.wait_for_load_state()  # before the styles are there, both calls to act are visible
    visit.locator("main a[href*='tilmelding/mentor']:visible").first.click()
    assert "mentorkorps-aabent-hold" == visit.locator("#programme").input_value()

    fill(visit, "telefon@eksempel.dk")
    send(visit)
    expect(visit).to_have_url(re.compile("/receipt/"))
    expect(visit.locator("main")).to_contain_text("5 arbejdsdage")

    confirm(visit, portal, "telefon@eksempel.dk")
    expect(visit.locator("main h1")).to_contain_text(re.compile("bekræftet", re.I))
    assert 1 == len(stored(portal, "telefon@eksempel.dk"))


@pytest.mark.visitor(**WITHOUT)
def test_without_javascript_the_same_way_works(visit, portal):
    visit.goto("/")
    visit.locator("main input[name=q]").fill("Odense")
    visit.locator("main input[name=q]").press("Enter")
    expect(visit).to_have_url(re.compile("/kommuner/odense/"))
    visit.locator("main a[href*='mentorkorps-aabent-hold']").first.click()
    visit.locator("main a[href*='tilmelding/mentor']").first.click()
    assert "mentorkorps-aabent-hold" == visit.locator("#programme").input_value()

    fill(visit, "uden@eksempel.dk")
    send(visit)
    expect(visit).to_have_url(re.compile("/receipt/"))
    confirm(visit, portal, "uden@eksempel.dk")

    expect(visit.locator("main h1")).to_contain_text(re.compile("bekræftet", re.I))


@pytest.mark.visitor(**WITHOUT, locale="en-GB")
def test_without_javascript_the_server_tells_what_is_wrong_and_keeps_every_answer(visit):
    visit.goto("/en/sign-up/mentor/")
    fill(visit, "no-javascript@example.com", "en")
    visit.get_by_label(re.compile("Postcode")).fill("9999")
    send(visit)

    expect(visit.locator(".mk-summary")).to_contain_text("9999")
    assert "Æske Ørsted" == visit.locator("#name").input_value()
    assert visit.locator("#adult").is_checked()
    assert visit.title().startswith("Error")


def test_in_english_to_the_receipt(visit, portal):
    visit.goto("/en/sign-up/mentor/")
    fill(visit, "english@example.com", "en")
    send(visit)

    expect(visit.locator("main")).to_contain_text("working days")
    assert "en" == visit.locator("html").get_attribute("lang")
    confirm(visit, portal, "english@example.com")
    expect(visit.locator("main h1")).to_contain_text(re.compile("confirmed", re.I))


def test_the_interest_list_takes_a_programme_that_is_not_open(visit, portal):
    visit.goto("/programmer/ledernes-mentorkorps/")
    visit.locator("main a[href*='tilmelding/interesseliste']").first.click()
    assert "ledernes-mentorkorps" == visit.locator("#programme").input_value()
    visit.get_by_label("Navn").first.fill("Bo")
    visit.get_by_label("E-mail").first.fill("interesse@eksempel.dk")
    visit.get_by_label(re.compile("Postnummer")).first.fill("Esbjerg")
    visit.locator("#adult").check()
    visit.locator("#contact").check()
    send(visit)
    expect(visit).to_have_url(re.compile("/receipt/"))

    assert "Lederne" not in "".join(portal.mails("interesse@eksempel.dk"))


def test_errors_are_told_at_once_at_their_field_and_by_keyboard(visit):
    visit.goto("/tilmelding/mentor/")
    visit.locator("#name").fill("010190-1234")
    send(visit)

    summary = visit.locator(".mk-summary")
    expect(summary).to_be_focused()
    expect(visit).to_have_title(re.compile("^Fejl: (?!Fejl)"))
    expect(summary.locator("li")).to_have_count(6)
    summary.locator("a").first.press("Enter")
    expect(visit.locator("#name")).to_be_focused()
    assert "CPR" in visit.locator("#name-error").inner_text()
    assert "name-error" in visit.locator("#name").get_attribute("aria-describedby")

    visit.locator("#name").fill("Sofie")
    visit.locator("#email").focus()
    expect(visit.locator("#name-error")).to_have_count(0)
    expect(visit).to_have_url(re.compile("/tilmelding/mentor/"))


def test_mending_one_field_does_not_move_the_next_away_from_the_pointer(visit):
    visit.goto("/tilmelding/mentor/")
    send(visit)
    visit.locator("#place").fill("8000")
    visit.locator("#adult").check()

    assert visit.locator("#adult").is_checked()


def test_back_to_the_form_after_the_receipt_does_not_sign_up_twice(visit, portal):
    for _ in range(2):
        visit.goto("/tilmelding/mentor/")
        fill(visit, "igen@eksempel.dk")
        send(visit)
        expect(visit).to_have_url(re.compile("/receipt/"))

    assert 1 == len(stored(portal, "igen@eksempel.dk"))


def test_a_form_says_that_it_is_being_sent_and_forgets_it_on_the_way_back(visit):
    visit.goto("/tilmelding/mentor/")
    button = visit.locator(".mk-form [type=submit]")
    label = button.inner_text()
    fill(visit, "langsom@eksempel.dk")
    visit.evaluate(
        "addEventListener('submit', ({target, submitter}) => sessionStorage.setItem("
        "'sent', [submitter.textContent, target.ariaBusy, target.lastChild.textContent]))"
    )
    send(visit)
    expect(visit).to_have_url(re.compile("/receipt/"))
    assert "Sender …,true,Sender …" == visit.evaluate("sessionStorage.sent")
    visit.go_back()
    expect(button).to_have_text(label)


def test_the_form_can_be_filled_in_by_keyboard_alone(visit):
    visit.goto("/tilmelding/mentor/")
    visit.locator("#name").focus()
    for keys in ("Sofie", "tast@eksempel.dk", "8000"):
        visit.keyboard.type(keys)
        visit.keyboard.press("Tab")
    visit.keyboard.press("ArrowDown")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Space")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Space")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Enter")

    expect(visit).to_have_url(re.compile("/receipt/"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_way_from_error_to_answer(scheme, context_of, portal):
    email = f"axe-{scheme}@eksempel.dk"
    page = context_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)

    def look():
        assert [] == axe(page), page.url

    page.goto("/tilmelding/mentor/")
    send(page)
    look()
    fill(page, email)
    page.get_by_label(re.compile("Postnummer")).first.fill("Hasle")
    send(page)
    expect(page.locator("input[type=radio]")).to_have_count(2)
    look()
    page.get_by_label("Bornholm").check()
    send(page)
    expect(page).to_have_url(re.compile("/receipt/"))
    look()
    page.goto(portal.link_in_mail(email, "/confirm/"))
    look()
    page.locator("main form button").click()
    expect(page.locator("main form button")).to_have_count(0)
    look()
    page.goto(portal.desk_link(email))
    look()
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text(email)
    look()
    page.get_by_role("button", name="Kontaktet").click()
    look()
    page.goto("/find?q=4174")
    look()
    page.goto("/confirm/forged")
    look()
