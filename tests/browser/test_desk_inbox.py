"""The lists of the desk and the page of a case, in a browser."""

import pytest
from playwright.sync_api import expect

from tests.backend.conftest import Hands, opened
from tests.backend.test_desk_log_in import HIDDEN
from tests.backend.test_inbox import PEOPLE, come, logged_in
from tests.browser.conftest import axe

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def desk(site, sound, tmp_path_factory):
    folder = tmp_path_factory.mktemp("inbox")
    (folder / "site").symlink_to(site)
    (folder / "recipients.yaml").write_text(PEOPLE)
    with opened(folder, sound, Hands(), RECIPIENTS=str(folder / "recipients.yaml")) as portal:
        yield portal


def test_a_case_is_found_and_answered_and_both_texts_stand_side_by_side(browser, desk):
    come(desk, "Karen", phone="+45 12 34 56 78")
    come(desk, "Karen again", email="karen@example.net")
    _, entered = logged_in(desk, "anna@example.org")
    url = str(desk.client.base_url).rstrip("/")
    cookie = {"name": HIDDEN, "value": entered.cookies[HIDDEN], "url": f"{url}/desk"}
    eyes = {"base_url": url, "bypass_csp": True, "reduced_motion": "reduce", "viewport": NARROW}
    context = browser.new_context(**eyes)
    context.add_cookies([cookie])
    page = context.new_page()

    def is_sound():
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert [] == axe(page), scheme
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert size["width"] == page.evaluate("document.documentElement.scrollWidth")

    page.goto("/desk/")
    page.get_by_role("link", name="Interesselisten").click()
    is_sound()
    page.get_by_role("link", name="Overblik").click()
    page.get_by_role("link", name="Nye").click()
    is_sound()
    page.get_by_role("link", name="Karen ·").click()
    expect(page.locator("h1")).to_have_text("Karen")
    for fold in page.locator("details").all():
        fold.locator("summary").click()
    is_sound()
    scriptless = browser.new_context(java_script_enabled=False)
    scriptless.add_cookies([cookie])
    other = scriptless.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Jeg svarer").click()
    expect(other.get_by_role("status")).to_have_text("Du er ved at svare. Holdet kan se det.")
    page.locator("#contact-text").fill("Vi taler på mandag")
    page.get_by_role("button", name="Jeg har svaret").click()
    expect(page.locator("h1")).to_have_text("En anden kom først")
    is_sound()
    page.get_by_role("button", name="Jeg har svaret").click()
    expect(page.get_by_text("Vi taler på mandag")).to_be_visible()
    is_sound()
    for opened_context in (context, scriptless):
        opened_context.close()
