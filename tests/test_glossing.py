"""Words of the glossary in a page: which are found, and where they are left alone."""

import re

import pytest

from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.site.glossary import glossed
from tests.conftest import ROOT

LINK = re.compile(r'<a class="mk-term" href="/ord/#([\w-]+)" data-meaning="[^"]+">([^<]+)</a>')


@pytest.fixture(scope="module")
def terms(real):
    return load_curriculum(ROOT / "training", real).glossary


@pytest.mark.parametrize(
    ("language", "html", "marked"),
    [
        ("da", "<p>Kommunen bestemmer.</p>", [("kommune", "Kommunen")]),
        (
            "da",
            "<p>Ring til kommunerne om løntilskuddet.</p>",
            [("kommune", "kommunerne"), ("loentilskud", "løntilskuddet")],
        ),
        ("da", "<p>Kommunen og kommunen.</p>", [("kommune", "Kommunen")]),
        (
            "da",
            "<p>Frivillige mentorer, og en mentor.</p>",
            [("frivillig-mentor", "Frivillige mentorer"), ("mentor", "mentor")],
        ),
        ("da", "<p>Find dit skattekort.</p>", [("skattekort-forskudsopgoerelse", "skattekort")]),
        ("da", "<p>Kommunekontoret.</p>", []),
        (
            "da",
            "<p>Lønsedlen og jobcentrenes.</p>",
            [("loenseddel", "Lønsedlen"), ("jobcenter", "jobcentrenes")],
        ),
        ("da", "<p>Mentorrollen og mentorernes mentormøder.</p>", [("mentor", "Mentorrollen")]),
        ("da", "<p>Frivillige mentorernes.</p>", [("frivillig-mentor", "Frivillige mentorernes")]),
        ("en", "<p>An unpaid week is no placement.</p>", [("virksomhedspraktik", "placement")]),
        ("da", "<h3>Kommunen</h3><p><a href='x'>kommunen</a> <code>kommune</code></p>", []),
        ("da", "<h3>Kommunen</h3><p>kommunen</p>", [("kommune", "kommunen")]),
        ("da", '<p title="kommunen">Her</p>', []),
        (
            "en",
            "<p>Municipalities pay dagpenge.</p>",
            [("kommune", "Municipalities"), ("dagpenge", "dagpenge")],
        ),
        ("en", "<p>Notice the door.</p>", []),
    ],
)
def test_a_word_is_marked_where_it_is_first_used(language, html, marked, terms):
    assert marked == LINK.findall(glossed(html, terms, language, "/ord/"))


def test_nothing_but_links_is_added(terms):
    html = "<p>Kommunen &amp; a-kassen: <em>samtykke</em> &lt;her&gt;.</p>"

    assert html == LINK.sub(r"\2", glossed(html, terms, "da", "/ord/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_module_marks_some_words_and_each_of_them_once(language, site, real):
    training = load_curriculum(ROOT / "training", real)
    folder = site / ("uddannelse" if language == "da" else "en/training")
    pages = [
        path for path in folder.glob("*/*/index.html") if path.parent.name in training.modules["da"]
    ]
    assert 25 == len(pages)
    for page in pages:
        ids = re.findall(r'class="mk-term" href="[^"]*#([\w-]+)"', page.read_text("utf-8"))
        assert ids, page
        assert len(ids) == len(set(ids)), page
