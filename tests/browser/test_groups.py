"""Lists in groups: with a script, and without one, the same cards stand under the same headings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as BrowserPage

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.site.page import Page
from mentorkorps.site.record_pages import site_pages
from tests.browser.rendered import visitor

TODAY = "2026-11-22"
GROUPS = """sections => sections.filter(section => section.checkVisibility()).map(section => [
  section.querySelector("h2").textContent,
  ...[...section.querySelectorAll("[data-card]")].slice(0, section.dataset.limit)
     .map(card => card.querySelector("a").textContent),
])"""


def copied(table: Path, id: str, copy: str, *changes: tuple[str, str]) -> None:
    """Adds a record that is another one but for its id, its name and the changes."""
    text = table.read_text("utf-8")
    record = re.search(rf"(?ms)^- id: {id}\n.*?(?=^- id: |\Z)", text)[0]
    record = re.sub(r"name: .*", f"name: {{da: {copy}, en: {copy}}}", record, count=1)
    for old, new in ((id, copy), *changes):
        assert old in record
        record = record.replace(old, new)
    table.write_text(f"{text.rstrip()}\n{record}", "utf-8")


@pytest.fixture
def pages(data: Path) -> dict[str, Page]:
    """Every page of some programmes, courses and events, each kind with several states."""
    for table, id in (("courses.yaml", "odense-2027"), ("events.yaml", "netvaerk-april-2027")):
        copied(data / table, id, "aflyst", ("status: open", "status: cancelled"))
        copied(data / table, id, "fuldt", ("status: open", "status: full"))
    copied(data / "programmes.yaml", "aaben", "pause", ("status: open", "status: paused"))
    catalogue = load_catalogue(data)
    return {page.at: page for page in site_pages(catalogue, "da")}


def grouped(page: BrowserPage, pages: dict[str, Page]) -> Iterator[tuple[str, list[list[str]]]]:
    for at, rendered in pages.items():
        if "data-states" in rendered.body:
            page.goto(at or "/")
            yield at, page.locator("[data-states]").evaluate_all(GROUPS)


def test_every_grouped_page_shows_with_a_script_what_it_shows_without(pages, browser):
    with visitor(browser, pages, java_script_enabled=False) as plain:
        expected = dict(grouped(plain, pages))
    with visitor(browser, pages) as scripted:
        scripted.clock.set_fixed_time(f"{TODAY}T10:00:00")
        shown = dict(grouped(scripted, pages))

    assert {"", "kurser/", "arrangementer/", "programmer/"} <= expected.keys()
    assert expected == shown
    assert 2 == len(shown[""])


def test_a_course_asks_those_who_were_there_only_when_it_has_been_held(pages, browser):
    course = {at: page for at, page in pages.items() if at.startswith("kurser/")}
    asks = "main a[href*='/kursusevaluering/?course=odense-2027']"
    with visitor(browser, course) as scripted:
        for day, is_asked in (("2026-11-22", False), ("2027-03-09", False), ("2027-03-10", True)):
            scripted.clock.set_fixed_time(f"{day}T10:00:00")
            scripted.goto("kurser/odense-2027/")
            assert is_asked == scripted.locator(asks).is_visible(), day
    with visitor(browser, course, java_script_enabled=False) as plain:
        plain.goto("kurser/odense-2027/")
        assert not plain.locator(asks).is_visible()
        plain.goto("kurser/aflyst/")
        assert 0 == plain.locator(asks.replace("odense-2027", "aflyst")).count()
