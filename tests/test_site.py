"""The built site, both languages, read as a browser would: links, languages, nothing foreign,
nothing inline.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from mkdocs.config import load_config

from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.addresses import ADDRESSES, address
from mentorkorps.interface.languages import LANGUAGES
from tests.conftest import ROOT

HOST = "127.0.0.1:8000"
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "use": "href", "source": "src"}


@dataclass
class Read(HTMLParser):
    """What a test wants to know of a page."""

    text: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if attributes.get("id")]


@pytest.fixture(scope="session")
def pages(site):
    return {
        path.relative_to(site).as_posix(): Read(path.read_text("utf-8"))
        for path in site.rglob("*.html")
    }


def targets(page: Read) -> Iterator[str]:
    for tag, name in LINKS.items():
        for attributes in page.all(tag):
            if link := attributes.get(name):
                yield link


def landing(site: Path, name: str, link: str) -> tuple[Path, str]:
    """The file that a link leads to, and the anchor in it."""
    parts = urlsplit(link)
    if not parts.path:
        return site / name, parts.fragment
    start = site if parts.path.startswith("/") else (site / name).parent
    target = (start / unquote(parts.path).lstrip("/")).resolve()
    return (target / "index.html" if target.is_dir() else target), parts.fragment


def test_every_link_and_anchor_leads_somewhere(site, pages):
    lost = set()
    for name, page in pages.items():
        for link in targets(page):
            parts = urlsplit(link)
            if parts.scheme in ("mailto", "data") or parts.netloc not in ("", HOST):
                continue
            file, anchor = landing(site, name, link)
            target = (
                pages.get(file.relative_to(site.resolve()).as_posix())
                if file.suffix == ".html"
                else None
            )
            if not file.exists() or (anchor and target and anchor not in target.ids):
                lost.add((name, link))

    assert set() == lost


def test_pages_are_in_the_language_of_their_address(pages):
    for name, page in pages.items():
        assert ("en" if name.startswith("en/") else "da") == next(page.all("html"))["lang"], name


def test_each_page_and_its_translation_point_at_each_other(pages):
    for name, page in pages.items():
        alternates = {
            link["hreflang"]: link["href"]
            for link in page.all("link")
            if link.get("rel") == "alternate"
        }
        is_slides = 'class="sl"' in page.text  # shown on a projector, kept from search engines
        if name.endswith("index.html") and not is_slides:
            assert set(LANGUAGES) == set(alternates), name
            for href in alternates.values():
                other = urlsplit(href).path.strip("/")
                back = pages[f"{other}/index.html".lstrip("/")]
                assert alternates == {
                    link["hreflang"]: link["href"]
                    for link in back.all("link")
                    if link.get("rel") == "alternate"
                }


def test_titles_are_there_and_differ(pages):
    titles = [
        re.search(r"<title>(.*?)</title>", page.text, re.S)[1].strip() for page in pages.values()
    ]
    danish = [
        title for title, name in zip(titles, pages, strict=True) if not name.startswith("en/")
    ]

    assert all(titles)
    assert len(danish) == len(set(danish))


@pytest.mark.parametrize(
    "title_fields",
    [{"meta": {"title": "A </title><b>"}}, {"meta": {}, "title": "A &lt;/title&gt;<b>"}],
)
def test_a_title_from_the_data_is_words_and_never_html(title_fields):
    config = load_config(str(ROOT / "mkdocs.yml"))
    template = config.theme.get_env().get_template("main.html")
    page = SimpleNamespace(is_homepage=False, **title_fields)

    title = "".join(
        template.blocks["title"](template.new_context({"page": page, "config": config}))
    )

    assert "A &lt;/title&gt;" in title
    assert "<" not in title


def test_the_front_page_says_in_its_title_what_it_is_for(pages):
    for name in ("index.html", "en/index.html"):
        title = re.search(r"<title>(.*?)</title>", pages[name].text)[1]
        assert re.fullmatch(r".*mentor.* · Mentorkorps", title)


def test_robots_are_told_of_both_sitemaps_which_hold_what_is_to_be_found(site, real):
    robots = (site / "robots.txt").read_text("utf-8")
    named = re.findall(rf"(?m)^Sitemap: http://{HOST}/(\S+)$", robots)
    found = "".join((site / name).read_text("utf-8") for name in named)

    assert ["sitemap.xml", "en/sitemap.xml"] == named
    for form in real.forms.values():
        is_led_to = form.purpose is not None
        assert is_led_to == (address("form", "da", form.id) in found), form.id


def test_visitors_search_neither_the_operators_pages_nor_the_editors(site):
    own = [address(kind, "da") for kind in ("operations", "editors", "messages")]
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    places = {doc["location"].partition("#")[0] for doc in index}

    assert {"", address("privacy", "da"), "programmer/lift/"} <= places
    assert places.isdisjoint(own)
    for doc in index:
        if doc["location"] == "programmer/lift/":
            assert "Mentorprogrammer" not in doc["text"]


def test_ids_are_unique_on_each_page(pages):
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages):
    for name, page in pages.items():
        for tag, attributes in page.tags:
            assert tag != "style", name
            assert "style" not in attributes, name
            assert not [attribute for attribute in attributes if attribute.startswith("on")], name
            if tag == "script" and "application/" not in (attributes.get("type") or ""):
                assert attributes.get("src"), name
            for loading in ("src", "srcset"):
                assert not urlsplit(attributes.get(loading) or "").netloc, name
            if tag == "link" and attributes.get("rel") in (
                "stylesheet",
                "preload",
                "icon",
                "preconnect",
            ):
                assert not urlsplit(attributes["href"]).netloc, name


def test_every_address_of_the_table_is_built_in_both_languages(site, real):
    training = load_curriculum(ROOT / "training", real)
    modules = {
        str(day): [id for id in training.order() if training.day_of(id) == day]
        for day in (1, 2, None)
    }
    records = {
        "programme": real.programmes,
        "organisation": real.organisations,
        "course": real.courses,
        "event": real.events,
        "industry": real.industries,
        "form": real.forms,
        "municipality": [municipality.slug for municipality in real.municipalities.values()],
        **{kind: modules[kind[-1]] for kind in ADDRESSES if kind.endswith(("-1", "-2"))},
        **{kind: modules["None"] for kind in ADDRESSES if kind.endswith("-add-on")},
        "paper": training.papers["da"],
        "cards": training.cards["da"],
        "cards-trainer": training.cards["da"],
    }
    missing = [
        at
        for kind in ADDRESSES
        for language in LANGUAGES
        for id in records.get(kind, [""])
        if not (site / (at := address(kind, language, id)) / "index.html").is_file()
    ]

    assert [] == missing


def test_edit_this_page_opens_the_very_line(pages, real):
    for programme in real.published_programmes():
        page = pages[f"programmer/{programme.id}/index.html"]
        edit = next(link["href"] for link in page.all("a") if "/edit/" in (link.get("href") or ""))
        file, _, line = edit.partition("/edit/main/")[2].partition("#L")
        assert (
            f"- id: {programme.id}"
            == (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1].strip()
        )


ALWAYS = (
    "Hvem kan være mentor",
    "Hvem er det for",
    "Det gør du",
    "Det gør du ikke",
    "Kursus før start",
    "Hvem finder et match, og hvordan",
    "Opfølgning undervejs",
    "Praktisk",
    "Hvem svarer",
    "Sådan går det",
)
WHERE_THERE_ARE_ANY = ("Arrangementer", "Fakta", "Resultater", "Spørgsmål og svar")
AT_THE_END = ("Status", "Kilder")
PRACTICAL = ("Brancher", "Sprog", "Kommuner", "Udgifter", "Forsikring")


def test_every_programme_page_has_the_same_fields_in_the_same_order(pages, real):
    for programme in real.published_programmes():
        text = pages[f"programmer/{programme.id}/index.html"].text
        headings = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
        sometimes = [heading for heading in WHERE_THERE_ARE_ANY if heading in headings]
        practical = [name for name in re.findall(r"<dt>(.*?)</dt>", text) if name in PRACTICAL]

        assert [*ALWAYS, *sometimes, *AT_THE_END] == headings, programme.id
        assert list(PRACTICAL) == practical, programme.id


def test_what_no_source_tells_is_said_to_be_missing(pages):
    assert "Ikke oplyst i kilden" in pages["programmer/horestas-mentorkorps/index.html"].text


def test_no_page_holds_a_mail_address_but_made_up_ones(pages):
    for name, page in pages.items():
        assert not re.search(
            r"[\w.+-]+@(?!eksempel|example|[\w.-]*\.example)[\w-]+\.\w+", page.text
        ), name


def test_the_site_stays_light(site, pages):
    to_print = {f"{address('training-whole', language)}index.html" for language in LANGUAGES}
    assert (
        max(len(page.text.encode()) for name, page in pages.items() if name not in to_print)
        < 120_000
    )
    assert max(len(pages[name].text.encode()) for name in to_print) < 300_000
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 14_000_000
