"""Slides as a trainer drives them: keyboard, clicker, speaker window, and as a page without
scripts.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

DECK = "/uddannelse/dag-1/d1-m1/dias/"
FITS = """() => [...document.querySelectorAll(".sl-slide")].filter((slide) => {
  const foot = slide.querySelector(".sl-foot").getBoundingClientRect().top;
  const bottoms = [...slide.querySelectorAll(".sl-text, .sl-clock")].map((one) => one.getBoundingClientRect().bottom);
  return Math.max(...bottoms) > foot || slide.scrollWidth > slide.clientWidth;
}).map(({ id }) => id)"""


def at(page) -> str:
    return page.evaluate("location.hash")


@pytest.fixture
def deck(visit):
    visit.set_viewport_size({"width": 1280, "height": 720})
    visit.goto(DECK)
    return visit


COVERED = """[...document.querySelectorAll('.sl-slide')].filter(one =>
  one.querySelector('.sl-slide__inner').getBoundingClientRect().bottom
    > one.querySelector('.sl-foot').getBoundingClientRect().top
  || [...one.querySelectorAll('.sl-text *')].some(text => text.getBoundingClientRect().right > innerWidth)
).map(one => one.textContent.trim().slice(0, 40))"""


def test_a_clicker_goes_through_the_slides(deck):
    for key, anchor in [
        ("PageDown", "#2"),
        (" ", "#3"),
        ("ArrowRight", "#4"),
        ("PageUp", "#3"),
        ("Shift+ ", "#2"),
        ("ArrowLeft", "#1"),
        ("Home", "#1"),
    ]:
        deck.keyboard.press(key.replace("Shift+ ", "Shift+Space"))
        assert (key, anchor) == (key, at(deck))


def test_an_answer_comes_on_the_next_press(deck):
    deck.keyboard.press("End")
    answer = deck.locator(".sl-slide").last.locator("[data-answer]")
    expect(answer).to_be_hidden()
    last = at(deck)

    deck.keyboard.press("PageDown")

    expect(answer).to_be_visible()
    assert last == at(deck)


def test_the_count_down_is_started_by_hand(deck):
    clock = deck.locator(".sl-clock").first
    expect(clock.get_by_role("timer")).to_have_text("25")

    clock.get_by_role("button", name="Start tiden").click()

    expect(clock.get_by_role("timer")).to_have_text("24:58", timeout=5000)
    clock.get_by_role("button", name="+ 1 minut").click()
    expect(clock.get_by_role("timer")).to_have_text("25:57", timeout=5000)
    clock.get_by_role("button", name="Hold pause").click()
    expect(clock).to_have_attribute("data-state", "paused")


def test_the_trainers_page_follows_in_a_window_beside(deck):
    with deck.expect_popup() as opened:
        deck.keyboard.press("n")
    speaker = opened.value
    expect(speaker.locator(".sl-speaker__now")).to_contain_text("1 /")

    for _ in range(2):
        deck.keyboard.press("PageDown")

    expect(speaker.locator(".sl-shown h2")).to_have_attribute("id", "oplaeg")
    speaker.get_by_role("button", name="Næste").click()
    expect(speaker.locator(".sl-speaker__now")).to_contain_text("4 /")
    deck.wait_for_function("location.hash === '#4'")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_nothing_is_cut_off_on_a_projector(visit, site, size):
    visit.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    paths = [*site.glob("**/dias/index.html"), *site.glob("**/slides/index.html")]
    decks = sorted(path.parent.relative_to(site).as_posix() for path in paths)
    assert len(decks) >= 34
    for deck in decks:
        visit.goto(f"/{deck}/")
        assert (deck, []) == (deck, visit.evaluate(FITS))


def test_a_phone_reads_every_deck_with_nothing_cut_off_or_covered(visit, site):
    visit.set_viewport_size({"width": 360, "height": 740})
    for path in sorted([*site.glob("**/dias/index.html"), *site.glob("**/slides/index.html")]):
        deck = path.parent.relative_to(site).as_posix()
        visit.goto(f"/{deck}/")
        assert (deck, 360, []) == (
            deck,
            visit.evaluate("document.documentElement.scrollWidth"),
            visit.evaluate(COVERED),
        )


def test_the_next_slide_stands_free_of_the_buttons_on_a_phone(visit):
    visit.set_viewport_size({"width": 360, "height": 740})
    visit.goto(DECK)
    visit.get_by_role("button", name="Næste").click()
    visit.wait_for_function("location.hash === '#2'")

    free = "([x, y]) => document.elementFromPoint(x, y).closest('h2') !== null"
    box = visit.locator("#title-2").bounding_box()
    assert visit.evaluate(free, [box["x"] + 5, box["y"] + box["height"] / 2])


def test_slides_are_a_long_page_without_scripts(context_of):
    page = context_of(java_script_enabled=False)
    page.goto(DECK)

    expect(page.get_by_text("Kommunen eller a-kassen.")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Modulets side")).to_be_visible()


@pytest.mark.parametrize(
    "address", [DECK, "/en/training/day-2/d2-m5/slides/", "/uddannelse/dag-1/d1-m1/underviser/"]
)
def test_slides_are_accessible(deck, address):
    deck.goto(address)
    deck.keyboard.press("PageDown")

    assert [] == axe(deck)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_are_accessible_on_a_phone(scheme, context_of):
    page = context_of(color_scheme=scheme, viewport={"width": 360, "height": 740}, bypass_csp=True)
    page.goto(DECK)

    assert [] == axe(page)
    assert 360 >= page.evaluate("document.documentElement.scrollWidth")


def test_one_slide_is_one_printed_page(deck, tmp_path):
    from pypdf import PdfReader

    deck.emulate_media(media="print")
    deck.pdf(path=tmp_path / "dias.pdf", prefer_css_page_size=True, print_background=True)

    pages = PdfReader(tmp_path / "dias.pdf").pages
    assert deck.locator(".sl-slide").count() == len(pages)
    assert "Kommunen eller a-kassen" in pages[-2].extract_text()
