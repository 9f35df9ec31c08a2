"""The pages on which coordinators answer: lists, a case, its forms, and who sees what of whom."""

import re
from html import unescape

import pytest

from mentorkorps.backend.desk.case_forms import CASE_FORMS
from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import Hands, opened
from tests.backend.test_desk_log_in import CLIENTS, logged_in
from tests.conftest import HERE, run_here

PEOPLE = """
default: mentor@example.org
people:
- {name: Anna Ley, email: anna@example.org, roles: [{role: coordinator, organisation: portal}]}
- {name: Mette Holm, email: mette@example.org, roles: [{role: coordinator, organisation: portal}]}
- {name: Jo, email: jo@example.org, roles: [{role: chief_mentor, organisation: portal}]}
- {name: Bo, email: bo@example.org, roles: [{role: coordinator, organisation: smedene}]}
- {name: Ali, email: ali@example.org, language: en, roles: [{role: municipal_coordinator, municipality: "0461"}]}
- {name: Tea, email: tea@example.org, roles: [{role: trainer, course: odense-2027}]}
- {name: Nan, email: nan@example.org, roles: [{role: national_coordinator}]}
- {name: Al, email: al@example.org, roles: [{role: auditor}]}
"""
NAMES = ("anna", "mette", "jo", "bo", "ali", "tea", "nan", "al")
SEES_ODENSE = {"anna", "mette", "jo", "ali", "nan", "al"}
MAY_ANSWER = SEES_ODENSE - {"al"}
MAY_SETTLE = MAY_ANSWER - {"jo"}
FIELDS = {"state": "talk_agreed", "until": "2027-03-01", "reason": "no_place"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A portal with people who are logged in; `of` each by name."""
    folder, hands = tmp_path_factory.mktemp("inbox"), Hands()
    (folder / "recipients.yaml").write_text(PEOPLE)
    catalogue = load_catalogue(HERE / "sound")
    with opened(folder, catalogue, hands, RECIPIENTS=str(folder / "recipients.yaml")) as portal:
        portal.hands = hands
        portal.of = {name: logged_in(portal, f"{name}@example.org")[0] for name in NAMES}
        yield portal
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(autouse=True)
def early(desk):
    """Each test begins with nothing said since; who is logged in stays so."""
    desk.hands.pass_by(minutes=11)


def come(desk, name, email=None, place="5000", programme="aaben", **more):
    """Signs up and confirms; the id."""
    typed = {"name": name, "email": email or f"{name.lower()}@example.net", "place": place}
    sent = typed | {"programme": programme, "adult": "yes", "contact": "yes", "language": "da"}
    desk.client.post("/forms/mentor", data=sent | more)
    desk.client.post(desk.link("confirm"))
    (id,) = (one.id for one in desk.sign_ups() if one.answer("name") == name)
    return id


def page(desk, name, path):
    answer = desk.of[name].get(path)
    assert 200 == answer.status_code, (name, path)
    return unescape(answer.text)


def listed(desk, name, view):
    return re.findall(
        r'class="mk-case" href="/desk/cases/(\w+)"', page(desk, name, f"/desk/cases/?view={view}")
    )


def version(text):
    return re.search(r'name="version" value="(\d+)"', text)[1]


def send(desk, name, id, form, seen=None, **typed):
    seen = version(page(desk, name, f"/desk/cases/{id}")) if seen is None else seen
    return desk.of[name].post(f"/desk/cases/{id}/{form}", data={"version": seen} | typed)


def to_whom(desk, id, name):
    return re.search(rf'<option value="(\w+)">{name}', page(desk, "nan", f"/desk/cases/{id}"))[1]


def test_a_sign_up_is_answered_from_the_list_to_the_persons_own_page(desk):
    id = come(desk, "Karen", phone="+45 12 34 56 78")
    link = f"/mine/{desk.signed('mine', id)}"
    start = page(desk, "anna", "/desk/")
    assert "/desk/cases/?view=new" in start
    new = page(desk, "anna", "/desk/cases/?view=new")
    for words in ("Karen", "Odense", "svar senest torsdag den 26. november 2026"):
        assert words in new
    assert id in listed(desk, "anna", "team")

    case = page(desk, "anna", f"/desk/cases/{id}")
    for words in ("tel:+4512345678", "mailto:karen@example.net", "Ring eller skriv", "Ja."):
        assert words in case
    taken = send(desk, "anna", id, "take")
    assert (303, f"/desk/cases/{id}?done=take") == (taken.status_code, taken.headers["location"])
    assert "Du er ved at svare. Holdet kan se det." in page(desk, "anna", taken.headers["location"])
    assert id in listed(desk, "anna", "mine") and id not in listed(desk, "mette", "team")
    for path in ("/desk/cases/?view=covered", f"/desk/cases/{id}"):
        assert "Anna Ley er ved at svare" in page(desk, "mette", path)

    assert 303 == send(desk, "anna", id, "contact", text="Vi taler <på> mandag").status_code
    case = page(desk, "anna", f"/desk/cases/{id}")
    assert "Anna Ley satte status til: Kontaktet." in case and "Vi taler <på> mandag" in case
    mine = unescape(desk.client.post(link).text)
    for words in ("Ændret for at følge op", "Koordinator i en organisation"):
        assert words in mine
    assert "Anna" not in mine and "Vi taler" not in mine
    assert [id] == [one.id for one in desk.sign_ups() if one.answered_at]
    logged = {tuple(row) for row in desk.rows("SELECT kind, role, subject FROM access_log")}
    assert logged >= {(kind, "coordinator", id) for kind in ("look", "change")}
    assert ("list", "coordinator", "") in logged
    assert 0 == run_here("log", "verify", **desk.environ).returncode


def test_each_role_sees_and_does_its_own_and_of_others_nothing_at_all(desk):
    id = come(desk, "Owned")
    missing = desk.client.get("/no-such-page").text, desk.client.get("/en/no-such-page").text
    for name in NAMES:
        assert (id in listed(desk, name, "covered")) == (name in SEES_ODENSE), name
        answer = desk.of[name].get(f"/desk/cases/{id}")
        assert (200 if name in SEES_ODENSE else 404) == answer.status_code, name
        for form in CASE_FORMS.values():
            may = name in (MAY_ANSWER if form.needs == "answer" else MAY_SETTLE)
            action = f'action="/desk/cases/{id}/{form.name}"'
            if form.name not in ("wake", "release"):
                assert (action in answer.text) == may, (name, form.name)
            sent = desk.of[name].post(f"/desk/cases/{id}/{form.name}", data={"version": "99"})
            assert (404 != sent.status_code) == may, (name, form.name)
            assert may or sent.text in missing
    assert "What comes next" in desk.of["ali"].get(f"/desk/cases/{id}").text
    # To end is to settle, by whatever form.
    ends = {name: 'value="ended"' in page(desk, name, f"/desk/cases/{id}") for name in MAY_ANSWER}
    assert ends == {name: name in MAY_SETTLE for name in MAY_ANSWER}
    assert 404 == send(desk, "jo", id, "move", state="ended").status_code
    assert [404] * 3 == [
        desk.of["anna"].get(path).status_code
        for path in ("/desk/cases/?view=nobodys", "/desk/cases/?view=x", "/desk/cases/?after=x")
    ]
    assert 404 == desk.of["anna"].get(f"/desk/cases/{'0' * 32}").status_code


def test_whoever_comes_second_gets_both_texts_and_loses_none(desk):
    id = come(desk, "Twice")
    typed = FIELDS | {"to": to_whom(desk, id, "Jo")}
    for form in CASE_FORMS.values():
        seen = version(page(desk, "anna", f"/desk/cases/{id}"))
        assert 303 == send(desk, "mette", id, "note", text=f"Mettes ord {form.name}").status_code
        values = {name: typed.get(name, f"Annas ord {form.name}") for name in form.fields}

        answer = send(desk, "anna", id, form.name, seen, **values)

        text = unescape(answer.text)
        assert 409 == answer.status_code and "En anden kom først" in text, form.name
        assert f'Mette Holm skrev en note.<p class="mk-typed">Mettes ord {form.name}' in text
        for name, value in values.items():
            shown = f">{value}</textarea>" if name == "text" else f'value="{value}"'
            assert shown in text, (form.name, name)
        again = send(desk, "anna", id, form.name, version(text), **values)
        assert 303 == again.status_code, form.name
        assert 409 == send(desk, "anna", id, form.name, "", **values).status_code


def test_what_lacks_or_cannot_be_is_asked_for_again_with_what_was_typed(desk):
    id = come(desk, "Lacks")
    before = version(page(desk, "anna", f"/desk/cases/{id}"))
    for form, typed in (
        ("note", {"text": "  "}),
        ("decline", {"reason": "because", "text": "min begrundelse"}),
        ("snooze", {"until": "2026-11-01", "text": "min begrundelse"}),
        ("hand_over", {"to": "", "text": "min begrundelse"}),
        ("move", {"state": "matched", "text": "min begrundelse"}),
    ):
        answer = send(desk, "anna", id, form, **typed)
        assert 422 == answer.status_code and typed["text"].strip() in answer.text, form
    bo = "f" * 64
    answer = send(desk, "anna", id, "hand_over", to=bo, text="min begrundelse")
    assert 409 == answer.status_code and "min begrundelse" in answer.text
    # The session was over before it was sent.
    late = desk.client.post(f"/desk/cases/{id}/note", data={"version": "1", "text": "mine ord"})
    assert (403, True, False) == (late.status_code, "mine ord" in late.text, "version" in late.text)
    assert before == version(page(desk, "anna", f"/desk/cases/{id}"))


def test_of_who_has_withdrawn_only_something_can_be_noted(desk):
    id = come(desk, "Gone", phone="+45 12 34 56 78")
    assert 303 == send(desk, "anna", id, "decline", reason="no_place").status_code
    assert "Grund: Der er ingen plads" in page(desk, "anna", f"/desk/cases/{id}")
    assert 303 == send(desk, "anna", id, "move", state="contacted").status_code
    desk.client.post(f"/mine/{desk.signed('mine', id)}/withdraw")

    text = page(desk, "anna", f"/desk/cases/{id}")
    assert "Personen har trukket sig" in text and "Ring til" not in text
    assert ["note"] == re.findall(rf'action="/desk/cases/{id}/(\w+)"', text)
    answer = send(desk, "anna", id, "move", state="contacted", text="min begrundelse")
    assert 409 == answer.status_code and "min begrundelse" in answer.text
    assert 303 == send(desk, "anna", id, "note", text="Har ringet").status_code
    assert id not in listed(desk, "anna", "covered")


def test_lists_go_on_by_position_and_tell_what_is_late_and_what_rests(desk):
    late = come(desk, "Late", email="same@example.net")
    resting = come(desk, "Rests", email="same@example.net")
    assert 303 == send(desk, "anna", resting, "snooze", until="2027-02-01").status_code
    assert resting in listed(desk, "anna", "snoozed") and resting not in listed(desk, "anna", "new")
    # Sign-ups of one person lead to one another.
    assert f'href="/desk/cases/{resting}"' in page(desk, "anna", f"/desk/cases/{late}")
    assert late not in listed(desk, "anna", "late")
    desk.change("UPDATE cases SET due_on = '2026-11-20' WHERE sign_up = ?", late)
    assert [late] == listed(desk, "anna", "late")
    assert "Forsinket</strong>" in page(desk, "anna", "/desk/cases/?view=late")
    assert "Det er forsinket." in page(desk, "anna", f"/desk/cases/{late}")
    ids = [come(desk, f"N{number}") for number in range(26)]
    first = page(desk, "nan", "/desk/cases/?view=covered")
    assert 25 == len(listed(desk, "nan", "covered"))
    more = re.search(r'href="(/desk/cases/\?view=covered&after=[^"]+)"', first)[1]
    second = re.findall(r'class="mk-case" href="/desk/cases/(\w+)"', page(desk, "nan", more))
    assert not set(second) & set(listed(desk, "nan", "covered"))
    assert set(ids) <= set(second) | set(listed(desk, "nan", "covered"))


def test_what_nobody_answers_for_is_seen_by_the_auditor_where_nobody_is_national(desk, tmp_path):
    (tmp_path / "recipients.yaml").write_text(PEOPLE.replace("national_coordinator", "auditor"))
    recipients = str(tmp_path / "recipients.yaml")
    with opened(tmp_path, load_catalogue(HERE / "sound"), Hands(), RECIPIENTS=recipients) as portal:
        id = come(portal, "Far", place="4100", programme="")
        portal.of = {name: logged_in(portal, f"{name}@example.org")[0] for name in ("al", "bo")}
        assert [id] == listed(portal, "al", "nobodys")
        assert [] == listed(portal, "bo", "covered")
