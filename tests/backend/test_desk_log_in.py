"""Logging in at the desk: a link by mail, six figures from the asking page, one cookie for eight hours."""

import base64
import logging
import re
import statistics
import time

import httpx
import pytest

from mentorkorps.backend.app import route_specs
from mentorkorps.backend.desk import people_routes
from mentorkorps.backend.desk.people_routes import DESK_ROUTES
from mentorkorps.backend.desk.permissions import ACTIONS, MATRIX
from mentorkorps.backend.desk.sessions import DeskRoute
from mentorkorps.backend.recipients_file import ROLE_SCOPES
from mentorkorps.backend.security import totp
from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import KEY, Hands, eventually, opened, text_of
from tests.conftest import HERE, run_here

PEOPLE = """
default: mentor@example.org
people:
- name: Mette Hansen
  email: Mette@Example.org
  roles:
  - {role: coordinator, organisation: smedene}
- name: Ali Noor
  email: ali@example.org
  language: en
  roles:
  - {role: municipal_coordinator, municipality: "0461"}
  - {role: trainer, course: odense-2027}
- {name: Jo, email: jo@example.org, roles: [{role: chief_mentor, organisation: smedene}]}
- {name: Bo, email: bo@example.org, roles: [{role: national_coordinator}]}
- {name: Al, email: al@example.org, roles: [{role: auditor}]}
"""
METTE, ALI = "mette@example.org", "ali@example.org"
CODE = re.compile(r"<strong>(\d{3} \d{3})</strong>")
HIDDEN = "mentorkorps_desk"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(HERE / "sound")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, catalogue):
    """A portal whose file names people; its clock is moved by the tests."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "recipients.yaml").write_text(PEOPLE)
    hands = Hands()
    with opened(folder, catalogue, hands, RECIPIENTS=str(folder / "recipients.yaml")) as portal:
        portal.hands = hands
        yield portal


CLIENTS = []


@pytest.fixture(autouse=True)
def browsers():
    """Closes those that a test opened."""
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(autouse=True)
def another_day(request):
    """What one test used up of a limit is there again for the next."""
    if "desk" in request.fixturenames:
        request.getfixturevalue("desk").hands.pass_by(days=1, hours=1)


def browser(portal):
    CLIENTS.append(httpx.Client(base_url=portal.client.base_url, verify=False))
    return CLIENTS[-1]


def asked(portal, client, email, **more):
    """Asks for a link; the six figures that the page shows."""
    return CODE.search(client.post("/desk/", data={"email": email} | more).text)[1]


def link_of(portal, email, before=frozenset()):
    """The link of the mail to an address that is not among those of before."""

    def letters():
        new = mails_of(portal) - before
        return [letter for letter in map(portal.read, new) if letter["To"] == email]

    eventually(letters)
    (letter,) = letters()
    line = next(line for line in text_of(letter).splitlines() if "/desk/login/" in line)
    return "/" + line.removeprefix(portal.settings.public_url), letter


def mails_of(portal):
    return frozenset(portal.settings.mail_folder.glob("*.eml"))


def mails_to(portal, email):
    letters = map(portal.read, portal.settings.mail_folder.glob("*.eml"))
    return sum(letter["To"] == email for letter in letters)


def logged_in(portal, email, **more):
    client, before = browser(portal), mails_of(portal)
    code = asked(portal, client, email, **more)
    link, _ = link_of(portal, email, before)
    entered = client.post(link, data={"code": code})
    assert 303 == entered.status_code, entered.text
    return client, entered


def test_the_way_in_and_out(desk):
    client = browser(desk)
    assert "Din mailadresse" in client.get("/desk", follow_redirects=True).text
    before = mails_of(desk)
    page = client.post("/desk/", data={"email": " METTE@example.org "})
    code = CODE.search(page.text)[1]
    assert "set-cookie" not in page.headers
    link, letter = link_of(desk, METTE, before)
    assert ("Dit link", None) == (letter["Subject"], re.search("smed|Mette", text_of(letter)))

    for _ in range(2):  # mail scanners open links
        scanned = client.get(link)
        assert (200, None) == (scanned.status_code, scanned.headers.get("set-cookie"))
    assert 403 == client.post(link, data={"code": ""}).status_code
    assert 403 == client.post(link, data={"code": "000 000"}).status_code
    entered = client.post(link, data={"code": code})

    assert (303, "/desk/") == (entered.status_code, entered.headers["location"])
    cookie = entered.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/desk;", "max-age=28800"):
        assert part in f"{cookie};"
    assert "secure" not in cookie
    home = client.get("/desk/")
    for words in (
        "Goddag, Mette Hansen",
        "Koordinator i en organisation",
        "Smedene",
        "Log Mette Hansen ud",
    ):
        assert words in home.text
    assert "no-store" == home.headers["cache-control"]
    used = [client.get(link).status_code, browser(desk).post(link, data={"code": code}).status_code]
    assert [410, 410] == used

    out = client.post("/desk/log-out")
    assert "Du er logget ud" in out.text
    assert "max-age=0" in out.headers["set-cookie"].lower()
    client.cookies.set(HIDDEN, entered.cookies[HIDDEN], path="/desk")
    assert "Din mailadresse" in client.get("/desk/").text
    kinds = [kind for (kind,) in desk.rows("SELECT kind FROM access_log ORDER BY number")]
    assert ["log_in_refused", "log_in_refused", "log_in", "log_out"] == kinds[-4:]


def test_who_may_and_who_may_not_look_alike(desk):
    known, unknown = (
        browser(desk).post("/desk/", data={"email": email}) for email in (METTE, "who@example.org")
    )

    def told(answer):
        headers = {name: text for name, text in answer.headers.items() if name != "date"}
        return answer.status_code, headers, CODE.sub("", answer.text)

    assert told(known) == told(unknown)
    spent = {METTE: [], "who@example.org": []}
    for _ in range(12):
        for email, times in spent.items():
            started = time.perf_counter()
            browser_answer = desk.client.post("/desk/", data={"email": email})
            times.append(time.perf_counter() - started)
            assert 200 == browser_answer.status_code
    medians = [statistics.median(times) for times in spent.values()]
    assert 0.4 < medians[0] / medians[1] < 2.5
    eventually(lambda: mails_to(desk, METTE) > 12)
    assert 0 == mails_to(desk, "who@example.org")
    # More than anybody needs: the same refusal for both.
    desk.hands.pass_by(minutes=11)
    for email in spent:
        answers = [desk.client.post("/desk/", data={"email": email}).status_code for _ in range(19)]
        assert ([200] * 17, [429] * 2) == (answers[:17], answers[17:])


def test_a_link_lasts_a_quarter_of_an_hour_and_five_wrong_codes(desk):
    before = mails_of(desk)
    code = asked(desk, desk.client, METTE)
    link, _ = link_of(desk, METTE, before)
    desk.hands.pass_by(minutes=14)
    assert 200 == desk.client.get(link).status_code
    desk.hands.pass_by(minutes=2)
    assert [410, 410] == [
        desk.client.get(link).status_code,
        desk.client.post(link, data={"code": code}).status_code,
    ]

    before = mails_of(desk)
    code = asked(desk, desk.client, METTE)
    link, _ = link_of(desk, METTE, before)
    wrong = f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"
    assert [403] * 5 == [desk.client.post(link, data={"code": wrong}).status_code for _ in range(5)]
    assert 410 == desk.client.post(link, data={"code": code}).status_code


def test_a_session_lasts_eight_hours_and_the_operator_can_end_it(desk):
    client, _ = logged_in(desk, METTE)
    desk.hands.pass_by(hours=7, minutes=59)
    assert "Goddag" in client.get("/desk/").text
    desk.hands.pass_by(minutes=2)
    assert "Goddag" not in client.get("/desk/").text

    mette, ali = logged_in(desk, METTE)[0], logged_in(desk, ALI)[0]
    assert "Hello, Ali Noor" in ali.get("/desk/").text
    ended = run_here("desk", "log-out", "--person", "METTE@example.org", **desk.environ)
    assert "1 session is ended." in ended.stdout
    assert ["Goddag" in mette.get("/desk/").text, "Hello" in ali.get("/desk/").text] == [
        False,
        True,
    ]
    assert "1 session is ended." in run_here("desk", "log-out", "--all", **desk.environ).stdout
    assert "Hello" not in ali.get("/desk/").text


def test_who_is_no_longer_in_the_file_is_out_at_once(tmp_path, catalogue):
    file, hands = tmp_path / "recipients.yaml", Hands()
    file.write_text(PEOPLE)
    with opened(tmp_path, catalogue, hands, RECIPIENTS=str(file)) as portal:
        token = logged_in(portal, METTE)[1].cookies[HIDDEN]
    for address, is_in in (("Mette@Example.org", True), ("another@example.org", False)):
        file.write_text(PEOPLE.replace("Mette@Example.org", address))
        with opened(tmp_path, catalogue, hands, RECIPIENTS=str(file)) as portal:
            page = portal.client.get("/desk/", headers={"Cookie": f"{HIDDEN}={token}"})
            assert is_in == ("Goddag" in page.text)


def test_one_goes_on_where_one_wanted_to_but_never_elsewhere(desk):
    stranger = browser(desk)
    sent = stranger.get("/desk/second-factor")
    assert (303, "/desk/?to=%2Fdesk%2Fsecond-factor") == (
        sent.status_code,
        sent.headers["location"],
    )
    assert 'value="/desk/second-factor"' in stranger.get(sent.headers["location"]).text

    _, entered = logged_in(desk, METTE, to="/desk/second-factor")
    assert "/desk/second-factor" == entered.headers["location"]
    for number, elsewhere in enumerate(
        (
            "//example.org",
            "https://example.org/desk/",
            "/desk/../mine",
            "/desk//x",
            "/desk/\\x",
            "/mine/x",
        )
    ):
        desk.hands.pass_by(seconds=number)
        asked(desk, desk.client, "who@example.org", to=elsewhere)
        *_, (path,) = desk.rows("SELECT path FROM desk_logins ORDER BY asked_at")
        assert "/desk/" == path


def test_a_link_of_a_mail_finds_the_session_that_the_browser_keeps_back(desk):
    """A cookie that is SameSite=Strict is not sent with the first request after a link elsewhere."""
    arriving = browser(desk).get("/desk/second-factor", headers={"Sec-Fetch-Site": "cross-site"})

    assert (200, "0; url=/desk/second-factor") == (
        arriving.status_code,
        arriving.headers["refresh"],
    )
    assert 'href="/desk/second-factor"' in arriving.text


def test_what_was_typed_is_given_back_when_the_session_is_over(desk):
    answer = browser(desk).post("/desk/second-factor", data={"code": "123 456"})

    assert (403, True) == (answer.status_code, "123 456" in answer.text)
    assert "Du er logget ud" in answer.text


def test_another_site_cannot_act_for_who_is_logged_in(desk):
    client, _ = logged_in(desk, METTE)

    assert (
        403 == client.post("/desk/log-out", headers={"Origin": "https://example.org"}).status_code
    )
    assert "Goddag" in client.get("/desk/").text


def test_a_network_of_too_many_false_links_gets_nothing_for_a_day(tmp_path, catalogue, caplog):
    (tmp_path / "recipients.yaml").write_text(PEOPLE)
    hands = Hands()
    settings = {"RECIPIENTS": str(tmp_path / "recipients.yaml"), "TRUSTED_PROXY": "127.0.0.1"}
    with (
        opened(tmp_path, catalogue, hands, **settings) as portal,
        caplog.at_level(logging.ERROR, "mentorkorps"),
    ):

        def ask(path, address="192.0.2.7"):
            return portal.client.get(path, headers={"X-Forwarded-For": address}).status_code

        assert {404} == {ask(f"/desk/{'x' * 20}{number}") for number in range(50)}
        assert {404} == {ask(f"/desk/login/{number}") for number in range(50)}
        assert [429, 429] == [ask("/desk/"), ask("/desk/login/x", "192.0.2.200")]
        assert [200, 200] == [ask("/desk/", "198.51.100.7"), ask("/", "192.0.2.7")]
        assert 1 == sum("false links" in record.getMessage() for record in caplog.records)
        assert "192.0.2" not in caplog.text
        hands.pass_by(hours=24, minutes=1)
        assert 200 == ask("/desk/")

        # No network has links sent without end, whatever the addresses.
        sent = [
            portal.client.post(
                "/desk/",
                data={"email": f"who{number}@example.org"},
                headers={"X-Forwarded-For": "192.0.2.7"},
            ).status_code
            for number in range(31)
        ]
        assert ([200] * 30, [429]) == (sent[:30], sent[30:])


def test_codes_of_the_phone_are_those_of_the_standard():
    """RFC 6238, appendix B, with SHA-1."""
    secret = b"12345678901234567890"
    for seconds, code in (
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ):
        assert code == totp.code_at(secret, seconds // totp.STEP_SECONDS, 8)
    assert "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" == totp.written_secret(secret)


def secret_in(page):
    text = re.search(r"secret=([A-Z2-7]+)", page.text)[1]
    return base64.b32decode(text + "=" * (-len(text) % 8))


@pytest.mark.parametrize("database", ["server"], indirect=True)
def test_a_second_factor_is_demanded_of_who_sees_several_and_holds_from_then_on(
    tmp_path, catalogue, environ
):
    (tmp_path / "recipients.yaml").write_text(PEOPLE)
    hands = Hands()
    settings = environ | {
        "RECIPIENTS": str(tmp_path / "recipients.yaml"),
        "SECOND_FACTOR": "several",
    }
    with opened(tmp_path, catalogue, hands, **settings) as portal:
        assert "Goddag" in logged_in(portal, METTE)[0].get("/desk/").text
        ali, _ = logged_in(portal, ALI)
        assert "/desk/second-factor" == ali.get("/desk/").headers["location"]
        assert "several organisations" in ali.get("/desk/second-factor").text
        secret = secret_in(ali.post("/desk/second-factor/new"))

        def code(steps=0):
            return {"code": totp.code_at(secret, totp.step_of(hands.now) + steps)}

        assert 403 == ali.post("/desk/second-factor", data=code(5)).status_code
        assert 303 == ali.post("/desk/second-factor", data=code()).status_code
        assert "Hello, Ali Noor" in ali.get("/desk/").text

        again, _ = logged_in(portal, ALI)
        # It cannot be put aside by who reads the mail, and no code counts twice.
        assert 404 == again.post("/desk/second-factor/new").status_code
        assert 403 == again.post("/desk/second-factor", data=code()).status_code
        hands.pass_by(seconds=60)
        assert 303 == again.post("/desk/second-factor", data=code(1)).status_code
        assert "Hello" in again.get("/desk/").text

        guesser, _ = logged_in(portal, ALI)
        for _ in range(5):
            assert 403 == guesser.post("/desk/second-factor", data=code(9)).status_code
        assert "E-mail" in guesser.get("/desk/").text or "mailadresse" in guesser.get("/desk/").text

    # A key in front of the old one, then alone.
    keys = {"SECRET_KEYS": f"another-key-for-the-tests,{KEY}"}
    with opened(tmp_path, catalogue, hands, **settings | keys) as portal:
        assert "phone" in logged_in(portal, ALI)[0].get("/desk/second-factor").text
    assert 0 == run_here("rotate", **portal.environ).returncode
    keys = {"SECRET_KEYS": "another-key-for-the-tests"}
    with opened(tmp_path, catalogue, hands, **settings | keys) as portal:
        ali, _ = logged_in(portal, ALI)
        hands.pass_by(seconds=90)
        assert 303 == ali.post("/desk/second-factor", data=code()).status_code
    forgotten = run_here("desk", "forget-second-factor", ALI, **portal.environ)
    assert "is forgotten" in forgotten.stdout
    with opened(tmp_path, catalogue, hands, **settings | keys) as portal:
        assert "Turn it on" in logged_in(portal, ALI)[0].get("/desk/second-factor").text


def test_without_people_there_is_no_log_in(lasting):
    assert [404, 404] == [
        lasting.client.get("/desk/").status_code,
        lasting.client.get("/desk/second-factor").status_code,
    ]


OWN = {
    METTE: ("coordinator", [("organisation", "smedene")]),
    ALI: (None, [("municipality", "0461"), ("course", "odense-2027")]),
    "jo@example.org": ("chief_mentor", [("organisation", "smedene")]),
    "bo@example.org": ("national_coordinator", [("organisation", "smedene"), ("event", "x")]),
    "al@example.org": ("auditor", [("municipality", "0461"), ("event", "x")]),
}
FOREIGN = [("organisation", "portal"), ("municipality", "0580"), ("programme", "smedene")]


def test_every_role_gets_its_own_and_of_others_not_even_a_no(tmp_path, catalogue, monkeypatch):
    """Each role and each action over HTTP, as a page of cases asks: 404 for what is another's."""

    def route(action):
        async def page(visit, logged_in):
            """GET /desk/try/<action>/<kind>/<id>"""
            logged_in.permit(action, [(visit.parameter("kind"), visit.parameter("id"))])
            return visit.json({"role": logged_in.access("look", action).role})

        return DeskRoute("GET", f"/desk/try/{action}/{{kind}}/{{id}}", action, page)

    tried = (*DESK_ROUTES, *map(route, ACTIONS))
    monkeypatch.setattr(people_routes, "DESK_ROUTES", tried)
    (tmp_path / "recipients.yaml").write_text(PEOPLE)
    recipients = str(tmp_path / "recipients.yaml")
    with opened(tmp_path, catalogue, Hands(), RECIPIENTS=recipients) as portal:
        missing = [portal.client.get(path).text for path in ("/no-such-page", "/en/no-such-page")]
        for email, (role, scopes) in OWN.items():
            client, _ = logged_in(portal, email)
            for action in ACTIONS:
                for kind, id in scopes:
                    holder = (
                        role or {"municipality": "municipal_coordinator", "course": "trainer"}[kind]
                    )
                    answer = client.get(f"/desk/try/{action}/{kind}/{id}")
                    expected = 200 if action in MATRIX[holder] else 404
                    assert expected == answer.status_code, (email, action, kind)
                for kind, id in FOREIGN:
                    answer = client.get(f"/desk/try/{action}/{kind}/{id}")
                    is_everybodys = ROLE_SCOPES[role or "trainer"] is None
                    expected = 200 if is_everybodys and action in MATRIX[role] else 404
                    assert expected == answer.status_code, (email, action, kind)
                    assert expected == 200 or answer.text in missing


def test_every_address_of_the_desk_asks_who_is_there_and_what_one_may(desk):
    """A new address of the desk is in the list that says what it needs, or this fails."""
    served = {
        (spec.method, spec.path) for spec in route_specs(True) if spec.path.startswith("/desk")
    }
    open_to_all = {
        (method, path) for method in ("GET", "POST") for path in ("/desk/", "/desk/login/{token}")
    }
    open_to_all.add(("GET", "/desk"))
    by_link = {(spec.method, spec.path) for spec in route_specs() if spec.path.startswith("/desk")}
    assert served - open_to_all - by_link == {(route.method, route.path) for route in DESK_ROUTES}
    assert {path for _, path in by_link} <= {
        "/desk/{token}",
        "/desk/{token}/answered",
        "/desk/{token}/restore",
        "/desk/doubtful/{token}",
        "/desk/waiting/{token}",
        "/desk/gathering/{token}",
    }
    for route in DESK_ROUTES:
        assert route.needs is None or route.needs in ACTIONS
        path = re.sub(r"\{\w+\}", "0" * 32, route.path)
        typed = {"data": {"typed": "x"}} if route.method == "POST" else {}
        answer = browser(desk).request(route.method, path, **typed)
        assert answer.status_code == (303 if route.method == "GET" else 403), path
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/desk/?to=")
