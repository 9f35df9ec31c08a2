"""Before a course: the practical mail to those who have a place, and what was moved or cancelled,
told once.
"""

from datetime import datetime
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.publish.calendars import write_calendars
from tests.backend.conftest import Portal, built_site, eventually, link_in, opened, text_of
from tests.backend.mailing_lists import batches, edit, join, mails, own_page, write_data
from tests.conftest import ROOT

URL = "http://127.0.0.1:8000/"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00")


@pytest.fixture
def training(real: Catalogue) -> Curriculum:
    return load_curriculum(ROOT / "training", real)


def write_site(folder: Path, catalogue: Catalogue) -> None:
    site = folder / "site"
    if not site.exists():
        built_site(site)
    write_calendars(catalogue, {"da": site, "en": site / "en"}, URL)


def book(portal: Portal, name: str, **answers: str) -> None:
    join(portal, "kursus", name, course="odense-2027", name=name.title(), **answers)


def test_practical_mails_leave_by_day_once_to_those_who_have_a_place(tmp_path, hands, training):
    data = write_data(tmp_path)
    edit(data, "courses", "status: planned", "status: open")
    edit(data, "courses", 'deadline: "2027-02-16"', 'deadline: "2027-03-01"')
    catalogue = edit(data, "courses", "seats: 18", "seats: 2")
    write_site(tmp_path, catalogue)
    with opened(tmp_path, catalogue, hands, curriculum=training) as portal:
        book(portal, "karen")
        book(portal, "john", language="en")
        book(portal, "queued")
        hands.pass_until(at("2027-02-22T21:00"))
        hands.pass_until(at("2027-02-23T07:30"))
        assert "Omkring en uge før" in text_of(mails(portal, "receipt")["karen"])
        assert {} == mails(portal, "practical")
        hands.pass_until(at("2027-02-23T08:01"))
        eventually(lambda: {"karen", "john"} == mails(portal, "practical").keys())
        text = text_of(mails(portal, "practical")["karen"])
        assert "Det praktiske, før vi ses" == mails(portal, "practical")["karen"]["Subject"]
        assert "Snart ses vi til Odense, marts 2027" in text
        assert "Dag 1 kl. " in text
        assert "/tilmelding/spoergsmaal/" in text
        assert "/mine/" in text
        assert "Svar på denne mail" not in text
        assert "Soon we meet for Odense, March 2027" in text_of(mails(portal, "practical")["john"])

        hands.pass_until(at("2027-02-27T22:00"))
        portal.client.post(f"{own_page(portal, 'john')}/withdraw")
        eventually(lambda: mails(portal, "offered"))
        assert {"karen", "john"} == mails(portal, "practical").keys()
        offer = link_in(mails(portal, "offered")["queued"], portal.settings.public_url)
        assert 200 == portal.client.post(f"{offer}/yes").status_code
        hands.pass_until(at("2027-02-28T08:01"))
        eventually(lambda: {"karen", "john", "queued"} == mails(portal, "practical").keys())
        assert {} == mails(portal, "practical_day")
        hands.pass_until(at("2027-03-01T07:59"))
        assert {} == mails(portal, "practical_day")
        hands.pass_until(at("2027-03-01T08:01"))
        eventually(lambda: {"karen", "queued"} == mails(portal, "practical_day").keys())
        reminder = text_of(mails(portal, "practical_day")["karen"])
        assert "I morgen ses vi." in reminder
        assert "Salen, Gaden 1" in reminder
        assert 3 == sum(mail.kind == "practical" for mail in portal.mails())


def test_who_signs_up_within_the_week_has_the_practical_mail_at_once(tmp_path, hands):
    data = write_data(tmp_path)
    catalogue = edit(data, "events", "status: planned", "status: open")
    hands.pass_until(at("2027-04-07T22:00"))
    with opened(tmp_path, catalogue, hands) as portal:
        join(portal, "arrangement", "late", event="netvaerk-april-2027", name="Lone")
        eventually(lambda: {"late"} == mails(portal, "practical").keys())
        assert "onsdag den 14. april 2027" in text_of(mails(portal, "practical")["late"])


def test_what_is_moved_or_cancelled_is_told_once_with_a_calendar_file(tmp_path, hands):
    data = write_data(tmp_path)
    catalogue = edit(data, "courses", "status: planned", "status: open")
    write_site(tmp_path, catalogue)
    with opened(tmp_path, catalogue, hands) as portal:
        book(portal, "karen")
        book(portal, "silent", is_confirmed=False)
    day = '{date: "2027-03-09", start: "9:00", end: "16:00"}'
    wrong = edit(data, "courses", day, day.replace("09", "11", 1))
    with opened(tmp_path, wrong, hands) as portal:
        eventually(lambda: [("moved", "courses/odense-2027", "waiting")] == batches(portal))
    edit(data, "courses", "Gaden 1", "Gaden 2")
    moved = edit(data, "courses", "2027-03-11", "2027-03-10")
    moved = edit(
        data,
        "courses",
        'confirmed: "2026-11-01"',
        'confirmed: "2026-11-01"\n  changed: "2026-11-23T10:00"',
    )
    write_site(tmp_path, moved)
    with opened(tmp_path, moved, hands) as portal:
        eventually(lambda: 2 == len(batches(portal)))
        hands.pass_by(hours=2, minutes=1)
        eventually(lambda: {"karen"} == mails(portal, "moved").keys())
        letter = mails(portal, "moved")["karen"]
        assert "Tid eller sted er ændret" == letter["Subject"]
        now, was = text_of(letter).split("Sådan var det:")
        assert "onsdag den 10. marts 2027" in now
        assert "Gaden 2" in now
        assert "tirsdag den 9. marts 2027" in was
        assert "Gaden 1" in was
        file = next(letter.iter_attachments())
        assert "kursus.ics" == file.get_filename()
        assert "text/calendar" == file.get_content_type()
        assert "PUBLISH" == file["Content-Type"].params["method"]
        assert "DTSTART;TZID=Europe/Copenhagen:20270310T090000" in file.get_content()
        states = {state for _, _, state in batches(portal)}
        assert {"cancelled", "done"} == states

    cancelled = edit(data, "courses", "status: open", "status: cancelled")
    write_site(tmp_path, cancelled)
    with opened(tmp_path, cancelled, hands) as portal:
        eventually(lambda: {"karen"} == mails(portal, "cancelled").keys())
        file = next(mails(portal, "cancelled")["karen"].iter_attachments())
        assert "STATUS:CANCELLED" in file.get_content()
        assert 1 == sum(mail.kind == "moved" for mail in portal.mails())
