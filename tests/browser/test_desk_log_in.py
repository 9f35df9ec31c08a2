"""Logging in at the desk, in a browser: the mail's link, the six figures, and a link from elsewhere."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.backend.conftest import link_in, opened
from tests.browser.conftest import axe

PEOPLE = """
default: mentor@example.org
people:
- name: Mette Hansen
  email: mette@example.org
  roles: [{role: coordinator, organisation: smedene}, {role: trainer, course: odense-2027}]
"""


@dataclass
class Desk:
    portal: object
    url: str

    def link(self):
        return link_in(self.portal.letter("desk_login"), self.portal.settings.public_url)


@pytest.fixture(scope="module")
def desk(site, sound, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    (folder / "site").symlink_to(site)
    (folder / "recipients.yaml").write_text(PEOPLE)
    with opened(folder, sound, RECIPIENTS=str(folder / "recipients.yaml")) as portal:
        yield Desk(portal, str(portal.client.base_url).rstrip("/"))


PHONE = {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}


def test_a_coordinator_logs_in_and_out(browser, desk):
    context = browser.new_context(base_url=desk.url, bypass_csp=True, **PHONE)
    page, mail = context.new_page(), context.new_page()

    def is_sound(of):
        assert [] == axe(of)
        assert of.viewport_size["width"] == of.evaluate("document.documentElement.scrollWidth")

    page.goto("/desk/")
    is_sound(page)
    page.get_by_label("Din mailadresse").fill("mette@example.org")
    page.keyboard.press("Enter")
    code = page.locator(".mk-code strong").text_content()
    is_sound(page)
    assert [] == context.cookies()
    mail.goto(desk.link())
    is_sound(mail)
    mail.get_by_label("De seks cifre").fill(code)
    mail.keyboard.press("Enter")
    expect(mail.locator("h1")).to_have_text("Goddag, Mette Hansen")
    is_sound(mail)
    mail.set_viewport_size({"width": 1280, "height": 900})
    mail.emulate_media(color_scheme="light")
    is_sound(mail)
    (cookie,) = context.cookies()
    assert ("mentorkorps_desk", "/desk", True, "Strict") == (
        cookie["name"],
        cookie["path"],
        cookie["httpOnly"],
        cookie["sameSite"],
    )

    # Another site: the browser keeps the cookie back, and the session is found all the same.
    page.goto(desk.url.replace("127.0.0.1", "localhost"))
    page.evaluate("url => location.assign(url)", f"{desk.url}/desk/second-factor")
    expect(page.locator("h1")).to_have_text("En kode fra din telefon")
    is_sound(page)
    page.get_by_role("button", name="Slå det til").click()
    is_sound(page)

    mail.get_by_role("button", name=re.compile("Log Mette Hansen ud")).click()
    expect(mail.locator("h1")).to_have_text("Du er logget ud")
    assert [] == context.cookies()
    context.close()
