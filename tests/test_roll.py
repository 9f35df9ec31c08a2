"""Lists of names as spreadsheets and people write them: a head is no person, and what is unclear
is asked about.
"""

import io
import sys
from argparse import Namespace

import pytest

from mentorkorps.commands import cli, names
from mentorkorps.publish import names_csv
from tests.conftest import ROOT

LISTS = {
    "head": (b"Navn\nAmina Testesen\nBo Bosen\n", ("Amina Testesen", "Bo Bosen")),
    "Excel": (
        b"\xef\xbb\xbfNavn;By\r\nAnna  Berg ;Odense\r\n\r\nBo Bosen;Vejle\r\n",
        ("Anna Berg", "Bo Bosen"),
    ),
    "first and last": (b"first name,last name\nAmina,Testesen\nBo,\n", ("Amina Testesen", "Bo")),
    "other order": ("Nr.;Efternavn;Fornavn\n1;Åberg;Søren\n".encode(), ("Søren Åberg",)),
    "with a middle name": (b"Fornavn;Mellemnavn;Efternavn\nBo;Frost;Berg\n", ("Bo Frost Berg",)),
    "name and last name": (b"Navn;Efternavn\nAnna;Berg\n", ("Anna Berg",)),
    "full name beside its parts": (
        b"Fornavn;Efternavn;Fulde navn\nAnna;Berg;Anna Maria Berg\n",
        ("Anna Maria Berg",),
    ),
    "nickname": (b'Navn\n"Bo ""Bob"" Bosen"\n', ('Bo "Bob" Bosen',)),
    "one form": ("Jose\u0301\n".encode(), ("José",)),
    "without a head": (b"Bo Bosen\nIda\nBO BOSEN\n", ("Bo Bosen", "Ida", "BO BOSEN")),
    "two people of one name": (
        b"Navn;E-mail\nBo Berg;a@example.dk\nBo Berg;b@example.dk\n",
        ("Bo Berg", "Bo Berg"),
    ),
    "Fulde navn": ("Fulde navn;E-mail\nAnna Å;a@example.dk\n".encode(), ("Anna Å",)),
    "Fornavn(e)": (b"Fornavn(e);Efternavn(e)\nAnna;Berg\n", ("Anna Berg",)),
    "First name(s)": (b"Given name(s),Surname\nAnna,Berg\n", ("Anna Berg",)),
    "First_Name": (b"Last_Name,First_Name\nBerg,Anna\n", ("Anna Berg",)),
    "sep=": ("sep=;\nNavn;E-mail\nAnna Å;a@example.dk\n".encode(), ("Anna Å",)),
    "sep= after a mark": ("\ufeffsep=,\r\nNavn,By\r\nAnna Å,Odense\r\n".encode(), ("Anna Å",)),
    "a town first": ("By;Fulde navn;Mail\nOdense;Anna Å;a@example.dk\n".encode(), ("Anna Å",)),
    "a title above": (
        b"Deltagerliste, Odense marts 2027\n\nNavn;E-mail\nAnna Berg;a@example.dk\n",
        ("Anna Berg",),
    ),
    "titles above": (
        b"Kursus;;\nDato;2. marts;\n;;\nNr;Navn:;Kommune\n1;Anna Berg;Odense\n",
        ("Anna Berg",),
    ),
    "Danish Excel's CSV": ("Navn;By\r\nSøren Ærø;Århus\r\n".encode("cp1252"), ("Søren Ærø",)),
    "Unicode text": ("Navn\tBy\r\nSøren Ærø\tÅrhus\r\n".encode("utf-16"), ("Søren Ærø",)),
    "Unicode text without a mark": (
        "Navn\tBy\r\nSøren Ærø\tÅrhus\r\n".encode("utf-16-le"),
        ("Søren Ærø",),
    ),
    "letters of the world": (
        "Navn\nĐorđe Žižek\nОлена Тестенко\nنور\nO’Neill-Ó Sé\n".encode(),
        ("Đorđe Žižek", "Олена Тестенко", "نور", "O’Neill-Ó Sé"),
    ),
}


def names_file(tmp_path, raw: bytes):
    path = tmp_path / "names.csv"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("raw", "people"), LISTS.values(), ids=LISTS)
def test_names_are_read_as_spreadsheets_write_them(raw, people, tmp_path):
    assert people == names_csv.read_names(names_file(tmp_path, raw))


FAULTS = {
    "nothing": (b"", [" there is no name in it"]),
    "head alone": (b"Navn\n", [" there is a head and no name"]),
    "missing": (
        b"Nr.;Navn\n1;Bo\n2;\n3;-\n4;17\n",
        ["3: the name is missing", "4: the name is missing", "5: the name is missing"],
    ),
    "a mail address": (b"Navn;E-mail\na@example.dk;Bo Bosen\n", ["2: this is an e-mail address"]),
    "the last name first": (b'Navn;By\n"Bosen, Bo";Odense\n', ["2: there is a separator"]),
    "an answer": (b"Deltager;Kode\nja;a\n", ["2: the name is missing"]),
    "a total": (b"Navn;By\nBo Bosen;Odense\nI alt;1\n", ["3: this is a total"]),
    "quote": (b'Navn\n"Bo\nIda\n', ["2: a quotation mark is opened and not closed"]),
    "long": (b"x" * 81 + b"\n", ["1: the name has 81 characters; there is room for 80"]),
    "bell": (b"Bo\x07\n", ["1: there is a character in the name that cannot be printed"]),
    "DOS": ("Navn\nSøren Ærø\n".encode("cp865"), ["2: there is a sign that stands in no name"]),
    "old Macintosh": (
        "Navn\nSøren\n".encode("mac-roman"),
        ["2: there is a sign that stands in no name"],
    ),
    "saved twice": ("Navn\nSÃ¸ren\n".encode(), ["2: there is a sign that stands in no name"]),
    "no encoding": (b"Navn\nS\x81ren\n", ["2: the file is in no encoding that is known here"]),
}


@pytest.mark.parametrize(("raw", "messages"), FAULTS.values(), ids=FAULTS)
def test_a_broken_file_of_names_is_told_by_its_lines(raw, messages, tmp_path):
    path = names_file(tmp_path, raw)

    with pytest.raises(names_csv.BadNamesFile) as error:
        names_csv.read_names(path)

    lines = str(error.value).splitlines()
    assert len(messages) == len(lines)
    assert all(f"{path}:{part}" in line for part, line in zip(messages, lines, strict=True))
    assert "Bosen" not in str(error.value)


UNCLEAR = {
    "an unknown head": (
        b"Hvem;Mail\nBo Berg;a@example.dk\n",
        "Hvem",
        ["“Hvem”, “Mail”", "--column"],
    ),
    "one column with a head": (b"Kursister\nBo Berg\nIda Holm\n", "Kursister", ["“Kursister”"]),
    "one word above": (b"Hvem\nBo Berg\nIda Holm\n", "Hvem", ["“Hvem”", "a head or a person"]),
    "a title alone": (
        b"Deltagere i Odense\nBo Berg\nIda Holm\n",
        "Deltagere i Odense",
        ["“Deltagere i Odense”"],
    ),
    "no head": (b"Bo Berg;Odense\nIda Holm;Vejle\n", "1", ["several columns"]),
    "a mail beside, and no head": (
        b"a@example.dk;Bo Berg\nb@example.dk;Ida Holm\n",
        "2",
        ["several columns"],
    ),
    "last names alone": (b"Efternavn;Kaldes\nBerg;Bo\n", "Kaldes", ["“Efternavn”, “Kaldes”"]),
}


@pytest.mark.parametrize(("raw", "column", "parts"), UNCLEAR.values(), ids=UNCLEAR)
def test_a_head_that_is_not_understood_is_never_a_person(raw, column, parts, tmp_path):
    path = names_file(tmp_path, raw)

    with pytest.raises(names_csv.UnclearHead) as error:
        names_csv.read_names(path)

    assert all(part in str(error.value) for part in parts)
    assert "Bo" in names_csv.read_names(path, [column])[0]


def test_two_columns_can_be_named(tmp_path):
    path = names_file(tmp_path, b"By;Slaegt;Kaldes\nOdense;Berg;Bo\n")

    assert ("Bo Berg",) == names_csv.read_names(path, ["kaldes", "Slaegt"])
    with pytest.raises(names_csv.UnclearHead, match="there is no column 'Navn'"):
        names_csv.read_names(path, ["Navn"])


def test_how_many_the_first_and_the_last_are_said_and_who_is_there_twice(tmp_path):
    people = names_csv.read_names(names_file(tmp_path, b"Navn\nBo Berg\nIda Holm\nBo Berg\n"))

    sentence = names_csv.summary(tmp_path / "names.csv", people)

    assert "3 names, the first “Bo Berg”, the last “Bo Berg”; “Bo Berg” 2 times" in sentence


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def kit(tmp_path, raw: bytes) -> int:
    path = names_file(tmp_path, raw)
    return cli.main(
        [
            "kit",
            "odense-marts-2027",
            str(tmp_path / "kit"),
            "--names",
            str(path),
            "--language",
            "da",
        ]
    )


@pytest.fixture
def at_home(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MENTORKORPS_PUBLIC_URL", "https://mentorkorps.example/")


def test_nothing_is_written_before_the_names_are_understood(tmp_path, at_home, capsys):
    assert 2 == kit(tmp_path, b"Hvem;By\nBo Berg;Odense\n")

    assert "“Hvem”, “By”" in capsys.readouterr().err
    assert not (tmp_path / "kit").exists()


def test_a_person_at_a_terminal_is_asked(tmp_path, at_home, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("1\nn\n"))

    assert 0 == kit(tmp_path, b"Hvem;By\nBo Berg;Odense\nIda Holm;Vejle\n")

    output = capsys.readouterr().out
    assert "  1  Hvem" in output
    assert output.index("2 names, the first “Bo Berg”, the last “Ida Holm”") < output.index(
        "files written"
    )


def test_the_first_line_may_be_a_person(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("1\ny\n"))
    path = names_file(tmp_path, b"Bo Berg;Odense\nIda Holm;Vejle\n")

    assert ("Bo Berg", "Ida Holm") == names.ask_for_names(Namespace(names=path, column=[]))

    assert "2 names, the first “Bo Berg”" in capsys.readouterr().out
