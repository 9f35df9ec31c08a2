"""What a reader of the training gains with a script, and keeps without one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

MODULE = "/uddannelse/dag-1/d1-m4/"
KEPT = "({...localStorage, ...sessionStorage})"


def test_nothing_is_remembered_until_the_reader_asks_and_nothing_after_it_is_deleted(visit):
    visit.goto(MODULE)
    visit.locator("summary").first.click()
    visit.get_by_role("button", name="Det vidste jeg").first.click()
    expect(visit.get_by_text("Du vidste 1 af 3.")).to_be_visible()
    assert {} == visit.evaluate(KEPT)

    visit.get_by_role("button", name="Ja, husk det").click()
    visit.get_by_role("button", name="Jeg er færdig med modulet").click()
    visit.get_by_role("button", name="Den tager jeg igen").first.click()
    visit.reload()
    expect(visit.get_by_text("Du vidste 0 af 3.")).to_be_visible()

    visit.goto("/en/training/")
    expect(visit.get_by_text("You have finished 1 of the course's 17 modules.")).to_be_visible()
    expect(visit.locator(".mk-timetable .mk-done").first).to_have_text("finished")
    expect(visit.get_by_role("link", name="Go on: Welcome")).to_have_attribute(
        "href", re.compile("/d1-m0/$")
    )

    visit.get_by_role("button", name="Delete what is kept").click()
    expect(visit.get_by_text("The page remembers nothing.")).to_be_visible()
    expect(visit.locator(".mk-done")).to_have_count(0)
    assert {} == visit.evaluate(KEPT)


def test_a_reader_who_was_not_finished_after_all_takes_it_back(visit):
    visit.goto(MODULE)
    for name in ("Ja, husk det", "Jeg er færdig med modulet", "Jeg er ikke færdig alligevel"):
        visit.get_by_role("button", name=name).click()

    expect(visit.get_by_role("button", name="Jeg er færdig med modulet")).to_be_focused()
    expect(visit.get_by_text("Du er færdig med 0 af kursets 17 moduler.")).to_be_visible()


def test_a_browser_that_keeps_nothing_says_so(context_of):
    page = context_of()
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('no', 'SecurityError'); };"
    )
    page.goto(MODULE)

    page.get_by_role("button", name="Ja, husk det").click()

    expect(page.get_by_text("Din browser tillader ikke")).to_be_visible()


@pytest.mark.visitor(java_script_enabled=False)
def test_without_a_script_answers_open_and_words_lead_to_the_glossary(visit):
    visit.goto(MODULE)
    expect(visit.locator(".mk-progress, .mk-question__mark").locator("visible=true")).to_have_count(
        0
    )
    answer = visit.locator("details p").first
    expect(answer).to_be_hidden()
    visit.locator("summary").first.click()
    expect(answer).to_be_visible()

    visit.get_by_role("link", name="fagforeningen", exact=True).click()

    expect(visit).to_have_url(re.compile("/uddannelse/ordliste/#fagforening$"))
    expect(visit.locator("#fagforening")).to_contain_text("En forening af lønmodtagere")


def test_a_meaning_comes_by_pointer_and_stays_while_it_is_read(visit):
    visit.goto(MODULE)
    word, meaning = visit.locator(".mk-term").first, visit.get_by_role("tooltip")
    word.hover()
    expect(meaning).to_be_visible()
    assert meaning.get_attribute("id") == word.get_attribute("aria-describedby")

    meaning.hover()
    visit.wait_for_timeout(400)
    expect(meaning).to_be_visible()
    visit.keyboard.press("Escape")
    expect(meaning).to_be_hidden()

    word.hover()
    expect(meaning).to_be_visible()
    visit.mouse.move(0, 0)
    expect(meaning).to_be_hidden()


def test_a_meaning_comes_by_keyboard_and_goes_with_escape(visit):
    visit.goto(MODULE)
    word, meaning = visit.locator(".mk-term").first, visit.get_by_role("tooltip")
    while not word.evaluate("one => one === document.activeElement"):
        visit.keyboard.press("Tab")
    expect(meaning).to_be_visible()

    visit.keyboard.press("Escape")

    expect(meaning).to_be_hidden()
    expect(word).to_be_focused()
    visit.keyboard.press("Enter")
    expect(visit).to_have_url(re.compile("/ordliste/#"))


@pytest.mark.visitor(has_touch=True, viewport={"width": 360, "height": 740})
def test_a_first_tap_explains_and_a_second_leads_on(visit):
    visit.goto(MODULE)
    word, meaning = visit.locator(".mk-term").last, visit.get_by_role("tooltip")
    word.tap()
    expect(meaning).to_be_visible()
    box = meaning.bounding_box()
    assert 0 <= box["x"] and box["x"] + box["width"] <= 360
    visit.locator("h1").tap()
    expect(meaning).to_be_hidden()

    word.tap()
    expect(visit).to_have_url(re.compile("/d1-m4/$"))
    word.tap()

    expect(visit).to_have_url(re.compile("/ordliste/#"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_aids_are_accessible(scheme, context_of):
    page = context_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto(MODULE)
    page.get_by_role("button", name="Ja, husk det").click()
    page.locator("summary").first.click()
    page.get_by_role("button", name="Det vidste jeg").first.click()
    page.locator(".mk-term").first.hover()

    assert [] == axe(page)
