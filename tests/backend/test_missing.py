"""Records that people are in, renamed or removed from the data: nothing is lost, over-booked or a traceback."""

import csv
import io
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mentorkorps.backend.certificates import codes
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.security.signed_links import Purpose, Tokens
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.lasting import lasting_id
from tests.backend.conftest import KEY, Hands, Portal, both, built_site, eventually, opened, run_cli
from tests.backend.test_places import Desk
from tests.conftest import HERE
from tests.test_vanished import cut, rename, retire

COURSE, EVENT, PROGRAMME = "odense-2027", "netvaerk-april-2027", "aaben"
TYPED = {"Content-Type": "application/x-www-form-urlencoded"}
BOOKING = """
- id: {id}
  title: {{da: Tag med, en: Come along}}
  intro: {{da: Det er kort., en: It is short.}}
  submit: {{da: Send, en: Send}}
  receipt: {{da: Tak., en: Thank you.}}
  retention: {{unconfirmed_hours: 72, months: 12}}
  answered: false
  purpose: {purpose}
  fields:
    - {{id: name, type: text, required: true, max_length: 80, means: name, label: {{da: Navn, en: Name}}}}
    - {{id: email, type: email, required: true, max_length: 254, means: email, label: {{da: E-mail, en: E-mail}}}}
    - {{id: {asks}, type: choice, required: true, options_from: {books}, means: {asks}, label: {{da: Hvad, en: What}}}}
  consents:
    - {{id: contact, version: "2026-11-22", required: true, text: {{da: Ja., en: "Yes."}}}}
"""
OTHERS = """
- id: spoergsmaal
  purpose: question
  title: {da: Spørg, en: Ask}
  intro: {da: Det er kort., en: It is short.}
  submit: {da: Send, en: Send}
  receipt: {da: Tak., en: Thank you.}
  retention: {unconfirmed_hours: 72, months: 12}
  fields:
    - {id: email, type: email, required: true, max_length: 254, means: email, label: {da: E-mail, en: E-mail}}
    - {id: programme, type: choice, required: false, options_from: programmes, means: programme,
       label: {da: Program, en: Programme}}
    - {id: urgent, type: tick, required: false, label: {da: Det haster, en: It is urgent}}
  consents:
    - {id: contact, version: "2026-11-22", required: true, text: {da: Ja., en: "Yes."}}
- id: maaling
  title: {da: Måling, en: Survey}
  intro: {da: Det er kort., en: It is short.}
  submit: {da: Send, en: Send}
  receipt: {da: Tak., en: Thank you.}
  retention: {unconfirmed_hours: 72, months: 12}
  answered: false
  fields:
    - {id: course, type: choice, required: true, options_from: courses, means: course, label: {da: Kursus, en: Course}}
"""


@pytest.fixture
def data(data: Path) -> Path:
    """The sound records with two forms that give places, one that asks and one without an address, and few seats."""
    cut(data, "forms/needed", "- id: spoergsmaal")
    with (data / "forms.yaml").open("a", encoding="utf-8") as file:
        file.write(
            BOOKING.format(id="kursus", purpose="book_course", books="courses", asks="course")
        )
        file.write(
            BOOKING.format(id="arrangement", purpose="book_event", books="events", asks="event")
        )
        file.write(OTHERS)
    courses = data / "courses.yaml"
    courses.write_text(courses.read_text("utf-8").replace("seats: 18", "seats: 2"), "utf-8")
    return data


class People(Desk):
    """Those who sign up by the forms of these tests, by their names."""

    def book(self, name: str, course: str = COURSE, **more: str) -> httpx.Response:
        return self.send("kursus", name, course=course, **more)

    def send(self, form: str, name: str, **answers: str | list[str]) -> httpx.Response:
        typed = {
            "email": f"{name}@example.org",
            "contact": "2026-11-22",
            "language": "da",
        } | answers
        typed |= {} if form in ("spoergsmaal", "interesseliste") else {"name": name}
        sent = self.portal.client.post(f"/forms/{form}", data=typed)
        assert 303 == sent.status_code, sent.text
        return sent


def joined(people: People) -> dict[str, str]:
    """Somebody in every kind of record. Their receipts, by name."""
    sent = {
        "anna": people.book("anna"),
        "bo": people.book("bo"),
        "carl": people.book("carl"),
        "dora": people.send("arrangement", "dora", event=EVENT),
        "eva": people.send(
            "mentor", "eva", place="5000", programme=PROGRAMME, adult="yes", languages="ar"
        ),
        "frida": people.send("spoergsmaal", "frida", programme=PROGRAMME, urgent="yes"),
    }
    for name in sent:
        people.confirm(name)
        eventually(lambda name=name: people.letters(name, "receipt"))
    eventually(lambda: {"sent"} == {mail.state for mail in people.portal.mails()})
    return {name: answer.headers["location"] for name, answer in sent.items()}


@contextmanager
def people(folder: Path, data: Path, hands: Hands, **environ: str) -> Iterator[People]:
    with opened(folder, load_catalogue(data), hands, **environ) as portal:
        yield People(portal)


def renamed(data: Path) -> None:
    rename(data, COURSE, "odense-marts-2027", f"was: [{COURSE}]")
    rename(data, EVENT, "netvaerksaften-2027", f"was: [{EVENT}]")
    rename(data, PROGRAMME, "aabent-hold", f"was: [{PROGRAMME}]")
    rename(data, "portal", "portalen", "was: [portal]")
    rename(data, "ar", "arabisk", "was: [ar]")
    for old, new in (
        ("mentor", "bliv-mentor"),
        ("kursus", "kursusplads"),
        ("arrangement", "aften"),
    ):
        rename(data, old, new, f"was: [{old}]")


def removed(data: Path) -> None:
    for table, id in (("courses", COURSE), ("events", EVENT), ("forms", "kursus")):
        cut(data, table, f"- id: {id}")
    # Other forms serve their purposes.
    others = (
        (HERE / "sound" / "forms" / "needed.yaml")
        .read_text("utf-8")
        .replace("- id: ", "- id: anden-")
    )
    (data / "forms" / "needed.yaml").write_text(others, "utf-8")
    programmes = data / "programmes.yaml"
    programmes.write_text(
        "- id: smedenes" + programmes.read_text("utf-8").partition("- id: smedenes")[2], "utf-8"
    )


def retired(data: Path) -> None:
    removed(data)
    for table, id in (
        ("courses", COURSE),
        ("events", EVENT),
        ("programmes", PROGRAMME),
        ("forms", "kursus"),
        ("forms", "arrangement"),
        ("forms", "spoergsmaal"),
        ("forms", "maaling"),
    ):
        retire(data, table, id)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
) -> Callable[..., tuple[int, str]]:
    """A command on the data of the test: how it ends, and what it says."""

    def run(portal: Portal, command: str, *arguments: str) -> tuple[int, str]:
        for name, value in portal.environ.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        ended = run_cli([command, "--data", str(data), *arguments])
        return ended, capsys.readouterr().out

    return run


@pytest.mark.parametrize("change", [renamed, removed, retired])
def test_every_page_works_on_what_people_are_in(change, tmp_path, data, hands):
    with people(tmp_path, data, hands) as before:
        receipts = joined(before)
    change(data)
    with people(tmp_path, data, hands) as after:
        for name, receipt in receipts.items():
            for method, path, expected in walked(
                after, name, receipt, has_form=change is renamed or name == "eva"
            ):
                answer = after.portal.client.request(method, path, headers=TYPED)
                assert expected == answer.status_code, (name, method, path)
        eventually(lambda: after.portal.client.get("/readyz").json()["missing_records"])
        lacking = set(after.portal.client.get("/readyz").json()["missing_records"].values())
        assert (change is removed) == (lacking != {0})
        assert 6 == len(after.portal.sign_ups())
        for name in receipts:
            assert (
                200 == after.portal.client.post(f"{own(after, name, 'mine')}/withdraw").status_code
            )
            gone = after.portal.client.post(
                f"{own(after, name, 'mine')}/delete", data={"sure": "yes"}
            )
            assert 200 == gone.status_code
        assert [] == after.portal.sign_ups()


def walked(
    people: People, name: str, receipt: str, has_form: bool
) -> Iterator[tuple[str, str, int]]:
    """Every page about somebody's sign-up, with the status that it has."""
    mine, desk, offer = (own(people, name, purpose) for purpose in ("mine", "desk", "offer"))
    yield "GET", receipt, 200
    for path in (mine, desk, offer, own(people, name, "confirm"), own(people, name, "doubtful")):
        yield "GET", path, 200
    for path in (
        mine,
        desk,
        f"{desk}/answered",
        f"{desk}/restore",
        own(people, name, "confirm"),
        own(people, name, "doubtful"),
    ):
        yield "POST", path, 200
    yield "POST", f"{mine}/form", 200 if has_form else 410
    yield "POST", f"{mine}/change", 422 if has_form else 410
    yield "POST", f"{mine}/no/contact", 404 if has_form else 410
    yield "POST", f"{mine}/download", 200
    yield "POST", f"{mine}/delete", 200
    for answer in ("yes", "no"):
        yield "POST", f"{offer}/{answer}", 200


def own(people: People, name: str, purpose: Purpose) -> str:
    about = next(sign_up for sign_up in people.portal.sign_ups() if sign_up.id == people.id(name))
    stamp = f".{about.asked_stamp}" if purpose == "confirm" else ""
    tokens = Tokens(people.portal.settings.secret_keys, utc_now)
    path = "desk/doubtful" if purpose == "doubtful" else purpose
    return f"/{path}/{tokens.sign(purpose, about.id + stamp, people.portal.now())}"


@pytest.mark.parametrize("change", [renamed, removed])
def test_every_command_works_on_what_people_are_in(change, tmp_path, data, hands, run):
    with people(tmp_path, data, hands) as before:
        joined(before)
        ids = [sign_up.id for sign_up in before.portal.sign_ups()]
        mails = len(before.portal.mails())
    change(data)
    with people(tmp_path, data, hands) as after:
        portal = after.portal
        for id in ids:
            assert 0 == run(portal, "desk", "show", id)[0]
        assert 0 == run(portal, "desk", "restore", ids[0])[0]
        assert 0 == run(portal, "outbox", "resend", "--failed")[0]
        ended, listed = run(portal, "desk", "list")
        assert (0, 7) == (ended, len(listed.splitlines()))
        assert "3 sign-ups" in run(portal, "desk", "list", "--form", "kursus")[1]
        assert (0, "name\nanna\nbo\n") == run(portal, "desk", "participants", COURSE)
        assert (0, "name\ndora\n") == run(portal, "desk", "participants", EVENT)
        assert f"{mails} mails" in run(portal, "outbox", "--all")[1]
        for form, names in (
            ("kursus", ["anna", "bo", "carl"]),
            ("arrangement", ["dora"]),
            ("spoergsmaal", ["frida"]),
        ):
            file = tmp_path / f"{form}.csv"
            assert 0 == run(portal, "desk", "export", form, str(file))[0]
            text = file.read_text("utf-8-sig")
            assert len(names) + 1 == len(list(csv.reader(io.StringIO(text), delimiter=";")))
            assert all(f'"{name}@example.org"' in text for name in names)
        assert 0 == run(portal, "backup", str(tmp_path / "copy.backup"))[0]
    assert 0 == run(portal, "purge", "--yes")[0]  # the test's clock stood days before the machine's
    assert 0 == run(portal, "rotate")[0]
    if change is renamed:
        assert (0, "name\nanna\nbo\n") == run(portal, "desk", "participants", "odense-marts-2027")
        assert "3 sign-ups" in run(portal, "desk", "list", "--form", "kursusplads")[1]


def test_who_nobody_ever_signed_up_for_is_told(tmp_path, data, hands, run):
    with people(tmp_path, data, hands) as here:
        here.book("anna")
        assert 2 == run(here.portal, "desk", "participants", "no-such-course")[0]
        assert (
            2 == run(here.portal, "desk", "export", "no-such-form", str(tmp_path / "none.csv"))[0]
        )


@both
def test_a_full_course_that_is_renamed_stays_full_and_its_queue_is_served(
    tmp_path, data, hands, environ
):
    with people(tmp_path, data, hands, **environ) as before:
        before.come("anna", "bo", "carl")
        before.becomes(anna="taken", bo="taken", carl="waiting")
    rename(data, COURSE, "odense-marts-2027", f"was: [{COURSE}]")
    with people(tmp_path, data, hands, **environ) as after:
        after.book("dora", "odense-marts-2027")
        after.confirm("dora")
        after.book("eva", COURSE)  # from a page that was open before
        after.becomes(anna="taken", bo="taken", carl="waiting", dora="waiting", eva="pending")
        for id in (COURSE, "odense-marts-2027"):
            assert "full" == after.portal.client.get(f"/places/courses/{id}").json()["places"]

        after.withdraw("anna")
        after.becomes(carl="offered", dora="waiting")
        assert (
            2
            == after.portal.rows("SELECT count(*) FROM places WHERE state IN ('taken', 'offered')")[
                0
            ][0]
        )
    courses = data / "courses.yaml"
    courses.write_text(
        courses.read_text("utf-8").replace("status: open", "status: cancelled"), "utf-8"
    )
    with people(tmp_path, data, hands, **environ) as cancelled:
        cancelled.becomes(bo="cancelled", carl="cancelled", dora="cancelled")
        eventually(
            lambda: all(cancelled.letters(name, "cancelled") for name in ("bo", "carl", "dora"))
        )


@both
def test_the_way_back_finds_what_came_meanwhile(tmp_path, data, hands, environ):
    old = shutil.copytree(data, tmp_path / "old", symlinks=False)
    rename(data, COURSE, "odense-marts-2027", f"was: [{COURSE}]")
    rename(data, "kursus", "kursusplads", "was: [kursus]")
    with people(tmp_path, data, hands, **environ) as after:
        after.book("anna", "odense-marts-2027")
        after.confirm("anna")
    with people(tmp_path, old, hands, **environ) as back:
        back.come("bo", "carl")
        back.becomes(anna="taken", bo="taken", carl="waiting")
        assert not back.portal.client.get("/readyz").json()["missing_records"]["courses"]


@pytest.mark.parametrize("database", ["server"], indirect=True)
def test_two_instances_on_old_and_new_data_give_no_place_twice(tmp_path, data, hands, environ):
    old = shutil.copytree(data, tmp_path / "old", symlinks=False)
    rename(data, COURSE, "odense-marts-2027", f"was: [{COURSE}]")
    with (
        people(tmp_path, old, hands, **environ) as on_old,
        people(tmp_path, data, hands, **environ) as other,
    ):
        for number in range(6):
            here, course = ((on_old, COURSE), (other, "odense-marts-2027"))[number % 2]
            here.book(f"person{number}", course)

        states = sorted(on_old.states().values())

    assert ["held", "held", "pending", "pending", "pending", "pending"] == states


@both
def test_seats_given_before_the_former_id_was_written_are_brought_together(
    tmp_path, data, hands, environ
):
    with people(tmp_path, data, hands, **environ) as before:
        before.come("anna", "bo", "carl")
    rename(data, COURSE, "odense-marts-2027")
    with people(tmp_path, data, hands, **environ) as unaware:
        unaware.book("dora", "odense-marts-2027")
        unaware.confirm("dora")
        unaware.becomes(dora="taken", carl="waiting")
    rename(data, "odense-marts-2027", "odense-marts-2027", f"was: [{COURSE}]")
    with people(tmp_path, data, hands, **environ) as after:
        eventually(lambda: {(COURSE,)} == set(after.portal.rows("SELECT record FROM halls")))
        after.withdraw("anna")  # three came for two places, so nobody moves up yet
        after.book("eva", "odense-marts-2027")
        after.becomes(bo="taken", dora="taken", carl="waiting", eva="pending")
        after.withdraw("bo")
        after.becomes(carl="offered")

        numbers = [
            number for (number,) in after.portal.rows("SELECT number FROM places ORDER BY number")
        ]

    assert [1, 2, 3, 4, 5] == numbers


def test_the_same_answers_after_a_renaming_are_the_same_sign_up(tmp_path, data, hands):
    with people(tmp_path, data, hands) as before:
        before.book("anna")
    renamed(data)
    with people(tmp_path, data, hands) as after:
        after.send("kursusplads", "anna", course="odense-marts-2027")
        after.send("kursus", "anna", course=COURSE)

        assert 1 == len(after.portal.sign_ups())


def test_a_page_opened_before_a_renaming_goes_on_working(tmp_path, data, hands):
    renamed(data)
    with people(tmp_path, data, hands) as after:
        client = after.portal.client
        page = client.get(f"/tilmelding/kursusplads/?course={COURSE}").text
        assert 'value="odense-marts-2027" selected' in page
        moved = client.get(f"/en/sign-up/kursus/?course={COURSE}")
        assert (308, f"/en/sign-up/kursusplads/?course={COURSE}") == (
            moved.status_code,
            moved.headers["location"],
        )
        assert 200 == client.get("/forms/kursus/challenge").status_code
        refused = client.post("/forms/kursus", data={"course": COURSE})
        assert 422 == refused.status_code
        assert 'value="odense-marts-2027" selected' in refused.text
        after.send(
            "mentor", "eva", place="5000", programme=PROGRAMME, adult="yes", languages=["ar", "da"]
        )
        page = client.post(own(after, "eva", "mine")).text
        assert "Åben indsats" in page
        assert "Dansk, Arabisk" in page


def test_answers_say_what_a_record_was_called_when_it_is_gone_for_good(tmp_path, data, hands):
    with people(tmp_path, data, hands) as before:
        before.send("mentor", "eva", place="5000", programme=PROGRAMME, adult="yes")
    retired(data)
    with people(tmp_path, data, hands) as after:
        assert "Den gamle" in after.portal.client.post(own(after, "eva", "desk")).text


def test_mails_that_wait_leave_after_their_records_are_gone(tmp_path, data, hands, free_port):
    with people(tmp_path, data, hands, SMTP_URL=f"smtp://127.0.0.1:{free_port}") as before:
        before.book("anna")
        before.send("arrangement", "dora", event=EVENT)
        before.send("spoergsmaal", "frida", programme=PROGRAMME)
        eventually(lambda: {"retry"} == {mail.state for mail in before.portal.mails()})
    removed(data)
    hands.pass_by(hours=1)
    with people(tmp_path, data, hands) as after:
        eventually(lambda: {"sent"} == {mail.state for mail in after.portal.mails()})
        for name in ("anna", "dora", "frida"):
            assert 200 == after.portal.client.post(after.link(name, "confirm")).status_code
        eventually(lambda: {"sent"} == {mail.state for mail in after.portal.mails()})


def test_the_operator_is_told_what_people_are_in_and_the_data_lack(tmp_path, data, hands, caplog):
    with people(tmp_path, data, hands) as before:
        joined(before)
        before.withdraw("anna")
        assert set(before.portal.client.get("/readyz").json()["missing_records"].values()) == {0}
    removed(data)
    caplog.set_level(logging.WARNING)
    with people(tmp_path, data, hands) as after:
        client = after.portal.client
        eventually(lambda: (client.get("/readyz").json()["missing_records"] or {}).get("courses"))
        ready, metrics = client.get("/readyz"), client.get("/metrics").text
        elsewhere = client.get("/readyz", headers={"X-Forwarded-For": "192.0.2.7"}).json()

    assert (200, "ok") == (ready.status_code, ready.json()["status"])
    assert {"courses": 1, "events": 1, "programmes": 1, "forms": 3} == {
        table: count for table, count in ready.json()["missing_records"].items() if count
    }
    assert 'mentorkorps_missing_records{table="programmes"} 1.0\n' in metrics
    for record, people_in in (
        ('record="odense-2027",table="courses"', 2),
        ('record="netvaerk-april-2027",table="events"', 1),
        ('record="aaben",table="programmes"', 1),
        ('record="kursus",table="forms"', 2),
        ('record="spoergsmaal",table="forms"', 1),
    ):
        assert f"mentorkorps_people_in_missing_records{{{record}}} {people_in}.0\n" in metrics
    assert {"status": "ok"} == elsewhere
    warned = [record.facts for record in caplog.records if "the data lack" in record.getMessage()]
    assert {"table": "courses", "record": COURSE, "people": 2} in warned
    assert "example.org" not in caplog.text


def test_a_certificate_holds_after_its_course_is_renamed(tmp_path, data, hands):
    before = load_catalogue(data).courses[COURSE]
    code = codes.code(KEY, lasting_id(before), 0, "Anna")
    rename(data, COURSE, "odense-marts-2027", f"was: [{COURSE}]")
    after = load_catalogue(data).courses[COURSE]

    assert code == codes.code(KEY, lasting_id(after), 0, "Anna")
    with people(tmp_path, data, hands) as portal:
        assert "Odense, marts 2027" in portal.portal.client.get(f"/kursusbevis/{code}").text


def test_mailboxes_are_found_by_the_ids_of_before(tmp_path, data, hands):
    recipients = tmp_path / "recipients.yaml"
    recipients.write_text(
        "default: d@example.org\norganisations: {smedene: smed@example.org}\n", "utf-8"
    )
    rename(data, "smedene", "smedenes-forbund", "was: [smedene]")
    with people(tmp_path, data, hands, RECIPIENTS=str(recipients)) as after:
        after.send("interesseliste", "eva", programme="smedenes-korps")

        after.portal.client.post(after.portal.link("confirm"))
        assert "smed@example.org" == after.portal.letter("notice")["To"]


def test_former_addresses_lead_on_and_those_of_what_is_gone_say_so(tmp_path, data, hands):
    renamed(data)
    retire(data, "courses", "odense-2014")
    site = built_site(tmp_path / "site")
    (site / "kurser" / "odense-2014").mkdir(parents=True)
    (site / "kurser" / "odense-2014" / "index.html").write_text("<p>gone</p>")
    with people(tmp_path, data, hands) as after:
        client = after.portal.client
        for old, new in (
            (f"/kurser/{COURSE}/", "/kurser/odense-marts-2027/"),
            (f"/en/events/{EVENT}", "/en/events/netvaerksaften-2027/"),
            (f"/programmer/{PROGRAMME}/", "/programmer/aabent-hold/"),
            ("/organisationer/portal/?x=1", "/organisationer/portalen/?x=1"),
        ):
            answer = client.get(old)
            assert (308, new) == (answer.status_code, answer.headers["location"])
        gone = client.get("/kurser/odense-2014/")
        assert (410, "<p>gone</p>") == (gone.status_code, gone.text)
        assert 404 == client.get("/kurser/odense-2013/").status_code
