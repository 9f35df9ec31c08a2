"""What speaks for spam: weighed together, kept and shown, never a reason to refuse."""

import base64
import json
import sqlite3

import pytest
from altcha import solve_challenge_v1

from mentorkorps.backend.security import proof_of_work, spam
from mentorkorps.backend.web.rate_limits import MOST_TO_A_FORM
from tests.backend.conftest import FORM, JSON, KEY, Hands, both, eventually, opened, volunteer

CHALLENGE = "/forms/mentor/challenge"


def solved(asked: dict, **changed: object) -> str:
    """What a browser sends for a challenge."""
    solution = solve_challenge_v1(asked["challenge"], asked["salt"], max_number=asked["largest"])
    proof = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")} | {
        "number": solution.number
    }
    return packed(proof | changed)


def packed(values: object) -> str:
    return base64.b64encode(json.dumps(values).encode()).decode()


def ask(portal, path=CHALLENGE):
    answer = portal.client.get(path)
    assert "no-store" == answer.headers["cache-control"]
    return answer.json()


def signs(portal):
    return portal.sign_ups()[-1].signs


def test_a_person_with_javascript_leaves_no_sign(portal, hands):
    sent = solved(ask(portal))
    hands.pass_by(seconds=40)

    assert 303 == portal.post(proof=sent).status_code
    assert ((), False) == (signs(portal), portal.sign_ups()[0].flagged)
    assert {"confirm"} == {one.kind for one in portal.mails()}


def test_a_person_without_javascript_is_not_doubted_for_that(portal):
    portal.post()

    assert (("unproved",), False) == (signs(portal), portal.sign_ups()[0].flagged)


def test_a_password_manager_that_fills_the_trap_is_not_doubted_for_that(portal, hands):
    sent = solved(ask(portal))
    hands.pass_by(seconds=9)
    portal.post(proof=sent, website="https://karen.example")

    assert (("trap",), False) == (signs(portal), portal.sign_ups()[0].flagged)


def test_a_screen_reader_that_sends_slowly_or_a_quick_hand_is_not_doubted_for_that(portal, hands):
    sent = solved(ask(portal))
    portal.post(proof=sent, email="hurtig@example.org")
    assert ("hasty",) == signs(portal)
    hands.pass_by(hours=13)
    portal.post(proof=sent)
    assert ("stale",) == signs(portal)
    assert [False, False] == [sign_up.flagged for sign_up in portal.sign_ups()]


def test_a_program_that_sends_json_is_not_doubted_for_that(portal):
    assert 201 == portal.client.post(FORM, json=volunteer(), headers=JSON).status_code
    assert (("unproved",), False) == (signs(portal), portal.sign_ups()[0].flagged)


@pytest.mark.parametrize("name", spam.TRAPS)
def test_a_robot_that_fills_what_it_knows_is_kept_flagged_and_asked_to_confirm(portal, name):
    assert 303 == portal.post(**{name: "https://spam.example"}).status_code

    assert (("trap", "unproved"), True) == (signs(portal), portal.sign_ups()[0].flagged)
    assert ["confirm"] == [mail.kind for mail in portal.mails()]
    assert "spam.example" not in str(portal.sign_ups()[0].answers)


def test_a_web_address_for_a_name_without_proof_is_doubted(portal):
    portal.post(name="Vind på https://spam.example")

    assert (("link", "unproved"), True) == (signs(portal), portal.sign_ups()[0].flagged)


@both
def test_a_proof_counts_once(portal, hands):
    sent = solved(ask(portal))
    hands.pass_by(seconds=5)
    first, again = portal.post(proof=sent), portal.post(proof=sent)
    assert first.headers["location"] == again.headers["location"]
    portal.post(proof=sent, email="bo@example.org")

    assert [((), False), (("spent",), True)] == [
        (sign_up.signs, sign_up.flagged) for sign_up in portal.sign_ups()
    ]


def test_a_spent_proof_is_still_spent_after_a_restart(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        sent = solved(ask(portal))
        hands.pass_by(seconds=5)
        portal.post(proof=sent)
    with opened(tmp_path, real, hands) as portal:
        portal.post(proof=sent, email="bo@example.org")
        assert ("spent",) == signs(portal)


FORGED = {
    "no text of ours": lambda asked: "x",
    "not base64": lambda asked: "ø" * 20,
    "too long": lambda asked: "A" * 4000,
    "a list": lambda asked: packed([1]),
    "deep": lambda asked: base64.b64encode(b"[" * 700).decode(),
    "nothing in it": lambda asked: packed({}),
    "a number that is none": lambda asked: solved(asked, number=True),
    "a text for a number": lambda asked: solved(asked, number="7"),
    "a wrong number": lambda asked: solved(asked, number=-1),
    "another salt": lambda asked: solved(asked, salt=asked["salt"].replace("mentor", "kursus")),
    "a later time": lambda asked: solved(asked, salt=asked["salt"].replace("given=1", "given=2")),
    "another hash": lambda asked: solved(asked, algorithm="SHA-1"),
    "an own signature": lambda asked: solved(asked, signature="0" * 64),
    "a salt that is no text": lambda asked: solved(asked, salt=["x"]),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_proof_is_a_sign_and_no_refusal(lasting, forge):
    answer = lasting.post(proof=forge(ask(lasting)), email=f"{abs(hash(forge))}@example.org")

    assert 303 == answer.status_code
    assert (("forged",), True) == (signs(lasting), lasting.sign_ups()[-1].flagged)


def test_a_proof_for_another_form_is_a_forged_one(portal, hands):
    sent = solved(ask(portal, "/forms/interesseliste/challenge"))
    hands.pass_by(seconds=5)
    portal.post(proof=sent)

    assert ("forged",) == signs(portal)
    assert 404 == portal.client.get("/forms/findes-ikke/challenge").status_code


def test_a_key_in_front_leaves_open_pages_as_good_as_before(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        sent = solved(ask(portal))
    hands.pass_by(seconds=5)
    with opened(tmp_path, real, hands, SECRET_KEYS=f"another-key-in-front,{KEY}") as portal:
        portal.post(proof=sent)
        assert () == signs(portal)


def test_a_clock_that_is_put_back_a_little_forges_nothing():
    hands = Hands()
    sent = solved(proof_of_work.new_challenge(KEY, "mentor", hands.now))
    hands.pass_by(minutes=-4)

    with pytest.raises(proof_of_work.BadProof, match="hasty"):
        proof_of_work.read_proof([KEY], "mentor", sent, hands.now)


def test_who_confirms_is_not_spam_and_the_coordinator_hears_of_it(portal):
    portal.post(website="x")
    portal.client.post(portal.link("confirm"))

    assert [False] == [sign_up.flagged for sign_up in portal.sign_ups()]
    assert {"confirm", "receipt", "notice"} == {mail.kind for mail in portal.mails()}


def test_spent_proofs_are_forgotten_when_they_are_stale_anyway(tmp_path, real, hands):
    with opened(tmp_path, real, hands) as portal:
        sent = solved(ask(portal))
        hands.pass_by(seconds=5)
        portal.post(proof=sent)
        assert 1 == spent(portal)
    hands.pass_by(hours=13)
    with opened(tmp_path, real, hands) as portal:
        eventually(lambda: spent(portal) == 0)


def spent(portal) -> int:
    other = sqlite3.connect(portal.settings.database.path)
    (count,) = other.execute("SELECT count(*) FROM spent").fetchone()
    other.close()
    return count


def crowd(portal, networks):
    """As many without a proof as make a form crowded, from so many networks."""
    for number in range(MOST_TO_A_FORM):
        address = {"X-Forwarded-For": networks[number % len(networks)]}
        typed = volunteer(name=f"Nummer {number}", email=f"en{number}@example.org")
        assert 303 == portal.client.post(FORM, data=typed, headers=address).status_code


def test_in_a_crowd_those_without_a_proof_are_doubted_and_nobody_is_refused(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal:

        def post(**changed: object) -> int:
            return portal.client.post(
                FORM, data=volunteer(**changed), headers={"X-Forwarded-For": "203.0.113.1"}
            )

        crowd(portal, [f"198.51.{number}.1" for number in range(10)])
        sent = solved(ask(portal))
        hands.pass_by(seconds=5)
        assert 303 == post(email="uden@example.org").status_code
        assert (("crowd", "unproved"), True) == (signs(portal), portal.sign_ups()[-1].flagged)
        assert 303 == post(proof=sent).status_code
        assert (("crowd",), False) == (signs(portal), portal.sign_ups()[-1].flagged)


def test_one_customer_with_a_whole_48_of_ipv6_makes_no_crowd(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal:
        for part in range(3):
            for number in range(100):
                address = {"X-Forwarded-For": f"2001:db8:{part}:{number:x}00::1"}
                typed = volunteer(email=f"en{part}-{number}@example.org")
                portal.client.post(FORM, data=typed, headers=address)
        portal.client.post(FORM, data=volunteer(), headers={"X-Forwarded-For": "203.0.113.1"})

        assert (("unproved",), False) == (signs(portal), portal.sign_ups()[-1].flagged)


def test_no_sign_of_a_person_weighs_enough_alone():
    habits = ("unproved", "trap", "hasty", "stale", "link", "crowd")

    assert not any(spam.is_doubtful([sign]) for sign in habits)
    assert all(spam.is_doubtful([sign]) for sign in spam.WEIGHTS.keys() - set(habits))
