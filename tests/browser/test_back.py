"""Back and reload, on the pages that answer what somebody sent: never an error of the browser's own."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import axe
from tests.browser.test_sign_up import confirm, fill, send

EMAIL = "tilbage@eksempel.dk"


def away_and_back(page: Page, words: str) -> None:
    """To the front page and back, then loaded again: the page is there with its words each time."""
    expect(page.locator("main")).to_contain_text(words)
    page.locator("a.mk-brand").click()
    expect(page.locator("main")).not_to_contain_text(words)
    page.go_back()
    expect(page.locator("main")).to_contain_text(words)
    page.reload()
    expect(page.locator("main")).to_contain_text(words)


def test_back_and_reload_show_the_page_and_the_language_link_keeps_it(context_of, portal):
    page = context_of(java_script_enabled=False)
    page.goto("/tilmelding/mentor/")
    fill(page, EMAIL)
    page.get_by_label(re.compile("Postnummer")).first.fill("9999")
    send(page)
    away_and_back(page, "9999")
    expect(page.get_by_label("Navn").first).to_have_value("Æske Ørsted")
    page.get_by_label(re.compile("Postnummer")).first.fill("8000")
    send(page)

    away_and_back(page, EMAIL)
    page.locator(".mk-tools a[hreflang=en]").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    expect(page.locator("main")).to_contain_text(EMAIL)
    page.locator(".mk-tools a[hreflang=da]").click()
    page.locator("#email").fill(f"ny-{EMAIL}")
    page.get_by_role("button", name="Ret adressen").click()
    away_and_back(page, f"ny-{EMAIL}")

    confirm(page, portal, f"ny-{EMAIL}")
    away_and_back(page, "bekræftet")
    page.get_by_role("link", name="Se, ret eller slet det, du har sendt").click()
    page.locator(".mk-tools a[hreflang=en]").click()
    page.get_by_role("button", name="Show my page").click()
    expect(page.locator("h1")).to_have_text("Sign-up as a mentor")
    page.locator(".mk-tools a[hreflang=da]").click()
    page.get_by_role("button", name="Vis min side").click()
    away_and_back(page, f"ny-{EMAIL}")
    page.get_by_role("button", name="Ret dine svar").click()
    away_and_back(page, "Ret dine svar")
    page.get_by_role("button", name="Tilbage uden at rette").click()
    page.get_by_role("button", name="Træk tilbage").click()
    expect(page.locator("main")).to_contain_text("Det er trukket tilbage")
    page.locator("a.mk-brand").click()
    page.go_back()
    expect(page.locator("main")).to_contain_text("Det er trukket tilbage")
    page.get_by_role("button", name="Fortryd").click()
    expect(page.locator("main")).to_contain_text("det gælder igen")

    page.goto(portal.desk_link(f"ny-{EMAIL}"))
    page.get_by_role("button", name="Vis svarene").click()
    away_and_back(page, "Tilmelding som mentor")


def test_the_pages_after_sending_are_accessible(context_of, portal):
    page = context_of(viewport={"width": 360, "height": 740}, bypass_csp=True)
    email = "venter@eksempel.dk"
    page.goto("/tilmelding/spoergsmaal/")
    page.locator("textarea").first.fill("Hvor lang tid tager det?")
    page.get_by_label("E-mail").first.fill(email)
    page.locator("#contact").check()
    send(page)
    expect(page.locator("main")).to_contain_text(email)
    assert [] == axe(page)
    confirm(page, portal, email)
    assert [] == axe(page)
    page.get_by_role("link", name="Se, ret eller slet").click()
    page.get_by_role("button", name="Vis min side").click()
    assert [] == axe(page)
    page.get_by_role("button", name="Træk tilbage").click()
    expect(page.locator("main")).to_contain_text("Fortryd")
    assert [] == axe(page)
