"""The training as trainers and participants meet it: on a phone, in the dark, on a late day, and
on paper.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

KINDS = {
    "overview": "/uddannelse/",
    "module": "/uddannelse/dag-1/d1-m1/",
    "add-on": "/uddannelse/tillaeg/chief-c1/",
    "trainer": "/uddannelse/dag-1/d1-m1/underviser/",
    "trainers": "/uddannelse/undervisere/",
    "paper": "/uddannelse/papirer/h2/",
    "wide paper": "/uddannelse/papirer/t4/",
    "paper for mentees": "/uddannelse/papirer/welcome-ar/",
    "cards": "/uddannelse/kort/a/",
    "cards with key": "/uddannelse/kort/a/underviser/",
    "run sheet": "/uddannelse/koereplan/",
    "glossary": "/uddannelse/ordliste/",
    "rule cards": "/regelkort/",
    "whole": "/uddannelse/samlet/",
    "english module": "/en/training/day-1/d1-m1/",
}


LOOKED_AT = ("overview", "module", "trainer", "paper", "cards with key", "run sheet", "rule cards")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", LOOKED_AT)
def test_axe_finds_nothing(kind, scheme, tab_of):
    page = tab_of(color_scheme=scheme, viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page.goto(KINDS[kind])

    assert [] == axe(page)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_a_phone(kind, tab_of):
    page = tab_of(viewport={"width": 360, "height": 740})
    page.goto(KINDS[kind])

    assert 360 >= page.evaluate("document.documentElement.scrollWidth")


ON_A_PHONE = [(kind, "light") for kind in KINDS if kind not in (*LOOKED_AT, "whole")]
ON_A_PHONE += [
    (kind, scheme) for kind in ("module", "trainer", "run sheet") for scheme in ("light", "dark")
]


@pytest.mark.parametrize(("kind", "scheme"), ON_A_PHONE)
def test_axe_finds_nothing_on_a_phone(kind, scheme, tab_of):
    page = tab_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto(KINDS[kind])

    assert [] == axe(page)


@pytest.mark.visitor(viewport={"width": 360, "height": 740})
def test_a_phone_reads_a_wide_table_row_by_row_with_a_word_for_each_cell(visit):
    visit.goto("/uddannelse/papirer/h7/")
    cells = visit.locator(".mk-table--rows tbody tr").first.locator("td")

    boxes = [cell.bounding_box() for cell in cells.all()]
    labels = [
        cell.evaluate("one => getComputedStyle(one, '::before').content") for cell in cells.all()
    ]

    assert 1 == len({box["x"] for box in boxes})
    assert all(250 < box["width"] for box in boxes)
    assert ["Hvem: ", "Bestemmer blandt andet: ", "Bestemmer ikke: "] == [
        words_of(label) for label in labels
    ]


def words_of(content: str) -> str:
    """The words of a style's `content`."""
    return "".join(re.findall(r'"([^"]*)"', content))


@pytest.mark.visitor(java_script_enabled=False)
@pytest.mark.parametrize("kind", ["module", "run sheet", "rule cards"])
def test_pages_speak_without_javascript(kind, look):
    look.goto(KINDS[kind])

    expect(look.locator("h1")).to_be_visible()
    expect(look.locator("form.mk-late:visible")).to_have_count(0)


def test_the_language_switch_leads_to_the_same_trainer_page(visit):
    visit.goto(KINDS["trainer"])
    visit.locator("header a[hreflang=en]").click()

    expect(visit).to_have_url(re.compile("/en/training/day-1/d1-m1/trainer/$"))


@pytest.mark.parametrize(
    ("day", "sentence"), [("2026-11-22", "Skal ses efter igen"), ("2030-01-01", "Skulle være set")]
)
def test_a_rule_card_says_on_the_day_whether_it_is_to_be_checked_again(day, sentence, visit):
    visit.clock.set_fixed_time(f"{day}T10:00:00")
    visit.goto(KINDS["rule cards"])

    expect(visit.locator(".mk-level__dates p:visible").first).to_contain_text(sentence)


def day_planned(visit, now: str, slot: str, day: int = 0) -> dict[str, str]:
    """The clock times and minutes of each slot, after a day has been planned again."""
    sheet = visit.locator("[data-day]").nth(day)
    sheet.locator("input[name=now]").fill(now)
    sheet.locator("select[name=next]").select_option(label=slot)
    sheet.get_by_role("button", name="Regn om").click()
    rows = sheet.locator("[data-slot]").all()
    return {
        row.locator("strong").inner_text().split(":")[0]: row.locator(".mk-clock").inner_text()
        for row in rows
    }


def test_a_quarter_of_an_hour_late_is_won_back_before_lunch_and_after(visit):
    visit.goto(KINDS["run sheet"])

    planned = day_planned(visit, "13:15", "13.00 Samtalen: lytte, spørge, klart sprog")

    assert "9.00–9.25" == planned["Velkommen og holdets aftaler"]
    assert planned["Samtalen"].startswith("13.15–")
    assert planned["Opsamling på første dag"].endswith("–16.00")
    expect(visit.locator("[role=status]:not(:empty)").first).to_contain_text("15 minutter bagud")


def test_trauma_and_boundaries_never_give_a_minute_and_lunch_waits_for_them(visit):
    visit.goto(KINDS["run sheet"])

    planned = day_planned(visit, "11:00", "10.45 Mennesker på flugt: et traumebevidst møde")

    assert "11.00–11.50" == planned["Mennesker på flugt"]
    assert "11.50–12.30" == planned["Grænser, etik og tavshed"]
    assert "12.30–13.15" == planned["Frokost"]
    assert planned["Opsamling på første dag"].endswith("–16.00")


def test_two_hours_late_says_honestly_that_it_does_not_fit(visit):
    visit.goto(KINDS["run sheet"])

    planned = day_planned(visit, "15:00", "13.00 Samtalen: lytte, spørge, klart sprog")

    assert not planned["Opsamling på første dag"].endswith("–16.00")
    expect(visit.locator("[role=status]:not(:empty)").first).to_contain_text(
        "kan modulerne ikke give alene"
    )


def test_the_printed_plan_comes_back_and_works_without_a_network(visit):
    visit.goto(KINDS["run sheet"])
    visit.wait_for_load_state("networkidle")
    visit.context.set_offline(True)
    day_planned(visit, "13:15", "13.00 Samtalen: lytte, spørge, klart sprog")
    visit.get_by_role("button", name="Vis den trykte plan").first.click()

    expect(visit.locator("[data-day]").first).to_contain_text("13.00–14.15")
    expect(visit.locator("[data-changed]")).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "pages"), [("paper", 1), ("run sheet", 2), ("paper for mentees", 1)]
)
def test_papers_fill_the_sheets_they_promise(kind, pages, context_of):
    page = context_of()
    page.goto(KINDS[kind])

    assert pages == len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_self_checks_open_on_demand(visit):
    visit.goto(KINDS["module"])
    check = visit.locator("details.mk-question").first
    expect(check.locator("p").first).to_be_hidden()
    check.locator("summary").click()

    expect(check.locator("p").first).to_be_visible()
