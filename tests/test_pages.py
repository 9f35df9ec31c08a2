"""Pages from records, in both languages: golden files of the small catalogue, and what no page may
do.

After a wanted change of a template: `make golden`, and read the difference.
"""

import os
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.site.fragments import UnknownFragment, fill
from mentorkorps.site.record_pages import site_pages

GOLDEN = Path(__file__).parent / "golden"
KEPT = {
    "da": (
        "",
        "programmer/aaben/",
        "programmer/smedenes-korps/",
        "organisationer/smedene/",
        "kommuner/ringsted/",
        "kurser/odense-2027/",
        "arrangementer/netvaerk-april-2027/",
        "tilmelding/mentor/",
    ),
    "en": (
        "en/",
        "en/programmes/aaben/",
        "en/programmes/smedenes-korps/",
        "en/courses/odense-2027/",
    ),
}


@pytest.mark.parametrize(
    ("language", "at"), [(language, at) for language, of in KEPT.items() for at in of]
)
def test_a_page_is_as_it_was_read_and_approved(language, at, sound):
    page = next(page for page in site_pages(sound, language) if page.at == at)
    golden = GOLDEN / f"{at.strip('/').replace('/', '.') or 'front'}.md"
    if os.environ.get("MENTORKORPS_GOLDEN"):
        golden.write_text(page.markdown, "utf-8")

    assert golden.read_text("utf-8") == page.markdown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_editors_write_never_becomes_markup(language, sound):
    page = next(page for page in site_pages(sound, language) if page.at.endswith("smedenes-korps/"))

    assert "<b>" not in page.body
    assert "&lt;b&gt; &amp; &#34;citat&#34;" in page.body


def test_a_text_without_english_is_shown_in_danish_and_says_so(sound):
    page = next(page for page in site_pages(sound, "en") if page.at.endswith("smedenes-korps/"))

    assert 'lang="da"' in page.body
    assert "Only in Danish" in page.body


def test_a_draft_has_no_page(data):
    programmes = data / "programmes.yaml"
    programmes.write_text(programmes.read_text().replace("status: interest", "status: draft"))

    assert not [
        page for page in site_pages(load_catalogue(data), "da") if "smedenes-korps" in page.at
    ]


def test_an_unknown_generated_part_is_told_with_those_that_exist(sound):
    with pytest.raises(UnknownFragment, match="retention"):
        fill("<!-- mentorkorps:nothing -->", sound, "da")
