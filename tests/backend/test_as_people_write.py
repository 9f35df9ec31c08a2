"""Answers as people write them: domains with æ, ø and å, copied phone numbers, names of places, slips of the finger.

Each is sent as a browser without JavaScript sends it and as a program does, and what is kept is read back.
"""

import re
from itertools import count

import pytest

from mentorkorps.backend.settings import read_settings
from mentorkorps.backend.settings_error import SettingsError
from tests.backend.conftest import FORM, JSON, opened, text_of

SENT = {
    "email": "sofie@eksempel.dk",
    "place": "5000",
    "adult": "yes",
    "contact": "2026-11-22",
    "language": "da",
}
NUMBERS = count(1)
LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])


@pytest.fixture(scope="module")
def lasting(tmp_path_factory, sound):
    with opened(tmp_path_factory.mktemp("portal"), sound) as portal:
        yield portal


def send(portal, **answers):
    return portal.client.post(FORM, data=SENT | somebody() | answers)


def send_json(portal, **answers):
    return portal.client.post(FORM, json=SENT | somebody() | answers, headers=JSON)


def somebody() -> dict[str, str]:
    """A name of its own, so that nobody is taken for one who presses twice."""
    return {"name": f"Sofie {next(NUMBERS)}"}


def newest(portal) -> dict:
    return portal.sign_ups()[-1].answers


def both(portal, field: str, typed: str) -> list:
    """What is kept of an answer that is sent as a page sends it, and as a program does."""
    assert 303 == send(portal, **{field: typed}).status_code, typed
    in_row = newest(portal)[field]
    assert 201 == send_json(portal, **{field: typed}).status_code, typed
    return [in_row, newest(portal)[field]]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anna@blåbærgrød.dk", "anna@xn--blbrgrd-fxak7p.dk"),
        ("Anna@BLÅBÆRGRØD.DK", "Anna@xn--blbrgrd-fxak7p.dk"),
        ("anna@bla\u030abærgrød.dk", "anna@xn--blbrgrd-fxak7p.dk"),
        ("anna@xn--blbrgrd-fxak7p.dk", "anna@xn--blbrgrd-fxak7p.dk"),
        ("post@müller.de", "post@xn--mller-kva.de"),
        ("anna@post.rødovre。dk", "anna@post.xn--rdovre-bya.dk"),
    ],
)
def test_a_domain_with_danish_letters_is_kept_as_the_network_knows_it(lasting, typed, address):
    assert [address, address] == both(lasting, "email", typed)


@pytest.mark.parametrize(
    "typed", ["æske@eksempel.dk", "a@-ø.dk", "a@ø", "a@ø..dk", "a@b/ø.dk", "a@😀.dk", "a@ø_.dk"]
)
@LANGUAGES
def test_what_no_mail_server_has_is_refused_as_before(lasting, typed, language):
    answer = send(lasting, email=typed, language=language)

    assert 422 == answer.status_code
    assert (
        "Skriv en hel e-mailadresse" if language == "da" else "Write a whole e-mail address"
    ) in answer.text


def test_the_person_and_the_coordinator_read_the_domain_as_it_was_written(lasting):
    receipt = send(lasting, email="anna@blåbærgrød.dk", phone="tlf. 12 34 56 78").headers[
        "location"
    ]
    mine = re.search(r'href="(/mine/[^"]+)"', lasting.client.get(receipt).text)[1]
    desk = lasting.client.post(lasting.desk()).text

    for page in (lasting.client.post(mine).text, lasting.client.post(f"{mine}/form").text, desk):
        assert "anna@blåbærgrød.dk" in page
    assert '<a href="mailto:anna@xn--blbrgrd-fxak7p.dk">anna@blåbærgrød.dk</a>' in desk
    assert '<a href="tel:+4512345678">12 34 56 78</a>' in desk


def test_a_mail_goes_to_the_ascii_form_of_the_domain(tmp_path, sound):
    with opened(tmp_path, sound, MAIL_FROM="Mentorkørps <svar@blåbærgrød.dk>") as portal:
        send(portal, email="anna@æblegrød.dk")
        letter = portal.letter("confirm")

    assert "anna@xn--blegrd-oua3m.dk" == letter["To"].addresses[0].addr_spec
    assert "svar@xn--blbrgrd-fxak7p.dk" == letter["From"].addresses[0].addr_spec
    assert "Mentorkørps" == letter["From"].addresses[0].display_name
    assert text_of(letter)


def test_public_address_origins_and_recipients_may_have_danish_letters(tmp_path, sound):
    recipients = tmp_path / "recipients.yaml"
    recipients.write_text(
        'default: post@blåbærgrød.dk\nmunicipalities: {"0461": odense@ærø.dk}\n', "utf-8"
    )
    variables = {
        "PUBLIC_URL": "https://Blåbærgrød.dk:8443/",
        "ALLOWED_ORIGINS": "https://ærø.dk",
        "RECIPIENTS": str(recipients),
    }
    with opened(tmp_path, sound, **variables) as portal:
        origins = (
            "https://xn--blbrgrd-fxak7p.dk:8443",
            "https://xn--r-3fa9c.dk",
            "https://xn--r-3fa9c.evil.example",
        )
        answers = [
            portal.client.post(
                FORM, data=SENT | {"name": str(number)}, headers={"Origin": origin}
            ).status_code
            for number, origin in enumerate(origins)
        ]
        mailboxes = portal.settings.recipients

    assert [303, 303, 403] == answers
    assert ("post@xn--blbrgrd-fxak7p.dk", "odense@xn--r-3fa9c.dk") == (
        mailboxes.default,
        mailboxes.mailbox((), ("0461",)),
    )


@pytest.mark.parametrize(
    ("key", "value"), [("PUBLIC_URL", "https://-ø.dk/"), ("MAIL_FROM", "a@ø..dk")]
)
def test_a_domain_that_cannot_be_is_told_at_the_start(tmp_path, key, value):
    with pytest.raises(SettingsError, match=f"MENTORKORPS_{key}='{value}'"):
        read_settings(
            {f"MENTORKORPS_{key}": value, "MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"}
        )


@pytest.mark.parametrize(
    ("typed", "number", "link"),
    [
        ("0701234567", "0701234567", "tel:0701234567"),
        ("070-123 45 67", "070-123 45 67", "tel:0701234567"),
        ("12.34.56.78", "12.34.56.78", "tel:+4512345678"),
        ("+49 (0)151 / 1234567", "+49 (0)151 / 1234567", "tel:+491511234567"),
        ("tlf. 12 34 56 78", "12 34 56 78", "tel:+4512345678"),
        ("Mobil: (+45) 12-34-56-78", "(+45) 12-34-56-78", "tel:+4512345678"),
        ("Tlf.nr.: 12345678", "12345678", "tel:+4512345678"),
        ("\u202d+45 12 34 56 78\u202c", "+45 12 34 56 78", "tel:+4512345678"),
        ("12\u00a034\u202f56\u200978", "12 34 56 78", "tel:+4512345678"),
        ("+45 12–34–56–78", "+45 12-34-56-78", "tel:+4512345678"),
        ("\ufeff12 34 56 78\u3164\u2800\u00ad", "12 34 56 78", "tel:+4512345678"),
        ("۱۲ ۳۴ ۵۶ ۷۸", "12 34 56 78", "tel:+4512345678"),
        ("0045 12345678", "0045 12345678", "tel:+4512345678"),
    ],
)
def test_a_phone_number_is_kept_readable_and_can_be_called(lasting, typed, number, link):
    assert [number, number] == both(lasting, "phone", typed)
    assert f'<a href="{link}">{number}</a>' in lasting.client.post(lasting.desk()).text


@pytest.mark.parametrize(
    "typed",
    [
        "1234567",
        "ring til mig",
        "tlf.",
        "12345678 / 87654321",
        "12 34 56 7x",
        "++4512345678",
        "\u202d\u202c1",
        "1" * 16,
    ],
)
@LANGUAGES
def test_what_is_no_phone_number_is_refused_with_what_would_be_right(lasting, typed, language):
    answer = send(lasting, phone=typed, language=language)

    assert 422 == answer.status_code
    assert ("8 til 15 cifre" if language == "da" else "8 to 15 digits") in answer.text


@pytest.mark.parametrize(
    "cpr",
    [
        "010190-1234",
        "0101901234",
        "010190 1234",
        "010190–1234",
        "010190\u20111234",
        "010190 – 1234",
        "010190\u00a0-\u00a01234",
        "010190\u2212\u20091234",
        "0101\u00ad90-12\u200b34",
    ],
    ids=ascii,
)
def test_a_cpr_number_in_a_free_text_is_found_whatever_its_dash(lasting, cpr):
    for field in ("note", "name"):
        assert "CPR-nummer" in send(lasting, **{field: f"Nr {cpr}"}).text
    assert "CPR-nummer" in send_json(lasting, note=f"Nr {cpr}").text


@LANGUAGES
def test_a_phone_number_written_as_a_cpr_number_is_asked_for_without_its_hyphen(lasting, language):
    answer = send(lasting, phone="070123-4567", language=language)

    assert ("uden bindestreg" if language == "da" else "without the hyphen") in answer.text


@pytest.mark.parametrize(
    "unseen",
    ["\u200b\u200b", "\u3164", "\u2800", "\u202d\u00a0\u202c", "\u00ad\ufe0f", "\u2060 \ufeff"],
)
def test_a_name_has_something_to_see(lasting, unseen):
    assert 422 == send(lasting, name=unseen).status_code
    assert 422 == send_json(lasting, name=unseen).status_code


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क्\u200dष", "👩\u200d🚒 Bo", "Soft\u00adie"])
def test_a_name_keeps_what_its_script_needs(lasting, name):
    assert 303 == send(lasting, name=name).status_code
    assert name == newest(lasting)["name"]


@pytest.mark.parametrize(
    "typed",
    [
        "\u202asofie@eksempel.dk\u202c",
        "\u00a0sofie@eksem\u00adpel.dk\u200b",
        "sofie@eksempel.dk\u2003",
    ],
)
def test_an_address_is_taken_without_what_copying_brought_along(lasting, typed):
    assert ["sofie@eksempel.dk"] * 2 == both(lasting, "email", typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4180", "0580"),
        ("DK-4180 Sorø", "0580"),
        ("Sorø", "0580"),
        ("Odense Kommune", "0461"),
        ("odenses kommune", "0461"),
        ("Municipality of Odense", "0461"),
        ("Bellinge", "0461"),
        ("BELLINGE.", "0461"),
        ("Abenra", "0580"),
        ("Odense C 5000", "0461"),
        ("A\u030abenra\u030a", "0580"),
        ("Ring\u00adsted\u200b", "0329"),
    ],
)
def test_a_place_is_found_by_any_of_its_names(lasting, typed, code):
    assert [code, code] == both(lasting, "place", typed)


@LANGUAGES
def test_a_place_in_several_municipalities_is_a_choice_and_keeps_what_was_typed(lasting, language):
    asked = send(lasting, place="Midtlandet", language=language)
    offered = re.findall(r'<input type="radio" name="place" value="(\w+)"( checked)?', asked.text)
    chosen = send(lasting, place=["Midtlandet", "Aabenraa"])

    assert (422, [("Odense", ""), ("Aabenraa", "")]) == (asked.status_code, offered)
    assert re.search(r'<input id="place"[^>]* value="Midtlandet"', asked.text)
    assert (303, "0580") == (chosen.status_code, newest(lasting)["place"])
    assert ["Odense", "Aabenraa"] == send_json(lasting, place="Midtlandet").json()["errors"][0][
        "choices"
    ]


def test_a_choice_that_belongs_to_another_text_does_not_count(lasting):
    assert (303, "0329") == (
        send(lasting, place=["4100", "Aabenraa"]).status_code,
        newest(lasting)["place"],
    )
    assert 422 == send(lasting, place=["4100", "Atlantis"]).status_code


@LANGUAGES
def test_a_misspelt_place_is_asked_about(lasting, language):
    asked = send(lasting, place="Rimgsted", language=language)
    sent_again = send(lasting, place=["Rimgsted", "Ringsted"])

    assert 422 == asked.status_code
    assert '<input type="radio" name="place" value="Ringsted" checked' in asked.text
    assert (303, "0329") == (sent_again.status_code, newest(lasting)["place"])


def test_a_form_that_comes_back_offers_the_other_municipalities_of_a_postcode(lasting):
    page = send(lasting, place="4180", name="").text

    assert ["Aabenraa", "Odense"] == re.findall(
        r'<input type="radio" name="place" value="(\w+)"', page
    )
    assert '<input type="radio" name="place" value="Aabenraa" checked' in page


@pytest.mark.parametrize(
    ("asked", "status", "names"),
    [
        ("DK-5000", 303, []),
        ("Bellinge", 303, []),
        ("Odenses Kommune", 303, []),
        ("4180", 200, ["Aabenraa", "Odense"]),
        ("Midtlandet", 200, ["Odense", "Aabenraa"]),
        ("Rimgsted", 404, ["Ringsted"]),
    ],
)
def test_the_search_for_a_place_understands_the_same(lasting, asked, status, names):
    for language, folder in (("da", "/kommuner/"), ("en", "/en/municipalities/")):
        answer = lasting.client.get("/find", params={"q": asked, "lang": language})
        links = re.findall(rf'href="{folder}\w+/">(?:G\w+ (?:til|to) )?(\w+)<', answer.text)
        assert (status, names) == (answer.status_code, links)
    answer = lasting.client.get("/find", params={"q": asked}, headers=JSON).json()
    assert status == 303 or names == answer["municipalities"]
    assert (asked in ("Rimgsted",)) == answer["is_guess"]


def test_a_place_that_nobody_knows_gets_every_municipality_to_go_on_with(lasting, sound):
    names = [municipality.name for municipality in sound.municipalities.values()]
    page = lasting.client.get("/find", params={"q": "Atlantis"})
    listed = re.findall(r'href="/kommuner/\w+/">(\w+)<', page.text)
    answer = lasting.client.get("/find", params={"q": "Atlantis"}, headers=JSON).json()

    assert 404 == page.status_code
    assert sorted(names) == sorted(listed)
    assert ([], False) == (answer["municipalities"], answer["is_guess"])


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.dk", "gmail.com"),
        ("liev.dk", "live.dk"),
        ("GMIAL.com", "gmail.com"),
        ("outlok.dk", "outlook.dk"),
        ("firma.con", "firma.com"),
    ],
)
@LANGUAGES
def test_a_likely_slip_in_the_domain_is_a_question_that_can_be_passed(
    lasting, domain, meant, language
):
    typed, suggested = f"karen@{domain}", f"karen@{meant}"
    before = len(lasting.sign_ups())
    asked = send(lasting, email=typed, language=language)
    offered = re.findall(r'name="email-choice" value="([^"]+)"( checked)?', asked.text)

    assert (200, before) == (asked.status_code, len(lasting.sign_ups()))
    assert f"{'Mente du' if language == 'da' else 'Did you mean'} {suggested}?" in asked.text
    assert [(typed, " checked"), (suggested, "")] == offered
    assert re.search(r'id="adult"[^>]* checked', asked.text)
    for choice in (typed, suggested):
        answer = send(lasting, email=typed, language=language, **{"email-choice": choice})
        assert (303, choice) == (answer.status_code, newest(lasting)["email"])


def test_a_program_is_told_what_was_probably_meant(lasting):
    answer = send_json(lasting, email="karen@gmial.com", name="Hint")

    hint = {
        "field": "email",
        "detail": "Mente du karen@gmail.com?",
        "suggestion": "karen@gmail.com",
    }
    assert (201, [hint]) == (answer.status_code, answer.json()["hints"])
    assert "karen@gmial.com" == newest(lasting)["email"]


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "email.com",
        "ymail.com",
        "cloud.com",
        "live.dk",
        "love.dk",
        "hotmail.de",
        "outlook.de",
        "mail.dk",
        "gmx.de",
        "odense.dk",
        "eksempel.dk",
        "blåbærgrød.dk",
        "post.tele.dk",
        "student.sdu.dk",
    ],
)
def test_a_domain_that_may_well_be_right_troubles_nobody(lasting, domain):
    assert 303 == send(lasting, email=f"karen@{domain}").status_code
    assert "hints" not in send_json(lasting, email=f"karen@{domain}").json()


def test_a_new_address_is_asked_about_on_the_own_page_too(lasting):
    receipt = send(lasting, name="Skift").headers["location"]
    mine = re.search(r'href="(/mine/[^"]+)"', lasting.client.get(receipt).text)[1]
    changed = SENT | {"name": "Skift", "email": "skift@gmial.com"}
    asked = lasting.client.post(f"{mine}/change", data=changed)
    lasting.client.post(f"{mine}/change", data=changed | {"email-choice": "skift@gmail.com"})

    assert "Mente du skift@gmail.com?" in asked.text
    assert "skift@gmail.com" == next(
        sign_up.answers["email"]
        for sign_up in lasting.sign_ups()
        if sign_up.answers["name"] == "Skift"
    )
