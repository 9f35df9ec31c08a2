"""The ids of forms and questions are the editors' own: with others, all says and does the same.

The same people answer every form twice: on the data as they are, and on a copy in which every form
and every question has another id. What they, coordinators and operators then get to see is compared.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import Field, Form
from mentorkorps.forms.choices import options
from mentorkorps.interface.addresses import address
from tests.backend.conftest import Hands, House, eventually, opened, run_cli, text_of
from tests.conftest import HERE
from tests.test_forms import renamed_everywhere

COURSE, EVENT = "odense-2027", "netvaerk-april-2027"
LINK = {"course": COURSE, "event": EVENT, "programme": "aaben", "place": "5000"}
TOKEN = re.compile(r"(?<=/)(confirm|receipt|mine|desk|offer)/[\w.~-]+")


@dataclass
class Portal:
    """A running server on some data, and the commands of its operator."""

    server: House
    data: Path
    catalogue: Catalogue

    @property
    def forms(self) -> list[Form]:
        """In the order of the files, which no renaming changes."""
        return list(self.catalogue.forms.values())

    def answer_all(self) -> list[str]:
        """Answers every form: first by a link, then with nothing, then soundly. Returns the pages."""
        client, pages, receipts = self.server.client, [], []
        for number, form in enumerate(self.forms):
            linked = client.get(f"/{address('form', 'da', form.id)}", params=LINK)
            refused = client.post(f"/forms/{form.id}", data={"language": "da"})
            accepted = client.post(f"/forms/{form.id}", data=sent(form, self.catalogue, number))
            statuses = [response.status_code for response in (linked, refused, accepted)]
            assert [200, 422, 303] == statuses, form.id
            pages += [linked.text, refused.text]
            receipts.append(accepted.headers["location"])
        self.wait_for_mails()
        pages += [client.get(receipt).text for receipt in receipts]
        return [self.neutral(page) for page in pages]

    def wait_for_mails(self) -> None:
        eventually(lambda: {"sent"} == {mail.state for mail in self.server.mails()})

    def confirm_all(self) -> None:
        for mail in self.mails("confirm"):
            link = TOKEN.search(text_of(mail))
            assert link
            self.server.client.post(f"/{link[0]}")
        people = [sign_up for sign_up in self.server.sign_ups() if not sign_up.is_anonymous]
        eventually(lambda: len(people) == len(self.mails("receipt")))
        self.wait_for_mails()

    def mails(self, kind: str) -> list[EmailMessage]:
        mails = [mail for mail in self.server.mails() if mail.kind == kind]
        paths = [self.server.settings.mail_folder / f"{mail.id}.eml" for mail in mails]
        for path in paths:
            eventually(path.exists)
        return [self.server.read(path) for path in paths]

    def letters(self) -> list[tuple[str, str, str]]:
        """To whom each mail went, about what, and its text."""
        return sorted(
            (str(mail["To"]), str(mail["Subject"]), self.neutral(text_of(mail)))
            for kind in {mail.kind for mail in self.server.mails()}
            for mail in self.mails(kind)
        )

    def own_pages(self) -> list[str]:
        """What a coordinator sees of each sign-up, and its owner, who may change and download it."""
        sign_ups = sorted(self.server.sign_ups(), key=lambda sign_up: str(sign_up.email))
        return [
            self.neutral(
                self.server.client.post(f"/{kind}/{self.server.token(kind, sign_up)}{page}").text
            )
            for sign_up in sign_ups
            for kind, page in (("desk", ""), ("mine", ""), ("mine", "/form"), ("mine", "/download"))
        ]

    def table(self, form: Form, folder: Path) -> list[list[str]]:
        """What `desk export` writes of a form, without the numbers of the sign-ups."""
        file = folder / "table.csv"
        assert 0 == run_cli(["desk", "export", form.id, str(file), "--data", str(self.data)])
        text = file.read_text("utf-8-sig")
        file.unlink()
        return [row[1:] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")]

    def neutral(self, text: str) -> str:
        """A text as it would be under the first ids, without what differs from run to run."""
        for sign_up in self.server.sign_ups():
            for number in (sign_up.id, sign_up.code):
                text = text.replace(number, "NUMBER") if number else text
        text = text.replace(str(self.server.client.base_url.port), "PORT")
        for form in self.forms:
            for record in (form, *form.fields):
                if record.was:
                    text = re.sub(rf"(?<!\w){record.id}(?!\w)", record.was[0], text)
        return TOKEN.sub(r"\1/TOKEN", text)


def sent(form: Form, catalogue: Catalogue, number: int) -> dict[str, list[str]]:
    """Sound answers to every question of a form, whatever it is called."""
    answers = {field.id: answer(form, field, catalogue, number) for field in form.fields}
    return answers | {
        "language": ["da"],
        "website": [""],
        **{consent.id: [consent.version] for consent in form.consents},
    }


def answer(form: Form, field: Field, catalogue: Catalogue, number: int) -> list[str]:
    match field.type:
        case "email":
            return [f"person{number}@example.org"]
        case "tel":
            return ["20 12 34 56"]
        case "place":
            return ["5000"]
        case "tick":
            return ["yes"]
        case "choice":
            return [options(form, field, catalogue)[0].value]
        case "choices":
            return [option.value for option in options(form, field, catalogue)[:2]]
        case _:
            return [f"{field.label.da} {number}"]


@contextmanager
def portal(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    catalogue = load_catalogue(data)
    with opened(folder, catalogue, Hands(), FOLDER=str(folder / "var")) as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield Portal(server, data, catalogue)


def participants(portal: Portal, capsys: pytest.CaptureFixture[str], record: str) -> list[str]:
    capsys.readouterr()
    assert 0 == run_cli(["desk", "participants", record, "--data", str(portal.data)])
    return capsys.readouterr().out.splitlines()


def test_with_other_ids_forms_mails_tables_and_lists_of_participants_are_the_same(
    data, tmp_path, monkeypatch, capsys
):
    renamed_everywhere(data)
    runs = []
    for name, records in (("before", HERE / "sound"), ("after", data)):
        with portal(tmp_path / name, records, monkeypatch) as running:
            pages = running.answer_all()
            running.confirm_all()
            runs.append((pages, running.letters(), *all_kept(running, tmp_path, capsys)))
    before, after = runs

    assert all(form.was and all(field.was for field in form.fields) for form in running.forms)
    tables, lists = before[3:]
    assert all(len(table) == 2 for table in tables)
    assert [["name", "Navn 7"], ["name", "Navn 8"]] == lists
    assert all("person0@example.org" in page for page in before[2][4:8])  # after the anonymous one
    assert_same(before, after)

    # The same database under the new ids, and a page that was opened before.
    with portal(tmp_path / "before", data, monkeypatch) as running:
        assert_same(before[2:], all_kept(running, tmp_path, capsys))
        booking = running.catalogue.form_for("book_course")
        first = load_catalogue(HERE / "sound").form_for("book_course")
        opened_before = sent(first, running.catalogue, 70)
        response = running.server.client.post(f"/forms/{first.id}", data=opened_before)
        assert 303 == response.status_code
        table = running.table(booking, tmp_path)
        assert {"person7@example.org", "person70@example.org"} <= {
            cell for row in table for cell in row
        }


def all_kept(portal: Portal, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple:
    """What people, coordinators and operators get to see of the database."""
    tables = [portal.table(form, folder) for form in portal.forms]
    return (
        portal.own_pages(),
        tables,
        [participants(portal, capsys, record) for record in (COURSE, EVENT)],
    )


def assert_same(before: tuple, after: tuple) -> None:
    for part_before, part_after in zip(before, after, strict=True):
        for first, second in zip(part_before, part_after, strict=True):
            assert first == second
