"""What the browser lets through, the server takes, and what the browser stops, the server refuses."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from playwright.sync_api import Page

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.forms.answers import Invalid
from mentorkorps.forms.validation import read_answers, utf16_length
from mentorkorps.interface.characters import without_invisible
from tests.conftest import ROOT
from tests.test_forms import TODAY

RECORDS = load_catalogue(ROOT / "data")
FIELDS = {
    "mentor": ("name", "email", "phone"),
    "spoergsmaal": ("question",),
    "henvisning": ("about",),
}
JUDGE = """(asked) => asked.map(([name, text]) => {
    const control = document.getElementById(name), field = control.closest(".mk-field");
    control.value = text;
    const passes = control.form.dispatchEvent(new CustomEvent("mk:judge", { cancelable: true, detail: field }));
    return [passes, control.value, control.value.length];
})"""
"""The page's own judgement on each text in its field, the text as the browser keeps it, and how long that is there."""

LETTERS = some.characters(exclude_categories=["Cs", "Cc"])
"""No keyboard types control characters; the server takes them out, which tests/backend/test_bad_input.py shows."""
PIECES = (
    "a@b.dk",
    "@",
    ".",
    " ",
    "\n",
    "\t",
    "010190-1234",
    "12 34 56 78",
    "+45",
    "(",
    "-",
    "æøå",
    "😀",
    "\u00a0",
    "\ufeff",
    "\u202d",
    "\u200b",
    "–",
    "\u2011",
    "tlf. ",
    "/",
    "(0)",
    "۱۲",
    "@blåbær.dk",
)
TEXTS = some.one_of(
    some.text(LETTERS, max_size=30),
    some.lists(some.sampled_from(PIECES), max_size=6).map("".join),
    some.emails(),
    some.from_regex(r"[0-9+() \-]{6,22}", fullmatch=True),
)
SOME = some.lists(TEXTS, min_size=25, max_size=25)


@pytest.fixture(scope="module")
def page_of(browser, portal) -> Callable[[str], Page]:
    context = browser.new_context(base_url=portal.url)
    pages = {}
    for form in FIELDS:
        pages[form] = context.new_page()
        pages[form].goto(f"/tilmelding/{form}/")
    yield pages.__getitem__
    context.close()


def server_passes(form: str, field: str, text: str) -> bool:
    try:
        read_answers(RECORDS.forms[form], RECORDS, {field: [text]}, TODAY)
    except Invalid as invalid:
        return field not in {answer_error.field for answer_error in invalid.wrong}
    return True


@pytest.mark.parametrize(
    ("form", "field"), [(form, field) for form, fields in FIELDS.items() for field in fields]
)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(
    texts=[
        "a@b",
        "a@b.dk",
        "a..b@c.dk",
        "=?utf-8?q?x?=@b.dk",
        "æ@b.dk",
        " a@b.dk ",
        "   ",
        "",
        "010190-1234",
    ]
)
@example(
    texts=[
        "12345678",
        "1234567",
        "\ufeff",
        "\u2028x\u3000",
        "+45 12 34 56 78",
        "(0045)12345678",
        "١٢٣٤٥٦٧٨",
        "12 34\n56 78",
        "        ",
    ]
)
@example(
    texts=[
        "anna@blåbærgrød.dk",
        "\u202aa@b\u00adø.dk\u202c",
        "a@-ø.dk",
        "a@b/ø.dk",
        "a@ø?x=b.dk",
        "a@ø_.dk",
        "a@ø:80.dk",
        "a@１.２.３.４",
        "a@😀.dk",
        "\u3164\u2800",
        "علی\u200cرضا",
        "010190\u2011\u200a1234",
        "0101\u00ad90–1234",
    ]
)
@example(
    texts=[
        "0701234567",
        "070123-4567",
        "070123–4567",
        "12.34.56.78",
        "+49 (0)151 / 1234567",
        "tlf. 12 34 56 78",
        "TLF.NR. 12345678",
        "\u202d+45 12\u00a034–56\u200978\u202c",
        "۱۲ ۳۴ ۵۶ ۷۸",
        "12345678 / 87654321",
        "ring 12345678",
        "12345678\u3164",
        "\U000e000112345678",
    ]
)
@given(texts=SOME)
def test_browser_and_server_come_to_the_same_verdict(page_of, form, field, texts):
    judged = page_of(form).evaluate(JUDGE, [[field, text] for text in texts])

    limit = next(
        question.max_length for question in RECORDS.forms[form].fields if question.id == field
    )
    for text, (passes, value, length) in zip(texts, judged, strict=True):
        assert utf16_length(value) == length
        if length <= limit:  # what a script puts in may be longer than anybody can type
            posted = value.replace("\n", "\r\n")  # as browsers send a text area
            assert passes == server_passes(form, field, posted), json.dumps([text, value])


INVISIBLE = "[\\p{Default_Ignorable_Code_Point}\\u2800\\ufff9-\\ufffb]"
"""As form.js and site.js write it."""


def test_the_same_characters_are_invisible_to_both(page_of):
    unseen = page_of("mentor").evaluate(
        "(of) => [...Array(0x110000).keys()].filter((one) => new RegExp(of, 'u').test(String.fromCodePoint(one)))",
        INVISIBLE,
    )

    for script in ("form.js", "site.js"):
        assert f"/{INVISIBLE}/gu" in (ROOT / "docs" / "theme" / "assets" / script).read_text(
            "utf-8"
        )
    assert unseen == [code for code in range(0x110000) if not without_invisible(chr(code))]


def test_as_much_as_can_be_typed_is_taken(page_of):
    page = page_of("henvisning")
    page.evaluate(
        "document.querySelectorAll('[data-step]').forEach((one) => { one.hidden = false })"
    )
    page.locator("#about").fill("😀\n" * 400)

    value = page.locator("#about").input_value()
    assert 600 == utf16_length(value)
    assert server_passes("henvisning", "about", value.replace("\n", "\r\n"))
    assert not server_passes("henvisning", "about", value.replace("\n", "\r\n") + "x")
