"""What may be spam, as a coordinator sees it: the list, one sign-up, and the press that takes the doubt away."""

import re

import pytest
from playwright.sync_api import expect

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.security.signed_links import Tokens
from tests.backend.conftest import volunteer
from tests.browser.conftest import axe


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"]
)
def test_a_coordinator_finds_out_why_and_restores(look, context_of, portal):
    page = context_of(viewport={"width": 360, "height": 740}, bypass_csp=True, **look)
    email = f"robot-{look['color_scheme']}@eksempel.dk"
    page.request.post("/forms/mentor", form=volunteer(email=email, website="https://spam.example"))
    (sign_up,) = portal.sign_ups(email)
    token = Tokens(portal.settings.secret_keys, utc_now).sign("doubtful", sign_up.id, utc_now())

    page.goto(f"/desk/doubtful/{token}")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("Tilmeldinger, der ligner spam")
    expect(page.locator("main")).not_to_contain_text(email)
    assert [] == axe(page)
    page.get_by_role("button", name="Vis svarene").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("Ligner spam.*skjult felt", re.S))
    expect(page.locator("main")).to_contain_text(email)
    assert [] == axe(page)
    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("button", name="Det er ikke spam").click()
    expect(page.locator("main")).to_contain_text("gør det ikke mere")

    assert [False] == [sign_up.flagged for sign_up in portal.sign_ups(email)]
