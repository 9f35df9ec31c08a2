"""Lists that are written to: what opens is told to those who asked, once, and left by one click."""

import re

from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import House, eventually, opened, text_of
from tests.backend.mailing_lists import (
    OPEN,
    SAYS,
    batches,
    edit,
    join,
    leave_in,
    mails,
    open_smiths,
    own_page,
    write_data,
)


def test_an_opening_is_told_once_to_those_who_asked_for_it(tmp_path, hands):
    data = write_data(tmp_path)
    near = {"place": "5000"}
    with opened(tmp_path, load_catalogue(data), hands) as house:
        join(house, "interesseliste", "smeden", programme="smedenes-korps", place="4100")
        join(house, "interesseliste", "odense", **near)
        hands.pass_by(seconds=1)
        join(house, "nyhedsbrev", "odense", **near)
        join(house, "nyhedsbrev", "laeser", language="en", **near)
        join(house, "nyhedsbrev", "roskilde", place="4100")
        join(house, "interesseliste", "andet", programme="aaben", **near)
        join(house, "interesseliste", "alt", programme="aaben", news=SAYS, **near)
        join(house, "nyhedsbrev", "ubekraeftet", is_confirmed=False, **near)
        join(house, "nyhedsbrev", "fortrudt", **near)
        house.client.post(f"{own_page(house, 'fortrudt')}/withdraw")
        join(house, "nyhedsbrev", "nabo", place="6200")
        join(house, "nyhedsbrev", "dengang", place="6200")
        earlier = "UPDATE consents SET version = '2025-01-01' WHERE sign_up = ?"
        house.change(earlier, id_of(house, "dengang"))
        join(house, "nyhedsbrev", "robot", **near)
        house.change("UPDATE sign_ups SET flagged = 1 WHERE id = ?", id_of(house, "robot"))
        join(house, "nyhedsbrev", "senere", **near)
        join(house, "interesseliste", "nej", programme="aaben", news=SAYS, **near)
        assert [] == batches(house)

    hands.pass_by(hours=1)
    open_now = open_smiths(data)
    asked = {"smeden", "odense", "laeser", "alt", "nabo"}
    with opened(tmp_path, open_now, hands) as house:
        eventually(lambda: [("opened", "programmes/smedenes-korps", "waiting")] == batches(house))
        hands.pass_by(hours=1, minutes=50)
        assert {} == mails(house, "opened")
        house.client.post(f"{own_page(house, 'senere')}/withdraw")
        house.client.post(f"{own_page(house, 'nej')}/no/news")
        hands.pass_by(minutes=15)
        eventually(lambda: asked == mails(house, "opened").keys())

        letter = mails(house, "opened")["odense"]
        assert "Nyt på listen, som du står på" == letter["Subject"]
        headers = " ".join(f"{name}: {value}" for name, value in letter.items())
        assert not re.search("smede", headers, re.IGNORECASE)
        told = text_of(letter)
        assert "Smedenes korps" in told
        assert "/programmer/smedenes-korps/" in told
        assert "fordi du står på interesselisten" in told
        assert "/mine/" not in told
        assert "Read more, and sign up" in text_of(mails(house, "opened")["laeser"])
        leaves_lists_by_one_click(house, letter)
        house.client.post(leave_in(mails(house, "opened")["alt"]))

    closed = edit(data, "programmes", OPEN, OPEN.replace("open", "full"))
    with opened(tmp_path, closed, hands) as house:
        eventually(lambda: "false" in facts_known(house, "smedenes-korps"))
    hands.pass_by(days=2)
    with opened(tmp_path, open_now, hands) as house:
        join(house, "nyhedsbrev", "ny", **near)
        eventually(lambda: 2 == len(batches(house)))
        hands.pass_by(hours=3)
        eventually(lambda: {*asked, "ny"} == mails(house, "opened").keys())
        assert 6 == sum(mail.kind == "opened" for mail in house.mails())


def leaves_lists_by_one_click(house: House, letter) -> None:
    assert "List-Unsubscribe=One-Click" == letter["List-Unsubscribe-Post"]
    name = str(letter["To"])
    one_click = leave_in(letter)
    assert "Meld mig fra" in house.client.get(one_click).text
    assert all(one.withdrawn_at is None for one in house.sign_ups() if one.email == name)
    answer = house.client.post(one_click, data={"List-Unsubscribe": "One-Click"})
    assert 200 == answer.status_code
    assert "Du er meldt fra" in answer.text
    assert 200 == house.client.post(one_click).status_code
    left = [one for one in house.sign_ups() if one.email == name]
    assert [True, True] == [one.withdrawn_at is not None for one in left]
    kinds = {mail.kind for mail in house.mails() if mail.subject.id in {one.id for one in left}}
    assert {"confirm", "receipt", "opened"} == kinds


def id_of(house: House, name: str) -> str:
    return next(one.id for one in house.sign_ups() if one.email == f"{name}@example.org")


def facts_known(house: House, record: str) -> str:
    return house.rows(f"SELECT facts FROM announced WHERE record = '{record}'")[0].facts
