"""Lists that are written to: what opens is told to those who asked, once, and left by one click."""

import json
import re

from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import Portal, eventually, opened, text_of
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
    with opened(tmp_path, load_catalogue(data), hands) as portal:
        join(portal, "interesseliste", "smeden", programme="smedenes-korps", place="4100")
        join(portal, "interesseliste", "odense", **near)
        hands.pass_by(seconds=1)
        join(portal, "nyhedsbrev", "odense", **near)
        join(portal, "nyhedsbrev", "laeser", language="en", **near)
        join(portal, "nyhedsbrev", "roskilde", place="4100")
        join(portal, "interesseliste", "andet", programme="aaben", **near)
        join(portal, "interesseliste", "alt", programme="aaben", news=SAYS, **near)
        join(portal, "nyhedsbrev", "ubekraeftet", is_confirmed=False, **near)
        join(portal, "nyhedsbrev", "fortrudt", **near)
        portal.client.post(f"{own_page(portal, 'fortrudt')}/withdraw")
        join(portal, "nyhedsbrev", "nabo", place="6200")
        join(portal, "nyhedsbrev", "dengang", place="6200")
        earlier = "UPDATE consents SET version = '2025-01-01' WHERE sign_up = ?"
        portal.change(earlier, id_of(portal, "dengang"))
        join(portal, "nyhedsbrev", "robot", **near)
        portal.change("UPDATE sign_ups SET flagged = 1 WHERE id = ?", id_of(portal, "robot"))
        join(portal, "nyhedsbrev", "senere", **near)
        join(portal, "interesseliste", "nej", programme="aaben", news=SAYS, **near)
        assert [] == batches(portal)

    hands.pass_by(hours=1)
    open_now = open_smiths(data)
    asked = {"smeden", "odense", "laeser", "alt", "nabo"}
    with opened(tmp_path, open_now, hands) as portal:
        eventually(lambda: [("opened", "programmes/smedenes-korps", "waiting")] == batches(portal))
        hands.pass_by(hours=1, minutes=50)
        assert {} == mails(portal, "opened")
        portal.client.post(f"{own_page(portal, 'senere')}/withdraw")
        portal.client.post(f"{own_page(portal, 'nej')}/no/news")
        hands.pass_by(minutes=15)
        eventually(lambda: asked == mails(portal, "opened").keys())

        letter = mails(portal, "opened")["odense"]
        assert "Nyt på listen, som du står på" == letter["Subject"]
        headers = " ".join(f"{name}: {value}" for name, value in letter.items())
        assert not re.search("smede", headers, re.IGNORECASE)
        text = text_of(letter)
        assert "Smedenes korps" in text
        assert "/programmer/smedenes-korps/" in text
        assert "fordi du står på interesselisten" in text
        assert "/mine/" not in text
        assert "Read more, and sign up" in text_of(mails(portal, "opened")["laeser"])
        leaves_lists_by_one_click(portal, letter)
        portal.client.post(leave_in(mails(portal, "opened")["alt"]))

    closed = edit(data, "programmes", OPEN, OPEN.replace("open", "full"))
    with opened(tmp_path, closed, hands) as portal:
        eventually(lambda: not json.loads(facts_known(portal, "smedenes-korps"))["is_open"])
    hands.pass_by(days=2)
    with opened(tmp_path, open_now, hands) as portal:
        join(portal, "nyhedsbrev", "ny", **near)
        eventually(lambda: 2 == len(batches(portal)))
        hands.pass_by(hours=3)
        eventually(lambda: {*asked, "ny"} == mails(portal, "opened").keys())
        assert 6 == sum(mail.kind == "opened" for mail in portal.mails())


def leaves_lists_by_one_click(portal: Portal, letter) -> None:
    assert "List-Unsubscribe=One-Click" == letter["List-Unsubscribe-Post"]
    name = str(letter["To"])
    one_click = leave_in(letter)
    assert "Meld mig fra" in portal.client.get(one_click).text
    assert all(
        sign_up.withdrawn_at is None for sign_up in portal.sign_ups() if sign_up.email == name
    )
    answer = portal.client.post(one_click, data={"List-Unsubscribe": "One-Click"})
    assert 200 == answer.status_code
    assert "Du er meldt fra" in answer.text
    assert 200 == portal.client.post(one_click).status_code
    sign_ups = [sign_up for sign_up in portal.sign_ups() if sign_up.email == name]
    assert [True, True] == [sign_up.withdrawn_at is not None for sign_up in sign_ups]
    kinds = {
        mail.kind
        for mail in portal.mails()
        if mail.subject.id in {sign_up.id for sign_up in sign_ups}
    }
    assert {"confirm", "receipt", "opened"} == kinds


def id_of(portal: Portal, name: str) -> str:
    return next(
        sign_up.id for sign_up in portal.sign_ups() if sign_up.email == f"{name}@example.org"
    )


def facts_known(portal: Portal, record: str) -> str:
    return portal.rows(f"SELECT facts FROM announced WHERE record = '{record}'")[0].facts
