"""Paper as it leaves the printer: nothing cut off, as many sheets as promised, room to write,
numbers that go on.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.publish import certificate_sheets, course_kit, names_csv, papers
from mentorkorps.publish.pdf import Printer
from tests.conftest import ROOT

URL = "https://mentorkorps.example/"
MILLIMETRE = 96 / 25.4
LONGEST = "Abdulrahman-Mohammed Testesen Prøvestrup Mikkelsen-Hansen af den Allerlængste Slægt"[
    : names_csv.LONGEST
]


@pytest.fixture(scope="module")
def training(real):
    return load_curriculum(ROOT / "training", real)


@pytest.fixture(scope="module", params=LANGUAGES)
def press(request, real, training):
    return papers.Press(real, training, request.param, URL)


@pytest.fixture(scope="module")
def printer():
    return Printer()


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(child)


def of_class(document: Any, name: str) -> list[Any]:
    matches = (
        box for page in document.pages for box in boxes(page._page_box) if box.element is not None
    )
    return [
        box
        for box in matches
        if name in (box.element.get("class") or "").split() and box.element_tag != "body"
    ]


def spill(box: Any) -> float:
    """Millimetres by which the words in a box go beyond its border."""
    bottom = max(
        line_box.position_y + line_box.height
        for line_box in boxes(box)
        if hasattr(line_box, "text")
    )
    return (bottom - box.position_y - box.margin_height()) / MILLIMETRE


def test_no_card_is_cut_off(press, printer):
    for cards in press.card_sets:
        card_boxes = of_class(printer.laid_out(press.cards(cards).html), "pp-card")
        assert len(cards.cards) == len(card_boxes), cards.id
        assert max(map(spill, card_boxes)) < -1, cards.id


def test_the_longest_name_stands_whole_on_its_tag(press, printer):
    kit = course_kit.Kit(press, press.catalogue.courses["odense-marts-2027"], (LONGEST,))
    tags = next(paper for paper in kit.prints() if "pp-tag__name" in paper.html)

    (tag,) = of_class(printer.laid_out(tags.html), "pp-tag")

    assert spill(tag) < -1


def test_the_longest_certificate_leaves_room_to_sign(press, printer):
    course = press.catalogue.courses["odense-marts-2027"]
    evenings = replace(course, days=course.days[:1] * 4, variant="online")
    holder = certificate_sheets.Holder(LONGEST, "S0M0-0DAA-9HM4-DFGR")

    document = printer.laid_out(
        certificate_sheets.certificates(press, evenings, [holder], LANGUAGES).html
    )

    ends = max(box.position_y + box.height for box in of_class(document, "pp-certificate__text"))
    (signed,) = of_class(document, "pp-certificate__signed")
    assert 1 == len(document.pages)
    assert ends < signed.position_y


def test_a_paper_fills_the_sheets_that_its_page_promises(press, printer):
    sheets_of = {
        paper.file: (paper.pages, len(printer.fitted(paper).pages))
        for paper in press.prints()
        if paper.pages
    }

    assert len(press.papers) + 1 == len(sheets_of)
    assert {} == {file: sheets for file, sheets in sheets_of.items() if sheets[0] != sheets[1]}


def test_a_list_goes_on_after_lines_to_write_on(press, printer):
    document = printer.laid_out(press.single(press.curriculum.paper("st1", press.language)).html)
    markers = [
        box.text.strip()
        for page in document.pages
        for box in boxes(page._page_box)
        if hasattr(box, "text")
    ]

    assert ["1.", "2.", "3."] == [marker for marker in markers if marker in ("1.", "2.", "3.")]


def test_where_a_hand_writes_there_is_room(press, printer):
    for id in ("h4", "h10", "h13", "t3"):
        document = printer.laid_out(press.single(press.curriculum.paper(id, press.language)).html)
        rows = of_class(document, "mk-fill")
        assert rows, id
        assert min(row.height for row in rows) > 6.5 * MILLIMETRE, id


def test_a_run_sheet_tells_what_a_late_day_can_take_and_papers_by_their_names(press):
    html = press.run_sheet().html

    assert "PRE-SURVEY" not in html
    assert press.curriculum.paper("pre-survey", press.language).title in html
    assert {"da": "kan give 8", "en": "can give 8"}[press.language] in html
