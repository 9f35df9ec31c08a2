"""What leaves the site: slides cut from the modules' own text, papers to print, a pack for the road."""

import re
from html import unescape

import pytest

from mentorkorps import curriculum
from mentorkorps.model import LANGUAGES
from mentorkorps.publish import cutting, slides
from tests.conftest import ROOT

TAGS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def training(real):
    return curriculum.load(ROOT / "training", real)


@pytest.fixture(scope="module", params=LANGUAGES)
def decks(request, real, training):
    return request.param, list(slides.decks(real, training, request.param))


def bare(text: str) -> str:
    """Letters and figures alone: how a text was set does not count."""
    return re.sub(r"[\W_]+", "", unescape(TAGS.sub("", text)))


def beginnings(blocks) -> dict[str, str]:
    """The first forty letters of each block, by the line where it stands."""
    found = {
        f"{block.line} {block.title}": bare(re.sub(r"\[\[.*?\]\]", "|", block.text).split("|")[0])[:40]
        for block in blocks
    }
    return {place: text for place, text in found.items() if len(text) > 15}


def test_every_module_has_slides_in_both_languages(decks, training):
    language, found = decks

    assert [slides.address_of(training, language, id) for id in training.order()] == [deck.at for deck in found]


def test_every_activity_and_every_self_check_has_a_slide(decks, training):
    language, found = decks
    for id, deck in zip(training.order(), found, strict=True):
        module = training.module(id, language)
        sections = [slide.section for slide in deck.slides]
        assert {one.id for one in module.activities} <= set(sections), deck.at
        assert [one.title for one in module.checks] == [one.title for one in deck.slides if one.kind == "check"]


def test_slides_never_show_what_only_trainers_see(decks, training):
    language, found = decks
    for id, deck in zip(training.order(), found, strict=True):
        shown = bare(deck.html)
        assert {} == {
            at: text for at, text in beginnings(training.module(id, language).secrets).items() if text in shown
        }


def test_slides_hold_nothing_inline(decks):
    for deck in decks[1]:
        assert not re.search(r"<style|<script(?![^>]*src=)|\sstyle=|\son\w+=|javascript:", deck.html), deck.at


def test_a_count_down_has_the_minutes_of_its_exercise(decks, training):
    language, found = decks
    for id, deck in zip(training.order(), found, strict=True):
        counted = {
            one.id: one.minutes for one in training.module(id, language).activities if one.kind in slides.COUNTED
        }
        assert counted == {one.section: one.minutes for one in deck.slides if one.minutes is not None}


@pytest.mark.parametrize(
    ("paragraph", "shown"),
    [
        ("En sætning. En anden.", "En sætning."),
        ("Mødet er kl. 9 den 4. december. Kom i god tid.", "Mødet er kl. 9 den 4. december."),
        ("Først dette. Og **det her** tæller. Ikke det.", "Først dette. Og **det her** tæller."),
        ("Du får et kort. Læs [[paper:h2]] først. Vent.", "Du får et kort. Læs [[paper:h2]] først."),
        ("Sig: »Vent lidt. Jeg hører dig.« Tæl til fem.", "Sig: »Vent lidt. Jeg hører dig.«"),
        ("**Stop. Hør efter.** Så taler du.", "**Stop. Hør efter.**"),
    ],
)
def test_a_paragraph_is_cut_to_what_a_room_can_read(paragraph, shown):
    assert shown == cutting.sentence(paragraph)


def test_steps_keep_their_numbers_on_the_next_slide():
    steps = "\n".join(f"{number}. **Trin {number}** {'og lidt mere ' * 6}" for number in range(1, 20))

    first, second, *_ = cutting.sheets(steps, "Øvelse")

    last = int(re.findall(r"^(\d+)\.", first.markdown, re.M)[-1])
    assert second.markdown.startswith(f"{last + 1}. ")


def test_a_table_that_goes_on_repeats_its_head():
    rows = "\n".join(f"| {number} | {'ord ' * 20} |" for number in range(20))

    for sheet in cutting.sheets(f"| Nr. | Hvad |\n|---|---|\n{rows}", "Tabel"):
        assert sheet.markdown.startswith("| Nr. | Hvad |\n")


def test_a_heading_is_never_the_last_on_a_slide():
    text = "\n\n".join(f"### Overskrift {number}\n\n{'Et ord ' * 25}." for number in range(12))

    assert all(not sheet.markdown.split("\n\n")[-1].startswith("#") for sheet in cutting.sheets(text, "Lang"))
