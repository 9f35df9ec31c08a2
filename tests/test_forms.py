"""One definition of a form: what it shows, what it takes, what it refuses and how it says so."""

import re
from datetime import date

import pytest

from mentorkorps import forms
from mentorkorps.forms.answers import Invalid
from mentorkorps.forms.html import form_html, form_page_html
from mentorkorps.forms.validation import read_answers

TODAY = date(2026, 11, 22)
GOOD = {
    "language": ["da"],
    "website": [""],
    "name": ["Sofie Ærø"],
    "email": ["sofie@eksempel.dk"],
    "place": ["5000"],
    "adult": ["yes"],
    "contact": ["2026-11-22"],
}


def read(catalogue, **changes):
    return read_answers(catalogue.forms["mentor"], catalogue, GOOD | changes, TODAY)


def wrong(catalogue, **changes):
    with pytest.raises(Invalid) as error:
        read(catalogue, **changes)
    return {one.field: one.message.da for one in error.value.wrong}


def shown(catalogue, language="da", **kept):
    return form_html(catalogue.forms["mentor"], catalogue, language, action="/forms/mentor", **kept)


def test_good_answers_are_read_with_the_consents_as_they_were_worded(sound):
    answers = read(sound, languages=["ar", "da"], news=["yes"])

    assert "0461" == answers.values["place"]
    assert ("da", "ar") == answers.values["languages"]
    assert {"contact": "2026-11-22", "news": "2026-11-22"} == answers.consents


def test_the_same_answers_in_another_order_and_with_spaces_are_the_same(sound):
    turned = dict(reversed(GOOD.items())) | {"name": ["  Sofie Ærø "]}

    assert (
        read(sound).canonical()
        == read_answers(sound.forms["mentor"], sound, turned, TODAY).canonical()
    )


def test_everything_that_is_wrong_is_told_at_once(sound):
    told = wrong(sound, name=[""], email=["sofie"], place=["Atlantis"], adult=[], contact=[])

    assert ["name", "email", "place", "adult", "contact"] == list(told)


@pytest.mark.parametrize(
    "number", ["010190-1234", "0101901234", "311299 1234", "Jeg er 010190-1234"]
)
def test_what_looks_like_a_cpr_number_is_refused_kindly(sound, number):
    assert "CPR-nummer" in wrong(sound, name=[number])["name"]


@pytest.mark.parametrize(
    "number", ["20 12 34 56", "+4520123456", "+45 20 12 34 56", "(0045) 20123456"]
)
def test_a_phone_number_is_not_taken_for_a_cpr_number(sound, number):
    assert number == read(sound, phone=[number]).values["phone"]


@pytest.mark.parametrize(
    "address", ["a@b", "a b@c.dk", "a@b.dk\nBcc: x@y.dk", "@b.dk", "a@b..dk", "a@-b.dk", "æ@b.dk"]
)
def test_what_is_no_e_mail_address_is_refused(sound, address):
    assert "email" in wrong(sound, email=[address])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("5000", "0461"),
        ("5000 Odense C", "0461"),
        ("odense", "0461"),
        (" ODENSE Kommune ", "0461"),
        ("Åbenrå", "0580"),
    ],
)
def test_a_place_is_understood_as_people_write_it(sound, written, code):
    assert code == read(sound, place=[written]).values["place"]


def test_a_postcode_in_two_municipalities_lets_the_visitor_choose(sound):
    with pytest.raises(Invalid) as error:
        read(sound, place=["4174"])
    html = shown(sound, posted=GOOD | {"place": ["4174"]}, wrong=error.value.wrong)

    assert re.search(r'<input type="radio" name="place" value="Ringsted"', html)
    assert re.search(r'<input type="radio" name="place" value="Odense"', html)


def test_length_counts_as_browsers_count_it(sound):
    assert read(sound, name=["😀" * 10])
    assert "20 tegn" in wrong(sound, name=["😀" * 10 + "a"])["name"]


def test_line_ends_of_a_text_area_count_as_one(sound):
    assert "a\nb" == read(sound, note=["a\r\nb"]).values["note"]


def test_a_field_that_the_form_does_not_have_is_refused(sound):
    assert "is_admin" in wrong(sound, is_admin=["1"])["is_admin"]


def test_a_field_sent_twice_is_refused(sound):
    assert "email" in wrong(sound, email=["a@b.dk", "c@d.dk"])


def test_an_option_that_does_not_exist_is_refused(sound):
    assert {"programme", "languages"} == set(
        wrong(sound, programme=["nope"], languages=["da", "xx"])
    )


def test_a_programme_that_is_not_open_is_not_to_be_had_in_the_sign_up(sound):
    assert "programme" in wrong(sound, programme=["smedenes-korps"])


def test_a_course_after_its_deadline_is_refused_on_the_day(sound):
    late = date(2027, 2, 17)

    with pytest.raises(Invalid) as error:
        read_answers(sound.forms["mentor"], sound, GOOD | {"course": ["odense-2027"]}, late)

    assert "Fristen" in error.value.wrong[0].message.da


def test_a_consent_to_words_that_have_changed_is_asked_for_again(sound):
    assert "ændret" in wrong(sound, contact=["2025-01-01"])["contact"]


def test_every_answer_is_kept_when_something_is_wrong(sound):
    posted = GOOD | {
        "email": ["sofie"],
        "phone": ["20 12 34 56"],
        "languages": ["ar"],
        "note": ["<b>"],
    }
    with pytest.raises(Invalid) as error:
        read_answers(sound.forms["mentor"], sound, posted, TODAY)

    html = shown(sound, posted=posted, wrong=error.value.wrong)

    assert 'value="Sofie Ærø"' in html
    assert 'value="20 12 34 56"' in html
    assert "&lt;b&gt;</textarea>" in html
    assert '<details class="mk-more" open>' in html
    assert re.search(r'value="ar" checked', html)
    assert re.search(r'id="adult"[^>]* checked', html)
    assert '<a href="#email">' in html
    assert 'aria-describedby="email-error" aria-invalid="true"' in html


def test_browsers_get_the_same_constraints(sound):
    html = shown(sound)

    assert re.search(
        r'<input id="name" name="name" type="text" value="" maxlength="20" required', html
    )
    assert re.search(
        r'<input id="email"[^>]*type="email"[^>]*inputmode="email"[^>]*pattern="[^"]+" required',
        html,
    )
    assert re.search(
        r'<label for="phone">Telefon <span class="mk-optional">\(frivilligt\)</span>', html
    )


@pytest.mark.parametrize("form", ["mentor", "interesseliste"])
def test_the_real_forms_ask_at_most_eight_questions_at_first(real, form):
    form = real.forms[form]

    assert 8 >= len([field for field in form.fields if not field.more]) + len(form.consents)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_real_forms_can_be_shown_in_both_languages(real, language):
    for form in real.forms.values():
        html = form_page_html(form, real, language, action="/forms/x")
        assert f"<h1>{form.title.of(language)}</h1>" in html
        assert "()" not in html


def test_answers_are_shown_in_words_to_those_who_read_them(sound):
    answers = read(sound, languages=["ar"], programme=["aaben"])

    rows = dict(forms.rows(sound.forms["mentor"], sound, answers.values, "da"))

    assert ("Odense", "Arabisk", "Åben indsats", "Ja") == (
        rows["Sted"],
        rows["Sprog"],
        rows["Indsats"],
        rows["Jeg er 18"],
    )
