"""A published address never dies: that of a renamed record leads on, that of one gone for good says so."""

import json
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.interface.i18n import words
from mentorkorps.publish.calendars import Calendars
from mentorkorps.site import redirects
from mentorkorps.site.record_pages import site_pages
from tests.conftest import ROOT
from tests.test_vanished import rename, retire

OLD = "odense-2027"
NEW = "odense-marts-2027"
URL = "https://example.org/"


@pytest.fixture
def renamed(data):
    rename(data, OLD, NEW, f"was: [{OLD}]")
    rename(data, "aabenraa", "aabenraa-by", 'was: ["0545", aabenraa]')
    rename(data, "smedenes-korps", "smede", "was: [smedenes-korps]")
    retire(data, "events", "foredrag-2026")
    return data


def page_at(records, at: str, language: str = "da"):
    return next(page for page in site_pages(records, language) if page.at == at)


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("da", f"kurser/{OLD}/", f"kurser/{NEW}/"),
        ("en", f"en/courses/{OLD}/", f"en/courses/{NEW}/"),
        ("da", "kommuner/aabenraa/", "kommuner/aabenraa-by/"),
        ("da", "programmer/smedenes-korps/", "programmer/smede/"),
        ("da", "brancher/mad-og-hotel/", "brancher/food/"),
    ],
)
def test_the_page_at_a_former_address_leads_on_without_a_server(language, old, new, renamed):
    page = page_at(load_catalogue(renamed), old, language)
    meta = json.loads(page.front_matter.split("---\n")[1])
    front = "en/" if language == "en" else ""
    theme = Environment(loader=FileSystemLoader(ROOT / "docs" / "theme"), autoescape=False)
    theme.filters |= {"url": lambda at: f"../../{at}", "script_tag": str}
    head = theme.get_template("main.html").render(
        t=words(language),
        language=language,
        place=lambda kind: kind,
        form_place=lambda purpose: purpose,
        elsewhere="",
        config=SimpleNamespace(
            site_name="M", site_url=URL + front, extra_css=[], extra_javascript=[]
        ),
        page=SimpleNamespace(meta=meta, content=page.body, canonical_url=URL + old),
    )

    assert f'<link rel="canonical" href="{URL}{new}">' in head
    assert f'<meta http-equiv="refresh" content="0; url=../../{new.removeprefix(front)}">' in head
    assert "noindex" not in head
    assert {"exclude": True} == meta["search"]
    assert f'{new}">' in page.body


def test_what_is_gone_for_good_says_so_at_its_address(renamed):
    page = page_at(load_catalogue(renamed), "arrangementer/foredrag-2026/")

    assert "Den gamle findes ikke længere" == page.title
    assert 'href="../../arrangementer/"' in page.body
    assert not page.listed


def test_a_former_code_of_a_municipality_is_no_address(renamed):
    assert not [at for at in redirects.redirects(load_catalogue(renamed)) if "0545" in at]


def test_a_draft_has_no_page_to_lead_to(renamed):
    programmes = renamed / "programmes.yaml"
    programmes.write_text(
        programmes.read_text("utf-8").replace("status: interest", "status: draft"), "utf-8"
    )

    assert not [at for at in redirects.redirects(load_catalogue(renamed)) if "smedenes" in at]


def test_a_calendar_goes_on_where_it_was_with_the_same_entries(renamed, sound):
    before, after = (
        dict(Calendars(records, "da", URL).files()) for records in (sound, load_catalogue(renamed))
    )
    old, new = f"kurser/{OLD}/kursus.ics", f"kurser/{NEW}/kursus.ics"

    assert after[old] == after[new]
    assert ids(before[old]) == ids(after[new])


def ids(calendar: str) -> list[str]:
    return [line for line in calendar.splitlines() if line.startswith("UID:")]
