"""What the pages say of whether mentors help: no more than the figures do."""

import re
from dataclasses import replace

import pytest

from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.site.record_pages import site_pages


def pages(catalogue, language="da"):
    return {page.at: page.body for page in site_pages(catalogue, language)}


def with_method(catalogue, method):
    outcome = replace(catalogue.outcomes["eleven"], method=method)
    return replace(catalogue, outcomes={"eleven": outcome})


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("self_report", "Vi ved det ikke sikkert"),
        ("register", "Vi ved det ikke sikkert"),
        ("quasi", "1 af 1 tal"),
        ("rct", "1 af 1 tal"),
    ],
)
def test_whether_it_works_is_answered_in_a_line_by_how_it_was_found_out(method, answer, sound):
    site = pages(with_method(sound, method))

    for at in ("", "resultater/"):
        (line,) = re.findall(r'<p class="mk-answer">(.*?)</p>', site[at])
        assert line.startswith(answer), at


def test_where_nobody_has_counted_the_page_says_so(sound):
    site = pages(replace(sound, outcomes={}))

    assert "Vi kender ingen" in site["resultater/"]
    assert "Virker det?" not in site[""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_tells_a_sentence_and_folds_away_what_it_does_not_say(language, sound):
    front = pages(sound, language)[{"da": "", "en": "en/"}[language]]
    outcome = sound.outcomes["eleven"]
    before, fold = re.search(r"(?s)(mk-answer.*?)<details(.*?)</details>", front).groups()

    assert outcome.headline.of(language) in before
    for hidden in (outcome.limits, outcome.counts, outcome.among):
        assert hidden.of(language) in fold
        assert hidden.of(language) not in before


def test_the_page_of_outcomes_begins_with_its_contents(sound):
    page = pages(sound)["resultater/"]
    contents = re.search(r'(?s)<nav class="mk-contents".*?</nav>', page)[0]
    ids = re.findall(r'href="#([^"]+)"', contents)

    assert ["results"] == ids
    assert page.index(contents) < page.index('id="results"')
