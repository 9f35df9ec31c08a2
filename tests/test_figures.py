"""A figure of the data stands in the data alone: changed there, it is another one on every page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.model import GroupSize
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.interface.templates import render
from mentorkorps.site.record_pages import site_pages
from mentorkorps.site.training_pages import training_pages
from tests.conftest import ROOT

FIGURES = (
    ("hours_per_month: 4, months: 6", "hours_per_month: 7, months: 3"),
    ("training: {days: 2", "training: {days: 5"),
    ("working_days: 3", "working_days: 9"),
)
OLD = re.compile(
    r"\b(4|fire|four|24)\s+(timer|hours)|\b(6|seks|six)\s+(måneder|months)|\b(halvt år|half a year)"
    r"|\b(2|to|two)\s+(kursusdage|course days|dage|days)|\b(3|tre|three)\s+(arbejds|working )"
    r"|\b98\b",
    re.IGNORECASE,
)
"""Every figure of the sound records as an interface may say it, in numbers or in words."""
NUMBER = (
    r"(?<![{\w.,])([0-9]+(–[0-9]+)?|to|tre|fire|fem|seks|syv|otte|ni|ti|halvt|two|three|four|five|six"
    r"|seven|eight|nine|ten|half a)"
)
OF_THE_DATA = re.compile(
    rf"{NUMBER} (år|year|måneder|months|timer|hours|dage|days|kursusdage|course days|arbejdsdage"
    r"|working days|kommuner|municipalities|undervisere|trainers|deltagere|people)\b"
    r"|\b98\b",
    re.IGNORECASE,
)
OF_A_PROGRAMME = re.compile(
    rf"{NUMBER} (måneder|months|timer om måneden|hours a month|kursusdage|course days)"
    r"|\b98 (kommuner|municipalities)",
    re.IGNORECASE,
)
EXAMPLES = ("redaktoer/beskeder/", "en/editors/messages/")
"""Pages that show wrong data."""
PAGES = ("site", "training", "calendar", "places")
"""The words of pages. Mails and replies tell limits of the code."""


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def changed(data: Path) -> Path:
    programmes = data / "programmes.yaml"
    text = programmes.read_text("utf-8").replace("To dage.", "Kurset.").replace("Two days", "It")
    for old, new in FIGURES:
        assert old in text
        text = text.replace(old, new)
    programmes.write_text(text, "utf-8")
    courses = data / "courses.yaml"
    courses.write_text(
        courses.read_text("utf-8").replace("da: To dage., en: Two days.", "da: Kom., en: Come."),
        "utf-8",
    )
    return data


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_a_figure_that_the_data_no_longer_say(language, changed):
    pages = {
        page.at: plain(page.body)
        for page in site_pages(load_catalogue(changed), language)
        if page.at not in EXAMPLES
    }
    old = {at: OLD.search(text)[0] for at, text in pages.items() if OLD.search(text)}

    assert {} == old
    months = {"da": "3 måneder", "en": "3 months"}[language]
    front, programme = (
        pages[{"da": "", "en": "en/"}[language]],
        next(text for at, text in pages.items() if at.endswith("/aaben/")),
    )
    assert 3 == front.count(months)  # the first card, the box, the ribbon
    assert 2 == programme.count(months)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_data_say_no_months_the_ribbon_has_no_number(language, sound):
    pages = {page.at: page.body for page in site_pages(sound, language)}
    unsaid = next(body for at, body in pages.items() if at.endswith("/smedenes-korps/"))
    ribbons = [
        re.search(r'(?s)<ol class="mk-ribbon".*?</ol>', html)[0]
        for html in (unsaid, render("ribbon.html", language, step=0))
    ]

    for ribbon in ribbons:
        assert not re.search(r"[0-9]", plain(ribbon)), ribbon


def test_one_month_is_told_as_one(data):
    programmes = data / "programmes.yaml"
    programmes.write_text(
        programmes.read_text("utf-8").replace(
            "hours_per_month: 4, months: 6", "hours_per_month: 1, months: 1"
        ),
        "utf-8",
    )
    text = plain(next(page.body for page in site_pages(load_catalogue(data), "da")))

    assert "1 time om måneden i 1 måned," in text
    assert not re.search(r"\b1 (timer|måneder)\b", text)


def sentences(texts: Mapping[str, object], path: str) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if isinstance(text, Mapping):
            yield from sentences(text, f"{path}.{name}")
        else:
            yield f"{path}.{name}", str(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_page_counts_what_the_data_count(language):
    counted = {
        path: found[0]
        for part in PAGES
        for path, text in sentences(words(language)[part], part)
        if (found := OF_THE_DATA.search(text))
    }

    assert {} == counted


def test_a_group_and_its_trainers_are_told_as_the_timetable_has_them(real):
    curriculum = load_curriculum(ROOT / "training", real)
    timetable = replace(curriculum.timetable, group=GroupSize(5, 11), trainers=3)
    pages = training_pages(real, replace(curriculum, timetable=timetable), "da", "")
    overview = next(page.body for page in pages if page.at == "uddannelse/")
    box = plain(re.search(r'(?s)<ul class="mk-commitment".*?</ul>', overview)[0])

    assert "5–11 deltagere" in box
    assert "3 undervisere" in box


def test_no_page_written_for_visitors_says_what_a_programme_or_a_course_asks_for():
    texts = {
        path.stem: path.read_text("utf-8")
        for path in ROOT.glob("docs/[de][an]/*.md")
        if path.stem not in ("drift", "operations")
    }
    told = {name: OF_A_PROGRAMME.search(text) for name, text in texts.items()}

    assert 10 == len(told)
    assert [] == [found[0] for found in told.values() if found]
