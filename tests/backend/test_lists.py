"""Lists that are written to: what opens is told to those who asked, once, and left by one click."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from types import MappingProxyType

import pytest

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Consent
from mentorkorps.catalogue.model.text import Title
from tests.backend.conftest import Hands, House, eventually, opened, text_of

SAYS = "2026-11-22"
WORDS = Title("Ja.", "Yes.")


@pytest.fixture(scope="module")
def before(sound: Catalogue) -> Catalogue:
    """Lists with consents to news, and a programme of a union, a course and an event that are not open yet."""
    contact = Consent("ok", SAYS, WORDS, required=True)
    news = Consent("more", SAYS, WORDS, required=False, allows=("programmes", "courses"))
    consents = {
        "join": (contact, news),
        "interest": (replace(contact, allows=("programmes",)), news),
        "newsletter": (replace(contact, allows=("programmes", "courses", "events")),),
    }
    forms = {
        form.id: replace(form, answered=False, consents=consents.get(form.purpose, form.consents))
        for form in sound.forms.values()
    }
    course = replace(sound.courses["odense-2027"], status="planned")
    event = replace(sound.events["netvaerk-april-2027"], status="planned")
    return replace(
        sound,
        forms=MappingProxyType(forms),
        courses=MappingProxyType({course.id: course}),
        events=MappingProxyType({event.id: event}),
    )


def changed(catalogue: Catalogue, table: str, id: str, **fields: object) -> Catalogue:
    """The catalogue after an editor changed a record."""
    records = dict(getattr(catalogue, table).items())
    records[id] = replace(records[id], **fields)
    return replace(catalogue, **{table: MappingProxyType(records)})


@contextmanager
def running(folder: Path, catalogue: Catalogue, hands: Hands) -> Iterator[House]:
    with opened(folder, catalogue, hands) as house:
        yield house


def join(house: House, form: str, name: str, is_confirmed: bool = True, **answers: str) -> None:
    typed = {"email": f"{name}@example.org", "language": "da", "ok": SAYS}
    answer = house.client.post(f"/forms/{form}", data=typed | answers)
    assert 303 == answer.status_code, answer.text
    if is_confirmed:
        sign_up = next(
            one
            for one in house.sign_ups()
            if one.email == typed["email"] and one.confirmed_at is None
        )
        token = house.signed("confirm", f"{sign_up.id}.{sign_up.asked_stamp}")
        assert 200 == house.client.post(f"/confirm/{token}").status_code


def mails(house: House, kind: str) -> dict[str, EmailMessage]:
    """The mails of a kind that have left, by who got them."""
    folder = house.settings.mail_folder
    sent = [folder / f"{mail.id}.eml" for mail in house.mails() if mail.kind == kind]
    letters = [house.read(path) for path in sent if path.exists()]
    return {str(letter["To"]).partition("@")[0]: letter for letter in letters}


def leave_in(letter: EmailMessage) -> str:
    return "/leave/" + re.search(r"/leave/([\w.-]+)>", letter["List-Unsubscribe"])[1]


def test_an_opening_is_told_once_to_those_who_asked_for_it(
    tmp_path, before, hands, monkeypatch, capsys
):
    with running(tmp_path, before, hands) as house:
        near = {"place": "5000"}
        join(house, "interesseliste", "smeden", programme="smedenes-korps", place="4100")
        join(house, "interesseliste", "odense", **near)
        join(house, "nyhedsbrev", "odense", **near)
        join(house, "nyhedsbrev", "laeser", language="en", **near)
        join(house, "nyhedsbrev", "roskilde", place="4100")
        join(house, "interesseliste", "andet", programme="aaben", **near)
        join(house, "interesseliste", "alt", programme="aaben", more=SAYS, **near)
        join(house, "nyhedsbrev", "ubekraeftet", is_confirmed=False, **near)
        join(house, "nyhedsbrev", "fortrudt", **near)
        house.client.post(f"{house_mine(house, 'fortrudt')}/withdraw")
        assert [] == batches(house)

    hands.pass_by(hours=1)
    opened_there = changed(
        before, "programmes", "smedenes-korps", status="open", municipalities=("0461",)
    )
    opened_there = changed(opened_there, "programmes", "smedenes-korps", confirmed=hands.now.date())
    with running(tmp_path, opened_there, hands) as house:
        eventually(lambda: batches(house))
        assert [("opened", "programmes/smedenes-korps", "waiting")] == batches(house)
        hands.pass_by(hours=1, minutes=50)
        assert {} == mails(house, "opened")
        hands.pass_by(minutes=15)
        asked = {"smeden", "odense", "laeser", "alt"}
        eventually(lambda: asked == mails(house, "opened").keys())

        letter = mails(house, "opened")["odense"]
        assert "Nyt på listen, som du står på" == letter["Subject"]
        headers = " ".join(f"{name} {value}" for name, value in letter.items())
        assert not re.search("smed|korps(?!@|\\b.*@)", headers.replace("mentorkorps", ""), re.I)
        told = text_of(letter)
        assert "Smedenes korps" in told
        assert "/programmer/smedenes-korps/" in told
        assert "fordi du står på interesselisten" in told
        assert "/mine/" not in told
        assert "Read more, and sign up" in text_of(mails(house, "opened")["laeser"])
        assert "List-Unsubscribe=One-Click" == letter["List-Unsubscribe-Post"]

        one_click = leave_in(letter)
        assert "Meld mig fra" in house.client.get(one_click).text
        assert [] == [
            one for one in house.sign_ups() if one.withdrawn_at and one.email.startswith("odense")
        ]
        answer = house.client.post(one_click, data={"List-Unsubscribe": "One-Click"})
        assert 200 == answer.status_code
        assert "Du er meldt fra" in answer.text
        left = [one for one in house.sign_ups() if one.email == "odense@example.org"]
        assert [True, True] == [one.withdrawn_at is not None for one in left]
        assert [] == [
            mail
            for mail in house.mails()
            if mail.kind == "withdrawal" and mail.subject.id in {one.id for one in left}
        ]

        house.client.post(leave_in(mails(house, "opened")["alt"]))
        count = len(house.mails())

    closed = changed(opened_there, "programmes", "smedenes-korps", status="full")
    with running(tmp_path, closed, hands) as house:
        eventually(lambda: "false" in facts_known(house, "smedenes-korps"))
    hands.pass_by(days=2)
    with running(tmp_path, opened_there, hands) as house:
        join(house, "nyhedsbrev", "ny", **near)
        eventually(lambda: 2 == len(batches(house)))
        hands.pass_by(hours=3)
        eventually(lambda: {*asked, "ny"} == mails(house, "opened").keys())
        assert count + 3 == len(house.mails())


def facts_known(house: House, record: str) -> str:
    return house.rows(f"SELECT facts FROM announced WHERE record = '{record}'")[0].facts


def batches(house: House) -> list[tuple[str, str, str]]:
    return [
        tuple(row)
        for row in house.rows("SELECT kind, about, state FROM batches ORDER BY created_at")
    ]


def house_mine(house: House, name: str) -> str:
    sign_up = next(one for one in house.sign_ups() if one.email == f"{name}@example.org")
    return f"/mine/{house.token('mine', sign_up)}"
