"""Too much from one place, to one address, or about one sign-up: limits on what happens, wherever it is asked for."""

import re
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from starlette.routing import Route

from mentorkorps.backend.app import create_app
from mentorkorps.backend.web import rate_limits
from tests.backend.conftest import (
    COURSE,
    FORM,
    JSON,
    KEY,
    booked,
    both,
    built_site,
    eventually,
    opened,
    settings,
    volunteer,
)
from tests.backend.test_doubt import solved

MANY = 30
"""Sign-ups without a proof of work that one network may send in ten minutes."""
NEED = {
    "place": "Odense",
    "help": "network",
    "start": "now",
    "no-identity": "yes",
    "email": "sag@kommune.example",
    "contact": "yes",
    "language": "da",
}
EVALUATION = "/forms/kursusevaluering"


@pytest.fixture
def fronted(tmp_path, real, hands):
    """A portal with a proxy of its own in front, on this machine."""
    with opened(tmp_path, real, hands, TRUSTED_PROXY="127.0.0.1") as portal:
        yield portal


def post(portal, number, forwarded, **more):
    """Somebody of a number signs up from an address."""
    headers = {"X-Forwarded-For": forwarded}
    typed = volunteer(name=f"Person {number}", email=f"person{number}@example.org", **more)
    return portal.client.post(FORM, data=typed, headers=headers)


def posts(portal, count, forwarded, start=0):
    return [post(portal, start + number, forwarded).status_code for number in range(count)]


def test_the_31st_sign_up_within_ten_minutes_is_asked_to_wait(fronted, hands):
    assert {303} == set(posts(fronted, MANY, "192.0.2.7"))
    hands.pass_by(minutes=4)

    refused = post(fronted, MANY, "192.0.2.7")
    assert (429, "360") == (refused.status_code, refused.headers["retry-after"])
    assert "Vent nogle minutter" in refused.text
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert MANY == len(fronted.sign_ups())

    hands.pass_by(minutes=6)
    assert [303] == posts(fronted, 1, "192.0.2.7", MANY)


def test_a_wrong_form_does_not_count(fronted):
    for _ in range(MANY + 5):
        wrong = fronted.client.post(
            FORM, data={"email": "no"}, headers={"X-Forwarded-For": "192.0.2.7"}
        )
        assert 422 == wrong.status_code

    assert [303] == posts(fronted, 1, "192.0.2.7")


def test_what_the_database_did_not_keep_does_not_count(fronted):
    eventually(lambda: all(mail.state == "sent" for mail in fronted.mails()))
    fronted.client.timeout = 30  # other jobs wait for the locked file before this one
    with closing(sqlite3.connect(fronted.settings.database.path, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert 503 == post(fronted, 0, "192.0.2.7").status_code

    assert {303} == set(posts(fronted, MANY, "192.0.2.7"))


def test_what_is_beyond_the_limit_comes_back_with_every_answer(fronted):
    posts(fronted, MANY, "192.0.2.7")

    refused = post(fronted, MANY, "192.0.2.7", phone="12345678", languages="ar", news="2026-11-22")
    for typed in (
        'value="Person 30"',
        'value="person30@example.org"',
        'value="5000"',
        'value="butik-handel" selected',
        'value="12345678"',
        'value="ar" checked',
    ):
        assert typed in refused.text, typed
    for ticked in ("adult", "contact", "news"):
        assert re.search(rf'id="{ticked}"[^>]* checked', refused.text), ticked
    assert "Der er kommet mange svar fra dit netværk" in refused.text


def test_a_program_gets_its_answers_back_too_and_may_send_them_as_they_are(fronted, hands):
    posts(fronted, MANY, "192.0.2.7")
    sent = volunteer(languages=["ar"], adult=True)
    headers = JSON | {"X-Forwarded-For": "192.0.2.7"}

    refused = fronted.client.post(FORM, json=sent, headers=headers)
    assert (429, "application/problem+json") == (
        refused.status_code,
        refused.headers["content-type"],
    )
    answers = refused.json()["answers"]
    assert ("Karen Testesen", "karen@example.org", ["ar"]) == tuple(
        answers[n] for n in ("name", "email", "languages")
    )
    hands.pass_by(minutes=11)
    assert 201 == fronted.client.post(FORM, json=answers, headers=headers).status_code


def proofs(portal, hands, count, form="mentor"):
    sent = [solved(portal.client.get(f"/forms/{form}/challenge").json()) for _ in range(count)]
    hands.pass_by(seconds=5)
    return sent


def test_forty_people_in_one_room_all_get_through(fronted, hands):
    """Half of them without JavaScript."""
    sent = [*proofs(fronted, hands, 20), *[None] * 20]

    got = [
        post(fronted, number, "192.0.2.7", proof=proof).status_code
        for number, proof in enumerate(sent)
    ]
    assert Counter({303: 40}) == Counter(got)
    assert not any(sign_up.flagged for sign_up in fronted.sign_ups())


def test_nor_is_an_evaluation_of_a_whole_room_refused(fronted, hands):
    scales = [
        f"{when}-{what}"
        for when in ("before", "after")
        for what in ("role", "talk", "system", "limits")
    ]
    typed = {"course": "odense-marts-2027", "language": "da"} | dict.fromkeys(scales, "3")
    for proof in [*proofs(fronted, hands, 20, "kursusevaluering"), *[""] * 20]:
        here = {"X-Forwarded-For": "192.0.2.7"}
        assert (
            303
            == fronted.client.post(
                EVALUATION, data=typed | {"proof": proof}, headers=here
            ).status_code
        )


def test_a_proof_that_was_spent_counts_as_none(fronted, hands):
    (proof,) = proofs(fronted, hands, 1)

    got = Counter(
        post(fronted, number, "192.0.2.7", proof=proof).status_code for number in range(40)
    )
    assert MANY + 1 >= got[303]
    assert 40 - got[303] == got[429]


def test_proofs_do_not_free_from_every_limit(fronted, hands):
    """A robot can work too: 120 in ten minutes, and not 120,000."""
    posts(fronted, 25, "192.0.2.7")
    got = [
        post(fronted, 100 + number, "192.0.2.7", proof=proof).status_code
        for number, proof in enumerate(proofs(fronted, hands, 21))
    ]

    assert [303] * 20 + [429] == got


def test_a_clock_that_is_put_back_keeps_nobody_out(fronted, hands):
    hands.pass_by(days=1)
    posts(fronted, MANY, "192.0.2.7")
    hands.pass_by(days=-1)

    assert [303] * MANY + [429] == posts(fronted, MANY + 1, "192.0.2.7", 100)


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("192.0.2.7", "192.0.2.200", 429),
        ("192.0.2.7", "192.0.3.7", 303),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 303),
        ("192.0.2.7", "::ffff:192.0.2.9", 429),
        ("192.0.2.7", "198.51.100.1, 192.0.2.7", 429),
        ("192.0.2.7", "192.0.2.7, 198.51.100.1", 303),
    ],
)
def test_a_network_is_counted_as_one(fronted, first, second, status):
    posts(fronted, MANY, first)

    assert [status] == posts(fronted, 1, second, MANY)


@pytest.mark.parametrize(
    ("customer", "times"), [("2001:db8:1:1{:02x}::7", 2), ("2001:db8:1:{:x}00::7", 4)]
)
def test_a_customer_with_many_networks_of_ipv6_has_a_limit_for_all_of_them(
    fronted, customer, times
):
    addresses = [customer.format(number % 200) for number in range(times * MANY + 10)]

    got = Counter(
        post(fronted, number, address).status_code for number, address in enumerate(addresses)
    )
    assert Counter({303: times * MANY, 429: 10}) == got


def test_a_visitor_cannot_choose_an_address_unless_the_proxy_is_named(tmp_path, real, hands):
    with opened(tmp_path, real, hands, TRUSTED_PROXY="192.0.2.1") as portal:
        tried = [
            status
            for number in range(MANY + 2)
            for status in posts(portal, 1, f"198.51.{number}.1", number)
        ]

    assert Counter({303: MANY, 429: 2}) == Counter(tried)


def test_without_a_named_proxy_the_machine_itself_is_not_counted(portal):
    assert {303} == set(posts(portal, MANY + 5, "192.0.2.7"))


def test_pages_are_not_counted(fronted):
    posts(fronted, MANY + 1, "192.0.2.7")

    assert 200 == fronted.client.get("/", headers={"X-Forwarded-For": "192.0.2.7"}).status_code


# What one client can have others mailed, by every address that takes posts.


def mine(portal, about):
    return f"/mine/{portal.token('mine', about)}"


def offer(portal, about):
    return f"/offer/{portal.token('offer', about)}/yes"


def desk(portal, about):
    return f"/desk/{portal.token('desk', about)}"


def doubtful(portal, about):
    return f"/desk/doubtful/{portal.token('doubtful', about)}"


def confirm(portal, about):
    return f"/confirm/{portal.signed('confirm', f'{about.id}.{about.asked_stamp}')}"


def confirm_all(portal, about):
    return f"/confirm/all/{portal.signed('confirm_all', about.addressee)}"


AT = {
    "/forms/{form}": lambda portal, about: FORM,
    "/confirm/{token}": confirm,
    "/confirm/all/{token}": confirm_all,
    "/mine/{token}": mine,
    "/mine/{token}/form": lambda portal, about: f"{mine(portal, about)}/form",
    "/mine/{token}/change": lambda portal, about: f"{mine(portal, about)}/change",
    "/mine/{token}/no/{consent}": lambda portal, about: f"{mine(portal, about)}/no/news",
    "/mine/{token}/withdraw": lambda portal, about: f"{mine(portal, about)}/withdraw",
    "/mine/{token}/resume": lambda portal, about: f"{mine(portal, about)}/resume",
    "/receipt/{token}/address": lambda portal, about: (
        f"/receipt/{portal.signed('receipt', about.id)}/address"
    ),
    "/mine/{token}/nudge": lambda portal, about: f"{mine(portal, about)}/nudge",
    "/links": lambda portal, about: "/links",
    "/desk/waiting/{token}": lambda portal, about: f"/desk/waiting/{portal.signed('waiting', 'x')}",
    "/desk/gathering/{token}": lambda portal, about: (
        f"/desk/gathering/{portal.signed('gathering', f'courses.{COURSE}')}"
    ),
    "/mine/{token}/download": lambda portal, about: f"{mine(portal, about)}/download",
    "/renew/{token}": lambda portal, about: f"/renew/{portal.signed('renew', about.id)}",
    "/mine/{token}/delete": lambda portal, about: f"{mine(portal, about)}/delete",
    "/desk/doubtful/{token}": doubtful,
    "/desk/{token}": desk,
    "/desk/{token}/answered": lambda portal, about: f"{desk(portal, about)}/answered",
    "/desk/{token}/restore": lambda portal, about: f"{desk(portal, about)}/restore",
    "/offer/{token}/{answer}": offer,
    "/leave/{token}": lambda portal, about: f"/leave/{portal.signed('leave', about.id)}",
    "/certificates": lambda portal, about: "/certificates",
    "/kursusbevis/{code}": lambda portal, about: "/kursusbevis/0000-0000-0000-0000",
    "/en/certificate/{code}": lambda portal, about: "/en/certificate/0000-0000-0000-0000",
}
"""Each address that takes posts, as somebody would ask for it who has every link about a sign-up."""
MOST_MAILS = MANY
"""To people who have confirmed nothing, from one network in ten minutes; and as many to coordinators."""


def test_every_address_that_takes_posts_is_walked(tmp_path, real):
    url = f"sqlite:///{tmp_path}/m.db"
    read = settings.read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY})
    app = create_app(real, built_site(tmp_path / "site"), read)
    app.state.services.database.close()

    assert {
        route.path for route in app.routes if isinstance(route, Route) and "POST" in route.methods
    } == set(AT)


@pytest.mark.parametrize("path", AT)
def test_no_address_lets_one_client_mail_to_more_than_thirty(fronted, path):
    """Two sign-ups of its own, every link about them, and sixty posts with a stranger's address each."""
    here, elsewhere = {"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "198.51.100.7"}
    for number in range(2):
        fronted.client.post(
            FORM, data=volunteer(email=f"own{number}@example.org"), headers=elsewhere
        )
    own = fronted.sign_ups()
    before = {mail.id for mail in fronted.mails()}
    for number in range(60):
        typed = volunteer(email=f"stranger{number}@example.org", place=("5000", "8000")[number % 2])
        sure = {"sure": "yes"} if path.endswith("/delete") else {}
        fronted.client.post(AT[path](fronted, own[number % 2]), data=sure or typed, headers=here)

    kinds = Counter(mail.kind for mail in fronted.mails() if mail.id not in before)
    assert MOST_MAILS >= kinds["confirm"] + kinds["confirm_all"]
    assert MOST_MAILS >= sum(kinds.values()) - kinds["confirm"] - kinds["confirm_all"]


@both
def test_an_address_is_mended_three_times_and_no_more(portal, hands):
    portal.post(email="kraen@example.org")
    page = mine(portal, portal.sign_ups()[0])
    for number in range(3):
        # What is still on its way to the old address would be taken back.
        eventually(lambda: all(mail.state == "sent" for mail in portal.mails()))
        hands.pass_by(seconds=1)
        changed = portal.client.post(
            f"{page}/change", data=volunteer(email=f"karen{number}@example.org")
        )
        assert (200, True) == (changed.status_code, "den nye adresse" in changed.text)
    refused = portal.client.post(
        f"{page}/change", data=volunteer(email="karen@example.org", name="Karen Ny")
    )

    assert 409 == refused.status_code
    assert "rettet tre gange" in refused.text
    assert 'value="Karen Ny"' in refused.text
    assert 4 == sum(mail.kind == "confirm" for mail in portal.mails())
    assert "karen2@example.org" == portal.sign_ups()[0].answers["email"]


def test_confirming_in_between_gives_no_more_of_them(portal, hands):
    portal.post()
    page = mine(portal, portal.sign_ups()[0])
    for number in range(5):
        hands.pass_by(seconds=1)
        portal.client.post(f"{page}/change", data=volunteer(email=f"karen{number}@example.org"))
        portal.client.post(portal.link("confirm"))

    assert "karen2@example.org" == portal.sign_ups()[0].answers["email"]


def test_changes_of_address_and_sign_ups_count_alike(fronted):
    here = {"X-Forwarded-For": "192.0.2.7"}
    posts(fronted, MANY - 1, "192.0.2.7")
    page = mine(fronted, fronted.sign_ups()[0])

    first = fronted.client.post(
        f"{page}/change", data=volunteer(email="a@example.org"), headers=here
    )
    second = fronted.client.post(
        f"{page}/change", data=volunteer(email="b@example.org"), headers=here
    )
    assert [200, 429] == [first.status_code, second.status_code]
    assert 'value="b@example.org"' in second.text
    assert [429] == posts(fronted, 1, "192.0.2.7", MANY)


def test_a_program_that_changes_too_much_gets_its_answers_back(portal):
    portal.post()
    page = mine(portal, portal.sign_ups()[0])
    for number in range(4):
        answer = portal.client.post(
            f"{page}/change", json=volunteer(email=f"karen{number}@example.org"), headers=JSON
        )

    assert (409, "karen3@example.org") == (answer.status_code, answer.json()["answers"]["email"])


def test_coordinators_are_not_told_of_every_move_to_and_fro(portal):
    portal.post()
    portal.client.post(portal.link("confirm"))
    page = mine(portal, portal.sign_ups()[0])
    got = [
        portal.client.post(f"{page}/change", data=volunteer(place=place)).status_code
        for place in ("Aarhus", "Aalborg", "Vejle", "Esbjerg", "Roskilde", "Fanø", "Samsø", "Læsø")
    ]

    assert [200] * 5 + [429] * 3 == got
    assert 6 == sum(mail.kind == "notice" for mail in portal.mails())


def test_who_switches_courses_to_and_fro_takes_so_many_numbers_and_no_more(portal):
    courses = ("odense-marts-2027", "aarhus-maj-2027")
    portal.client.post("/forms/kursus", data=booked("karen"))
    page = mine(portal, portal.sign_ups()[0])
    for number in range(1, 6):
        assert (
            200
            == portal.client.post(
                f"{page}/change", data=booked("karen", courses[number % 2])
            ).status_code
        )

    assert 429 == portal.client.post(f"{page}/change", data=booked("karen", courses[0])).status_code
    assert [(courses[1], 3)] == portal.rows("SELECT record, number FROM places")


def test_deleting_has_a_limit_of_its_own_and_says_that_nothing_was_deleted(fronted):
    here = {"X-Forwarded-For": "192.0.2.7"}
    most = rate_limits.LIMITS["erasure"].most
    posts(fronted, MANY, "198.51.100.7")
    got = [
        fronted.client.post(f"{mine(fronted, sign_up)}/delete", data={"sure": "yes"}, headers=here)
        for sign_up in fronted.sign_ups()[: most + 1]
    ]

    assert [200] * most + [429] == [answer.status_code for answer in got]
    assert "ikke slettet endnu" in got[-1].text
    assert MANY - most == len(fronted.sign_ups())


def test_a_visitor_who_asks_for_health_writes_nothing_each_time(fronted):
    """The first one tries a row; the others are told what it said."""
    away = {"X-Forwarded-For": "192.0.2.7"}
    assert 200 == fronted.client.get("/readyz", headers=away).status_code
    with closing(sqlite3.connect(fronted.settings.database.path)) as other:

        def is_unwritten() -> bool:
            before = other.execute("PRAGMA data_version").fetchone()
            answers = [fronted.client.get("/readyz", headers=away) for _ in range(20)]
            assert {200} == {answer.status_code for answer in answers}
            return before == other.execute("PRAGMA data_version").fetchone()

        # What the server does by itself when it starts may fall in between once.
        eventually(is_unwritten)
        before = other.execute("PRAGMA data_version").fetchone()
        assert 200 == fronted.client.get("/readyz").status_code
        assert before != other.execute("PRAGMA data_version").fetchone()


def test_the_address_itself_is_nowhere_in_the_files(portal):
    portal.post()
    eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})

    files = portal.settings.folder.glob("mentorkorps.db*")
    assert not any(b"karen" in path.read_bytes().lower() for path in files)
