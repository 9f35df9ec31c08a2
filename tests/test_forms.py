"""One definition of a form: what it shows, what it takes, what it refuses and how it says so."""

import re
import shutil
from datetime import date
from posixpath import join, normpath

import pytest

from mentorkorps import forms
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.forms.answers import Invalid
from mentorkorps.forms.html import form_html, form_page_html
from mentorkorps.forms.validation import read_answers, todays_names
from mentorkorps.interface.addresses import address
from mentorkorps.site.record_pages import site_pages
from mentorkorps.validation.check import check
from tests.conftest import ROOT

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


def messages_of(catalogue, **changes):
    with pytest.raises(Invalid) as error:
        read(catalogue, **changes)
    return {answer_error.field: answer_error.message.da for answer_error in error.value.wrong}


def html_of_form(catalogue, language="da", **given_back):
    return form_html(
        catalogue.forms["mentor"], catalogue, language, action="/forms/mentor", **given_back
    )


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
    messages = messages_of(
        sound, name=[""], email=["sofie"], place=["Atlantis"], adult=[], contact=[]
    )

    assert ["name", "email", "place", "adult", "contact"] == list(messages)


@pytest.mark.parametrize(
    "number", ["010190-1234", "0101901234", "311299 1234", "Jeg er 010190-1234"]
)
def test_what_looks_like_a_cpr_number_is_refused_kindly(sound, number):
    assert "CPR-nummer" in messages_of(sound, name=[number])["name"]


@pytest.mark.parametrize(
    "number", ["20 12 34 56", "+4520123456", "+45 20 12 34 56", "(0045) 20123456"]
)
def test_a_phone_number_is_not_taken_for_a_cpr_number(sound, number):
    assert number == read(sound, phone=[number]).values["phone"]


@pytest.mark.parametrize(
    "address", ["a@b", "a b@c.dk", "a@b.dk\nBcc: x@y.dk", "@b.dk", "a@b..dk", "a@-b.dk", "æ@b.dk"]
)
def test_what_is_no_e_mail_address_is_refused(sound, address):
    assert "email" in messages_of(sound, email=[address])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5000", "0461"),
        ("5000 Odense C", "0461"),
        ("odense", "0461"),
        (" ODENSE Kommune ", "0461"),
        ("Åbenrå", "0580"),
    ],
)
def test_a_place_is_understood_as_people_write_it(sound, text, code):
    assert code == read(sound, place=[text]).values["place"]


def test_a_postcode_in_two_municipalities_lets_the_visitor_choose(sound):
    with pytest.raises(Invalid) as error:
        read(sound, place=["4174"])
    html = html_of_form(sound, posted=GOOD | {"place": ["4174"]}, wrong=error.value.wrong)

    assert re.search(r'<input type="radio" name="place" value="Ringsted"', html)
    assert re.search(r'<input type="radio" name="place" value="Odense"', html)


def test_length_counts_as_browsers_count_it(sound):
    assert read(sound, name=["😀" * 10])
    assert "20 tegn" in messages_of(sound, name=["😀" * 10 + "a"])["name"]


def test_line_ends_of_a_text_area_count_as_one(sound):
    assert "a\nb" == read(sound, note=["a\r\nb"]).values["note"]


def test_a_field_that_the_form_does_not_have_is_refused(sound):
    assert "is_admin" in messages_of(sound, is_admin=["1"])["is_admin"]


def test_a_field_sent_twice_is_refused(sound):
    assert "email" in messages_of(sound, email=["a@b.dk", "c@d.dk"])


def test_an_option_that_does_not_exist_is_refused(sound):
    assert {"programme", "languages"} == set(
        messages_of(sound, programme=["nope"], languages=["da", "xx"])
    )


def test_a_programme_that_is_not_open_is_not_to_be_had_in_the_sign_up(sound):
    assert "programme" in messages_of(sound, programme=["smedenes-korps"])


def test_a_course_after_its_deadline_is_refused_on_the_day(sound):
    late = date(2027, 2, 17)

    with pytest.raises(Invalid) as error:
        read_answers(sound.forms["mentor"], sound, GOOD | {"course": ["odense-2027"]}, late)

    assert "Fristen" in error.value.wrong[0].message.da


def test_a_consent_to_words_that_have_changed_is_asked_for_again(sound):
    assert "ændret" in messages_of(sound, contact=["2025-01-01"])["contact"]


def test_every_answer_is_kept_when_something_is_wrong(sound):
    posted = GOOD | {
        "email": ["sofie"],
        "phone": ["20 12 34 56"],
        "languages": ["ar"],
        "note": ["<b>"],
    }
    with pytest.raises(Invalid) as error:
        read_answers(sound.forms["mentor"], sound, posted, TODAY)

    html = html_of_form(sound, posted=posted, wrong=error.value.wrong)

    assert 'value="Sofie Ærø"' in html
    assert 'value="20 12 34 56"' in html
    assert "&lt;b&gt;</textarea>" in html
    assert '<details class="mk-more" open>' in html
    assert re.search(r'value="ar" checked', html)
    assert re.search(r'id="adult"[^>]* checked', html)
    assert '<a href="#email">' in html
    assert 'aria-describedby="email-error" aria-invalid="true"' in html


def test_browsers_get_the_same_constraints(sound):
    html = html_of_form(sound)

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


def renamed_everywhere(data):
    """Every form gets another id and every question too, each with the former one under `was`."""
    for file in (data / "forms.yaml", *(data / "forms").glob("*.yaml")):
        text = re.sub(r"(?m)^- id: (\S+)$", r"- id: form-\1\n  was: [\1]", file.read_text("utf-8"))
        text = re.sub(r"(?<=- \{)id: ([\w-]+), type: ", r"id: q-\1, was: [\1], type: ", text)
        text = re.sub(
            r"(?m)^    - id: (\S+)\n      type: ",
            r"    - id: q-\1\n      was: [\1]\n      type: ",
            text,
        )
        text = re.sub(r"shown_if: \{field: ", "shown_if: {field: q-", text)
        file.write_text(text, "utf-8")


@pytest.fixture
def own(tmp_path):
    """A copy of the portal's own records: its forms are renamed, whichever they are."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("schema"))
    (folder / "forms").mkdir()
    return folder


@pytest.mark.parametrize("records", ["data", "own"])
def test_when_every_form_and_question_is_renamed_check_is_content_and_every_link_leads_on(
    records, request
):
    folder = request.getfixturevalue(records)
    renamed_everywhere(folder)

    verdict = check(folder, TODAY)
    assert [] == [str(problem) for problem in verdict.problems]
    for language in ("da", "en"):
        pages = {page.at: page.body for page in site_pages(verdict.records, language)}
        to_forms = {
            normpath(join(at, link.partition("?")[0])) + "/"
            for at, body in pages.items()
            for link in re.findall(r'href="([^"#:]+)"', body)
            if address("form", language).strip("/") in link
        }
        used = {
            address("form", language, form.id)
            for form in verdict.records.forms.values()
            if form.purpose
        }
        assert to_forms <= {
            address("form", language, form.id) for form in verdict.records.forms.values()
        }
        assert len(to_forms) >= len(used) - 1  # of one a hand-written page alone knows


def test_answers_of_before_a_renaming_are_found_by_meaning_and_by_question(sound, data):
    before = read(sound, note=["Hej"], languages=["ar"])
    renamed_everywhere(data)
    after = load_catalogue(data)
    form = after.forms["form-mentor"]
    posted = {
        f"q-{name}" if name in {"name", "email", "place", "adult"} else name: texts
        for name, texts in GOOD.items()
    }
    again = read_answers(form, after, posted | {"q-note": ["Hej"], "q-languages": ["ar"]}, TODAY)

    assert before.canonical() == again.canonical()  # so the same answers stay one sign-up
    assert "sofie@eksempel.dk" == before.email
    assert ("Note", "Hej") in forms.rows(form, after, before.values, "da")
    assert ["mailto:sofie@eksempel.dk"] == [
        link for _, _, link in forms.linked_rows(form, after, before.values, "da") if link
    ]


def test_a_page_that_was_opened_before_a_renaming_can_still_be_sent(sound, data):
    renamed_everywhere(data)
    after = load_catalogue(data)
    form = after.forms["mentor"]

    assert "sofie@eksempel.dk" == read_answers(form, after, todays_names(form, GOOD), TODAY).email


def test_each_form_can_be_renamed_by_itself(own):
    file = own / "forms.yaml"
    text = file.read_text("utf-8")
    for id in re.findall(r"(?m)^- id: (\S+)$", text):
        file.write_text(text.replace(f"- id: {id}\n", f"- id: en-anden\n  was: [{id}]\n"), "utf-8")
        assert [] == check(own, TODAY).problems, id


REMOVED = {
    "the form for courses": (
        "  purpose: book_course\n",
        "",
        "data/forms.yaml:1:7  Ingen formular har “purpose: book_course”, og siderne fører til en.  [purpose]",
    ),
    "a misspelt purpose": (
        "purpose: book_course",
        "purpose: book_cours",
        "Mente du “book_course”?  [not-an-option]",
    ),
    "two forms of one purpose": (
        "purpose: book_event",
        "purpose: book_course",
        "Der er allerede en post med “purpose: book_course” i data/forms/needed.yaml",
    ),
    "the course that is booked": (
        "    - {id: course, type: choice, required: true, options_from: courses, means: course, "
        "label: {da: Kursus, en: Course}}\n  consents",
        "  consents",
        "En formular med “purpose: book_course” skal have et spørgsmål med “means: course”.  [question]",
    ),
    "a course that need not be chosen": (
        "required: true, options_from: events",
        "required: false, options_from: events",
        "En formular med “purpose: book_event” skal have et spørgsmål med “means: event, required: true”.",
    ),
    "a misspelt meaning": ("means: event", "means: events", "Mente du “event”?  [not-an-option]"),
    "a meaning of another type": (
        "type: textarea, required",
        "type: textarea, means: name, required",
        "“question” kan ikke have means: name",
    ),
    "a question with the name of a meaning": (
        "{id: question, type",
        "{id: phone, type",
        "“phone” er navnet på en betydning: skriv means: phone, eller vælg et andet id",
    ),
}


@pytest.mark.parametrize("case", REMOVED)
def test_what_pages_and_code_need_of_forms_is_one_message_at_its_line(case, data):
    before, after, message = REMOVED[case]
    file = data / "forms" / "needed.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")

    problems = [
        str(problem)
        for problem in check(data, TODAY, "data").problems
        if problem.rule != "vanished"
    ]

    assert 1 == len([problem for problem in problems if message in problem]) == len(problems), (
        problems
    )


def test_the_recipe_for_a_form_and_for_a_question_works_as_it_is_written(data):
    """CONTRIBUTING, "Add a form" and "Add a question to a form"."""
    (data / "forms" / "besoeg.yaml").write_text(
        "- id: besoeg\n"
        "  title: {da: Besøg os, en: Visit us}\n"
        "  intro: {da: Det er kort., en: It is short.}\n"
        "  submit: {da: Send, en: Send}\n"
        "  receipt: {da: Tak., en: Thank you.}\n"
        "  retention: {unconfirmed_hours: 72, months: 6}\n"
        "  fields:\n"
        "    - {id: adresse, type: email, means: email, required: true, label: {da: E-mail, en: E-mail}}\n"
        "    - {id: hvornaar, type: text, required: true, max_length: 40, label: {da: Hvornår, en: When}}\n",
        "utf-8",
    )
    assert [] == check(data, TODAY).problems
    records = load_catalogue(data)
    posted = {"adresse": ["a@eksempel.dk"], "hvornaar": ["I morgen"]}
    answers = read_answers(records.forms["besoeg"], records, posted, TODAY)

    assert "a@eksempel.dk" == answers.email
    assert {address("form", "da", "besoeg")} <= {page.at for page in site_pages(records, "da")}
