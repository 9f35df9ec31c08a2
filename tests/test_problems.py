"""What an editor does wrong, and what he is told: one golden file a case in problems/, no Python needed."""

from datetime import date
from pathlib import Path

import pytest

from mentorkorps import source
from mentorkorps.check import check

CASES = sorted((Path(__file__).parent / "problems").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_told_at_its_place_in_danish(case, data):
    golden = source.plain(source.read(case, case.name))
    for table, text in golden["data"].items():
        (data / f"{table}.yaml").write_text(text, encoding="utf-8")

    found = check(data, date(2026, 11, 22), "data").problems

    assert golden["problems"] == [str(problem) for problem in found]


def test_sound_data_has_no_problems(data):
    assert [] == check(data, date(2026, 11, 22)).problems


def test_examples_and_unconfirmed_programmes_are_listed_without_stopping_anybody(data):
    programmes = data / "programmes.yaml"
    programmes.write_text(programmes.read_text() + "  example: true\n")

    verdict = check(data, date(2027, 11, 22))

    assert [] == verdict.problems
    assert ["unconfirmed", "example"] == [notice.rule for notice in verdict.notices]


@pytest.mark.parametrize("field", ["id", "name", "organisation", "summary", "status", "sources"])
def test_a_misspelt_field_gives_one_message_with_the_right_name(field, data):
    programmes = data / "programmes.yaml"
    letters = field[:-2] + field[-1] + field[-2] if len(field) > 2 else "idd"
    programmes.write_text(programmes.read_text().replace(f"{field}:", f"{letters}:", 1))

    problems = check(data, date(2026, 11, 22)).problems

    assert [("unknown-key", field)] == [(one.rule, one.suggestion) for one in problems]


def test_a_latin_1_file_is_refused_with_the_line(data):
    (data / "industries.yaml").write_bytes("# ok\n- id: blå\n".encode("latin-1"))

    (problem,) = check(data, date(2026, 11, 22)).problems

    assert (2, "unreadable") == (problem.line, problem.rule)
    assert "UTF-8" in problem.message.da


def test_windows_line_ends_and_a_byte_order_mark_are_read_as_written(data):
    industries = data / "industries.yaml"
    industries.write_bytes(b"\xef\xbb\xbf" + industries.read_bytes().replace(b"\n", b"\r\n"))

    assert [] == check(data, date(2026, 11, 22)).problems


def test_ten_thousand_brackets_are_refused_at_once(data):
    (data / "industries.yaml").write_text("[" * 100_000)

    (problem,) = check(data, date(2026, 11, 22)).problems

    assert "not-allowed" == problem.rule


def test_a_table_may_be_a_file_and_a_folder(data):
    folder = data / "programmes"
    folder.mkdir()
    text = (data / "programmes.yaml").read_text()
    (folder / "smedene.yaml").write_text(text[text.index("- id: smedenes") :].replace("smedenes-korps", "aaben"))
    (data / "programmes.yaml").write_text(text[: text.index("- id: smedenes")])

    (problem,) = check(data, date(2026, 11, 22), "data").problems

    assert "data/programmes/smedene.yaml" == problem.file
    assert "data/programmes.yaml på linje 1" in problem.message.da


def test_a_file_that_is_no_table_is_told(data):
    (data / "programs.yaml").write_text("- id: x\n")

    (problem,) = check(data, date(2026, 11, 22)).problems

    assert "unknown-table" == problem.rule
