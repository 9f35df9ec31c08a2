"""The course pack as a trainer opens it: from a folder, without a server and without the network."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.publish import offline_pack, papers
from mentorkorps.publish.pdf import pdfs
from tests.browser.conftest import axe
from tests.conftest import ROOT

URL = "https://mentorkorps.example/"
LINKS = re.compile(r'\b(?:href|src|data-speaker|data-search)="([^"]+)"')


@pytest.fixture(scope="module")
def packed(real, tmp_path_factory) -> Path:
    training = load_curriculum(ROOT / "training", real)
    press = papers.Press(real, training, "da", URL)
    pdf = pdfs([press.run_sheet()])
    pack = offline_pack.Packer(real, training, "da", URL).pack(pdf)
    folder = tmp_path_factory.mktemp("pack")
    ZipFile(BytesIO(pack.content)).extractall(folder)
    return folder / "mentorkorps-da-1.0"


@pytest.fixture
def offline(browser, packed):
    """A reader of the folder without a network. Fails if anything but a file was asked for, or
    went wrong.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    requests, errors = [], []
    context.on("request", lambda request: requests.append(request.url))
    context.on("page", lambda page: page.on("pageerror", lambda error: errors.append(str(error))))
    context.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page = context.new_page()
    page.goto((packed / "index.html").as_uri())
    yield page
    assert [] == [url for url in requests if not url.startswith(("file:", "data:"))]
    assert [] == errors
    context.close()


def test_every_link_leads_to_a_file_or_to_the_portal(packed):
    dead = set()
    pages = list(packed.rglob("*.html"))
    assert len(pages) > 150
    for page in pages:
        for link in LINKS.findall(page.read_text("utf-8")):
            at = urlsplit(urljoin(page.as_uri(), link))
            if at.scheme in ("https", "mailto", "data", "tel"):
                continue
            target = Path(unquote(at.path))
            if at.scheme != "file" or not target.is_file():
                dead.add((page.relative_to(packed).as_posix(), link))
    assert set() == dead


def test_a_trainer_finds_the_way_from_the_index(offline):
    offline.get_by_role("link", name="For undervisere").first.click()
    offline.get_by_role("link", name="Mentorrollen").first.click()
    expect(offline.get_by_role("heading", level=1)).to_contain_text("Mentorrollen")
    offline.get_by_role("link", name="Vis dias").click()
    expect(offline.locator("body.sl--shown")).to_be_attached()

    offline.keyboard.press("PageDown")

    expect(offline.locator(".sl-slide").nth(1)).to_be_in_viewport(ratio=0.9)


def test_the_speaker_window_follows_between_files(offline, packed):
    offline.goto((packed / "uddannelse/dag-1/d1-m1/dias/index.html").as_uri())
    with offline.expect_popup() as opened:
        offline.keyboard.press("n")
    speaker = opened.value
    expect(speaker.locator(".sl-speaker__now")).to_contain_text("1 /")

    for _ in range(2):
        offline.keyboard.press("PageDown")

    expect(speaker.locator(".sl-shown h2")).to_have_attribute("id", "oplaeg")


def test_the_search_finds_without_a_server(offline):
    offline.get_by_role("button", name="Søg").click()
    offline.locator("#search-words").fill("kortsorteringer")

    results = offline.locator(".mk-search__results a")
    expect(results.first).to_be_visible()
    results.first.click()

    expect(offline.get_by_role("heading", level=1)).to_be_visible()


def test_the_late_planner_works_in_the_room(offline, packed):
    offline.goto((packed / "uddannelse/koereplan/index.html").as_uri())
    day = offline.locator("[data-day]").first
    day.locator("[name=now]").fill("09:40")
    day.locator("[name=next]").select_option("1")

    day.locator("button[type=submit]").click()

    expect(day.get_by_role("status")).not_to_be_empty()


def test_the_pack_is_accessible(browser, packed):
    page = browser.new_page(
        viewport={"width": 1280, "height": 900}
    )  # axe asks for styles, which a file may not
    for name in ("index.html", "uddannelse/dag-1/d1-m1/index.html"):
        page.goto((packed / name).as_uri())
        assert (name, []) == (name, axe(page))
    page.close()


def test_words_are_explained_and_progress_is_kept_in_the_pack_too(offline, packed):
    offline.goto((packed / "uddannelse/dag-1/d1-m4/index.html").as_uri())
    offline.locator(".mk-term").first.hover()
    expect(offline.get_by_role("tooltip")).to_be_visible()
    offline.get_by_role("button", name="Ja, husk det").click()
    offline.get_by_role("button", name="Jeg er færdig med modulet").click()

    offline.goto((packed / "uddannelse/index.html").as_uri())

    expect(offline.get_by_text("Du er færdig med 1 af kursets 17 moduler.")).to_be_visible()


def test_a_phone_finds_its_way_in_the_pack_and_plans_a_late_day(offline, packed):
    offline.set_viewport_size({"width": 360, "height": 740})
    offline.goto((packed / "index.html").as_uri())
    search = offline.get_by_role("button", name="Søg").bounding_box()
    assert 44 <= min(search["width"], search["height"])
    offline.get_by_role("button", name="Menu").click()
    offline.locator("header nav").get_by_role("link", name="For undervisere").click()
    offline.get_by_role("link", name="Køreplan").first.click()
    day = offline.locator("[data-day]").first
    day.locator("[name=now]").fill("09:40")
    day.locator("[name=next]").select_option("1")

    day.get_by_role("button", name="Regn om").click()

    expect(day.get_by_role("status")).to_contain_text("15 minutter bagud")
    expect(day.locator("[data-slot]").nth(1).locator("time").first).to_have_text("9.40")
    expect(day.locator("[data-slot]").nth(3)).not_to_have_attribute("data-changed", "")
    assert 360 >= offline.evaluate("document.documentElement.scrollWidth")
