"""The kit of a dated course, read back with pypdf, and the file of names it is made from."""

import re
from dataclasses import replace
from datetime import time, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from mentorkorps.catalogue.model.text import Text
from mentorkorps.commands import cli
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.publish import course_kit, papers
from mentorkorps.publish.pdf import pdfs
from tests.conftest import ROOT
from tests.reading import faults, figures, is_embedded

URL = "https://mentorkorps.example/"
NAMES = ("Amina Testesen", "Bo Prøvestrup Mikkelsen-Hansen", "Đorđe Žižek")


@pytest.fixture(scope="module")
def training(real):
    return load_curriculum(ROOT / "training", real)


def kit_of(real, training, names=(), language="da") -> course_kit.Kit:
    return course_kit.Kit(
        papers.Press(real, training, language, URL), real.courses["odense-marts-2027"], names
    )


@pytest.fixture(scope="module")
def printed(real, training) -> dict[str, PdfReader]:
    prints = pdfs(kit_of(real, training, NAMES).prints())
    return {paper.file: PdfReader(BytesIO(pdf)) for paper, pdf in prints}


def words_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_every_name_stands_on_its_tag_and_on_the_list_of_each_day(printed):
    tags, signing = words_of(printed["navneskilte"]), words_of(printed["deltagerliste"])

    for name in NAMES:
        assert name in tags
        assert 2 == signing.count(name)
    assert 2 == len(printed["deltagerliste"].pages)
    assert "tirsdag den 9. marts 2027" in signing


def test_without_names_there_is_a_line_and_a_tag_for_every_seat(real, training):
    signing, tags, *_ = kit_of(real, training).prints()

    assert 2 * 18 == len(re.findall(r"<tr><td>\d+</td><td></td>", signing.html))
    assert 18 == tags.html.count('class="pp-tag__name"></p>')


def test_the_door_sign_is_one_sheet_with_the_address_in_words(printed):
    door = words_of(printed["doerskilt"])

    assert 1 == len(printed["doerskilt"].pages)
    for part in (
        "Velkommen til",
        "Huset ved Åen",
        "Eksempelgade 1",
        "mentorkorps.example/kurser/odense-marts-2027/",
    ):
        assert part in door


def test_the_run_sheet_has_the_dates_of_the_course(printed):
    first, second = (" ".join(page.extract_text().split()) for page in printed["koereplan"].pages)

    assert "Tirsdag den 2. marts 2027" in first
    assert "Tirsdag den 9. marts 2027" in second
    assert "12.15" in first


@pytest.mark.parametrize("file", ["navneskilte", "deltagerliste", "doerskilt", "koereplan"])
def test_a_paper_of_the_kit_can_be_read_aloud_and_dated(printed, file):
    pdf = printed[file]
    root = pdf.trailer["/Root"]

    assert [] == faults(pdf)
    assert root["/MarkInfo"]["/Marked"]
    assert "da" == root["/Lang"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert pdf.metadata.title
    assert pdf.outline
    assert "udgave 1.0, 26. november 2026" in words_of(pdf)
    assert all("/Alt" in figure for figure in figures(root["/StructTreeRoot"]))
    assert all(
        is_embedded(font) for page in pdf.pages for font in page["/Resources"]["/Font"].values()
    )


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "da",
            [
                "Emne: Velkommen til mentorkurset",
                "- tirsdag den 2. marts 2027, kl. 9.00–16.00\n- tirsdag den 9. marts",
                "Gratis, med kaffe og frokost begge dage.",
                "Dag 1 kl. 10.45 handler det om",
                "Huset ved Åen (opdigtet), Eksempelgade 1",
                f"({URL}uddannelse/papirer/h2/)",
                f"{URL}kurser/odense-marts-2027/",
            ],
        ),
        (
            "en",
            [
                "Subject: Welcome to the mentor course",
                "- Tuesday 2 March 2027, 9:00–16:00\n- Tuesday 9 March",
                "On day 1 at 10:45",
                f"({URL}en/training/papers/h2/)",
                f"{URL}en/courses/odense-marts-2027/",
            ],
        ),
    ],
)
def test_the_mail_is_ready_to_send(language, parts, real, training):
    mail = kit_of(real, training, language=language).mail()

    assert [] == [part for part in parts if part not in mail]
    assert not re.search(r"[{}*\[\]]", mail)


def test_the_mail_of_four_evenings_names_each_of_them_and_no_lunch(real, training):
    evenings = tuple(
        replace(
            day, date=day.date + timedelta(days=7 * number), start=time(17), end=time(20), pauses=()
        )
        for number, day in enumerate(real.courses["odense-marts-2027"].days[:1] * 4)
    )
    course = replace(
        real.courses["odense-marts-2027"],
        days=evenings,
        variant="online",
        cost=Text(da="Gratis.", en="Free."),
    )

    mail = course_kit.Kit(papers.Press(real, training, "da", URL), course).mail()

    assert 4 == len(re.findall(r"^- tirsdag den .* 2027, kl. 17.00–20.00$", mail, re.MULTILINE))
    assert "Dag 1 kl. 18.40 handler det om" in mail
    assert not re.search(r"begge dage|frokost", mail, re.IGNORECASE)


@pytest.mark.parametrize("language", ["da", "en"])
def test_outside_a_course_the_mail_says_what_is_left_open(language, site):
    folder = site / {"da": "uddannelse/papirer", "en": "en/training/papers"}[language]
    page = (folder / "prep-mail/index.html").read_text("utf-8")

    assert {"da": "[kursets navn]", "en": "[name of the course]"}[language] in page
    assert not re.search("{(course|days|venue|cost|trauma)}", page)


def test_the_command_writes_the_kit_and_names_a_course_that_does_not_exist(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MENTORKORPS_PUBLIC_URL", URL)

    assert 2 == cli.main(["kit", "odense", str(tmp_path)])
    assert "There are: odense-marts-2027, aarhus-maj-2027" in capsys.readouterr().err

    assert 0 == cli.main(["kit", "odense-marts-2027", str(tmp_path), "--language", "en"])
    assert {
        "course.ics",
        "door-sign.pdf",
        "name-tags.pdf",
        "preparation-mail.txt",
        "run-sheet.pdf",
        "sign-in-sheet.pdf",
    } == {path.name for path in (tmp_path / "en").iterdir()}
