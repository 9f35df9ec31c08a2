"""A course that fills up: what its page says, the waiting list, an offer taken, with and without JavaScript."""

import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from mentorkorps.catalogue.load import load_catalogue
from tests.browser.conftest import axe
from tests.conftest import ROOT

COURSE = "aarhus-maj-2027"
SEATS = load_catalogue(ROOT / "data").courses[COURSE].seats
PHONE = {"viewport": {"width": 360, "height": 740}}


def book(portal, name: str) -> None:
    typed = {
        "name": name,
        "email": f"{name}@eksempel.dk",
        "course": COURSE,
        "adult": "yes",
        "contact": "yes",
        "language": "da",
    }
    assert 303 == httpx.post(f"{portal.url}/forms/kursus", data=typed).status_code


def confirm(portal, name: str) -> None:
    httpx.post(portal.link_in_mail(f"{name}@eksempel.dk", "/confirm/"))


@pytest.fixture(scope="module")
def full(portal):
    """The course with every place taken by somebody who has confirmed one of them."""
    for number in range(SEATS):
        book(portal, f"kursist{number}")
    confirm(portal, "kursist0")
    return portal


def test_the_page_tells_it_when_it_is_looked_at(context_of, portal):
    page = context_of(**PHONE)
    page.goto("/kurser/odense-marts-2027/")
    expect(page.locator(".mk-seats")).to_have_text("Ledige pladser lige nu")


def test_a_full_course_offers_its_waiting_list(context_of, full):
    page = context_of(**PHONE)
    page.goto(f"/kurser/{COURSE}/")
    expect(page.locator(".mk-seats")).to_contain_text("Du kan komme på ventelisten")
    call = page.locator(".mk-call a:visible").first
    expect(call).to_have_text("Skriv dig på ventelisten")
    assert [] == axe(page)

    call.click()
    expect(page.locator("main")).to_contain_text("Du kommer på ventelisten")
    assert COURSE == page.locator("#course").input_value()


def test_without_javascript_the_form_says_it_and_the_offer_is_taken_by_a_button(context_of, full):
    page = context_of(java_script_enabled=False, **PHONE)
    page.goto(f"/tilmelding/kursus/?course={COURSE}")
    expect(page.locator("main")).to_contain_text("Der er ikke flere pladser")
    page.locator("#name").fill("Ventende")
    page.locator("#email").fill("ventende@eksempel.dk")
    page.locator("#adult").check()
    page.locator("#contact").check()
    page.locator(".mk-form [type=submit]").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"Du er nummer \d+ på ventelisten"))
    page.goto(full.link_in_mail("ventende@eksempel.dk", "/confirm/"))
    page.locator("main form button").click()

    page.goto(full.link_in_mail("kursist0@eksempel.dk", "/mine/"))
    page.locator("main form button").click()
    page.get_by_role("button", name="Træk tilbage").click()
    page.goto(full.link_in_mail("ventende@eksempel.dk", "/offer/"))
    expect(page.locator("main")).to_contain_text("Svar senest")
    page.get_by_role("button", name="Ja tak, jeg tager pladsen").click()
    expect(page.locator("h1")).to_have_text("Pladsen er din")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_an_offer(context_of, full, colours):
    name = f"tilbud-{colours}"
    book(full, name)
    confirm(full, name)
    page = context_of(color_scheme=colours, **PHONE)
    page.goto(full.link_in_mail(f"{name}@eksempel.dk", "/mine/"))
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("på ventelisten")

    assert [] == axe(page)


def test_the_page_stays_true_when_the_service_is_down(context_of, portal):
    page = context_of(**PHONE)
    page.route("**/places/**", lambda route: route.abort())
    page.goto("/kurser/odense-marts-2027/")
    time.sleep(0.2)

    expect(page.locator(".mk-seats")).to_have_text("")
    expect(page.locator(".mk-call a:visible").first).to_have_text("Tilmeld dig kurset")
