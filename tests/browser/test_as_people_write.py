"""What people paste and mistype, in a real browser: nothing that the server takes is stopped there."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.site import place_index
from tests.browser.conftest import axe
from tests.browser.test_forms import answer_all
from tests.conftest import ROOT

RECORDS = load_catalogue(ROOT / "data")
FIND = {"da": ("/", "/kommuner/"), "en": ("/en/", "/en/municipalities/")}
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])


def paste(page: Page, field: str, text: str) -> None:
    """As from the clipboard: the browser then does to it what it does to what is typed."""
    page.locator(f"#{field}").fill("")
    page.locator(f"#{field}").focus()
    page.keyboard.insert_text(text)


def ask(page: Page, email: str, **more: str) -> None:
    """Fills in the mentor form."""
    page.goto("/tilmelding/mentor/")
    page.locator("details.mk-more summary").click()
    for field, text in {"name": "Sofie", "place": "5000", "email": email, **more}.items():
        paste(page, field, text)
    page.locator("#industry").select_option(index=1)
    page.locator("#programme").select_option(index=1)
    page.locator("#adult").check()
    page.locator("#contact").check()


def send(page: Page) -> None:
    page.locator(".mk-form [type=submit]").click()


@SCRIPTS
def test_what_was_copied_is_sent_and_kept_clean(context_of, portal, scripts):
    page = context_of(java_script_enabled=scripts)
    email = f"anna-{scripts}@blåbærgrød.dk".lower()
    ask(page, email, phone="\u202dtlf. +45 12\u00a034–56\u200978\u202c", place="Københavns Kommune")
    send(page)

    expect(page).to_have_url(re.compile("/receipt/"))
    (sign_up,) = portal.sign_ups(email.replace("blåbærgrød", "xn--blbrgrd-fxak7p"))
    assert ("+45 12 34-56 78", "0101") == (sign_up.answers["phone"], sign_up.answers["place"])


def test_invisible_marks_around_an_address_go_away_by_themselves(visit, portal):
    ask(visit, "\u202amarks@blå\u200bbær.dk\u202c")
    send(visit)

    expect(visit).to_have_url(re.compile("/receipt/"))
    assert portal.sign_ups("marks@xn--blbr-roah.dk")


@SCRIPTS
def test_a_name_that_nobody_sees_is_told_at_its_field(context_of, scripts):
    page = context_of(java_script_enabled=scripts)
    ask(page, "unseen@eksempel.dk", name="\u200b\u3164")
    send(page)

    expect(page.locator(".mk-summary")).to_be_visible()
    expect(page.locator("#name-error")).to_be_visible()


@SCRIPTS
@pytest.mark.parametrize("choice", ["as typed", "as suggested"])
def test_a_slip_in_the_domain_is_asked_about_once(context_of, portal, scripts, choice):
    page = context_of(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    name = f"slip-{scripts}-{choice[3:]}".lower().replace(" ", "")
    ask(page, f"{name}@gmial.com")
    send(page)

    expect(page.get_by_text(f"Mente du {name}@gmail.com?").first).to_be_visible()
    if choice == "as suggested":
        page.get_by_label("Ja, ret til").check()
    send(page)
    expect(page).to_have_url(re.compile("/receipt/"))
    assert portal.sign_ups(f"{name}@{'gmail' if choice == 'as suggested' else 'gmial'}.com")


def test_the_question_about_a_slip_opens_its_step_and_is_accessible(visit):
    visit.goto("/tilmelding/spoergsmaal/")
    visit.locator("#question").fill("Hvornår?")
    visit.locator("#email").fill("karen@hotmial.com")
    visit.locator("#contact").check()
    send(visit)

    expect(visit.get_by_text("Mente du karen@hotmail.com?").first).to_be_visible()
    assert [] == axe(visit)
    visit.locator("#email").fill("karen@hotmail.com")
    expect(visit.locator(".mk-meant")).to_have_count(0)


def test_a_postcode_in_several_municipalities_offers_the_others_at_once(visit, portal):
    ask(visit, "several@eksempel.dk", place="2000")
    expect(visit.get_by_label("Frederiksberg", exact=True)).to_be_checked()
    assert [] == axe(visit)
    visit.get_by_label("København", exact=True).check()
    send(visit)

    expect(visit).to_have_url(re.compile("/receipt/"))
    assert "0101" == portal.sign_ups("several@eksempel.dk")[0].answers["place"]


@SCRIPTS
def test_a_name_of_several_places_is_a_choice_and_stays_as_it_was_typed(
    context_of, portal, scripts
):
    page = context_of(java_script_enabled=scripts)
    email = f"nyk-{scripts}@eksempel.dk".lower()
    ask(page, email, place="Nykøbing")
    send(page)

    expect(page.locator("#place-error, #place-choice-error")).to_be_visible()
    expect(page.locator("#place")).to_have_value("Nykøbing")
    page.get_by_label("Guldborgsund", exact=True).check()
    send(page)
    expect(page).to_have_url(re.compile("/receipt/"))
    assert "0376" == portal.sign_ups(email)[0].answers["place"]


FOUND = {
    "Københavns Kommune": ["koebenhavn/"],
    "DK-5000": ["odense/"],
    "Arhus": ["aarhus/"],
    "Nørrebro": ["koebenhavn/"],
    "Kgs. Lyngby": ["lyngby-taarbaek/", "gentofte/", "gladsaxe/", "rudersdal/"],
    "2000": ["frederiksberg/", "koebenhavn/"],
}


@SCRIPTS
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_front_page_finds_a_place_as_people_write_it(context_of, language, scripts):
    page = context_of(java_script_enabled=scripts)
    front, municipalities = FIND[language]
    for text, codes in FOUND.items():
        page.goto(front)
        page.locator("#finder-place").fill(text)
        page.locator(".mk-finder button").click()

        if len(codes) == 1:
            expect(page).to_have_url(re.compile(f"{municipalities}{codes[0]}$"))
        else:
            assert [f"{municipalities}{code}" for code in codes] == offered(page)


def offered(page: Page) -> list[str]:
    links = page.locator(".mk-finder__several a, .mk-page--narrow p > a, .mk-page--narrow ul a")
    expect(links.first).to_be_visible()
    return links.evaluate_all("(links) => links.map(({ href }) => new URL(href).pathname)")


@pytest.mark.parametrize("email", ["anna@blåbærgrød.dk", "post@müller.ærø.dk", "c@eksempel.dk"])
def test_a_look_back_before_sending_shows_the_domain_as_it_was_typed(visit, email):
    visit.goto("/tilmelding/henvisning/")
    answer_all(visit, RECORDS.forms["henvisning"], email)

    expect(visit.locator(".mk-review")).to_contain_text(email)


READ = """async (names) => {
    const codesOf = await readPlaces(document.querySelector("[data-finder]").dataset.finder);
    return names.map((name) => codesOf(name));
}"""
WRITTEN = [
    *("5 000", "50 00", "DK 80 00", "50000"),
    *(
        "8000",
        "8000 Aarhus C",
        "DK 8000",
        "dk8000",
        "Odense 5000",
        "9999 Aarhus C",
        "5000odense",
        "12",
        "",
        "Atlantis",
    ),
    *(
        "Kbh.",
        "Kbh NV",
        "Kobenhavn",
        "Koebenhavn",
        "City of Copenhagen",
        "Bornholms Regionskommune",
        "Randers Kommune",
    ),
    *(
        "Nr. Nebel",
        "Sdr. Omme",
        "Skt. Klemens",
        "St. Merløse",
        "Nykøbing Falster",
        "Fyn",
        "Als",
        "Hasle",
        "Hårlev",
    ),
    *(
        "Harlev",
        "Årh\u00adus",
        "A\u030alborg",
        "Høje-Tåstrup",
        "Hoje Tastrup",
        "Faaborg Midtfyn",
        "RKSK",
        "2200",
    ),
    *("1532", "kommune"),
]


def test_browser_and_server_read_a_place_alike(visit):
    """What the page's script knows, it knows as the server does; what it does not, it asks the server for."""
    visit.goto("/")
    names = [*WRITTEN, *RECORDS.placenames, *(postcode.town for postcode in RECORDS.postcodes[::9])]
    names += [f"{municipality.name}s Kommune" for municipality in RECORDS.municipalities.values()]
    codes_of_page = visit.evaluate(READ, names)

    differing = []
    for name, codes in zip(names, codes_of_page, strict=True):
        match = RECORDS.gazetteer.match(name)
        expected = ("" if match.main else "?") + " ".join(
            municipality.code for municipality in match.municipalities
        )
        if codes != expected and not (codes == "" and (match.is_guess or not match.municipalities)):
            differing.append((name, codes, expected))
    assert [] == differing


def test_the_names_of_places_are_few_bytes_and_fetched_only_when_somebody_looks_for_one(visit):
    requests = []
    visit.on("request", lambda request: requests.append(request.url.rpartition("/")[2]))
    visit.goto("/")
    visit.wait_for_load_state("networkidle")
    before = place_index.FILE in requests
    with visit.expect_response(re.compile(place_index.FILE)) as response:
        visit.locator("#finder-place").focus()

    assert (False, True) == (before, place_index.FILE in requests)
    assert len(response.value.body()) < 20_000
    assert json.loads(response.value.body())
