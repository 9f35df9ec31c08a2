"""The Big List of Naughty Strings (Max Woolf, MIT, in tests/blns) through pages, database, mails and CSV."""

import csv
import io
import json
import unicodedata
from email import message_from_bytes, policy
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5

from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.security.spam import LINKS
from mentorkorps.backend.signups import csv_export
from tests.backend.conftest import FORM, JSON, eventually, link_in, opened, volunteer
from tests.conftest import ROOT

LONGEST = 100
LIST = json.loads((ROOT / "tests" / "blns" / "blns.json").read_text("utf-8"))
NAUGHTY = sorted(
    {text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore") for text in LIST}
)
MARKUP = [text for text in NAUGHTY if set(text) & set("<>&\"'{}[]\\`")]
PLAIN = "Karen"
FIRST = [f"Karen {number}" for number in range(5)]
"""The address is asked to confirm for these; the others' pages say alike that it was asked too often."""


def as_kept(text: str) -> str:
    """What the server takes a line of text for: without control characters, and without spaces around it."""
    line = " ".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return (
        "".join(
            character
            for character in line
            if character == "\t" or unicodedata.category(character) != "Cc"
        )
        .strip()
        .strip("\ufeff")
        .strip()
    )


def is_seen(text: str) -> bool:
    return any(
        unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Zs") for character in text
    )


STRINGS = sorted({as_kept(text) for text in NAUGHTY if is_seen(text)})
BLANK = [text for text in NAUGHTY if not is_seen(text)]


@pytest.fixture(scope="module")
def full(tmp_path_factory, real):
    """A portal in which every naughty string has signed up."""
    with opened(tmp_path_factory.mktemp("naughty"), real) as portal:
        for text in [*FIRST, PLAIN, *STRINGS]:
            assert 303 == portal.post(name=text).status_code, text
        yield portal


@pytest.fixture(scope="module")
def ids(full):
    return {sign_up.answers["name"]: sign_up for sign_up in full.sign_ups()}


def shape(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with its attributes: what markup would change, and text does not."""
    return [(element.tag, tuple(sorted(element.keys()))) for element in page.iter()]


def texts(page: Element, tag: str) -> list[str]:
    return ["".join(element.itertext()) for element in page.iter() if element.tag.endswith(tag)]


def test_the_list_is_whole():
    assert 461 == len(LIST)
    assert len(STRINGS) > 420
    assert len(BLANK) < 8


def test_the_database_keeps_every_string_unchanged(full):
    assert sorted([*FIRST, PLAIN, *STRINGS]) == sorted(
        sign_up.answers["name"] for sign_up in full.sign_ups()
    )


def test_csv_gives_every_string_back(full, real):
    file = io.BytesIO()
    csv_export.CsvExport(real.forms["mentor"], real, "en").write(
        file, operator_reads.each_sign_up(full.settings), csv_export.Period()
    )
    rows = csv.DictReader(
        io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"
    )
    cells = [row["Name"] for row in rows]

    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
    assert sorted([*FIRST, PLAIN, *STRINGS]) == sorted(
        cell[1:] if cell.startswith("'") else cell for cell in cells
    )


def test_own_page_and_desk_show_every_string_and_no_markup_of_it(full, ids):
    tokens = Tokens(full.settings.secret_keys, utc_now)
    for purpose in ("mine", "desk"):
        plain = shape(seen(full, tokens, purpose, ids[PLAIN]))
        # A name with a link in it is doubted, and the desk says so in a line of its own.
        for text in [
            text
            for text in STRINGS
            if text in MARKUP and not any(mark in text.lower() for mark in LINKS)
        ][::2]:
            page = seen(full, tokens, purpose, ids[text])
            assert plain == shape(page), text
            assert text in texts(page, "dd"), text


def seen(portal, tokens, purpose, sign_up) -> Element:
    answer = portal.client.post(
        f"/{purpose}/{tokens.sign(purpose, sign_up.id, sign_up.received_at)}"
    )
    assert 200 == answer.status_code
    return tinyhtml5.parse(answer.text)


def test_a_form_that_must_be_mended_gives_every_string_back(full):
    plain = shape(given_back(full, PLAIN))
    for text in MARKUP[::4]:
        page = given_back(full, text)
        assert plain == shape(page), text
        (field,) = [element for element in page.iter() if element.get("id") == "name"]
        assert text == field.get("value"), text


def given_back(portal, text: str) -> Element:
    answer = portal.post(name=text, place="")
    assert 422 == answer.status_code
    return tinyhtml5.parse(answer.text)


def test_a_search_that_finds_nothing_repeats_no_markup(full):
    for text in MARKUP:
        for asked in ({"q": text}, {"q": text, "lang": "en"}):
            page = tinyhtml5.parse(full.client.get("/find", params=asked).text)
            assert not [
                element
                for element in page.iter()
                if element.tag.endswith(("script", "iframe", "svg", "img", "style"))
            ], text


def test_mails_carry_none_of_them_and_keep_their_heads(full):
    eventually(lambda: {"sent"} == {mail.state for mail in full.mails()}, seconds=20)
    for path in list(full.settings.mail_folder.glob("*.eml"))[::8]:
        asked = link_in(full.read(path), full.settings.public_url)
        assert 200 == full.client.post(asked).status_code
    eventually(lambda: {"sent"} == {mail.state for mail in full.mails()}, seconds=20)
    heads = set()
    for path in full.settings.mail_folder.glob("*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert not letter.defects
        heads.add((letter["To"], letter["Subject"], letter["From"], *letter.keys()))
        assert "alert(" not in path.read_text("utf-8")

    assert len(heads) == 3, "a question, a receipt and a notice, and nothing else"


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_what_nobody_can_see_is_no_name(full, text):
    assert 422 == full.post(name=text).status_code


def test_none_of_them_passes_for_an_address_that_splits_a_head(full):
    for text in NAUGHTY[::3]:
        for email in (text, f"{text}@example.org", f"karen@example.org\r\n{text}"):
            answer = full.client.post(
                FORM, json=volunteer(email=email, name="Karen Naughty"), headers=JSON
            )
            if answer.status_code == 201:
                taken = full.sign_ups()[-1].answers["email"]
                assert taken.isascii(), email
                assert not set(taken) & set(' \r\n\t,;:<>()[]"\\'), email


@pytest.mark.parametrize("email", ["a..b@example.org", ".a@example.org", "a.@example.org"])
def test_odd_addresses_that_browsers_take_get_their_mail(full, email):
    full.post(email=email)

    eventually(lambda: any(email == letter["To"] for letter in letters(full)))


def letters(portal):
    return [
        message_from_bytes(path.read_bytes(), policy=policy.compat32)
        for path in portal.settings.mail_folder.glob("*.eml")
    ]


@pytest.mark.parametrize(
    "email",
    ["=?utf-8?q?x?=@example.org", "karen@example.org\nBcc: bo@example.org", "a@b@example.org"],
)
def test_an_address_that_could_be_read_as_another_is_refused(full, email):
    assert 422 == full.post(email=email).status_code
