"""Certificates: codes that nobody can make up, and a page that confirms them without knowing a person."""

import logging
from io import BytesIO

import pytest
from pypdf import PdfReader

from mentorkorps.backend.certificates import codes
from mentorkorps.backend.certificates.codes import CROCKFORD
from mentorkorps.commands import cli
from tests.backend.conftest import KEY, opened
from tests.conftest import ROOT
from tests.reading import faults

ODENSE, AARHUS = "odense-marts-2027", "aarhus-maj-2027"
COURSES = (ODENSE, AARHUS)
NAME = "Søren Åberg-Jensen"
CODE = codes.code(KEY, ODENSE, 7, NAME)
NEWER = "a-newer-key-for-the-tests"


def read(typed: str, keys=(KEY,), courses=COURSES):
    return codes.read_code(keys, courses, typed)


def test_a_code_tells_its_course_and_number():
    assert (ODENSE, 7) == (read(CODE).course, read(CODE).number)


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\n",
        CODE.replace("0", "O"),
        CODE.replace("1", "l"),
        CODE.replace("1", "i"),
        CODE.replace("0", "o").lower(),
    ],
)
def test_a_code_may_be_typed_in_many_ways(typed):
    assert CODE == read(typed).code


def test_letters_that_look_like_figures_count_as_those():
    for number in range(40):
        code = codes.code(KEY, AARHUS, number, NAME)
        assert code == read(code.replace("0", "O").replace("1", "L")).code


def test_no_code_with_a_wrong_letter_is_true():
    plain = CODE.replace("-", "")
    wrong = [
        plain[:i] + other + plain[i + 1 :]
        for i in range(16)
        for other in CROCKFORD
        if other != plain[i]
    ]

    assert 16 * 31 == len(wrong)
    assert [] == [code for code in wrong if read(code)]


@pytest.mark.parametrize(
    "typed", ["", "-", CODE[:-1], f"{CODE}0", "U" * 16, "0" * 16, "æøå" * 6, "\x00" * 16, "９" * 16]
)
def test_what_is_no_code_is_refused(typed):
    assert read(typed) is None


def test_a_code_of_one_course_is_none_of_another():
    assert read(CODE, courses=(AARHUS,)) is None


def test_every_key_is_accepted_and_a_strange_one_is_not():
    assert read(CODE, keys=(NEWER, KEY)).belongs_to(NAME)
    assert read(CODE, keys=(NEWER,)) is None


@pytest.mark.parametrize(
    "typed", ["søren åberg jensen", "SØREN  ÅBERG-JENSEN ", "Søren Aberg-Jensen"]
)
def test_a_name_may_be_typed_in_many_ways(typed):
    assert read(CODE).belongs_to(typed)


@pytest.mark.parametrize("typed", ["Søren Åberg", "Soren Åberg-Jensen", "Åberg-Jensen Søren", ""])
def test_another_name_does_not_belong_to_the_code(typed):
    assert not read(CODE).belongs_to(typed)


def test_two_of_the_same_name_have_two_codes():
    assert codes.code(KEY, ODENSE, 8, NAME) != CODE


@pytest.mark.parametrize(
    ("path", "part", "hours"),
    [
        ("kursusbevis", "Beviset er ægte", "2 kursusdage, i alt 14 timer inkl. pauser"),
        ("en/certificate", "is genuine", "2 course days, 14 hours in all, breaks included"),
    ],
)
def test_the_page_tells_the_course_and_no_person(path, part, hours, lasting):
    answer = lasting.client.get(f"/{path}/{CODE}")

    assert 200 == answer.status_code
    for text in (part, hours, "Mentorkorps", "2027", CODE):
        assert text in answer.text
    assert "Søren" not in answer.text
    assert "no-store" == answer.headers["cache-control"]


def test_a_typed_code_leads_to_its_page_in_the_same_language(lasting):
    typed = {"code": CODE.lower().replace("-", " "), "language": "en"}

    answer = lasting.client.post("/certificates", data=typed)

    assert (303, f"/en/certificate/{CODE}") == (answer.status_code, answer.headers["location"])


def test_a_mistyped_code_is_kept_in_the_form(lasting):
    answer = lasting.client.post("/certificates", data={"code": '12345"<b>', "language": "da"})

    assert 404 == answer.status_code
    assert "Den kode kender vi ikke" in answer.text
    assert 'value="12345&#34;&lt;b&gt;"' in answer.text


@pytest.mark.parametrize(
    ("name", "part"), [(NAME, "Ja, navnet hører til"), ("Bo Bosen", "Nej, det navn hører ikke")]
)
def test_a_name_is_compared_and_neither_shown_logged_nor_addressed(name, part, lasting, caplog):
    caplog.set_level(logging.DEBUG)

    answer = lasting.client.post(f"/kursusbevis/{CODE}", data={"name": name})

    assert part in answer.text
    traces = (
        answer.text
        + str(answer.url)
        + "".join(str(record.__dict__) for record in caplog.records if "mentorkorps" in record.name)
    )
    assert name not in traces
    assert CODE not in "".join(
        record.getMessage() for record in caplog.records if "mentorkorps" in record.name
    )


def test_a_forged_code_is_not_found(lasting):
    assert (
        404 == lasting.client.get(f"/kursusbevis/{codes.code(NEWER, ODENSE, 7, NAME)}").status_code
    )
    assert 404 == lasting.client.post(f"/kursusbevis/{CODE[:-1]}Z", data={"name": NAME}).status_code


def test_names_cannot_be_tried_without_end(tmp_path, real):
    with opened(tmp_path, real, TRUSTED_PROXY="127.0.0.1") as portal:
        answers = [
            portal.client.post(
                f"/kursusbevis/{CODE}",
                data={"name": f"Navn {i}"},
                headers={"X-Forwarded-For": "192.0.2.1"},
            )
            for i in range(31)
        ]

    assert [200] * 30 + [429] == [answer.status_code for answer in answers]


@pytest.mark.parametrize("page", ["kursusbevis", "en/certificate"])
def test_codes_cannot_be_guessed_without_end(tmp_path, real, hands, page):
    def looked_up(portal, code, visitor):
        return portal.client.get(f"/{page}/{code}", headers={"X-Forwarded-For": visitor})

    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal:
        guesses = [
            looked_up(portal, f"0000-0000-0000-{number:04}", "192.0.2.1") for number in range(100)
        ]
        refused, elsewhere = (
            looked_up(portal, CODE, "192.0.2.9"),
            looked_up(portal, CODE, "192.0.3.1"),
        )
        typed = portal.client.post(
            "/certificates", data={"code": CODE}, headers={"X-Forwarded-For": "192.0.2.1"}
        )
        hands.pass_by(minutes=10)
        later = looked_up(portal, CODE, "192.0.2.9")

    assert {404} == {answer.status_code for answer in guesses}
    assert (429, "600") == (refused.status_code, refused.headers["retry-after"])
    assert ("Der er slået mange kursusbeviser op" in refused.text) == (page == "kursusbevis")
    assert (200, 303, 200) == (elsewhere.status_code, typed.status_code, later.status_code)


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text(f"Navn\n{NAME}\nĐorđe Žižek\n", "utf-8")
    return path


def test_the_command_prints_a_sheet_for_each_with_a_code_that_holds(
    names, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MENTORKORPS_SECRET_KEYS", KEY)
    monkeypatch.setenv("MENTORKORPS_PUBLIC_URL", "https://mentorkorps.example/")
    target = tmp_path / "beviser.pdf"

    ended = cli.main(
        ["certificates", ODENSE, "--names", str(names), "--to", str(target), "--language", "both"]
    )

    assert 0 == ended
    assert "2 certificates" in capsys.readouterr().out
    pdf = PdfReader(target)
    first, second = (" ".join(page.extract_text().split()) for page in pdf.pages)
    assert all(
        round(page.mediabox.width) == 842 and round(page.mediabox.height) == 595
        for page in pdf.pages
    )
    assert codes.code(KEY, ODENSE, 0, NAME) in first
    assert codes.code(KEY, ODENSE, 1, "Đorđe Žižek") in second
    for part in (
        NAME,
        "Kursusbevis",
        "Course certificate",
        "9 March 2027",
        "2. marts 2027 og 9. marts 2027. 2 kursusdage, i alt 14 timer inkl. pauser",
        "Indhold: Mentorrollen og mødet · Viden, støtte og døre, der åbnes",
        "2 course days, 14 hours in all, breaks included",
        "udgave 1.0",
        "mentorkorps.example/kursusbevis/",
    ):
        assert part in first
    assert "Đorđe" not in first
    assert [] == faults(PdfReader(BytesIO(target.read_bytes())))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize(
    ("course", "message"),
    [("odense", "does not exist. There are: odense-marts-2027"), (ODENSE, "names.csv:2: the name")],
)
def test_the_command_says_what_is_wrong(course, message, names, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MENTORKORPS_SECRET_KEYS", KEY)
    names.write_text("Navn;By\n;Odense\n")

    assert 2 == cli.main(
        ["certificates", course, "--names", str(names), "--to", str(tmp_path / "x.pdf")]
    )
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()


def test_no_certificate_is_signed_with_a_key_that_no_server_has(
    names, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("MENTORKORPS_SECRET_KEYS", raising=False)
    monkeypatch.setenv("MENTORKORPS_DATABASE_URL", f"sqlite:///{tmp_path}/none/mentorkorps.db")

    assert 2 == cli.main(
        ["certificates", ODENSE, "--names", str(names), "--to", str(tmp_path / "x.pdf")]
    )
    assert "set MENTORKORPS_SECRET_KEYS" in capsys.readouterr().err
