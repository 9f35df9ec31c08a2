"""What leaves the site: slides cut from the modules' own text, papers to print, a pack for the
road.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO
from random import randbytes
from unicodedata import normalize
from zipfile import ZipFile

import pytest
from pypdf import PdfReader, PdfWriter

from mentorkorps import curriculum
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.dates import day
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.publish import offline_pack, papers, slide_layout, slides
from mentorkorps.publish.pdf import Print, Printer, pdfs
from tests.conftest import ROOT
from tests.reading import faults, figures, is_embedded

URL = "https://mentorkorps.example/"
TAGS = re.compile(r"<[^>]+>")
STEP = re.compile(r"^\d+\. ", re.MULTILINE)
ARABIC = re.compile("[\u0621-\u064a]")
UNSET = re.compile(r"\[\[.*?\]\]")


@pytest.fixture(scope="module")
def training(real):
    return load_curriculum(ROOT / "training", real)


@pytest.fixture(scope="module", params=LANGUAGES)
def decks(request, real, training):
    return request.param, list(slides.decks(real, training, request.param))


def bare(text: str) -> str:
    """Letters and figures alone: how a text was set does not count."""
    return re.sub(r"[\W_]+", "", unescape(TAGS.sub("", text)))


def beginnings(blocks) -> dict[str, str]:
    """The first forty letters of each block, by the line where it stands."""
    texts = {
        f"{block.line} {block.title}": bare(UNSET.split(STEP.sub("", block.text))[0])[:40]
        for block in blocks
    }
    return {place: text for place, text in texts.items() if len(text) > 15}


def test_every_module_has_slides_in_both_languages(decks, training):
    language, decks_of_language = decks

    assert [slides.slides_address(training, language, id) for id in training.order()] == [
        deck.at for deck in decks_of_language
    ]


def test_every_activity_and_every_self_check_has_a_slide(decks, training):
    language, decks_of_language = decks
    for id, deck in zip(training.order(), decks_of_language, strict=True):
        module = training.module(id, language)
        sections = [slide.section for slide in deck.slides]
        assert {activity.id for activity in module.activities} <= set(sections), deck.at
        assert [check.title for check in module.checks] == [
            slide.title for slide in deck.slides if slide.kind == "check"
        ]


def test_slides_never_show_what_only_trainers_see(decks, training):
    language, decks_of_language = decks
    for id, deck in zip(training.order(), decks_of_language, strict=True):
        letters = bare(deck.html)
        assert {} == {
            at: text
            for at, text in beginnings(training.module(id, language).secrets).items()
            if text in letters
        }


def test_slides_hold_nothing_inline(decks):
    for deck in decks[1]:
        assert not re.search(
            r"<style|<script(?![^>]*src=)|\sstyle=|\son\w+=|javascript:", deck.html
        ), deck.at


def test_a_count_down_has_the_minutes_of_its_exercise(decks, training):
    language, decks_of_language = decks
    for id, deck in zip(training.order(), decks_of_language, strict=True):
        counted = {
            activity.id: activity.minutes
            for activity in training.module(id, language).activities
            if activity.kind in slides.COUNTED
        }
        assert counted == {
            slide.section: slide.minutes for slide in deck.slides if slide.minutes is not None
        }


@pytest.mark.parametrize(
    ("paragraph", "sentence"),
    [
        ("En sætning. En anden.", "En sætning."),
        ("Mødet er kl. 9 den 4. december. Kom i god tid.", "Mødet er kl. 9 den 4. december."),
        ("Først dette. Og **det her** tæller. Ikke det.", "Først dette. Og **det her** tæller."),
        (
            "Du får et kort. Læs [[paper:h2]] først. Vent.",
            "Du får et kort. Læs [[paper:h2]] først.",
        ),
        ("Sig: »Vent lidt. Jeg hører dig.« Tæl til fem.", "Sig: »Vent lidt. Jeg hører dig.«"),
        ("**Stop. Hør efter.** Så taler du.", "**Stop. Hør efter.**"),
    ],
)
def test_a_paragraph_is_cut_to_what_a_room_can_read(paragraph, sentence):
    assert sentence == slide_layout.sentence(paragraph)


def test_steps_keep_their_numbers_on_the_next_slide():
    steps = "\n".join(
        f"{number}. **Trin {number}** {'og lidt mere ' * 6}" for number in range(1, 20)
    )

    first, second, *_ = slide_layout.slide_pages(steps, "Øvelse")

    last = int(re.findall(r"^(\d+)\.", first.markdown, re.M)[-1])
    assert second.markdown.startswith(f"{last + 1}. ")


def test_a_table_that_goes_on_repeats_its_head():
    rows = "\n".join(f"| {number} | {'ord ' * 20} |" for number in range(20))

    for sheet in slide_layout.slide_pages(f"| Nr. | Hvad |\n|---|---|\n{rows}", "Tabel"):
        assert sheet.markdown.startswith("| Nr. | Hvad |\n")


def test_a_heading_is_never_the_last_on_a_slide():
    text = "\n\n".join(f"### Overskrift {number}\n\n{'Et ord ' * 25}." for number in range(12))

    assert all(
        not sheet.markdown.split("\n\n")[-1].startswith("#")
        for sheet in slide_layout.slide_pages(text, "Lang")
    )


def secrets_of(training, language) -> dict[str, str]:
    """What only trainers see: notes and keys of modules, keys of cards, papers for trainers."""
    secrets = {}
    for module in training.modules[language].values():
        secrets |= {f"{module.id} {at}": text for at, text in beginnings(module.secrets).items()}
    for cards in training.cards[language].values():
        secrets |= {
            card.id: bare(card.key)[:40]
            for card in cards.cards
            if card.key and len(bare(card.key)) > 25
        }
    for paper in training.papers[language].values():
        if paper.is_for_trainers:
            secrets |= {f"{paper.id} {at}": text for at, text in beginnings(paper.blocks).items()}
    return secrets


def is_for_participants(paper) -> bool:
    return (
        paper.file.split("/")[0] in {"papirer", "papers"}
        or paper.file.startswith(("arbejdshaefte", "workbook"))
        or (
            paper.file.startswith(("kort/", "cards/"))
            and not paper.file.endswith(("-noegle", "-key"))
        )
    )


@pytest.fixture(scope="module", params=LANGUAGES)
def press(request, real, training):
    return papers.Press(real, training, request.param, URL)


@pytest.fixture(scope="module")
def first_day(training):
    """A course of one day: a book of it is printed in a third of the time."""
    return replace(
        training, timetable=replace(training.timetable, days=training.timetable.days[:1], addons=())
    )


@pytest.fixture(scope="module")
def printed(real, training, first_day) -> dict[str, PdfReader]:
    """Some Danish papers of each kind as PDF."""
    press, short = (papers.Press(real, edition, "da", URL) for edition in (training, first_day))
    files = {
        "koereplan",
        "kort/a",
        "kort/a-noegle",
        "papirer/h2",
        "papirer/h7",
        "papirer/t3",
        "papirer/evaluation",
        "papirer/welcome-ar",
    }
    chosen = [
        short.guide(),
        short.workbook(),
        *(paper for paper in press.prints() if paper.file in files),
    ]
    return {paper.file: PdfReader(BytesIO(pdf)) for paper, pdf in pdfs(chosen)}


def text_of(pdf: PdfReader) -> str:
    return bare("".join(page.extract_text() for page in pdf.pages))


def test_no_paper_for_participants_shows_what_only_trainers_see(press, training):
    secrets = secrets_of(training, press.language)
    assert len(secrets) > 200
    for paper in filter(is_for_participants, press.prints()):
        letters = bare(paper.html)
        assert (paper.file, []) == (
            paper.file,
            [at for at, text in secrets.items() if text in letters],
        )


def test_trainers_papers_hold_every_note_and_key(press, training):
    guide, solutions = bare(press.guide().html), bare(press.solutions().html)
    for module in training.modules[press.language].values():
        assert [] == [at for at, text in beginnings(module.secrets).items() if text not in guide]
        keys = [block for block in module.secrets if block.kind == "key"]
        assert [] == [at for at, text in beginnings(keys).items() if text not in solutions]


def test_a_workbook_holds_the_two_days_and_each_add_on_has_its_own(press, training):
    days, chief, lift = (press.workbook(addon) for addon in (None, *training.timetable.addons))
    of_addon = {id: training.module(id, press.language).title for id in ("chief-c1", "lift-l1")}

    assert training.module("d2-m9", press.language).title in days.html
    assert not any(f'<h2 id="{id}">' in days.html for id in of_addon)
    assert of_addon["chief-c1"] in chief.html
    assert of_addon["lift-l1"] in lift.html
    assert 3 == len({book.file for book in (days, chief, lift)})


def test_every_paper_and_every_card_can_be_printed(press, training):
    files = {paper.file.split("/")[-1] for paper in press.prints()}

    assert set(training.papers["da"]) | set(training.cards["da"]) <= files


def test_every_pdf_is_found_accessible_by_a_validator(printed):
    assert {} == {file: failures for file, pdf in printed.items() if (failures := faults(pdf))}


def test_the_validator_finds_what_is_missing(printed):
    unsound = PdfWriter(clone_from=BytesIO(printed["papirer/h2"].stream.getvalue()))
    del unsound.root_object["/Lang"]
    buffer = BytesIO()
    unsound.write(buffer)

    assert any("LANGUAGE" in failure for failure in faults(PdfReader(buffer)))


@pytest.mark.parametrize(
    "file", ["arbejdshaefte", "underviserguide", "koereplan", "kort/a", "papirer/h2"]
)
def test_a_pdf_can_be_read_aloud(printed, file):
    root = printed[file].trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert "da" == root["/Lang"]
    assert printed[file].metadata.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_every_paper_tells_its_edition_and_date(press, training):
    dates = [day(edition.date, press.language) for edition in training.timetable.editions]

    for paper in press.prints():
        foot = bare(paper.html.partition("pp-foot")[2].partition("</div>")[0])
        assert any(bare(date) in foot for date in dates), paper.file
        assert bare({"da": "udgave", "en": "edition"}[press.language]) in foot, paper.file


@pytest.mark.parametrize(
    "file", ["arbejdshaefte", "underviserguide", "koereplan", "kort/a", "papirer/welcome-ar"]
)
def test_figures_have_words_and_fonts_come_along(printed, file):
    pdf = printed[file]

    assert all(figure["/Alt"] for figure in figures(pdf.trailer["/Root"]["/StructTreeRoot"]))
    assert all(
        is_embedded(font) for page in pdf.pages for font in page["/Resources"]["/Font"].values()
    )


def test_books_have_a_bookmark_for_each_module_and_activity(printed, first_day):
    for file in ("arbejdshaefte", "underviserguide"):
        titles = [re.sub(r"^[\d.–]+\s+", "", title) for title in flat(printed[file].outline)]
        for id in first_day.order():
            module = first_day.modules["da"][id]
            assert {module.title, *(activity.title for activity in module.activities)} <= set(
                titles
            ), file


def flat(outline) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry.title


def test_a_run_sheet_is_one_sheet_a_day(printed, real, training):
    assert [["Dag 1"], ["Dag 2"]] == [
        re.findall(r"Dag \d", page.extract_text()) for page in printed["koereplan"].pages
    ]

    printer = Printer()
    press = papers.Press(real, training, "en", URL)
    for variant in training.timetable.variants:
        sessions = curriculum.sessions(training, variant)
        pdf = printer.pdf(press.run_sheet(sessions, variant.title.of("en")))
        assert (variant.id, len(sessions)) == (variant.id, len(PdfReader(BytesIO(pdf)).pages))


def test_the_foot_tells_edition_date_page_and_address(printed):
    page = printed["papirer/h2"].pages[0].extract_text()

    for part in (
        "udgave 1.0, 26. november 2026",
        "1 / 1",
        "mentorkorps.example/uddannelse/papirer/h2/",
    ):
        assert part in page


def test_the_pdf_of_participants_keeps_secrets(printed, training):
    secrets = secrets_of(training, "da")
    for file in ("arbejdshaefte", "kort/a", "papirer/h2"):
        letters = text_of(printed[file])
        assert (file, []) == (file, [at for at, text in secrets.items() if text in letters])
        assert (
            "arbejdshaefte" != file
            or bare(training.modules["da"]["d1-m1"].checks[0].title) in letters
        )


def test_cards_stand_two_by_four_and_their_keys_apart(printed, training):
    cards = training.cards["da"]["a"].cards
    fronts, keys = text_of(printed["kort/a"]), text_of(printed["kort/a-noegle"])

    assert 16 == len(cards)
    assert 2 == len(printed["kort/a"].pages)
    assert all(bare(card.text)[:40] in fronts for card in cards)
    assert all(bare(card.key)[:40] in keys for card in cards)


def test_a_paper_in_arabic_runs_from_the_right(printed):
    pdf = printed["papirer/welcome-ar"]

    assert "ar" == pdf.trailer["/Root"]["/Lang"]
    assert 1 == len(pdf.pages)
    assert "112" in pdf.pages[0].extract_text()
    fonts = {
        font.get_object()["/BaseFont"] for font in pdf.pages[0]["/Resources"]["/Font"].values()
    }
    assert any("Figtree" not in font for font in fonts), "no font with Arabic letters was found"


@pytest.mark.parametrize(
    ("id", "font"), [("welcome-ar", "Mentorkorps-Arabic"), ("welcome-uk", "Noto-Sans-Cyrillic")]
)
def test_papers_for_mentees_bring_their_own_letters(id, font, real, training, caplog):
    paper = papers.Press(real, training, "da", URL).single(training.paper(id, "da"))
    pdf = PdfReader(BytesIO(Printer().pdf(paper)))

    assert any(
        font in name.get_object()["/BaseFont"]
        for name in pdf.pages[0]["/Resources"]["/Font"].values()
    )
    assert [] == [message for message in caplog.messages if "empty boxes" in message]


def test_arabic_words_can_be_read_aloud_letter_by_letter(printed, training):
    """A font that sets dots apart from their letters would lose every other letter here."""
    text = " ".join(block.text for block in training.paper("welcome-ar", "da").blocks)
    extracted = normalize(
        "NFKC", "".join(page.extract_text() for page in printed["papirer/welcome-ar"].pages)
    )

    missing = Counter(ARABIC.findall(text)) - Counter(ARABIC.findall(extracted))

    assert len(ARABIC.findall(text)) > 800
    assert sum(missing.values()) < 10, missing


def test_a_letter_that_no_font_has_is_told_with_the_remedy(real, training, caplog):
    paper = papers.Press(real, training, "da", URL).single(training.paper("h2", "da"))

    Printer().pdf(
        replace(paper, html=paper.html.replace("<main", "<p>\U0010fffd\U0010fffc</p><main", 1))
    )

    (warning,) = [message for message in caplog.messages if "empty boxes" in message]
    assert "papirer/h2.pdf has empty boxes in the place of \U0010fffd \U0010fffc," in warning
    assert "apt install fonts-noto-core" in warning


@pytest.mark.parametrize("id", ["t1", "t2", "h9"])
def test_what_mentees_hold_can_be_laid_out_from_the_right(id, real, training):
    paper = replace(training.paper(id, "da"), language="ar")
    html = papers.Press(real, training, "da", URL).single(paper).html

    assert '<html lang="ar">' in html
    assert '<main dir="rtl">' in html


def test_a_list_to_tick_off_has_boxes_and_no_bullets_beside_them(real, training):
    html = papers.Press(real, training, "da", URL).single(training.paper("h9", "da")).html

    assert '<ul class="mk-boxes">' in html
    assert not re.search(r"<ul>\s*<li>\s*(<p>)?☐", html)


def test_a_pack_leaves_out_what_it_has_no_room_for(real, training):
    small, large = Print("lille", "Lille", ""), Print("stor", "Stor", "")

    pack = offline_pack.Packer(real, training, "da", URL).pack(
        [(small, b"x"), (large, randbytes(offline_pack.LIMIT))]
    )

    assert len(pack.content) <= offline_pack.LIMIT
    assert (large,) == pack.left_out
    assert "mentorkorps-da-1.0/pdf/lille.pdf" in ZipFile(BytesIO(pack.content)).namelist()


def test_a_pack_is_the_same_each_time(real, training):
    packer = offline_pack.Packer(real, training, "en", URL)

    assert packer.pack().content == packer.pack().content


def test_the_search_of_a_pack_knows_no_secrets(real, training):
    for language in LANGUAGES:
        packer = offline_pack.Packer(real, training, language, URL)
        index = bare(packer.search_index(packer.pages()))
        assert [] == [at for at, text in secrets_of(training, language).items() if text in index]
