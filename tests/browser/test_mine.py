"""A volunteer's own link: see, change, withdraw and delete, in both languages, on a phone, without JavaScript too."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import axe
from tests.browser.test_sign_up import confirm, fill, send

PHONE = {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}


def look(page: Page) -> None:
    assert [] == axe(page), page.url


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_see_change_and_withdraw_in_english(scheme, context_of, portal):
    email = f"mine-{scheme}@example.com"
    page = context_of(color_scheme=scheme, **PHONE)
    page.goto("/en/sign-up/mentor/")
    fill(page, email, "en")
    send(page)
    confirm(page, portal, email)

    page.get_by_role("link", name=re.compile("what you sent")).click()
    look(page)
    expect(page.locator("main")).not_to_contain_text(email)
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text(email)
    look(page)
    page.locator("form[action$='/form'] button").click()
    page.locator("details.mk-more summary").click()
    page.locator("#phone").fill("20 30 40 50")
    look(page)
    press(page, "Save the changes")
    expect(page.locator("main")).to_contain_text("20 30 40 50")
    page.locator("form[action$='/withdraw'] button").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    look(page)


def test_delete_without_javascript_and_nothing_is_left(context_of, portal):
    email = "slet@eksempel.dk"
    page = context_of(java_script_enabled=False)
    page.goto("/tilmelding/mentor/")
    fill(page, email)
    send(page)
    confirm(page, portal, email)
    page.get_by_role("link", name="Se, ret eller slet det, du har sendt").click()
    press(page, "Vis min side")
    page.get_by_label("Ja, slet alt om mig nu").check()
    press(page, "Slet nu")

    expect(page.locator("h1")).to_contain_text("Alt er slettet")
    assert [] == portal.sign_ups(email)
