"""A certificate looked up by somebody who holds the paper, with and without JavaScript, and axe at each stop."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mentorkorps.backend.certificates import codes
from tests.browser.conftest import Running, axe

NAME = "Amina Testesen"


@pytest.fixture(scope="module")
def code(portal: Running) -> str:
    return codes.code(portal.settings.secret_keys[0], "odense-marts-2027", 0, NAME)


def look(page: Page, name: str) -> None:
    assert [] == axe(page), page.url
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    if folder := os.environ.get("KIT_SHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_code_and_a_name_are_checked_on_a_phone(scheme, context_of, code):
    page = context_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto("/kursusbevis/")
    look(page, f"{scheme}-1")
    page.get_by_label("Koden på beviset").fill("1234 nej")
    page.get_by_role("button", name="Se efter").click()
    expect(page.locator("h1")).to_have_text("Den kode kender vi ikke")
    look(page, f"{scheme}-2")
    page.get_by_label("Koden på beviset").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Se efter").click()
    expect(page.locator("h1")).to_have_text("Beviset er ægte")
    assert page.url.endswith(f"/kursusbevis/{code}")
    look(page, f"{scheme}-3")
    page.get_by_label("Navnet på beviset").fill("Bo Bosen")
    page.get_by_role("button", name="Sammenlign").click()
    expect(page.get_by_role("status")).to_contain_text("Nej")
    page.get_by_label("Navnet på beviset").fill(NAME.upper())
    page.get_by_role("button", name="Sammenlign").click()
    expect(page.get_by_role("status")).to_contain_text("Ja")
    expect(page.locator("main")).not_to_contain_text(NAME)
    look(page, f"{scheme}-4")


def test_it_works_in_english_without_javascript(context_of, code):
    page = context_of(java_script_enabled=False)
    page.goto("/en/certificate/")
    page.get_by_label("The code on the certificate").fill(code)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("h1")).to_have_text("The certificate is genuine")
    page.get_by_label("The name on the certificate").fill(NAME)
    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_role("status")).to_contain_text("Yes")
    assert page.url.endswith(f"/en/certificate/{code}")
