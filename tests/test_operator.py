"""Who runs the portal, that it runs on trial, and what is made up, in pages, forms and calendars."""

from dataclasses import replace
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.operators import Operator
from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.publish.calendars import Calendars
from mentorkorps.site.fragments import fill
from mentorkorps.site.publication import Publication
from mentorkorps.site.record_pages import site_pages
from tests.conftest import ROOT

TRIAL = Operator("portalen", Place("data/operators.yaml", 1, 1), trial=True)


def on_trial(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, operators={TRIAL.id: TRIAL})


def published(catalogue: Catalogue) -> Publication:
    """The frame of pages asks for no training."""
    return Publication(catalogue, None, "da", "http://x.example/")


def test_the_frame_of_every_page_names_the_contact_or_says_that_none_is_set(sound):
    frame = published(sound).frame_values()
    trial = published(on_trial(sound)).frame_values()

    assert 'href="mailto:portal@example.org"' in frame["contact"]
    assert '<a href="tel:+4566000001">66 00 00 01</a> (mandag til fredag 10-14)' in frame["contact"]
    assert "" == frame["trial"]
    assert "Der er ikke sat en kontakt på portalen endnu" in trial["contact"]
    assert "Portalen kører på prøve" in trial["trial"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_hand_written_page_says_who_is_responsible(sound, language):
    told = fill("<!-- mentorkorps:operator -->", sound, language)
    lacking = fill("<!-- mentorkorps:operator -->", on_trial(sound), language)

    for words in ("Foreningen af Prøver, CVR 12345678", "Prøvevej 1, 9990 Skagen", "66 00 00 01"):
        assert words in told
        assert words not in lacking
    honest = "hvem der driver portalen" if language == "da" else "who runs the portal"
    assert honest in lacking and honest not in told


def test_the_guides_ask_for_the_responsible_and_claim_no_trial_by_hand():
    for page in ("da/privatliv", "en/privacy"):
        text = Path(ROOT, "docs", f"{page}.md").read_text("utf-8")
        assert "<!-- mentorkorps:operator -->" in text
        assert "som prøve" not in text and "is a trial" not in text
    for page in ("da/tilgaengelighed", "en/accessibility"):
        assert "<!-- mentorkorps:contact -->" in Path(ROOT, "docs", f"{page}.md").read_text("utf-8")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_form_links_privacy_beside_each_consent_and_says_when_on_trial(sound, language):
    at = "../../privatliv/" if language == "da" else "../../../en/privacy/"
    for catalogue in (sound, on_trial(sound)):
        pages = [page for page in site_pages(catalogue, language) if page.has_form]
        assert len(sound.forms) == len(pages)
        for page, form in zip(pages, sound.forms.values(), strict=True):
            links = page.body.count('<p class="mk-privacy"><a href="../../')
            assert links == page.body.count(f'{at}">')
            assert max(1, len(form.consents)) == links, form.id
            assert catalogue.operator.trial == ("mk-trial" in page.body)


def test_what_is_made_up_says_so_in_options_and_calendars_and_a_trial_too(sound):
    course = next(iter(sound.courses.values()))
    made_up = replace(
        on_trial(sound), courses={**sound.courses, course.id: replace(course, example=True)}
    )
    form = made_up.form_for("book_course")
    page = next(page for page in site_pages(made_up, "da") if page.at == f"tilmelding/{form.id}/")
    calendar = dict(Calendars(made_up, "da", "http://x.example/").files())
    text = calendar[f"kurser/{course.id}/kursus.ics"].replace("\r\n ", "")

    assert f">Eksempel: {course.name.da}</option>" in page.body
    assert f"SUMMARY:Prøve: Eksempel: {course.name.da}" in text.replace("\\,", ",")
    assert "DESCRIPTION:Eksempel: Det her er fundet på" in text
    assert "Portalen kører på prøve" in text


def test_the_list_to_which_places_without_a_programme_lead_is_the_portals_own(real):
    own = real.portal()

    assert not own.example
    assert any(
        programme.organisation == own.id
        and programme.status == "interest"
        and not programme.municipalities
        and not programme.example
        for programme in real.programmes.values()
    )


def test_lost_links_are_asked_for_on_a_page_of_the_site(sound):
    pages = {page.at: page for page in site_pages(sound, "en")}

    body = pages["en/my-link/"].body
    assert 'action="../../links"' in body and 'type="email"' in body
