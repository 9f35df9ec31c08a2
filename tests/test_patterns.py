"""Patterns of forms: a small part of regular expressions that nobody reads in two ways, and that is
never slow."""

import re
import time
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mentorkorps.catalogue.patterns import flaw
from mentorkorps.forms.answers import Invalid
from mentorkorps.forms.html import form_html
from mentorkorps.forms.validation import read_answers
from tests.test_forms import GOOD, TODAY

PIECES = st.sampled_from(
    [
        "a",
        "b",
        "9",
        "-",
        " ",
        r"\.",
        r"\(",
        "[a-c]",
        "[b-z0-9]",
        "[A-Z]",
        "[ .]",
        r"[\-_]",
        "[æøå]",
        "[0-9]",
    ]
)
COUNTS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{0,40}", "{2,}"])
PATTERNS = st.lists(st.tuples(PIECES, COUNTS).map("".join), max_size=8).map("".join)


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{8}",
        "[A-Z]{2}-[0-9]{4}",
        r"[a-z0-9]+\.[a-z]{2,9}",
        "[A-ZÆØÅ][a-zæøå]*",
        r"\+45 ?[0-9]{8}",
        "a?b",
    ],
)
def test_what_people_need_can_be_said(pattern):
    assert flaw(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "a|b",
        "[^a]",
        ".",
        r"\w",
        r"\d",
        r"\bx",
        "^a$",
        "[a--b]",
        "[a&&b]",
        "[z-a]",
        "[A-z]",
        "[]",
        "a{2,1}",
        "a{0}",
        "a**",
        "a+?",
        "a++",
        "a{,3}",
        "[[a]]",
        "(?i)a",
        "𝕏",
        "a" * 201,
        "[0-9]{1001}",
        "x*x*x*",
        " a",
        "[a-z-9]",
        r"[\w]",
    ],
)
def test_what_means_two_things_or_can_be_slow_is_refused_with_a_reason(pattern):
    danish, english = flaw(pattern)

    assert danish and english


@settings(max_examples=200, deadline=None)
@given(PATTERNS, st.sampled_from("ab9. -zæA"))
def test_no_pattern_that_is_taken_is_slow(pattern, letter):
    assume(flaw(pattern) is None)
    began = time.perf_counter()
    re.fullmatch(pattern, letter * 5000 + "!")

    assert time.perf_counter() - began < 0.1


def with_pattern(sound, pattern, **more):
    form = sound.forms["mentor"]
    name, *others = form.fields
    return replace(form, fields=(replace(name, pattern=pattern, **more), *others))


def test_an_answer_of_another_form_is_refused_in_the_words_of_the_field(sound):
    invalid = sound.forms["mentor"].fields[0].label
    form = with_pattern(sound, "[a-z]{3}", invalid=invalid)

    assert "abc" == read_answers(form, sound, GOOD | {"name": ["abc"]}, TODAY).values["name"]
    with pytest.raises(Invalid) as error:
        read_answers(form, sound, GOOD | {"name": ["abcd"]}, TODAY)
    assert [invalid] == [answer_error.message for answer_error in error.value.wrong]


def test_the_browser_is_given_the_same_pattern_and_words(sound):
    html = form_html(with_pattern(sound, "[a-z]{3}"), sound, "da", action="/forms/mentor")

    assert re.search(
        r'id="name"[^>]* pattern="\[a-z\]\{3\}"[^>]*data-invalid="Svaret har ikke', html
    )
