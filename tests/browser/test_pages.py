"""Each kind of page as people meet it: light and dark, narrow and wide, on the day it is looked
at.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

KINDS = {
    "front": "/",
    "programmes": "/programmer/",
    "programme": "/programmer/hjaelp-en-flygtning-nu/",
    "open programme": "/programmer/mentorkorps-aabent-hold/",
    "organisation": "/organisationer/lederne/",
    "municipality": "/kommuner/odense/",
    "municipality without a programme": "/kommuner/skive/",
    "municipalities": "/kommuner/",
    "industry": "/brancher/",
    "courses": "/kurser/",
    "outcomes": "/resultater/",
    "form": "/tilmelding/mentor/",
    "interest list": "/tilmelding/interesseliste/",
    "about": "/om/",
    "privacy": "/privatliv/",
    "accessibility": "/tilgaengelighed/",
    "operations": "/drift/",
    "not found": "/findes-ikke/",
    "english front": "/en/",
    "english programme": "/en/programmes/lift/",
    "english form": "/en/sign-up/mentor/",
    "english not found": "/en/nothing-here/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(kind, scheme, tab_of):
    page = tab_of(color_scheme=scheme, viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page.goto(KINDS[kind])

    assert [] == axe(page)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_a_phone(kind, tab_of):
    page = tab_of(viewport={"width": 360, "height": 740})
    page.goto(KINDS[kind])

    assert 360 >= page.evaluate("document.documentElement.scrollWidth")
    assert 400 >= page.locator(".mk-footer").bounding_box()["height"]
    assert ("form" in kind or "list" in kind) == (0 == page.locator("footer button").count())


@pytest.mark.parametrize("kind", ["front", "open programme", "form", "municipality", "operations"])
def test_axe_finds_nothing_on_a_phone(kind, tab_of):
    page = tab_of(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto(KINDS[kind])

    assert [] == axe(page)


@pytest.mark.visitor(java_script_enabled=False)
@pytest.mark.parametrize("kind", KINDS)
def test_pages_speak_without_javascript(kind, look):
    look.goto(KINDS[kind])

    expect(look.locator("h1")).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_asks_another_host_or_sets_a_cookie(kind, look):
    look.goto(KINDS[kind])
    look.wait_for_load_state("networkidle")

    expect(look.locator("h1")).to_have_count(1)
    assert {} == look.evaluate("({...localStorage, ...sessionStorage})")


def test_the_language_switch_leads_to_the_same_page_and_back(visit):
    visit.goto("/tilmelding/mentor/?place=5000")
    visit.locator("header a[hreflang=en]").click()
    expect(visit).to_have_url(re.compile(r"/en/sign-up/mentor/\?place=5000$"))
    visit.goto("/programmer/lift/")
    visit.locator("header a[hreflang=en]").click()
    expect(visit).to_have_url(re.compile("/en/programmes/lift/$"))
    visit.locator("header a[hreflang=da]").click()

    expect(visit).to_have_url(re.compile("/programmer/lift/$"))


def test_the_first_tab_offers_to_skip_to_the_content(visit):
    visit.goto("/")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Enter")

    assert visit.evaluate("document.activeElement.closest('main') !== null || location.hash !== ''")


def on_the_day(visit, day, path):
    visit.clock.set_fixed_time(f"{day}T10:00:00")
    visit.goto(path)


@pytest.mark.parametrize(
    ("day", "state", "way"),
    [("2026-11-22", "Åben", "/mentor/"), ("2027-06-01", "Ikke bekræftet", "/interesseliste/")],
)
def test_a_programme_says_on_the_day_whether_it_is_still_confirmed(day, state, way, visit):
    on_the_day(visit, day, "/programmer/mentorkorps-aabent-hold/")

    expect(visit.locator("main .mk-state:visible").first).to_contain_text(state)
    for call in visit.locator("main a.mk-button[href*='tilmelding']:visible").all():
        assert way in call.get_attribute("href")


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-11-22", "Åben"),
        ("2027-02-20", "lukket"),
        ("2027-03-03", "i gang"),
        ("2027-04-01", "holdt"),
    ],
)
def test_a_course_says_on_the_day_whether_it_can_be_joined(day, state, visit, real):
    course = next(iter(real.courses))
    on_the_day(visit, day, f"/kurser/{course}/")

    expect(visit.locator("main .mk-state:visible").first).to_contain_text(re.compile(state, re.I))


def test_search_finds_a_programme(visit):
    visit.goto("/")
    visit.get_by_role("button", name="Søg").click()
    visit.get_by_role("searchbox").fill("Lift")
    first = visit.locator(".mk-search__results a").first
    expect(first.locator("strong")).to_have_text("LIFT")
    assert not first.locator("span").inner_text().startswith(("LIFT", "Mentorprogrammer"))

    visit.get_by_role("searchbox").fill("Kringlebakken")
    visit.locator(".mk-search__results a").first.click()

    expect(visit.locator("main")).to_contain_text("Kringlebakken")


@pytest.mark.visitor(java_script_enabled=False, viewport={"width": 360, "height": 740})
def test_a_phone_opens_the_menu_without_a_script_and_reaches_every_page(visit):
    visit.goto("/")
    links = visit.locator("header nav a")
    expect(links.locator("visible=true")).to_have_count(0)
    assert 360 >= visit.evaluate("document.documentElement.scrollWidth")
    targets = [*visit.locator("header button").all(), *visit.locator("header .mk-tools a").all()]

    visit.get_by_role("button", name="Menu").click()

    for target in (*targets, *links.all()):
        if target.is_visible():
            box = target.bounding_box()
            assert 44 <= min(box["width"], box["height"]), target.inner_text()
            assert 0 <= box["x"] and box["x"] + box["width"] <= 360, target.inner_text()
    expect(links.locator("visible=true")).to_have_count(7)
    for name in ("Bliv mentor", "Sagsbehandlere", "Virksomheder"):
        assert "/tilmelding/" in visit.get_by_role("link", name=name, exact=True).first.evaluate(
            "link => link.href"
        )
    visit.keyboard.press("Escape")
    expect(links.first).to_be_hidden()
    for shortcut in visit.locator(".mk-shortcuts a").all():
        assert shortcut.bounding_box()["y"] + 44 < 740, shortcut.inner_text()
    expect(visit.locator(".mk-shortcuts a")).to_have_count(2)

    visit.locator("footer").get_by_role("button", name="Find vej").press("Enter")
    expect(visit.locator("footer nav a")).to_have_count(12)
    expect(visit.get_by_role("link", name="Regelkort")).to_be_visible()
    visit.keyboard.press("Escape")
    expect(visit.get_by_role("link", name="Regelkort")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_menu_is_accessible(scheme, context_of):
    page = context_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto("/kurser/")
    page.get_by_role("button", name="Menu").click()

    assert [] == axe(page)


@pytest.mark.parametrize(("width", "links"), [(1021, 6), (1280, 7)])
def test_a_wide_screen_shows_the_menu_at_once(width, links, visit):
    visit.set_viewport_size({"width": width, "height": 800})
    visit.goto("/")

    expect(visit.get_by_role("button", name="Menu")).to_be_hidden()
    expect(visit.locator("header nav a").locator("visible=true")).to_have_count(links)
    expect(visit.locator("footer nav a").locator("visible=true")).to_have_count(12)
    assert 70 > visit.locator(".mk-header").bounding_box()["height"]


@pytest.mark.visitor(java_script_enabled=False, viewport={"width": 360, "height": 740})
def test_a_wide_table_says_that_it_goes_on_and_scrolls_by_keyboard(visit):
    visit.goto("/for-kommuner-og-organisationer/")
    table = visit.get_by_role("group", name="Opgave, Kommune, Organisation, Koordinator, Mentor")
    last = table.get_by_role("columnheader", name="Mentor")
    assert last.bounding_box()["x"] > 360
    assert "linear-gradient" in table.evaluate("box => getComputedStyle(box).backgroundImage")

    table.focus()
    for _ in range(40):
        visit.keyboard.press("ArrowRight")
        visit.wait_for_timeout(20)

    box = last.bounding_box()
    assert box["x"] + box["width"] <= 360
